// Package exam is how trainees are examined: simulated calls, written papers, and the path to certification.
//
// It owns the shape of scenarios and question banks as data, the machine that plays a caller's script, the drawing and
// marking of papers, and the states of a trainee (domain.md section 10). session/exam plays it without a hub, the hub
// keeps the results, the files are read by whoever owns them. It promises that a script which is accepted always ends,
// that a draw depends on nothing but its seed, and that no conclusion of law is marked by a machine alone.
package exam

import (
	"fmt"
	"slices"
	"strings"
)

// Scenario is one simulated call.
type Scenario struct {
	ID        string              `yaml:"id"`
	Title     string              `yaml:"title"`
	Kind      string              `yaml:"kind"`
	Category  string              `yaml:"category"`
	Level     string              `yaml:"level"`
	Source    string              `yaml:"source"`
	Caller    Caller              `yaml:"caller"`
	Opening   string              `yaml:"opening"`
	Facts     []Fact              `yaml:"facts"`
	Nodes     []Node              `yaml:"states"`
	Elicit    []string            `yaml:"must_elicit"`
	Points    []Point             `yaml:"answer_points"`
	Forbidden []Forbidden         `yaml:"forbidden"`
	Escalate  *Escalation         `yaml:"escalate"`
	Rubric    map[string][]string `yaml:"rubric"`
	Pass      Pass                `yaml:"pass"`
}

// Caller is who calls, for whoever plays or renders the voice.
type Caller struct {
	Profile  string `yaml:"profile"`
	Tone     string `yaml:"tone"`
	Rate     int    `yaml:"speech_cpm"` // characters a minute
	Patience int    `yaml:"patience_s"` // seconds of silence before the caller reacts
}

// Fact is something the caller knows. Given is "open" for what the opening tells, "ask" for what must be asked.
type Fact struct {
	ID    string   `yaml:"id"`
	Text  string   `yaml:"text"`
	Given string   `yaml:"given"`
	Ask   []string `yaml:"ask"`
}

// Node is a state of the script. End names how the call ends here.
type Node struct {
	ID     string   `yaml:"id"`
	Say    string   `yaml:"say"`
	Next   []Branch `yaml:"next"`
	End    string   `yaml:"end"`
	Result string   `yaml:"result"`
}

// Branch is one way on; the first that fits is taken.
type Branch struct {
	When When   `yaml:"when"`
	To   string `yaml:"to"`
}

// When is a condition; everything that it names must hold. Numbers mean "more than", turns are counted in the node.
type When struct {
	Any      []string `yaml:"any"`
	AllFacts []string `yaml:"all_facts"`
	Answered []string `yaml:"answered"`
	Phrase   string   `yaml:"phrase"`
	Silence  int      `yaml:"silence_s"`
	Hold     int      `yaml:"hold_s"`
	Turns    int      `yaml:"turns"`
	Else     bool     `yaml:"else"`
}

// Point is what a complete answer holds. Keys only propose; a person decides.
type Point struct {
	ID     string   `yaml:"id"`
	Text   string   `yaml:"text"`
	Points int      `yaml:"points"`
	KB     string   `yaml:"kb"`
	Keys   []string `yaml:"keys"`
}

// Forbidden is a promise or phrase that costs points, or everything.
type Forbidden struct {
	Text  string `yaml:"text"`
	Minus int    `yaml:"minus"`
	Fatal bool   `yaml:"fatal"`
}

// Escalation is what a dangerous word must set off.
type Escalation struct {
	When   When   `yaml:"when"`
	Action string `yaml:"action"`
}

// Pass is the rule for passing.
type Pass struct {
	Total     int      `yaml:"total_min"`
	Must      []string `yaml:"must"`
	FatalZero bool     `yaml:"fatal_zero"`
}

func (sc *Scenario) node(id string) (Node, bool) {
	i := slices.IndexFunc(sc.Nodes, func(n Node) bool { return n.ID == id })
	if i < 0 {
		return Node{}, false
	}
	return sc.Nodes[i], true
}

