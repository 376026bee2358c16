// Package exam is how trainees are examined: simulated calls, written papers, and the path to certification.
//
// It owns the shape of scenarios and question banks as data, the machine that plays a caller's script, the drawing and
// marking of papers, and the states of a trainee (domain.md section 10). session/exam plays it without a hub, the hub
// keeps the results, the files are read by whoever owns them. It promises that a script which is accepted always ends,
// that a draw depends on nothing but its seed, and that no conclusion of law is marked by a machine alone.
package exam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Scenario is one simulated call.
type Scenario struct {
	ID        string              `yaml:"id" json:"id,omitempty"`
	Title     string              `yaml:"title" json:"title,omitempty"`
	Kind      string              `yaml:"kind" json:"kind,omitempty"`
	Category  string              `yaml:"category" json:"category,omitempty"`
	Level     string              `yaml:"level" json:"level,omitempty"`
	Source    string              `yaml:"source" json:"source,omitempty"`
	Caller    Caller              `yaml:"caller" json:"caller,omitempty"`
	Opening   string              `yaml:"opening" json:"opening,omitempty"`
	Facts     []Fact              `yaml:"facts" json:"facts,omitempty"`
	Nodes     []Node              `yaml:"states" json:"states,omitempty"`
	Elicit    []string            `yaml:"must_elicit" json:"must_elicit,omitempty"`
	Points    []Point             `yaml:"answer_points" json:"answer_points,omitempty"`
	Forbidden []Forbidden         `yaml:"forbidden" json:"forbidden,omitempty"`
	Escalate  *Escalation         `yaml:"escalate" json:"escalate,omitempty"`
	Rubric    map[string][]string `yaml:"rubric" json:"rubric,omitempty"`
	Pass      Pass                `yaml:"pass" json:"pass,omitempty"`
}

// Caller is who calls, for whoever plays or renders the voice.
type Caller struct {
	Profile  string `yaml:"profile" json:"profile,omitempty"`
	Tone     string `yaml:"tone" json:"tone,omitempty"`
	Rate     int    `yaml:"speech_cpm" json:"speech_cpm,omitempty"` // characters a minute
	Patience int    `yaml:"patience_s" json:"patience_s,omitempty"` // seconds of silence before the caller reacts
	Mood     string `yaml:"mood" json:"mood,omitempty"`             // one of Moods; a state may have its own
	Around   Around `yaml:"around" json:"around,omitzero"`
}

// Around is where the caller is, and the line from there. It is mixed in when a line is played.
type Around struct {
	Noise string  `yaml:"noise" json:"noise,omitempty"`       // one of Noises
	SNR   float64 `yaml:"snr_db" json:"snr_db,omitempty"`     // of the voice over the noise
	Loss  float64 `yaml:"loss_pct" json:"loss_pct,omitempty"` // of the line's packets
	Band  float64 `yaml:"band_hz" json:"band_hz,omitempty"`   // the line carries nothing above; 0: all of the telephone's
}

// Fact is something the caller knows. Given is "open" for what the opening tells, "ask" for what must be asked.
type Fact struct {
	ID    string   `yaml:"id" json:"id,omitempty"`
	Text  string   `yaml:"text" json:"text,omitempty"`
	Given string   `yaml:"given" json:"given,omitempty"`
	Ask   []string `yaml:"ask" json:"ask,omitempty"`
}

// Node is a state of the script. End names how the call ends here.
type Node struct {
	ID     string   `yaml:"id" json:"id,omitempty"`
	Say    string   `yaml:"say" json:"say,omitempty"`
	Mood   string   `yaml:"mood" json:"mood,omitempty"` // in this state
	Next   []Branch `yaml:"next" json:"next,omitempty"`
	End    string   `yaml:"end" json:"end,omitempty"`
	Result string   `yaml:"result" json:"result,omitempty"`
}

// Branch is one way on; the first that fits is taken.
type Branch struct {
	When When   `yaml:"when" json:"when,omitempty"`
	To   string `yaml:"to" json:"to,omitempty"`
}

// When is a condition; everything that it names must hold. Numbers mean "more than", turns are counted in the node.
type When struct {
	Any      []string `yaml:"any" json:"any,omitempty"`
	AllFacts []string `yaml:"all_facts" json:"all_facts,omitempty"`
	Answered []string `yaml:"answered" json:"answered,omitempty"`
	Phrase   string   `yaml:"phrase" json:"phrase,omitempty"`
	Silence  int      `yaml:"silence_s" json:"silence_s,omitempty"`
	Hold     int      `yaml:"hold_s" json:"hold_s,omitempty"`
	Turns    int      `yaml:"turns" json:"turns,omitempty"`
	Wrong    int      `yaml:"wrong_articles" json:"wrong_articles,omitempty"` // opened that have nothing to do with the call
	Else     bool     `yaml:"else" json:"else,omitempty"`
}

