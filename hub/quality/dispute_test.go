package quality

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// TestDispute: an appeal in time brings a second scorer, both sheets stay, and a person decides where they are far apart.
func TestDispute(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		second map[string]int
		mean   bool
		mark   int
	}{"close": {map[string]int{"C2": 4}, true, 95}, "far": {map[string]int{"C3": 7, "C2": 8}, false, 90}} {
		d := newDesk(t)
		rows := d.drawn(1)
		id, agent := rows[0].ID, rows[0].Agent
		_, err := d.Score(t.Context(), "1007", Score{ID: id, Items: full(map[string]int{"C2": 6}), Submit: true})
		d.must(err)
		d.refused(d.Object(t.Context(), agent, id, " "))
		if err := d.Object(t.Context(), "8009", id, "不服"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: somebody else appeals: %v", name, err)
		}
		d.must(d.Object(t.Context(), agent, id, "答案是对的"))
		d.refused(d.Settle(t.Context(), "1007", Settling{ID: id}))
		_, err = d.Score(t.Context(), "1007", Score{ID: id, Items: full(nil)})
		d.refused(err)
		blind, err := d.Show(t.Context(), id, "1008")
		if err != nil || len(blind.Open) != 25 {
			t.Errorf("%s: the second scorer sees the first one's points: %+v %v", name, blind.Open, err)
		}
		s, err := d.Score(t.Context(), "1008", Score{ID: id, Items: full(c.second), Submit: true})
		d.must(err)
		if s.State != rules.StateSecond || s.Mark != 94 {
			t.Errorf("%s: %+v", name, s.Row)
		}
		in := Settling{ID: id}
		for _, scorer := range []string{"1007", "1008"} {
			d.refused(d.Settle(t.Context(), scorer, Settling{ID: id, Mark: &c.mark, Why: "我说了算"}))
		}
		if !c.mean {
			d.refused(d.Settle(t.Context(), "1009", in))
			in.Mark = &c.mark
			d.refused(d.Settle(t.Context(), "1009", in))
			in.Why = "听录音后认定答案部分正确"
		}
		d.must(d.Settle(t.Context(), "1009", in))
		s, err = d.Show(t.Context(), id, agent)
		if err != nil || s.Mark != c.mark || s.Settled.Mean != c.mean || s.SecondBy != "1008" || s.Result == nil || len(s.Differ) == 0 || proposes(s) {
			t.Errorf("%s: %+v %v", name, s, err)
		}
	}
}

// TestSecondScore: another scorer who doubts a mark has it scored again, of a mystery call too, and does not settle it.
func TestSecondScore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	sample := d.drawn(1)[0]
	mystery, err := d.File(t.Context(), "1007", "mystery-1", "reccall0", "320000", rules.Mystery{Region: "安徽", Opened: true, Manual: true, WaitMS: 2000})
	d.must(err)
	for _, r := range []rules.Row{sample, mystery} {
		d.refused(d.Second(t.Context(), "1008", r.ID, "还没有评"))
		_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(map[string]int{"C2": 6}), Submit: true})
		d.must(err)
		d.refused(d.Second(t.Context(), "1007", r.ID, "自己评的"))
		d.refused(d.Second(t.Context(), "1008", r.ID, " \t"))
		if r.Agent != "" {
			d.refused(d.Second(t.Context(), r.Agent, r.ID, "是我的通话"))
		}
		d.must(d.Second(t.Context(), "1008", r.ID, "C2 扣得太多"))
		d.refused(d.Second(t.Context(), "1009", r.ID, "再来一次"))
		_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(nil)})
		d.refused(err)
		s, err := d.Score(t.Context(), "1009", Score{ID: r.ID, Items: full(map[string]int{"C2": 4}), Submit: true})
		d.must(err)
		if s.State != rules.StateSecond || s.Appeal.By != "1008" || s.Appeal.Text != "C2 扣得太多" {
			t.Errorf("%+v %+v", s.Row, s.Appeal)
		}
		for _, who := range []string{"1007", "1008", "1009"} {
			d.refused(d.Settle(t.Context(), who, Settling{ID: r.ID}))
		}
		d.must(d.Settle(t.Context(), "1010", Settling{ID: r.ID}))
		if s, err := d.Show(t.Context(), r.ID, "1010"); err != nil || s.Mark != 95 {
			t.Errorf("%+v %v", s.Row, err)
		}
	}
}

