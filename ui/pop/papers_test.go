package pop

import (
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

// TestPapersToTheCaller shows the text whole, sends it as it is and only when it fits.
func TestPapersToTheCaller(t *testing.T) {
	b := newBench(sample.Talking(), keys.Talk)
	box := Box(NewPapers("call-1", "0312-3027-63", "社保卡补办，请带：身份证；照片。"))
	box.Act(keys.Save, b.env)
	if s := b.shows(box, 100, 30); !strings.Contains(s, "正在向中心要模板") || len(b.said) != 0 || !strings.Contains(b.line, "没有发") {
		t.Fatalf("without a template: said %+v, %q\n%s", b.said, b.line, s)
	}
	b.env.View.Texts = []session.TextTemplate{
		{ID: "reply", Title: "答复", Text: "答复如下：{答复}", Blanks: []string{"答复"}},
		{ID: "list", Title: "办事材料", Text: "需要的材料：{材料}", Legal: "以经办机构为准。（{落款}）", Blanks: []string{"材料"}},
	}
	if s := b.shows(box, 100, 30); !strings.Contains(s, "需要的材料：社保卡补办，请带：身份证；照片。以经办机构为准") || !strings.Contains(s, "约 1 条") {
		t.Errorf("shows\n%s", s)
	}
	if r := box.Update(tea.KeyPressMsg{Code: tea.KeyEnter}, b.env); r.Close || len(b.said) != 0 {
		t.Error("Enter sends")
	}
	want := session.SendText{Call: "call-1", Record: "0312-3027-63", Template: "list", Values: map[string]string{"材料": "社保卡补办，请带：身份证；照片。"}}
	if r := box.Act(keys.Save, b.env); !r.Close || len(b.said) != 1 || !reflect.DeepEqual(b.said[0], want) {
		t.Errorf("said %+v", b.said)
	}
	long := Box(NewPapers("call-1", "", strings.Repeat("身份证原件；", 90)))
	if s := b.shows(long, 100, 30); !strings.Contains(s, "太长") {
		t.Errorf("a long one shows\n%s", s)
	}
	if r := long.Act(keys.Save, b.env); r.Close || len(b.said) != 1 {
		t.Error("a checklist that would be cut was sent")
	}
	if !box.Alive(b.env) {
		t.Error("closes while the call goes on")
	}
	b.env.View.Call.ID = "call-2"
	if box.Alive(b.env) {
		t.Error("would go to the next caller")
	}
	kept := newBench(kept(), keys.Record)
	if p := NewPapers("", "0312-3027-47", "照片"); !p.Alive(kept.env) {
		t.Error("closes beside its record")
	}
}
