package examiner

import (
	"strings"
	"testing"

	"zuoxi/rules/exam"
	"zuoxi/session/examiner"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

// fillRow fills a row of the form.
func fillRow(p *Page, d *sample.Desk, row int, value string) {
	p.make.list.Sel = row
	p.make.fields[row].Set(value)
	d.Press(p.Update, "down", "up")
}

// TestDrawingScreen: what is drawn is seen before it is sealed, what was changed since has to be seen again, and nothing is laid
// out by one key.
func TestDrawingScreen(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{})
	told := ""
	d.Env.Say = func(line string) { told = line }
	for range 4 {
		p.Act(keys.ExamineTab, &d.Env)
	}
	if got, _ := d.Draw(p.Draw, 150, 40); !strings.Contains(got, "按类别难度") || !p.Typing() {
		t.Fatalf("no form:\n%s", got)
	}
	d.Press(p.Update, "月", "考")
	fillRow(p, d, rowWho, "5001，5002 全体学员")
	fillRow(p, d, rowQuotas, "单选:sy:3=2 判断=3")
	fillRow(p, d, rowCalls, "s03")
	fillRow(p, d, rowSeed, "7")
	p.Act(keys.ExamineDo, &d.Env)
	o := verb(t, d).(examiner.Preview).Order
	if o.Title != "月考" || strings.Join(o.Agents, " ") != "5001 5002" || o.Everybody != "trainee" || o.Seed != 7 || o.NoWritten || len(o.Calls) != 1 ||
		len(o.Rule.Quotas) != 2 || o.Rule.Quotas[0] != (exam.Quota{Type: exam.Single, Category: "sy", Level: "3", Number: 2}) {
		t.Fatalf("%+v %+v", o, o.Rule)
	}
	d.View.Exam.Examiner.Draft = &exam.Draft{Minutes: 5, Points: 8, Pass: 80, People: 3, Counts: []exam.DraftCount{{Category: "sy", Number: 2}},
		Items: []exam.DraftItem{{ID: "single-01", Type: exam.Single, Category: "sy", Level: "3", Points: 2, Stem: "几天", Right: []string{"B"}, KB: "sy-003"}}}
	got, _ := d.Draw(p.Draw, 150, 40)
	for _, want := range []string{"1 题 8 分", "发给 3 人", "单选 sy3 2 分 几天 答 B（sy-003）", "sy 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	before := len(d.Said)
	p.Act(keys.ExamineDo, &d.Env)
	if len(d.Said) != before || !strings.Contains(told, "再按一次 F9") {
		t.Errorf("laid out without being asked: %+v", d.Said[before:])
	}
	p.Act(keys.ExamineDo, &d.Env)
	if m := verb(t, d).(examiner.Make); m.Order.Seed != 7 {
		t.Errorf("%+v", m)
	}
	fillRow(p, d, rowSeed, "8")
	p.Act(keys.ExamineDo, &d.Env)
	if v, ok := verb(t, d).(examiner.Preview); !ok || v.Order.Seed != 8 {
		t.Errorf("%+v", verb(t, d))
	}
	fillRow(p, d, rowQuotas, "论述=3")
	before = len(d.Said)
	p.Act(keys.ExamineDo, &d.Env)
	if len(d.Said) != before || !strings.Contains(told, "看不懂") {
		t.Errorf("%+v", d.Said[before:])
	}
}

// TestBankFromTheScreen: files come in and go out by Enter on their rows, and what is wrong with one stays readable.
func TestBankFromTheScreen(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{Faults: []string{"b.xlsx 第 3 行：没有条目", "b.xlsx 第 5 行：没有答案"}})
	p.tab = tabMake
	p.make.fields[rowImport].Set("/tmp/b.xlsx")
	p.make.list.Sel = rowImport
	d.Press(p.Update, "enter")
	if v := verb(t, d); v != (examiner.Import{Path: "/tmp/b.xlsx"}) {
		t.Errorf("%+v", v)
	}
	p.make.fields[rowExport].Set("/tmp/c.yaml")
	p.make.list.Sel = rowExport
	d.Press(p.Update, "enter")
	if v := verb(t, d); v != (examiner.Export{Path: "/tmp/c.yaml"}) {
		t.Errorf("%+v", v)
	}
	p.make.list.Sel = rowOpen
	d.Press(p.Update, "space")
	if o, _ := p.make.order(); !o.Open {
		t.Error("not to be opened")
	}
	if got, _ := d.Draw(p.Draw, 120, 30); !strings.Contains(got, "第 3 行") || !strings.Contains(got, "第 5 行") {
		t.Errorf("faults are missing:\n%s", got)
	}
}
