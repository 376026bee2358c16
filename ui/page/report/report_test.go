package report

import (
	"strings"
	"testing"

	"zuoxi/rules/access"
	rules "zuoxi/rules/report"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

func lead(role access.Role) session.View {
	v := sample.Idle()
	v.Seat = session.SeatView{AgentNo: "1001", Role: string(role)}
	return v
}

func TestMakesWhatIsChosen(t *testing.T) {
	d := sample.Alone(lead(access.RoleLead), keys.Report)
	p := New()
	p.Enter(&d.Env)
	p.from.Set("２０２６-10-01")
	p.to.Set("2026-10-31")
	p.Act(keys.ReportNext, &d.Env)
	p.Act(keys.ReportMake, &d.Env)
	if want := (session.Review{Do: review.Report{Name: "calls", From: "2026-10-01", To: "2026-10-31", By: "district"}}); d.Last() != want {
		t.Errorf("said %+v", d.Last())
	}
	d = sample.Alone(lead(access.RoleViewer), keys.Report)
	p.kind.Sel = len(kinds) - 1 // awards are not a viewer's
	p.Act(keys.ReportMake, &d.Env)
	if d.Last() != nil {
		t.Errorf("said %+v", d.Last())
	}
}

// TestProofsStand: a proof that fails comes first, a dash stays a dash, and wide tables move under their first column.
func TestProofsStand(t *testing.T) {
	v := lead(access.RoleLead)
	table := rules.Calls(rules.CallAsk{Label: "地市", Logged: 12, Groups: []rules.Group{
		{Name: "南京", Sums: rules.Sums{Classes: rules.Classes{Arrived: 11, Human: 8, Auto: 1, Queue: 2}}}, {Name: "苏州", Silent: true},
	}})
	v.Review.Report = &table
	for _, size := range [][2]int{{80, 21}, {120, 34}, {200, 56}} {
		d := sample.Alone(v, keys.Report)
		p := New()
		p.Enter(&d.Env)
		text, _ := d.Draw(p.Draw, size[0], size[1])
		for _, want := range []string{"南京", "来电总量", "本表来电总量 = 通话日志条数：11 ≠ 12，差 -1"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", size, want, text)
			}
		}
		if bad, good := strings.Index(text, "≠"), strings.Index(text, "✓"); good >= 0 && bad > good {
			t.Errorf("%v: what fails does not come first", size)
		}
	}
	d := sample.Alone(v, keys.Report)
	p := New()
	p.at = areaTable
	d.Draw(p.Draw, 80, 21)
	d.Press(p.Update, "right", "right", "right", "right", "right")
	if text, _ := d.Draw(p.Draw, 80, 21); strings.Contains(text, "来电总量  ") || !strings.Contains(text, "人工占比") || !strings.Contains(text, "南京") {
		t.Errorf("not moved:\n%s", text)
	}
}
