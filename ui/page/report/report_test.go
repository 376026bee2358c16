package report

import (
	"slices"
	"strings"
	"testing"
	"time"

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
	if text, _ := d.Draw(p.Draw, 120, 34); !strings.Contains(text, "按区县分组") {
		t.Errorf("the grouping is not said:\n%s", text)
	}
	p.kind.Sel = slices.IndexFunc(kinds, func(k kind) bool { return k.name == "topics" })
	p.Act(keys.ReportNext, &d.Env)
	if text, _ := d.Draw(p.Draw, 120, 34); strings.Contains(text, "分组") || ways[p.way].name != "district" {
		t.Errorf("a report without groups offers them:\n%s", text)
	}
	p.Act(keys.ReportMake, &d.Env)
	if r, ok := d.Last().(session.Review).Do.(review.Report); !ok || r.Name != "topics" || r.By != "" {
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
	table := rules.Calls(rules.CallAsk{Label: "地市", Logged: rules.Tally{Inbound: 12, Human: 8}, Groups: []rules.Group{
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

// october is a month sheet of two agents.
func october() *rules.Table {
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
	t := rules.Sheet([]rules.Agent{{No: "3027", Name: "李某", Knowledge: -1, Discipline: -1}, {No: "3028", Name: "王某", Knowledge: -1, Discipline: -1}}, rules.DefaultWeights, rules.DefaultFirst, 0)
	t.From, t.To = from, from.AddDate(0, 1, 0)
	return &t
}

// TestMonthSheetOnTheScreen: an agent appeals on the own sheet, a lead answers, gives points and publishes; what is not written
// is asked for and not sent.
func TestMonthSheetOnTheScreen(t *testing.T) {
	v := lead(access.RoleAgent)
	v.Review.Report = october()
	d := sample.Alone(v, keys.Report)
	p := New()
	p.Enter(&d.Env)
	if kinds[p.kind.Sel].name != "agents" {
		t.Errorf("an agent begins with %s", kinds[p.kind.Sel].name)
	}
	p.Act(keys.SheetObject, &d.Env)
	if d.Last() != nil || p.at != areaSaid || !p.Typing() {
		t.Errorf("an appeal without a reason: %+v", d.Last())
	}
	if out, _ := d.Draw(p.Draw, 120, 30); !strings.Contains(out, "绩效：申诉的理由") {
		t.Error(out)
	}
	for _, c := range []struct {
		cmd  keys.Command
		said string
		row  int
		want review.Verb
	}{
		{keys.SheetObject, "话务量少算了", 0, review.Sheet{Step: "appeal", Month: "2026-10", Text: "话务量少算了", Knowledge: -1, Discipline: -1}},
		{keys.SheetAnswer, "已核对", 1, review.Sheet{Step: "answer", Month: "2026-10", Agent: "3028", Text: "已核对", Knowledge: -1, Discipline: -1}},
		{keys.SheetGive, "８0 90", 0, review.Sheet{Step: "give", Month: "2026-10", Agent: "3027", Knowledge: 80, Discipline: 90}},
		{keys.SheetPublish, "", 0, review.Sheet{Step: "publish", Month: "2026-10", Knowledge: -1, Discipline: -1}},
	} {
		p.said.Set(c.said)
		p.row.Sel = c.row
		p.Act(c.cmd, &d.Env)
		if want := (session.Review{Do: c.want}); d.Last() != want || !p.said.Empty() {
			t.Errorf("%s said %+v", c.cmd, d.Last())
		}
	}
	last := d.Last()
	p.row.Sel = 2 // the sum
	p.said.Set("80 90")
	p.Act(keys.SheetGive, &d.Env)
	p.row.Sel = 0
	p.said.Set("80 101")
	p.Act(keys.SheetGive, &d.Env)
	d.View.Review.Report.To = d.View.Review.Report.From.AddDate(0, 0, 7)
	p.Act(keys.SheetPublish, &d.Env)
	if d.Last() != last {
		t.Errorf("said %+v", d.Last())
	}
}

// read is all that can be read of the foot, scrolled to its end, in one line without spaces.
func read(d *sample.Desk, p *Page, w, h int) string {
	var seen strings.Builder
	for range 40 {
		text, _ := d.Draw(p.Draw, w, h)
		for l := range strings.Lines(text) {
			cells := strings.Split(strings.TrimSpace(l), "│")
			seen.WriteString(strings.TrimSpace(cells[max(0, len(cells)-2)]))
		}
		d.Press(p.Update, "down")
	}
	return strings.ReplaceAll(seen.String(), " ", "")
}

// TestFootIsReadToItsEnd: an answer stands above the appeal, whatever its length, and proofs and notes are wrapped, not cut.
func TestFootIsReadToItsEnd(t *testing.T) {
	appeal := strings.Repeat("话务量少算了三通，", 55) + "就是这样"
	month := october()
	month.Notes = append([]string{"答复 3027：已核对，少算的三通补上", "申诉 3027：" + appeal}, month.Notes...)
	calls := rules.Calls(rules.CallAsk{Label: "地市", Groups: []rules.Group{{Name: "南京", Sums: rules.Sums{Classes: rules.Classes{Arrived: 9, Human: 8, Auto: 1}}}}})
	for _, table := range []*rules.Table{month, &calls} {
		v := lead(access.RoleLead)
		v.Review.Report = table
		for _, size := range [][2]int{{80, 21}, {120, 34}} {
			d := sample.Alone(v, keys.Report)
			p := New()
			first, _ := d.Draw(p.Draw, size[0], size[1])
			p.at = areaTable
			p.Act(keys.Next, &d.Env)
			all := read(d, p, size[0], size[1])
			for _, n := range table.Notes {
				if tail := []rune(strings.ReplaceAll(n, " ", "")); !strings.Contains(all, string(tail[max(0, len(tail)-8):])) {
					t.Errorf("%v: nobody reads the end of %q in\n%s", size, n, first)
				}
			}
			if table == month && (!strings.Contains(all, "少算的三通补上") || strings.Index(all, "补上") > strings.Index(all, "就是这样")) {
				t.Errorf("%v: the answer is not above the appeal", size)
			}
		}
	}
}
