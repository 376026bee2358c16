package wrapup

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/ticket"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/sample"
	"zuoxi/ui/theme"
)

func TestCourseOfARecord(t *testing.T) {
	v := sample.Idle()
	theirs := session.RecordFields{Kind: "consult", Answer: "别人的答复", Callback: "139****0042"}
	v.Record = &session.RecordView{
		Number: "0312-3027-47", Base: 3, Fields: session.RecordFields{Kind: "consult", Answer: "我的答复"}, Theirs: &theirs,
		Plain: &session.PlainView{Field: "contact", Value: "13900000042", Until: sample.Noon.Add(20 * time.Second)},
		Life: &session.LifeView{
			State: ticket.StateWithDept, Owner: "待遇核定科",
			Dues: []session.DueView{
				{Name: "疑难问题答复（来电）", Length: "3天", Source: "[S] 杭州", Last: "03-14"}, {Name: "投诉受理答复", Length: "5个工作日", Paused: "缺材料"},
				{Name: "答应的回复", Length: "2天", Last: "03-10", Overdue: true},
			},
			History: []session.ChangeView{{At: sample.Noon, By: "3027", What: "登记（部门办理中）", Reason: "", Note: "请核实"}},
		},
	}
	for _, size := range [][2]int{{50, 30}, {30, 12}, {20, 4}} {
		c := canvas.New(size[0], size[1])
		drawCourse(c.All(), &page.Env{View: &v, Now: sample.Noon, Theme: theme.New(theme.Mode{})})
		shown := strings.Join(c.Lines(), "\n")
		if size[0] < 50 {
			continue // it fits or it is cut, and nothing panics
		}
		for _, want := range []string{"部门办理中", "待遇核定科", "到 03-14", "[S] 杭州", "暂停：缺材料", "已过 03-10", "别人的答复", "回电 139****0042", "13900000042", "00:20", "请核实"} {
			if !strings.Contains(shown, want) {
				t.Errorf("no %q in\n%s", want, shown)
			}
		}
	}
}

// TestRecordWithoutItsCourse: a change of what the hub has is not called new.
func TestRecordWithoutItsCourse(t *testing.T) {
	for base, want := range map[int]string{0: "还没有到中心", 3: "经过由中心告诉"} {
		v := sample.Idle()
		v.Record = &session.RecordView{Number: "0312-3027-47", Base: base}
		c := canvas.New(70, 5)
		drawCourse(c.All(), &page.Env{View: &v, Now: sample.Noon, Theme: theme.New(theme.Mode{})})
		if shown := strings.Join(c.Lines(), "\n"); !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
}
