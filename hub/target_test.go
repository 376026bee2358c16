package hub

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestNumberAskedStaysOutOfTheLog: a private number that is asked stands nowhere in the call's timeline, whatever becomes of
// it, and on no desk but the one that dialled it.
func TestNumberAskedStaysOutOfTheLog(t *testing.T) {
	const private, masked = "13912345678", "外线 139****5678"
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		legs := func(of *agentAt) string {
			raw, err := json.Marshal(of.state().Call)
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		h.net.fate[private] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
		a.consult("number:" + private)
		h.pass(time.Second)
		if !a.told(masked + " 占线") {
			t.Errorf("told %v", a.alerts())
		}
		delete(h.net.fate, private)
		a.consult("number:139-1234-5678")
		h.net.of(private).press('1')
		h.pass(100 * time.Millisecond)
		if l := legs(a); strings.Count(l, private) != 1 || !strings.Contains(l, masked) {
			t.Errorf("the desk that dialled it sees %s", l)
		}
		for _, do := range []string{wire.DoSwap, wire.DoSwap, wire.DoMerge} {
			if code := a.do(do); code != wire.CodeOK {
				t.Fatalf("%s: %s", do, code)
			}
		}
		a.consult("desk:8002")
		b.answer()
		if code := a.do(wire.DoMerge); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(100 * time.Millisecond)
		if l := legs(b); strings.Contains(l, private) || !strings.Contains(l, masked) {
			t.Errorf("a colleague sees %s", l)
		}
		var leg string
		for _, l := range a.state().Call.Legs {
			if l.Who == "外线 "+private {
				leg = l.ID
			}
		}
		for _, do := range []string{wire.DoLegMute, wire.DoLegDrop} {
			if code := a.do(do, wire.CallVerb{Leg: leg}); code != wire.CodeOK {
				t.Errorf("%s: %s", do, code)
			}
		}
		a.do(wire.DoRelease)
		b.do(wire.DoRelease)
		h.stop()
		_, lines := h.data(h.logs()[0].ID)
		if strings.Contains(lines, private) || !strings.Contains(lines, masked) {
			t.Errorf("the log says\n%s", lines)
		}
	})
}

// find is what the box for targets shows.
func (a *agentAt) find(query string) *wire.Targets {
	a.h.t.Helper()
	t, ok := a.say(&wire.FindTarget{Query: query}).(*wire.Targets)
	if !ok {
		a.h.t.Fatalf("%q was not looked for", query)
	}
	return t
}

// TestManySeatsHideNobody: with more seats than there is room for, groups and departments are on the list too, those who
// are free come first, and it is said how many are not shown.
func TestManySeatsHideNobody(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		for i := range 40 {
			b := h.sit(strconv.Itoa(8100 + i))
			if i < 39 {
				b.ok(&wire.SetPresence{State: "not_ready"})
			}
		}
		for _, query := range []string{"", "quan sheng"} {
			got, kinds := a.find(query), map[string]int{}
			for _, t := range got.List {
				kinds[t.Kind]++
			}
			all := map[string]int{"": 42, "quan sheng": 41}[query]
			if kinds["group"] != 1 || query == "" && kinds["number"] != 1 || len(got.List) != targetsShown || got.More != all-targetsShown {
				t.Errorf("%q: %v and %d more", query, kinds, got.More)
			}
			if got.List[0].ID != "desk:8139" {
				t.Errorf("%q: first is %+v", query, got.List[0])
			}
		}
	})
}

// TestTargetByPlace: seats and groups are found by the place as people say it, and shown with it.
func TestTargetByPlace(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sitIn("320000", "8001"), h.sitIn("320102", "8002")
		b.seat.account.Skills = []store.Skill{{Region: "320100", Subject: "失业保险", Level: 2}}
		b.ok(&wire.SetPresence{State: "not_ready"}) // publishes them
		for _, query := range []string{"南京", "nanjing", "nj", "玄武", "xw", "江苏 8002", "320102", "nj sy"} {
			if got := a.find(query).List; len(got) == 0 || got[0].ID != "desk:8002" || got[0].Duty != "南京 失业保险" {
				t.Errorf("%s finds %+v", query, got)
			}
		}
		for query, want := range map[string]string{"南京 失业": "desk:8002 group:320100/失业保险", "苏州": ""} {
			var ids []string
			for _, x := range a.find(query).List {
				ids = append(ids, x.ID)
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("%s finds %s", query, got)
			}
		}
	})
}

// TestReachAfterTheCall: only numbers are found for a call of one's own, and an office is rung at any time.
func TestReachAfterTheCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.sit("8002")
		h.cfg.Outgoing.QuietFrom, h.cfg.Outgoing.QuietTo = 0, 23*time.Hour
		for query, want := range map[string]string{"": "number:025-12333", "nj": "number:025-12333", "8002": "", "13912345678": "number:13912345678"} {
			got, ok := a.say(&wire.FindTarget{Query: query, Outside: true}).(*wire.Targets)
			if !ok || !got.Outside || len(got.List) > 1 || len(got.List) == 1 != (want != "") || want != "" && got.List[0].ID != want {
				t.Errorf("%q finds %+v", query, got)
			}
		}
		for target, want := range map[string]wire.Code{"number:13912345678": wire.CodeImpossible, "number:025-12333": wire.CodeOK} {
			if code := a.code(&wire.Dial{Target: target}); code != want {
				t.Errorf("%s: %s", target, code)
			}
		}
	})
}
