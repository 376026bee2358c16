package pop

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/identity"
	"zuoxi/rules/ticket"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/sample"
	"zuoxi/ui/theme"
)

// bench is what a box acts on.
type bench struct {
	env  *page.Env
	said []session.Verb
	line string
}

func newBench(v session.View, mode keys.Context) *bench {
	b := &bench{}
	b.env = &page.Env{View: &v, Mode: mode, Theme: theme.New(theme.Mode{}), Keys: keys.Default(), Now: sample.Noon,
		Do: func(v session.Verb) { b.said = append(b.said, v) }, Say: func(s string) { b.line = s }}
	return b
}

func (b *bench) write(box Box, s string) {
	box.Update(tea.KeyPressMsg{Text: s, Code: []rune(s)[0]}, b.env)
}

func (b *bench) press(box Box, c rune) Result { return box.Update(tea.KeyPressMsg{Code: c}, b.env) }

func (b *bench) shows(box Box, w, h int) string {
	c := canvas.New(w, h)
	box.Draw(c.All(), b.env)
	return strings.Join(c.Lines(), "\n")
}

// kept is a record that the hub has.
func kept() session.View {
	v := sample.Idle()
	v.Record = &session.RecordView{Number: "0312-3027-47", Base: 2, Fields: session.RecordFields{Kind: "consult", Callback: "139****0042"},
		Life: &session.LifeView{State: ticket.StateDeptAnswered, Allowed: ticket.Allowed(ticket.KindConsult, ticket.StateDeptAnswered, ticket.Facts{})}}
	return v
}

func TestStepAsksForWhatItNeeds(t *testing.T) {
	b := newBench(kept(), keys.Record)
	menu := Steps(b.env.View.Record)
	if s := b.shows(menu, 80, 24); !strings.Contains(s, "回电") || !strings.Contains(s, "作废") {
		t.Fatalf("offers\n%s", s)
	}
	void := stepBox(b.env.View.Record, ticket.EventVoid)
	if r := void.Act(keys.Save, b.env); r.Close || len(b.said) > 0 || !strings.Contains(b.line, "原因") {
		t.Error("voided without a reason")
	}
	b.write(void, "重复登记")
	if r := void.Act(keys.Save, b.env); !r.Close || b.said[0] != (session.StepRecord{Number: "0312-3027-47", Event: ticket.EventVoid, Reason: "重复登记"}) {
		t.Errorf("said %+v", b.said)
	}
	back := stepBox(b.env.View.Record, ticket.EventCallBack)
	b.write(back, "已告知")
	back.Act(keys.Save, b.env)
	if v := b.said[1].(session.StepRecord); v.Note != "已告知" || v.Reason != "" {
		t.Errorf("said %+v", v)
	}
}

func TestUnmaskNeedsAReason(t *testing.T) {
	b := newBench(kept(), keys.Record)
	menu := Unmask(b.env.View.Record)
	box := menu.Update(tea.KeyPressMsg{Text: "1", Code: '1'}, b.env).Open
	if box.Act(keys.Save, b.env); len(b.said) > 0 {
		t.Error("shown without a reason")
	}
	b.write(box, "回电核对")
	box.Act(keys.Save, b.env)
	if b.said[0] != (session.Unmask{Number: "0312-3027-47", Field: "contact", Reason: "回电核对"}) {
		t.Errorf("said %+v", b.said)
	}
}

