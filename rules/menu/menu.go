// Package menu is the caller's way through the spoken menu.
//
// It owns the nodes of a menu as data, the service hours, and the machine that turns keys, silence and answers into
// what is to be played, asked and done next. hub/menu reads the file and runs it on a line. It promises that a choice
// whose back end is not configured is neither announced nor accepted, that 0 reaches a person from every node in
// service hours, and that a caller who does nothing ends at a person or at a message, never in a circle.
package menu

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ID names a node. Ways out of the menu start with "@".
type ID string

// The ways out.
const (
	OutQueue     ID = "@queue"     // a person; at night a message
	OutVoicemail ID = "@voicemail" // leave a message
	OutEnd       ID = "@end"       // goodbye
	OutBack      ID = "@back"      // the node before
)

// When restricts a choice to hours.
type When string

// The restrictions.
const (
	Always When = ""
	Day    When = "day"
	Night  When = "night"
)

// Choice is one key of a node.
type Choice struct {
	Key     string // one of 0-9, * and #
	Say     string // prompt that announces it, empty: not announced
	Label   string // what the agent reads later
	To      ID
	When    When
	Needs   string // back end that must be configured, empty: none
	Subject string // sets the subject of the call
	Region  string // sets the region of the call
}

// Collect asks for digits. Region and Service say what they are for; one of them is set.
type Collect struct {
	First   string // digits with which an input starts; other keys are choices
	Min     int
	Max     int
	Secret  bool // the digits are in no recording, log or screen
	Region  bool // an area code
	Service string
}

// Node is one step of the menu.
type Node struct {
	ID    ID
	Needs string   // back end that must be configured, empty: none
	Say   []string // prompts before the choices
	// SayNight is said after Say when nobody is on duty.
	SayNight []string
	Choices  []Choice
	Collect  *Collect
	// Service answers without digits; with Collect it is asked with them. Answers are ways in Routes.
	Service string
	Routes  map[string]ID
	Goto    ID   // where a node without choices leads
	Silence ID   // after the last repetition without a key
	Once    bool // silence is not repeated at this node
	Back    ID
}

// Limits bound what a caller can do to the menu and the menu to the caller.
type Limits struct {
	Key     time.Duration // wait for the first key after a prompt
	Digit   time.Duration // wait for the next digit of an input
	Repeats int           // of a node that nobody answers
	Wrong   int           // wrong keys or inputs at one node
	Steps   int           // nodes in one call: a circle ends
}

// Menu is the whole menu.
type Menu struct {
	Version int
	Start   ID
	Guessed ID // start for a caller whose number tells the region
	Limits  Limits
	Nodes   map[ID]Node
	Regions map[string]string // area code to name of the region
	Hours   Hours
}

// Env is what the menu needs to know about the moment and the centre.
type Env struct {
	Day bool            // people are on duty
	Has map[string]bool // configured back ends
}

// Offered returns the choices of a node that are there now, in the order of the file.
func (m *Menu) Offered(n Node, env Env) []Choice {
	var out []Choice
	for _, c := range n.Choices {
		if m.there(c, env) {
			out = append(out, c)
		}
	}
	return out
}

func (m *Menu) there(c Choice, env Env) bool {
	hours := c.When == Always || (c.When == Day) == env.Day
	return hours && has(env, c.Needs) && m.reachable(c.To, env)
}

// reachable tells whether a node can do anything at all now.
func (m *Menu) reachable(to ID, env Env) bool {
	if strings.HasPrefix(string(to), "@") {
		return true
	}
	n := m.Nodes[to]
	service := n.Service
	if n.Collect != nil && n.Collect.Service != "" {
		service = n.Collect.Service
	}
	return has(env, n.Needs) && has(env, service)
}

func has(env Env, need string) bool { return need == "" || env.Has[need] }

// Error is a fault of the menu's data.
type Error struct {
	Node ID
	Why  string
}

func (e *Error) Error() string { return fmt.Sprintf("menu: node %s: %s", e.Node, e.Why) }

// Check finds what is wrong with a menu before a caller does; prompts are the names that can be played.
func (m *Menu) Check(prompts map[string]bool) []error {
	var out []error
	fault := func(id ID, format string, args ...any) {
		out = append(out, &Error{id, fmt.Sprintf(format, args...)})
	}
	if _, ok := m.Nodes[m.Start]; !ok {
		fault(m.Start, "the menu starts at a node that does not exist")
	}
	if _, ok := m.Nodes[m.Guessed]; !ok && m.Guessed != "" {
		fault(m.Guessed, "the menu starts at a node that does not exist")
	}
	for _, id := range sortedIDs(m.Nodes) {
		n := m.Nodes[id]
		for _, to := range n.ways() {
			if _, ok := m.Nodes[to]; !ok && !slices.Contains([]ID{OutQueue, OutVoicemail, OutEnd, OutBack}, to) {
				fault(id, "leads to %q, which does not exist", to)
			}
		}
		for _, p := range n.prompts() {
			if !prompts[p] {
				fault(id, "plays %q, which has no text", p)
			}
		}
		for _, why := range n.faults() {
			fault(id, "%s", why)
		}
	}
	return out
}

func (n Node) faults() []string {
	out := n.keyFaults()
	if len(n.Choices) == 0 && n.Collect == nil && n.Service == "" && n.Goto == "" {
		out = append(out, "leads nowhere")
	}
	if len(n.Choices) > 8 {
		out = append(out, "has more than eight choices: nobody remembers them")
	}
	if c := n.Collect; c != nil && (c.Min < 1 || c.Max < c.Min || c.Region == (c.Service != "")) {
		out = append(out, "collects nothing sensible")
	}
	return out
}

// keyFaults finds keys that do not exist and keys that two choices share at the same hours.
func (n Node) keyFaults() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range n.Choices {
		if len(c.Key) != 1 || !strings.Contains("0123456789*#", c.Key) {
			out = append(out, fmt.Sprintf("%q is no key", c.Key))
		}
		hours := []When{c.When}
		if c.When == Always {
			hours = []When{Day, Night}
		}
		for _, w := range hours {
			if seen[c.Key+string(w)] {
				out = append(out, fmt.Sprintf("key %s is there twice", c.Key))
			}
			seen[c.Key+string(w)] = true
		}
	}
	return out
}

// ways lists where a node can lead.
func (n Node) ways() []ID {
	var out []ID
	for _, c := range n.Choices {
		out = append(out, c.To)
	}
	for _, to := range n.Routes {
		out = append(out, to)
	}
	for _, to := range []ID{n.Goto, n.Silence, n.Back} {
		if to != "" {
			out = append(out, to)
		}
	}
	slices.Sort(out)
	return out
}

func (n Node) prompts() []string {
	out := slices.Concat(n.Say, n.SayNight)
	for _, c := range n.Choices {
		if c.Say != "" {
			out = append(out, c.Say)
		}
	}
	return out
}

func sortedIDs(nodes map[ID]Node) []ID {
	out := make([]ID, 0, len(nodes))
	for id := range nodes {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
