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

// TestTextToTheCitizen chooses a template, takes the answer of the form over and sends.
func TestTextToTheCitizen(t *testing.T) {
	v := kept()
	v.Record.Fields.Answer = "可以补缴"
	b := newBench(v, keys.Record)
	box := Box(NewTexts("", "0312-3027-47"))
	if s := b.shows(box, 100, 30); !strings.Contains(s, "正在向中心要模板") {
		t.Errorf("shows\n%s", s)
	}
	b.env.View.Texts = []session.TextTemplate{
		{ID: "registered", Title: "已登记", Text: "您的问题已登记", Legal: "（{落款}）"},
		{ID: "reply", Title: "答复", Text: "答复如下：{答复}", Legal: "仅供参考", Blanks: []string{"答复"}},
	}
	if s := b.shows(box, 100, 30); !strings.Contains(s, "仅供参考") || !strings.Contains(s, "已登记") {
		t.Errorf("shows\n%s", s)
	}
	if r := box.Update(tea.KeyPressMsg{Text: "9", Code: '9'}, b.env); r.Open != nil || r.Close {
		t.Errorf("a digit without a text: %+v", r)
	}
	next := box.Update(tea.KeyPressMsg{Text: "2", Code: '2'}, b.env).Open
	if next == nil || !strings.Contains(b.shows(next, 100, 30), "可以补缴") {
		t.Fatal("the answer of the form is not offered")
	}
	next.Act(keys.Save, b.env)
	want := session.SendText{Record: "0312-3027-47", Template: "reply", Values: map[string]string{"答复": "可以补缴"}}
	if len(b.said) != 1 || !reflect.DeepEqual(b.said[0], want) {
		t.Errorf("said %+v", b.said)
	}
}

func TestDepartmentLink(t *testing.T) {
	b := newBench(kept(), keys.Record)
	box := NewSheet("0312-3027-47")
	if s := b.shows(box, 100, 30); !strings.Contains(s, "正在生成") || box.Copy() != "" {
		t.Errorf("shows\n%s", s)
	}
	b.env.View.Sheet = session.SheetView{Number: "0312-3027-47", Dept: "待遇核定科", URL: "https://12333.example.gov.cn/r/abc", Expires: sample.Noon}
	if s := b.shows(box, 100, 30); !strings.Contains(s, "https://12333.example.gov.cn/r/abc") || box.Copy() != "https://12333.example.gov.cn/r/abc" {
		t.Errorf("shows\n%s", s)
	}
	if r := box.Act(keys.Save, b.env); !r.Used || r.Close || len(b.said) != 1 || b.said[0] != (session.SaveSheet{Number: "0312-3027-47"}) {
		t.Errorf("said %+v", b.said)
	}
	b.env.View.Sheet.File = "/srv/seat/sheets/0312-3027-47.html"
	if s := b.shows(box, 100, 30); !strings.Contains(s, "sheets/0312-3027-47.html") || box.Copy() != b.env.View.Sheet.File {
		t.Errorf("shows\n%s", s)
	}
	if r := b.press(box, tea.KeyEscape); !r.Close {
		t.Error("stays open")
	}
}

// TestTextIsForWhomItWasOpened: the box goes when another call comes: what is said
// to that caller would be offered for a text to the one before.
func TestTextIsForWhomItWasOpened(t *testing.T) {
	b := newBench(kept(), keys.Record)
	box := Box(NewTexts("", "0312-3027-47"))
	b.env.View.Texts = []session.TextTemplate{{ID: "reply", Title: "答复", Text: "答复如下：{答复}", Blanks: []string{"答复"}}}
	next := box.Update(tea.KeyPressMsg{Text: "1", Code: '1'}, b.env).Open
	if !box.Alive(b.env) || !next.Alive(b.env) {
		t.Error("gone while the record is open")
	}
	b.env.View.Call, b.env.View.Record = &session.CallView{ID: "call-2"}, &session.RecordView{Number: "0312-3027-48"}
	if box.Alive(b.env) || next.Alive(b.env) {
		t.Error("stays beside another caller")
	}
	now := NewTexts("call-2", "0312-3027-48")
	if !now.Alive(b.env) {
		t.Error("not there for the call here")
	}
	b.env.View.Call = nil // the time after it has ended
	if !now.Alive(b.env) {
		t.Error("gone with what was typed")
	}
	if b.env.View.Record = nil; !now.Alive(b.env) || box.Alive(b.env) {
		t.Error("with no record open")
	}
	b.env.View.Record = &session.RecordView{Number: "0312-3027-49"}
	if now.Alive(b.env) {
		t.Error("stays beside another record")
	}
}