func TestIdentityIsTypedFoldedAndBlind(t *testing.T) {
	b := newBench(sample.Talking(), keys.Talk)
	box := Identity("call-1", "")
	b.write(box, "３２０１９９１９０００１０１００１９")
	b.press(box, tea.KeyTab)
	b.write(box, "测试甲")
	b.press(box, tea.KeyEnter)
	b.write(box, "示例制造有限公司")
	box.Act(keys.Save, b.env)
	if b.said[0] != (session.CheckIdentity{Call: "call-1", Number: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"}) {
		t.Fatalf("said %+v", b.said)
	}
	b.env.View.Call.Caller.Inquiry = &session.InquiryView{Call: "call-1", Phase: identity.StateOpen, Answer: identity.NoMatch, Text: "不相符", Left: 2}
	if s := b.shows(box, 100, 30); !strings.Contains(s, "还可核验 2 次") {
		t.Errorf("shows\n%s", s)
	}
	b.env.View.Call.Caller.Inquiry = &session.InquiryView{Call: "call-1", Phase: identity.StateRefused, Answer: identity.NoMatch, Read: identity.WordingFailed}
	if s := b.shows(box, 100, 30); !strings.Contains(s, "本人携带身份证") {
		t.Errorf("shows\n%s", s)
	}
	box.Act(keys.Save, b.env)
	if b.said[1] != (session.ReadOut{Call: "call-1", Text: identity.WordingFailed}) {
		t.Errorf("said %+v", b.said[1:])
	}
}

// TestSubstituteOfTheCentre: the line is there where the centre has set one.
func TestSubstituteOfTheCentre(t *testing.T) {
	b := newBench(sample.Talking(), keys.Talk)
	box := Identity("call-1", "养老金发放银行")
	if s := b.shows(box, 100, 30); !strings.Contains(s, "养老金发放银行") || !strings.Contains(s, "读拒答用语") {
		t.Errorf("shows\n%s", s)
	}
	for _, v := range []string{"320199190001010043", "测试丁", "", "示例银行"} {
		if v != "" {
			b.write(box, v)
		}
		b.press(box, tea.KeyTab)
	}
	box.Act(keys.Save, b.env)
	if b.said[0] != (session.CheckIdentity{Call: "call-1", Number: "320199190001010043", Name: "测试丁", Substitute: "示例银行"}) {
		t.Errorf("said %+v", b.said)
	}
}

func TestSomebodyElseCalls(t *testing.T) {
	b := newBench(sample.Talking(), keys.Talk)
	box := Identity("call-1", "")
	for range 3 {
		b.press(box, tea.KeyTab)
	}
	b.press(box, tea.KeyEnter)
	if s := b.shows(box, 100, 30); !strings.Contains(s, "法律责任") {
		t.Errorf("shows\n%s", s)
	}
	box.Act(keys.Save, b.env)
	if len(b.said) != 2 {
		t.Errorf("said %+v", b.said)
	}
}

// TestLossIsConfirmed: it cannot be taken back from here.
func TestLossIsConfirmed(t *testing.T) {
	b := newBench(sample.Talking(), keys.Talk)
	b.env.View.Call.Caller.Inquiry = &session.InquiryView{Call: "call-1", Phase: identity.StateMatched, Sandbox: true, Rows: []session.BusinessRow{{Label: "累计缴费", Value: "120个月"}}}
	box := Identity("call-1", "")
	if s := b.shows(box, 100, 30); !strings.Contains(s, "120个月") || !strings.Contains(s, "沙箱") {
		t.Errorf("shows\n%s", s)
	}
	confirm := box.Update(tea.KeyPressMsg{Text: "3", Code: '3'}, b.env).Open
	if len(b.said) > 0 || confirm == nil {
		t.Fatal("reported at once")
	}
	back := confirm.Update(tea.KeyPressMsg{Text: "2", Code: '2'}, b.env)
	if len(b.said) != 1 || b.said[0] != (session.AskBusiness{Call: "call-1", What: session.AskCardLoss}) || back.Open != box {
		t.Errorf("said %+v, then %v", b.said, back.Open)
	}
}

// TestSearchBox types, looks up, moves on and opens.
func TestSearchBox(t *testing.T) {
	b := newBench(sample.Idle(), keys.Idle)
	box := NewSearch()
	if s := b.shows(box, 80, 24); !strings.Contains(s, "wh:0042") {
		t.Errorf("no help:\n%s", s)
	}
	b.write(box, "工伤")
	b.press(box, tea.KeyEnter)
	if len(b.said) != 1 || b.said[0] != (session.Find{Line: "工伤"}) {
		t.Fatalf("said %v", b.said)
	}
	b.env.View.Found = session.FoundView{Line: "工伤", Conditions: []string{"文字 工伤"}, More: true, Rows: []session.FoundRow{
		{Type: "call", ID: "06ear3", At: sample.Noon, Who: "139****0042", What: "通话 2m0s", State: "人工接听", Agent: "3027"},
		{Type: "record", ID: "0312-3027-1", At: sample.Noon, Kind: "consult", Subject: "工伤保险", Region: "320100", What: "问认定", State: "处理中", Record: "0312-3027-1"},
	}}
	for _, w := range []int{80, 132} {
		if s := b.shows(box, w, 24); !strings.Contains(s, "139****0042") || !strings.Contains(s, "处理中") {
			t.Errorf("%d columns:\n%s", w, s)
		}
	}
	if r := b.press(box, tea.KeyEnter); r.Close || !strings.Contains(b.line, "没有可打开") {
		t.Errorf("opened a call: %+v %s", r, b.line)
	}
	b.press(box, tea.KeyDown)
	b.press(box, tea.KeyDown)
	if len(b.said) != 2 || b.said[1] != (session.Find{Line: "工伤", More: true}) {
		t.Errorf("said %v", b.said)
	}
	if s := b.shows(box, 100, 24); !strings.Contains(s, "南京") || !strings.Contains(s, "咨询") {
		t.Errorf("detail:\n%s", s)
	}
	if r := b.press(box, tea.KeyEnter); !r.Close || b.said[2] != (session.OpenTodo{Number: "0312-3027-1"}) {
		t.Errorf("%+v said %v", r, b.said)
	}
	b.env.View.Found = session.FoundView{Line: "工伤", Local: true}
	if s := b.shows(box, 80, 24); !strings.Contains(s, "没有查到") || !strings.Contains(s, "中心连不上") {
		t.Errorf("with the link cut:\n%s", s)
	}
}
