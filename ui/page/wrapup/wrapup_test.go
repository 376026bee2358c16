package wrapup

import (
	"strings"
	"testing"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/sample"
)

func newWrapUp(v session.View) (*Page, *sample.Desk) {
	f := form.New()
	f.Follow(v.Record)
	return New(lookup.New(sample.Shelf{}), f), sample.Alone(v, keys.WrapUp)
}

func TestSaysWhatIsMissingAndWhatIsNext(t *testing.T) {
	p, d := newWrapUp(sample.WrappingUp())
	got, cur := d.Draw(p.Draw, 120, 36)
	for _, want := range []string{"必填未完成：答复", "来电人先挂", "保持 00:18", "还有 00:42 自动转空闲", "Ctrl+R", "提交并空闲"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	if !cur.On {
		t.Error("no cursor in the form")
	}
	d.View.Record.Error = "中心没有收下 · 单还在本机 · 请再按一次 F9"
	if got, _ := d.Draw(p.Draw, 80, 20); !strings.Contains(got, "请再按一次 F9") {
		t.Error("the hub's answer is not shown")
	}
}

// TestWhatWentWithTheCallIsNotMissed: whoever took the call over writes its record to the end.
func TestWhatWentWithTheCallIsNotMissed(t *testing.T) {
	p, d := newWrapUp(sample.WrappingUp())
	d.View.Record.Sent = true
	got, _ := d.Draw(p.Draw, 120, 36)
	if strings.Contains(got, "必填未完成") || strings.Contains(got, "进待办") || !strings.Contains(got, "受理单已在中心") {
		t.Error(got)
	}
}

func TestSubmitExtendAndLookUp(t *testing.T) {
	p, d := newWrapUp(sample.WrappingUp())
	p.Act(keys.ExtendWrap, &d.Env)
	p.Act(keys.Save, &d.Env)
	if len(d.Said) != 2 || d.Said[0] != (session.ExtendWrap{}) || d.Said[1] != (session.SubmitRecord{Number: d.View.Record.Number, Next: agent.StateReady}) {
		t.Errorf("said %v", d.Said)
	}
	p.Act(keys.Search, &d.Env)
	d.Press(p.Update, "ylj")
	if got, _ := d.Draw(p.Draw, 80, 20); !strings.Contains(got, "查 ylj") {
		t.Error("the search field is not shown on a narrow screen")
	}
	p.Act(keys.Next, &d.Env)
	if got, _ := d.Draw(p.Draw, 80, 20); !strings.Contains(got, "诉求") {
		t.Error("Tab does not lead back to the form")
	}
	p.Act(keys.Previous, &d.Env)
	if !p.Typing() {
		t.Error("Shift+Tab does not lead to the search field")
	}
}

func TestRecordFromTheListHasNoCall(t *testing.T) {
	v := sample.Idle()
	v.Record = sample.WrappingUp().Record
	p, d := newWrapUp(v)
	d.Mode = keys.Record
	if got, _ := d.Draw(p.Draw, 120, 36); !strings.Contains(got, "从待办打开的受理单") {
		t.Errorf("%s", got)
	}
}
