package call

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDiagramIsFresh(t *testing.T) {
	t.Parallel()
	golden(t, filepath.Join("..", "..", "docs", "call-machine.md"), diagram())
}

// common events are true of so many states that arrows for them would hide the rest.
var common = []Kind{EventCallerHangup, EventTrunkFault, EventShutdown, EventSeatLost, EventTakeOver, EventForceEnd}

// diagram writes the machine as a picture for the eye and a table for the rest. Arrows are drawn from what Step does.
func diagram() string {
	var b strings.Builder
	b.WriteString("# The call machine\n\nWritten from the table in `rules/call` by `go test ./rules/call -update`; do not edit.\n\n")
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> arriving\n    [*] --> dialling: outgoing\n")
	arrows := edges()
	for _, from := range Phases {
		for _, dest := range Phases {
			if kinds := arrows[[2]Phase{from, dest}]; len(kinds) > 0 {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", from, dest, strings.Join(kinds, ", "))
			}
		}
	}
	b.WriteString("    closed --> [*]\n```\n\nNot drawn: what every state with a caller has (`caller_hangup`, `trunk_fault`, `shutdown` lead to closing), and\n")
	b.WriteString("what every state with a seat has (`seat_lost`, `take_over` to announcing once there is a caller, `force_release` to closing).\n\n")
	b.WriteString("| state | 中文 | owner | default limit | events |\n|---|---|---|---|---|\n")
	for _, p := range Phases {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", p, p.Label(), p.Owner(), DefaultLimits().Of(p), strings.Join(eventCells(p), " · "))
	}
	b.WriteString("\nIn the table `stay` keeps the state; `caller` is talking or the conference; `promote` gives the call to the third party;\n")
	b.WriteString("`resume` is where the lost seat was; `inner` lets the state behind a lost seat go on; `expire` is the queue's head or the\n")
	b.WriteString("conference without the seat; `farewell` is the rating, or the end of an outgoing call; `fewer` is one party less.\n")
	return b.String()
}

func edges() map[[2]Phase][]string {
	found := map[[2]Phase][]string{}
	for _, s := range states() {
		for _, k := range Kinds {
			for _, p := range []Party{PartySeat, PartyOutside} {
				next, _, err := Step(s, Event{k, p})
				if err != nil || next.Phase == s.Phase || slices.Contains(common, k) {
					continue
				}
				at := [2]Phase{s.Phase, next.Phase}
				if !slices.Contains(found[at], string(k)) {
					found[at] = append(found[at], string(k))
				}
			}
		}
	}
	return found
}

func eventCells(p Phase) []string {
	var out []string
	for _, k := range Kinds {
		if r, ok := table[p][k]; ok {
			out = append(out, fmt.Sprintf("%s→%s", k, strings.Trim(string(r.to), "()")))
		}
	}
	return out
}