// Point is what a complete answer holds. Keys only propose; a person decides.
type Point struct {
	ID     string   `yaml:"id" json:"id,omitempty"`
	Text   string   `yaml:"text" json:"text,omitempty"`
	Points int      `yaml:"points" json:"points,omitempty"`
	KB     string   `yaml:"kb" json:"kb,omitempty"`
	Keys   []string `yaml:"keys" json:"keys,omitempty"`
}

// Mentioned tells whether words hold one of the point's keys.
func (q Point) Mentioned(words string) bool { return containsAny(words, q.Keys) }

// Forbidden is a promise or phrase that costs points, or everything.
type Forbidden struct {
	Text  string `yaml:"text" json:"text,omitempty"`
	Minus int    `yaml:"minus" json:"minus,omitempty"`
	Fatal bool   `yaml:"fatal" json:"fatal,omitempty"`
}

// Escalation is what a dangerous word must set off.
type Escalation struct {
	When   When   `yaml:"when" json:"when,omitempty"`
	Action string `yaml:"action" json:"action,omitempty"`
}

// Pass is the rule for passing.
type Pass struct {
	Total     int      `yaml:"total_min" json:"total_min,omitempty"`
	Must      []string `yaml:"must" json:"must,omitempty"`
	FatalZero bool     `yaml:"fatal_zero" json:"fatal_zero,omitempty"`
}

func (sc *Scenario) node(id string) (Node, bool) {
	i := slices.IndexFunc(sc.Nodes, func(n Node) bool { return n.ID == id })
	if i < 0 {
		return Node{}, false
	}
	return sc.Nodes[i], true
}

// Lines lists everything that the caller may say, for whoever renders the voice: each of it once, the common lines last.
func (sc *Scenario) Lines() []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(sc.Opening)
	for _, n := range sc.Nodes {
		add(n.Say)
	}
	for _, f := range sc.Facts {
		if f.Given == "ask" {
			add(f.Text)
		}
	}
	for _, s := range Common {
		add(s)
	}
	return out
}

// Common are the lines of every caller.
var Common = []string{nudge, Interrupted}

// Check finds what is wrong with a scenario: names that do not exist, nodes that are never reached or never end, branches
// that are never taken. Each error is a *Fault.
func (sc *Scenario) Check() []error {
	c := checker{sc: sc}
	if len(sc.Nodes) == 0 || sc.Opening == "" {
		c.fault("has no opening or no states")
		return c.errs
	}
	c.names()
	c.sounds()
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

// Fault is one thing wrong with a scenario. At is the id of the state, fact or point that it is about, for whoever knows
// the lines of the file.
type Fault struct {
	Scenario, At, Text string
}

func (f *Fault) Error() string { return fmt.Sprintf("scenario %s: %s", f.Scenario, f.Text) }

func (c *checker) fault(format string, args ...any) { c.faultAt("", format, args...) }

func (c *checker) faultAt(at, format string, args ...any) {
	c.errs = append(c.errs, &Fault{c.sc.ID, at, fmt.Sprintf(format, args...)})
}

func (c *checker) names() {
	seen := map[string]bool{}
	once := func(kind, id string) {
		if id == "" || seen[kind+id] {
			c.faultAt(id, "%s %q is there twice or has no name", kind, id)
		}
		seen[kind+id] = true
	}
	for _, f := range c.sc.Facts {
		once("fact", f.ID)
		if f.Given == "ask" && len(f.Ask) == 0 {
			c.faultAt(f.ID, "fact %s can never be asked for", f.ID)
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
		c.faultAt(where, "%s names %q, which does not exist", where, id)
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
		c.known(n.ID, b.To, ok)
		for _, id := range b.When.AllFacts {
			c.known(n.ID, id, c.isFact(id))
		}
		for _, id := range b.When.Answered {
			c.known(n.ID, id, c.isPoint(id))
		}
		if closed {
			c.faultAt(n.ID, "state %s has a branch after else, which is never taken", n.ID)
		}
		closed = closed || b.When.Else
	}
	if !closed {
		c.faultAt(n.ID, "state %s has no else: the caller would fall silent", n.ID)
	}
	c.dead(n)
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
			c.faultAt(n.ID, "state %s is never reached", n.ID)
		}
		if !back[n.ID] {
			c.faultAt(n.ID, "state %s never ends", n.ID)
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

// VoiceName names the sound of a line of a scenario: the same text in another scenario has another voice.
func VoiceName(scenario, text string) string {
	sum := sha256.Sum256([]byte(scenario + "\n" + text))
	return hex.EncodeToString(sum[:6])
}
