package identity

import (
	"fmt"
	"strings"
	"unicode"
)

// Elements are what the agent typed as heard. Substitute replaces the employer for people who have none; its name is set
// by the centre and not chosen by the agent.
type Elements struct {
	Number     string
	Name       string
	Employer   string
	Substitute string
}

// Missing names the elements that were not given. This is no hint about a file: it speaks only of what was typed.
func (e Elements) Missing(substitute bool) []string {
	var out []string
	for _, f := range []struct {
		label, value string
		need         bool
	}{{"身份证号码", e.Number, true}, {"姓名", e.Name, true}, {"工作单位", e.Employer, !substitute}, {"替代要素", e.Substitute, substitute}} {
		if f.need && Normal(f.value) == "" {
			out = append(out, f.label)
		}
	}
	return out
}

// Normal is a name or employer for comparing: full-width folded, spaces dropped, the dots of names made one.
func Normal(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch {
		case unicode.IsSpace(r):
			return -1
		case strings.ContainsRune("•‧∙・．.", r):
			return '·'
		}
		return unicode.ToUpper(r)
	}, s)
}

// Answer is all that the business system may say.
type Answer string

// The answers. Which element was wrong is never said.
const (
	Match    Answer = "match"
	NoMatch  Answer = "no_match"
	NotFound Answer = "not_found"
)

// Label is what the agent sees.
func (a Answer) Label() string {
	switch a {
	case Match:
		return "三要素相符"
	case NoMatch:
		return "不相符"
	case NotFound:
		return "查无此人"
	}
	return string(a)
}

// Limits on failed checks.
type Limits struct {
	PerCall int // then no more inquiry on this call
	PerDay  int // of one identity number, then it is locked for the day and the lead is told
}

// DefaultLimits are the project's assumptions of domain.md section 6.
func DefaultLimits() Limits { return Limits{PerCall: 3, PerDay: 5} }

// State is one call's inquiry. Day is the number's failures of today on all calls, which the hub keeps by keyed hash.
type State struct {
	Failures int  `json:"failures"`
	Day      int  `json:"day"`
	Matched  bool `json:"matched"`
}

// Phase is what the inquiry allows.
type Phase string

// The phases of an inquiry.
const (
	StateOpen    Phase = "open"    // elements may be asked and checked
	StateMatched Phase = "matched" // account data may be shown and read out
	StateRefused Phase = "refused" // no more inquiry on this call
	StateLocked  Phase = "locked"  // nobody can check this number today
)

// Phase tells what s allows.
func (s State) Phase(l Limits) Phase {
	switch {
	case s.Matched:
		return StateMatched
	case s.Day >= l.PerDay:
		return StateLocked
	case s.Failures >= l.PerCall:
		return StateRefused
	}
	return StateOpen
}

// Effect is what has to be done after an answer.
type Effect string

// The effects.
const (
	EffectAudit    Effect = "audit"     // always: who asked, which call, which answer, never the elements
	EffectShow     Effect = "show"      // account data may be fetched
	EffectRefuse   Effect = "refuse"    // the refusal is to be read out
	EffectLock     Effect = "lock"      // the number is closed for the day
	EffectTellLead Effect = "tell_lead" // with call and agent, without the number
)

// StepError tells that no answer was due.
type StepError struct {
	From   Phase
	Answer Answer
}

func (e *StepError) Error() string {
	return fmt.Sprintf("identity: answer %s is impossible in state %s", e.Answer, e.From)
}

// Step counts an answer. In a refused or locked inquiry nothing may be asked, and a match is never taken back: both are
// a *StepError.
func Step(s State, a Answer, l Limits) (State, []Effect, error) {
	from := s.Phase(l)
	if from != StateOpen || (a != Match && a != NoMatch && a != NotFound) {
		return s, nil, &StepError{From: from, Answer: a}
	}
	if a == Match {
		s.Matched = true
		return s, []Effect{EffectAudit, EffectShow}, nil
	}
	s.Failures++
	s.Day++
	do := []Effect{EffectAudit}
	switch s.Phase(l) {
	case StateLocked:
		do = append(do, EffectLock, EffectTellLead, EffectRefuse)
	case StateRefused:
		do = append(do, EffectRefuse)
	}
	return s, do, nil
}

// Wordings that the agent reads out; that they were read is noted in the record.
const (
	WordingRefuse = "为保护个人信息，需要参保人本人来电，并核对身份证号码、姓名和工作单位。"
	WordingRisk   = "冒用他人身份查询个人信息要承担法律责任，请您理解。"
	WordingFailed = "您提供的信息与系统登记不一致，今天不能再为您查询，请本人携带身份证到经办机构办理。"
)
