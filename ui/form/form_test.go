package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/ticket"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

type rig struct {
	*Form
	env  *page.Env
	said []session.Verb

	warned string
}

func newRig() *rig {
	r := &rig{Form: New()}
	r.env = &page.Env{Theme: theme.New(theme.Mode{}), Do: func(v session.Verb) { r.said = append(r.said, v) },
		Say: func(line string) { r.warned = line }}
	r.Follow(&session.RecordView{Number: "0312-3027-1", Fields: session.RecordFields{Kind: "consult", Subject: "养老保险", Handling: "on_spot"}})
	return r
}

func (r *rig) text(s string) { r.Update(tea.KeyPressMsg{Text: s, Code: []rune(s)[0]}, r.env) }

func (r *rig) press(c rune) { r.Update(tea.KeyPressMsg{Code: c}, r.env) }

func (r *rig) draw(w, h int) ([]string, page.Cursor) {
	c := canvas.New(w, h)
	cur := r.Draw(c.All(), r.env, true)
	return c.Lines(), cur
}

func TestEveryChangeReachesTheSession(t *testing.T) {
	r := newRig()
	r.text("养老金")
	r.text("未到账")
	last := r.said[len(r.said)-1].(session.EditRecord)
	if len(r.said) != 2 || last.Fields.Question != "养老金未到账" || last.Fields.Subject != "养老保险" {
		t.Errorf("%d verbs, last %+v", len(r.said), last)
	}
	if _, cur := r.draw(40, 20); !cur.On || cur.X != 5+12 {
		t.Errorf("cursor %+v", cur)
	}
}

func TestOwnEchoDoesNotOverwrite(t *testing.T) {
	r := newRig()
	r.text("未到账")
	r.Follow(&session.RecordView{Number: "0312-3027-1", Fields: session.RecordFields{Question: "未"}})
	if r.Edit().Fields.Question != "未到账" {
		t.Error("an older echo overwrote what was typed")
	}
	r.Follow(&session.RecordView{Number: "0312-3027-1", Fields: session.RecordFields{Question: "同事写的"}, Reread: 1})
	if e := r.Edit(); e.Fields.Question != "同事写的" || e.Reread != 1 {
		t.Errorf("another text came into the form, which says %+v", e)
	}
	r.Follow(&session.RecordView{Number: "0312-3027-2"})
	if r.Edit().Fields.Question != "" {
		t.Error("the next record begins with the last one's text")
	}
	r.Follow(nil)
	if lines, cur := r.draw(40, 5); cur.On || !strings.Contains(lines[0], "没有") {
		t.Errorf("%q %+v", lines[0], cur)
	}
}

func TestChoicesTakeDigitsInAnyWidth(t *testing.T) {
	r := newRig()
	for range 4 {
		r.Step(-1)
	}
	if it := r.items[r.at]; it.label != "方式" {
		t.Fatalf("focus on %s", it.label)
	}
	r.text("４")
	if r.Edit().Fields.Kind != "report" {
		t.Errorf("kind %q", r.Edit().Fields.Kind)
	}
	r.press(tea.KeyRight)
	if r.Edit().Fields.Kind != "suggestion" {
		t.Errorf("kind %q", r.Edit().Fields.Kind)
	}
	if used, _ := r.Update(tea.KeyPressMsg{Text: "x", Code: 'x'}, r.env); !used {
		t.Error("a stray letter leaked out of a choice")
	}
}

// Writing where one can only choose says how to choose; choosing says nothing.
func TestChoiceSaysHowToChoose(t *testing.T) {
	r := newRig()
	r.at = r.index("category")
	r.text("医")
	if !strings.Contains(r.warned, "“业务”只能选") || !strings.Contains(r.warned, "1-") || len(r.said) != 0 {
		t.Errorf("told %q, said %v", r.warned, r.said)
	}
	r.warned = ""
	r.Update(tea.PasteMsg{Content: "医疗"}, r.env)
	if !strings.Contains(r.warned, "“业务”只能选") {
		t.Errorf("after a paste %q", r.warned)
	}
	r.warned = ""
	r.text("２")
	r.text("２")
	r.press(tea.KeyRight)
	if r.warned != "" {
		t.Errorf("choosing told %q", r.warned)
	}
}

func TestNumberFieldSaysWhyNothingAppears(t *testing.T) {
	r := newRig()
	for r.items[r.at].label != "回电" {
		r.Step(1)
	}
	r.text("您")
	if r.warned == "" || len(r.said) != 0 {
		t.Errorf("warned %q, said %v", r.warned, r.said)
	}
}

func TestForwardShowsItsField(t *testing.T) {
	r := newRig()
	if lines, _ := r.draw(50, 30); strings.Contains(strings.Join(lines, "\n"), "\n转办 ") {
		t.Error("the department is asked for an answer on the spot")
	}
	for r.items[r.at].label != "处理" {
		r.Step(1)
	}
	r.text("2")
	r.Step(1)
	if r.items[r.at].label != "转办" {
		t.Errorf("focus on %s", r.items[r.at].label)
	}
}

