package lookup_test

import (
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/pop"
	"zuoxi/ui/sample"
)

// TestNarrowing: the day of the facts and a kind hold for the call, are seen, and are given up one by one.
func TestNarrowing(t *testing.T) {
	lib := &echo{}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	p.Follow(&d.Env)
	p.Update(sample.Msg("工"), &d.Env)
	open := func() pop.Box { return pop.Narrow(p.Narrowed(), p.Facets(&d.Env), p.Narrow) }
	press := func(b pop.Box, key string) pop.Box {
		t.Helper()
		r := b.Update(sample.Msg(key), &d.Env)
		if r.Cmd != nil {
			p.Update(r.Cmd(), &d.Env)
		}
		return r.Open
	}
	box := open()
	if got, _ := d.Draw(box.Draw, 80, 20); !strings.Contains(got, "3 种类 办事指南（7）") || !strings.Contains(got, "5 层级 国家（9）") || !strings.Contains(got, "事实发生在 今天") {
		t.Fatalf("the menu:\n%s", got)
	}
	press(box, "3")
	if got, _ := d.Draw(drawn(p), 60, 12); p.Narrowed().Kind != "办事指南" || !strings.Contains(got, "办事指南") {
		t.Errorf("narrowed to %+v\n%s", p.Narrowed(), got)
	}
	if last := lib.asked[len(lib.asked)-1]; last.Text != "工" || last.Kind != "办事指南" {
		t.Errorf("asked %+v", last)
	}
	day := press(open(), "1")
	for _, c := range "2019-05-01" {
		day.Update(sample.Msg(string(c)), &d.Env)
	}
	if r := day.Act(keys.Save, &d.Env); r.Cmd == nil || !r.Close {
		t.Fatalf("the day was not taken: %+v", r)
	}
	press(open(), "2")
	want := lookup.Narrow{Kind: "办事指南", Day: kb.Day{Year: 2019, Month: 5, Day: 1}, Past: true}
	if p.Narrowed() != want || want.String() != "2019-05-01 含失效 办事指南" {
		t.Errorf("narrowed to %+v", p.Narrowed())
	}
	press(open(), "3")
	if want.Kind = ""; p.Narrowed() != want {
		t.Errorf("one given up: %+v", p.Narrowed())
	}
	d.View.Call = nil
	p.Follow(&d.Env)
	if p.Narrowed() != (lookup.Narrow{}) {
		t.Errorf("after the call %+v", p.Narrowed())
	}
}

func TestWrongDayIsAskedAgain(t *testing.T) {
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(&echo{})
	said := ""
	d.Say = func(s string) { said = s }
	day := pop.Narrow(lookup.Narrow{}, p.Facets(&d.Env), p.Narrow).Update(sample.Msg("1"), &d.Env).Open
	for _, c := range "2019" {
		day.Update(sample.Msg(string(c)), &d.Env)
	}
	if r := day.Act(keys.Save, &d.Env); r.Open == nil || r.Cmd != nil || !strings.Contains(said, "日期应写成") {
		t.Errorf("%+v, said %q", r, said)
	}
}
