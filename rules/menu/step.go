package menu

import (
	"slices"
	"strings"
	"time"
)

// Kind is what happened.
type Kind string

// The events.
const (
	EventStart   Kind = "start"
	EventPlayed  Kind = "played"  // the prompts were heard out
	EventKey     Kind = "key"     // Event.Key
	EventSilence Kind = "silence" // no key in the time of Action.Wait
	EventAnswer  Kind = "answer"  // of a back end: Event.Answer is one of the node's routes
)

// Event is one thing that happened to the caller.
type Event struct {
	Kind   Kind
	Key    byte
	Answer string
}

// Do is what has to be done next.
type Do string

// The actions.
const (
	DoPlay  Do = "play"  // play Say; a key may interrupt it
	DoWait  Do = "wait"  // wait for a key for Wait
	DoServe Do = "serve" // ask the back end Service with Digits
	DoLeave Do = "leave" // out of the menu, To
)

// Action is what the line has to do; its outcome is the next event.
type Action struct {
	Do      Do
	Say     []string
	Wait    time.Duration
	Service string
	Digits  string
	To      ID
}

// State is where one caller is. The zero value has not started.
type State struct {
	Node    ID
	Path    []ID // nodes before, for back
	Repeats int
	Wrong   int
	Steps   int
	Digits  string

	Region   string
	RegionBy string // "menu" or "number"
	Subject  string
	Keys     []Pressed
}

// Pressed is a choice that the caller made, for the agent and the timeline. Digits of a secret input are never here.
type Pressed struct {
	Node  ID
	Key   string
	Label string
}

// Prompts that the machine plays by itself.
const (
	SayPerson = "say_person" // 0 for a person
	SayRepeat = "say_repeat" // 9 to hear it again
	SayBack   = "say_back"   // * to go back
	SayWrong  = "wrong_key"
)

// prompts of the machine, in the order in which they follow the choices.
var machinePrompts = []string{SayPerson, SayRepeat, SayBack, SayWrong}

// MachinePrompts lists the prompts that every menu must have.
func MachinePrompts() []string { return slices.Clone(machinePrompts) }

// Step returns the state after the event and what has to be done. It never fails: an event that does not fit, such as a
// key for a menu that has been left, repeats what is due.
func (m *Menu) Step(s State, e Event, env Env) (State, Action) {
	n := m.Nodes[s.Node]
	switch e.Kind {
	case EventStart:
		if s.Region != "" && m.Guessed != "" {
			return m.enter(s, m.Guessed, env)
		}
		return m.enter(s, m.Start, env)
	case EventPlayed:
		return m.played(s, n, env)
	case EventKey:
		return m.key(s, n, e.Key, env)
	case EventSilence:
		return m.silence(s, n, env)
	case EventAnswer:
		if to, ok := n.Routes[e.Answer]; ok {
			return m.enter(s, to, env)
		}
		return m.give(s, env)
	}
	return s, m.ask(n, env)
}

// enter goes to a node, or out.
func (m *Menu) enter(s State, to ID, env Env) (State, Action) {
	if to == OutBack {
		to = m.Start
		if len(s.Path) > 0 {
			to, s.Path = s.Path[len(s.Path)-1], s.Path[:len(s.Path)-1]
		}
	} else if s.Node != "" && s.Node != to {
		s.Path = append(slices.Clone(s.Path), s.Node)
	}
	s.Steps++
	s.Repeats, s.Wrong, s.Digits = 0, 0, ""
	if s.Steps > m.Limits.Steps || !m.reachable(to, env) {
		return m.give(s, env)
	}
	if strings.HasPrefix(string(to), "@") {
		return m.leave(s, to, env)
	}
	s.Node = to
	return s, m.ask(m.Nodes[to], env)
}

// give leads a caller who cannot go on to a person.
func (m *Menu) give(s State, env Env) (State, Action) { return m.leave(s, OutQueue, env) }

// leave ends the menu. There is nobody to queue for at night.
func (m *Menu) leave(s State, to ID, env Env) (State, Action) {
	if to == OutQueue && !env.Day {
		to = OutVoicemail
	}
	return s, Action{Do: DoLeave, To: to}
}

// ask is the prompt of a node, put together from what is there now.
func (m *Menu) ask(n Node, env Env) Action {
	say := slices.Clone(n.Say)
	if !env.Day {
		say = append(say, n.SayNight...)
	}
	for _, c := range m.Offered(n, env) {
		if c.Say != "" {
			say = append(say, c.Say)
		}
	}
	if m.asks(n) {
		say = append(say, m.tail(n, env)...)
	}
	return Action{Do: DoPlay, Say: say}
}

func (m *Menu) asks(n Node) bool { return len(n.Choices) > 0 || n.Collect != nil }