// TestEveryKindHasItsForm: choosing a kind brings its fields and keeps what was
// written; every required field can be filled without a mouse.
func TestEveryKindHasItsForm(t *testing.T) {
	for n, k := range kinds() {
		r := newRig()
		r.text("三月份工资没有发")
		for r.items[r.at].code != "kind" {
			r.Step(-1)
		}
		r.text(strconv.Itoa(n + 1))
		if r.Edit().Fields.Kind != k.value || r.Edit().Fields.Question != "三月份工资没有发" || r.items[r.at].code != "kind" {
			t.Fatalf("%s: %+v, focus on %s", k.value, r.Edit().Fields, r.items[r.at].code)
		}
		seen := map[string]bool{}
		r.Enter(1)
		for ok := true; ok; ok = r.Step(1) {
			seen[r.items[r.at].code] = true
		}
		for _, d := range ticket.Fields(ticket.Kind(k.value)) {
			if d.Required && !seen[d.Code] {
				t.Errorf("%s: %s cannot be filled", k.value, d.Code)
			}
		}
	}
}

// TestCommonestConsultIsShort: beside the text itself, at most 12 keys up to the
// one that submits, also when the menu did not tell the subject.
func TestCommonestConsultIsShort(t *testing.T) {
	r := newRig()
	r.Follow(&session.RecordView{Number: "2", Fields: session.RecordFields{Kind: "consult", Region: "320100", Handling: "on_spot"}})
	r.text("养老金何时到账")
	used := 1
	r.Step(1)
	r.text("每月十五日前")
	for r.items[r.at].code != "category" {
		r.Step(-1)
		used++
	}
	r.text("1")
	used += 2 // the digit, and F9
	f := r.Edit().Fields
	if used > 12 || f.Subject == "" || f.Question == "" || f.Answer == "" {
		t.Errorf("%d keys for %+v", used, f)
	}
}

func TestOwnFieldsReachTheSession(t *testing.T) {
	r := newRig()
	r.Follow(&session.RecordView{Number: "2", Fields: session.RecordFields{Kind: "report", Handling: "forward"}})
	for r.items[r.at].code != "employer" {
		r.Step(1)
	}
	r.text("示例制造有限公司")
	before := r.said[len(r.said)-1].(session.EditRecord).Fields
	for r.items[r.at].code != "evidence" {
		r.Step(1)
	}
	r.text("工资条")
	after := r.said[len(r.said)-1].(session.EditRecord).Fields
	if after.Own["employer"] != "示例制造有限公司" || after.Own["evidence"] != "工资条" || len(before.Own) != 1 {
		t.Errorf("%v, then %v", before.Own, after.Own)
	}
}

// TestCopiesAreMasked: what leaves by the clipboard holds no number.
func TestCopiesAreMasked(t *testing.T) {
	r := newRig()
	r.Follow(&session.RecordView{Number: "2", Fields: session.RecordFields{
		Kind: "complaint", Question: "请打13900000042", Name: "测试甲", Callback: "13900000042", Own: map[string]string{"id_number": "320199190001010019"},
	}})
	for _, tc := range []struct{ code, want string }{
		{"summary", "请打139****0042"}, {"complainant", "测*"}, {"contact", "139****0042"}, {"id_number", "320***********0019"},
	} {
		r.at = r.index(tc.code)
		if got := r.Copy(); got != tc.want {
			t.Errorf("%s is copied as %q", tc.code, got)
		}
	}
	if strings.Contains(r.Summary(), "13900000042") {
		t.Error("the plain view holds a number")
	}
}

// TestKeptRecordGoesOnBySteps: its form offers neither another kind nor a handling.
func TestKeptRecordGoesOnBySteps(t *testing.T) {
	r := newRig()
	r.Follow(&session.RecordView{Number: "2", Base: 3, Fields: session.RecordFields{Kind: "consult"}})
	for _, it := range r.items {
		if it.code == "kind" || it.code == "handling" {
			t.Errorf("%s is in the form", it.code)
		}
	}
}

// BenchmarkForty types into a form of 40 fields, every one of them filled, and
// draws it after each key: the promise is 10 ms.
func BenchmarkForty(b *testing.B) {
	r := newRig()
	text := strings.Repeat("三月份工资没有发。", 40)
	r.Follow(&session.RecordView{Number: "2", Fields: session.RecordFields{Kind: "complaint", Question: text}})
	for i := range r.items {
		if it := &r.items[i]; it.text != nil {
			it.text.Set(text)
		}
	}
	for i := 0; len(r.items) < 40; i++ {
		it := fieldItem(ticket.Field{Code: "more" + strconv.Itoa(i), Label: "另项", Input: ticket.InputText, Max: 4000})
		it.text.Set(text)
		r.items = append(r.items, it)
	}
	c := canvas.New(120, 60)
	var took []time.Duration
	for b.Loop() {
		from := time.Now()
		r.press(tea.KeyBackspace)
		r.text("养")
		r.Draw(c.All(), r.env, true)
		took = append(took, time.Since(from))
		r.said = r.said[:0]
		if len(took)%len(r.items) == 0 {
			r.Enter(1)
		}
		r.Step(1)
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(r.items)), "fields")
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "p50-ms")
	b.ReportMetric(float64(took[(len(took)-1)*99/100])/float64(time.Millisecond), "p99-ms")
	b.ReportMetric(10, "limit-ms")
	b.ReportMetric(0, "ns/op")
}