// Check finds what is wrong with a scenario: names that do not exist, nodes that are never reached or never end.
func (sc *Scenario) Check() []error {
	c := checker{sc: sc}
	if len(sc.Nodes) == 0 || sc.Opening == "" {
		c.fault("has no opening or no states")
		return c.errs
	}
	c.names()
	for _, n := range sc.Nodes {
		c.node(n)
	}
	if len(c.errs) == 0 {
		c.reach()
	}
	return c.errs
}

type checker struct {
	sc   *Scenario
	errs []error
}

func (c *checker) fault(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("scenario %s: %s", c.sc.ID, fmt.Sprintf(format, args...)))
}

func (c *checker) names() {
	seen := map[string]bool{}
	once := func(kind, id string) {
		if id == "" || seen[kind+id] {
			c.fault("%s %q is there twice or has no name", kind, id)
		}
		seen[kind+id] = true
	}
	for _, f := range c.sc.Facts {
		once("fact", f.ID)
		if f.Given == "ask" && len(f.Ask) == 0 {
			c.fault("fact %s can never be asked for", f.ID)
		}
	}
	for _, p := range c.sc.Points {
		once("point", p.ID)
	}
	for _, n := range c.sc.Nodes {
		once("state", n.ID)
	}
	for _, id := range c.sc.Elicit {
		c.known("must_elicit", id, c.isFact(id))
	}
	for _, id := range c.sc.Pass.Must {
		c.known("pass", id, c.isPoint(id))
	}
}

func (c *checker) known(where, id string, ok bool) {
	if !ok {
		c.fault("%s names %q, which does not exist", where, id)
	}
}

func (c *checker) isFact(id string) bool {
	return slices.ContainsFunc(c.sc.Facts, func(f Fact) bool { return f.ID == id })
}

func (c *checker) isPoint(id string) bool {
	return slices.ContainsFunc(c.sc.Points, func(p Point) bool { return p.ID == id })
}

func (c *checker) node(n Node) {
	if n.End != "" {
		return
	}
	closed := false
	for _, b := range n.Next {
		_, ok := c.sc.node(b.To)
		c.known("state "+n.ID, b.To, ok)
		for _, id := range b.When.AllFacts {
			c.known("state "+n.ID, id, c.isFact(id))
		}
		for _, id := range b.When.Answered {
			c.known("state "+n.ID, id, c.isPoint(id))
		}
		if closed {
			c.fault("state %s has a branch after else, which is never taken", n.ID)
		}
		closed = closed || b.When.Else
	}
	if !closed {
		c.fault("state %s has no else: the caller would fall silent", n.ID)
	}
}

// reach walks the graph from the first state forwards, and from the ends backwards.
func (c *checker) reach() {
	forward := c.spread([]string{c.sc.Nodes[0].ID}, func(n Node) []string {
		var out []string
		for _, b := range n.Next {
			out = append(out, b.To)
		}
		return out
	})
	var ends []string
	for _, n := range c.sc.Nodes {
		if n.End != "" {
			ends = append(ends, n.ID)
		}
	}
	back := c.spread(ends, func(n Node) []string {
		var out []string
		for _, m := range c.sc.Nodes {
			if slices.ContainsFunc(m.Next, func(b Branch) bool { return b.To == n.ID }) {
				out = append(out, m.ID)
			}
		}
		return out
	})
	for _, n := range c.sc.Nodes {
		if !forward[n.ID] {
			c.fault("state %s is never reached", n.ID)
		}
		if !back[n.ID] {
			c.fault("state %s never ends", n.ID)
		}
	}
}

func (c *checker) spread(start []string, next func(Node) []string) map[string]bool {
	seen := map[string]bool{}
	for todo := start; len(todo) > 0; {
		id := todo[0]
		todo = todo[1:]
		if n, ok := c.sc.node(id); ok && !seen[id] {
			seen[id] = true
			todo = append(todo, next(n)...)
		}
	}
	return seen
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return w != "" && strings.Contains(text, w) })
}