// tail announces the keys that every node has, unless its own choices use them.
func (m *Menu) tail(n Node, env Env) []string {
	var out []string
	if env.Day && !m.uses(n, "0", env) {
		out = append(out, SayPerson)
	}
	if !m.uses(n, "9", env) {
		out = append(out, SayRepeat)
	}
	if n.Back != "" && !m.uses(n, "*", env) {
		out = append(out, SayBack)
	}
	return out
}

func (m *Menu) uses(n Node, key string, env Env) bool {
	return slices.ContainsFunc(m.Offered(n, env), func(c Choice) bool { return c.Key == key })
}

func (m *Menu) played(s State, n Node, env Env) (State, Action) {
	switch {
	case m.asks(n):
		return s, Action{Do: DoWait, Wait: m.Limits.Key}
	case n.Service != "":
		return s, Action{Do: DoServe, Service: n.Service}
	}
	return m.enter(s, n.Goto, env)
}

func (m *Menu) key(s State, n Node, key byte, env Env) (State, Action) {
	k := string(key)
	switch {
	case !m.asks(n):
		return m.played(s, n, env) // a key skips what is only told
	case s.Digits != "":
		return m.digit(s, n, k, env)
	case n.Collect != nil && strings.Contains(n.Collect.First, k):
		s.Digits = k
		return m.collected(s, n, env, false)
	}
	return m.choose(s, n, k, env)
}

// choose carries out a key that stands for itself.
func (m *Menu) choose(s State, n Node, k string, env Env) (State, Action) {
	for _, c := range m.Offered(n, env) {
		if c.Key == k {
			return m.take(s, c, env)
		}
	}
	switch {
	case k == "0" && env.Day:
		return m.take(s, Choice{Key: k, Label: "人工服务", To: OutQueue}, env)
	case k == "9":
		return s, m.ask(n, env)
	case k == "*" && n.Back != "":
		return m.enter(s, n.Back, env)
	}
	return m.wrong(s, n, env)
}

func (m *Menu) take(s State, c Choice, env Env) (State, Action) {
	s.Keys = append(slices.Clone(s.Keys), Pressed{s.Node, c.Key, c.Label})
	if c.Subject != "" {
		s.Subject = c.Subject
	}
	if c.Region != "" {
		s.Region, s.RegionBy = c.Region, "menu"
	}
	return m.enter(s, c.To, env)
}

// digit adds to an input; # ends it and * starts it again.
func (m *Menu) digit(s State, n Node, k string, env Env) (State, Action) {
	switch {
	case k == "#":
		return m.collected(s, n, env, true)
	case k == "*" && !n.Collect.Secret:
		s.Digits = ""
		return s, m.ask(n, env)
	}
	if k == "*" {
		k = "X" // the last character of an identity number
	}
	s.Digits += k
	return m.collected(s, n, env, false)
}

// collected decides what an input is worth; ended means that the caller will not add to it.
func (m *Menu) collected(s State, n Node, env Env, ended bool) (State, Action) {
	c := n.Collect
	if c.Region {
		if name, ok := m.Regions[s.Digits]; ok {
			return m.take(s, Choice{Key: s.Digits, Label: name, To: n.Goto, Region: name}, env)
		}
	}
	switch {
	case !ended && len(s.Digits) < c.Max:
		return s, Action{Do: DoWait, Wait: m.Limits.Digit}
	case len(s.Digits) == 1 && !strings.Contains(c.First, "0123456789"):
		k := s.Digits
		s.Digits = ""
		return m.choose(s, n, k, env) // the digit stood for itself after all
	case c.Region || len(s.Digits) < c.Min:
		return m.wrong(s, n, env)
	}
	digits := s.Digits
	s.Digits = ""
	if !c.Secret {
		s.Keys = append(slices.Clone(s.Keys), Pressed{Node: s.Node, Key: digits})
	}
	return s, Action{Do: DoServe, Service: c.Service, Digits: digits}
}

func (m *Menu) wrong(s State, n Node, env Env) (State, Action) {
	s.Digits = ""
	s.Wrong++
	if s.Wrong > m.Limits.Wrong {
		return m.onSilence(s, n, env)
	}
	a := m.ask(n, env)
	a.Say = append([]string{SayWrong}, a.Say...)
	return s, a
}

func (m *Menu) silence(s State, n Node, env Env) (State, Action) {
	if s.Digits != "" {
		return m.collected(s, n, env, true)
	}
	s.Repeats++
	if n.Once || s.Repeats > m.Limits.Repeats {
		return m.onSilence(s, n, env)
	}
	return s, m.ask(n, env)
}

func (m *Menu) onSilence(s State, n Node, env Env) (State, Action) {
	if n.Silence == "" {
		return m.give(s, env)
	}
	return m.enter(s, n.Silence, env)
}