func TestFocusStaysVisibleAtEverySize(t *testing.T) {
	for _, h := range []int{4, 9, 14, 30} {
		for w := 30; w < 80; w += 7 {
			r := newRig()
			if w > 50 {
				r.Follow(&session.RecordView{Number: "2", Fields: session.RecordFields{Kind: "complaint"}})
			}
			r.Enter(1)
			for {
				lines, cur := r.draw(w, h)
				if r.Typing() && (!cur.On || cur.X >= w || cur.Y >= h) {
					t.Fatalf("%dx%d %s: cursor %+v", w, h, r.items[r.at].label, cur)
				}
				if !strings.Contains(strings.Join(lines, "\n"), r.items[r.at].label) {
					t.Fatalf("%dx%d: %s not shown", w, h, r.items[r.at].label)
				}
				for _, l := range lines {
					if text.Width(l) != w {
						t.Fatalf("%q", l)
					}
				}
				if !r.Step(1) {
					break
				}
			}
		}
	}
}

func TestEnterInLineMovesOnAndInAreaBreaksTheLine(t *testing.T) {
	r := newRig()
	r.press(tea.KeyEnter)
	if r.Edit().Fields.Question != "\n" {
		t.Errorf("%q", r.Edit().Fields.Question)
	}
	r.Enter(1)
	r.Step(1)
	before := r.at
	r.press(tea.KeyEnter)
	if r.at != before+1 {
		t.Error("Enter did not move on")
	}
	if len(r.said) != 1 {
		t.Error("Enter did more than that")
	}
	if !strings.Contains(r.Summary(), "业务：养老保险") {
		t.Errorf("%q", r.Summary())
	}
}

// TestRegionTakesNamePinyinAndCode and keeps the name.
func TestRegionTakesNamePinyinAndCode(t *testing.T) {
	for typed, want := range map[string]string{"sz": "苏州", "suzhou": "苏州", "320500": "苏州", "苏州市": "苏州", "hz": "hz", "hangzhou": "杭州", "火星": "火星"} {
		d := newRig()
		d.env.View = &session.View{Seat: session.SeatView{District: "320100"}}
		d.Follow(&session.RecordView{Number: "0312-3027-2", Fields: session.RecordFields{Kind: "consult", Region: "320100"}})
		it := &d.items[d.index("region")]
		if d.at = d.index("region"); it.text.Value() != "南京" {
			t.Fatalf("shows %q", it.text.Value())
		}
		it.text.Set("")
		for _, r := range typed {
			d.text(string(r))
		}
		if lines, _ := d.draw(60, 24); typed == "hz" && !strings.Contains(strings.Join(lines, ""), "杭州 湖州") {
			t.Errorf("does not say what it may mean: %q", lines)
		}
		if got := d.fields.Region; got != want {
			t.Errorf("%s: kept %q, want %q", typed, got, want)
		}
		if d.Step(1); it.text.Value() != want {
			t.Errorf("%s: shows %q, want %q", typed, it.text.Value(), want)
		}
	}
}

// TestEveryFieldThatSaysSomethingElse is told, of every kind, in the words of the form, and no other.
func TestEveryFieldThatSaysSomethingElse(t *testing.T) {
	for _, o := range kinds() {
		mine := session.RecordFields{Kind: o.value, Subject: "养老保险", Region: "320100", Question: "问"}
		same := mine
		if same.Region = "南京"; len(Changes(&mine, &same)) != 0 {
			t.Errorf("%s: the same said otherwise is %v", o.value, Changes(&mine, &same))
		}
		for _, it := range lay(ticket.Kind(o.value), true) {
			theirs, value, want := mine, "别的", "别的"
			if it.text == nil {
				last := it.picks[len(it.picks)-1]
				value, want = last.value, last.label
			}
			theirs.Set(it.code, value)
			if got := Changes(&mine, &theirs); len(got) != 1 || got[0] != (Change{it.label, want}) {
				t.Errorf("%s, %s: %v", o.value, it.code, got)
			}
		}
	}
	mine, theirs := session.RecordFields{Kind: "consult", Question: "问", Urgent: true}, session.RecordFields{Kind: "consult", Callback: "139****0042"}
	if got := fmt.Sprint(Changes(&mine, &theirs)); got != "[{级别 普通} {回电 139****0042} {诉求 （空）}]" {
		t.Error(got)
	}
}