// TestPartsOfADispute: while a mark is disputed it does not stand; settled by the mean its parts are means as well, and the call
// weighs as much as others; settled by a person it has none.
func TestPartsOfADispute(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.drawn(1)[0]
	_, err := d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(map[string]int{"C2": 6}), Submit: true})
	d.must(err)
	scored := func() report.Scored {
		t.Helper()
		list, err := d.Scored(t.Context(), time.Time{}, time.Time{}, nil)
		d.must(err)
		for _, c := range list {
			if c.Call == r.Call {
				return c
			}
		}
		t.Fatal("not among the scored")
		return report.Scored{}
	}
	plain := scored()
	if !plain.Stands || 70*plain.Parts[2] != 58*plain.PartOf[2] {
		t.Errorf("published: %+v", plain)
	}
	d.must(d.Object(t.Context(), r.Agent, r.ID, "答案是对的"))
	if c := scored(); c.Stands || !c.Appealed {
		t.Errorf("appealed: %+v", c)
	}
	_, err = d.Score(t.Context(), "1008", Score{ID: r.ID, Items: full(map[string]int{"C2": 3}), Submit: true})
	d.must(err)
	if c := scored(); c.Stands {
		t.Errorf("not settled: %+v", c)
	}
	before, _, err := d.load(t.Context(), r.ID)
	d.must(err)
	d.must(d.Settle(t.Context(), "1009", Settling{ID: r.ID}))
	if c := scored(); !c.Stands || c.Mark != 96 || 70*c.Parts[2] != 61*c.PartOf[2] || c.PartOf != plain.PartOf {
		t.Errorf("the mean: %+v, undisputed %+v", c, plain)
	}
	settled, _, err := d.load(t.Context(), r.ID)
	d.must(err)
	before.Version = settled.Version // as if it were not settled yet
	_, err = d.DB.Sheets.Update(t.Context(), before)
	d.must(err)
	mark := 90
	d.must(d.Settle(t.Context(), "1009", Settling{ID: r.ID, Mark: &mark, Why: "听录音后认定"}))
	if c := scored(); !c.Stands || c.Mark != 90 || c.PartOf != [3]int64{} {
		t.Errorf("a person's word: %+v", c)
	}
}

// TestAppealInTime: the limit is in working days; 2026-10-10 is a Saturday that is worked.
func TestAppealInTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rows := d.drawn(1)
	for _, r := range rows {
		_, err := d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(nil), Submit: true})
		d.must(err)
	}
	s, err := d.Show(t.Context(), rows[0].ID, rows[0].Agent)
	d.must(err)
	d.now = s.Until.Add(-time.Second)
	d.must(d.Object(t.Context(), rows[0].Agent, rows[0].ID, "在期限内"))
	d.now = s.Until
	d.refused(d.Object(t.Context(), rows[1].Agent, rows[1].ID, "晚了"))
}

// TestPersonIsCorrected: who listens to a mystery call says whether a person was reached and where they began to speak; the
// table counts it, the machine listens from there, and what was noted before stays with who changed it.
func TestPersonIsCorrected(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, err := d.File(t.Context(), "1007", "mystery-1", "reccall0", "320000", rules.Mystery{
		Region: "安徽", Opened: true, RingMS: 4000, WaitMS: 1000, EndedBy: rules.EndedByUs, Was: []rules.Was{{By: "1008"}},
	})
	d.must(err)
	w, err := d.Score(t.Context(), "1007", Score{ID: r.ID, Person: &rules.Person{Spoke: true, AtMS: 3000}})
	d.must(err)
	if m := w.Mystery; !m.Manual || m.Waited() != 7000 || fmt.Sprint(m.Lines()) != "[质量监控 安徽：拨通人工，等待 7 秒 1007 更正，原为没有拨通人工]" || w.State != rules.StateOpen {
		t.Errorf("%+v %q", w.Row, m.Lines())
	}
	if w.Marks[0].Kind != string(rules.MarkOpening) || w.Items[1].ID != "A1b" || w.Items[1].Why != "来电者先挂；"+afar {
		t.Errorf("the machine did not listen again: %+v %+v", w.Marks, w.Items[1])
	}
	for _, who := range []struct {
		by string
		p  rules.Person
	}{{"1008", rules.Person{}}, {"1007", rules.Person{Spoke: true, AtMS: 40001}}, {"1007", rules.Person{Spoke: true, AtMS: -1}}} {
		_, err = d.Score(t.Context(), who.by, Score{ID: r.ID, Person: &who.p})
		d.refused(err)
	}
	_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Person: &rules.Person{}})
	d.must(err)
	w, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Person: &rules.Person{}, Items: full(nil), Submit: true})
	if err != nil || w.Mystery.Manual || len(w.Mystery.Was) != 2 || w.Mystery.Was[1].Person != (rules.Person{Spoke: true, AtMS: 3000}) || !w.Mystery.Was[1].At.Equal(d.now) {
		t.Errorf("%+v %v", w.Mystery, err)
	}
	list, err := d.Scored(t.Context(), time.Time{}, time.Time{}, nil)
	if err != nil || len(list) != 1 || list[0].Manual {
		t.Errorf("%+v %v", list, err)
	}
	_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Person: &rules.Person{Spoke: true}})
	d.refused(err) // published
	_, err = d.Score(t.Context(), "1007", Score{ID: d.drawn(1)[0].ID, Person: &rules.Person{}})
	d.refused(err) // a call of our own has its log
	silent, err := d.File(t.Context(), "1007", "mystery-2", "", "320000", rules.Mystery{Region: "山西"})
	d.must(err)
	_, err = d.Score(t.Context(), "1007", Score{ID: silent.ID, Person: &rules.Person{Spoke: true}})
	d.refused(err)
}
