// Package retain decides how long a recording is kept: by what the call was, in days that a centre may set. It owns the kinds
// and the days that ship. The hub asks it when a recording begins and again before one is removed, because what a call was is
// known only later. It is pure: the time is a parameter. It promises that a recording of several kinds stays as long as the
// longest of them asks for. Legal hold stands above it and is the hub's.
package retain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Kind is what a recording is of. The values are names in the configuration.
type Kind string

// The kinds.
const (
	Call      Kind = "call"      // somebody called
	Outbound  Kind = "outbound"  // an agent called
	Message   Kind = "message"   // a message was left in the call
	Complaint Kind = "complaint" // the call led to a complaint, a report of a violation, or a complaint about an agent
	Abuse     Kind = "abuse"     // the agent ended it after warnings
	Mystery   Kind = "mystery"   // of the ministry's monitoring
)

// Days is how long recordings of each kind stay.
type Days map[Kind]int

// Defaults are the days that ship. No law names a figure (domain.md): three years, the limit of a civil action, and five where
// a dispute is in sight, are assumptions of the project.
func Defaults() Days {
	return Days{Call: 1095, Outbound: 1095, Message: 1095, Mystery: 1095, Complaint: 1825, Abuse: 1825}
}

// With puts a centre's own days over these. The error is one Chinese line.
func (d Days) With(own map[string]int) (Days, error) {
	out := maps.Clone(d)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if _, ok := d[Kind(name)]; !ok {
			return d, fmt.Errorf("hub.recording.keep_days 不认识“%s”，可用：%s", name, strings.Join(kinds(d), "、"))
		}
		if own[name] < 1 {
			return d, fmt.Errorf("hub.recording.keep_days.%s 要大于 0", name)
		}
		out[Kind(name)] = own[name]
	}
	return out, nil
}

func kinds(d Days) (out []string) {
	for _, k := range slices.Sorted(maps.Keys(d)) {
		out = append(out, string(k))
	}
	return out
}

// Least is until when a recording stays whatever it turns out to be of.
func (d Days) Least(start time.Time) time.Time {
	least := 0
	for _, n := range d {
		if least == 0 || n < least {
			least = n
		}
	}
	return start.AddDate(0, 0, least)
}

// Until is until when a recording stays that is of these kinds; one of no kind is of a call.
func (d Days) Until(start time.Time, of ...Kind) time.Time {
	most := 0
	for _, k := range of {
		most = max(most, d[k])
	}
	if most == 0 {
		most = d[Call]
	}
	return start.AddDate(0, 0, most)
}
