package app_test

import (
	"testing"

	"zuoxi/session"
	"zuoxi/ui/sample"
	"zuoxi/ui/uitest"
)

// What is written anew at the editors' desk is chosen first; a draft under the hands is not asked away.
func TestBlankIsChosen(t *testing.T) {
	v := sample.Idle()
	v.Seat = session.SeatView{AgentNo: "6001", Name: "宋某", Role: "kb_editor"}
	v.Editor.List = session.KBWork
	for key, want := range map[string]string{"１": "kind: 办事指南", "2": "standard:"} {
		s := uitest.Start(t, 120, 40, v, nil)
		if s.Press("f3"); !s.Has("统一口径") {
			t.Fatalf("nothing to choose from:\n%s", s.Text())
		}
		if s.Press(key); !s.Has(want) {
			t.Errorf("%s:\n%s", key, s.Text())
		}
		if s.Press("改", "f3"); !s.Has("还没有存") || !s.Has("改") {
			t.Errorf("with a draft:\n%s", s.Text())
		}
	}
}
