package session

import (
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// TestFindAsksTheCentreAndKeepsPages: the second page stands behind the first.
func TestFindAsksTheCentreAndKeepsPages(t *testing.T) {
	h, x := opened(t)
	x.s.Do(Find{Line: "欠薪"})
	m, ask := expect[*wire.Find](h)
	if ask.Line != "欠薪" || ask.After != "" {
		t.Fatalf("asked %+v", ask)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.Found{Line: "欠薪", Conditions: []string{"文字 欠薪"}, Next: "k", Rows: []wire.FoundRow{{Type: "call", ID: "a", State: "human"}}}})
	x.see("the first page", func(v View) bool {
		return v.Found.More && len(v.Found.Rows) == 1 && v.Found.Rows[0].State == "人工接听"
	})
	x.s.Do(Find{Line: "欠薪", More: true})
	if m, ask = expect[*wire.Find](h); ask.After != "k" {
		t.Fatalf("asked %+v", ask)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.Found{Line: "欠薪", Rows: []wire.FoundRow{{Type: "record", ID: "b", State: "open", Record: "b"}}}})
	x.see("both pages", func(v View) bool {
		return !v.Found.More && len(v.Found.Rows) == 2 && v.Found.Rows[1].State == "处理中"
	})
	x.s.Do(Find{Line: "天气:晴"})
	m, _ = expect[*wire.Find](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeInvalid, Text: "不认识"}})
	x.see("the refusal", func(v View) bool { return v.Found.Error == "不认识" && !v.Found.Busy })
}

// TestFindOwnWithTheLinkCut: what this agent handed in is found on the seat,
// and the copy holds no number.
func TestFindOwnWithTheLinkCut(t *testing.T) {
	h, x := opened(t)
	fields := x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields
	fields.Question, fields.Callback, fields.Name = "迟发工资，另一个电话 13911112222", "13900000042", "测试甲"
	x.s.Do(EditRecord{Fields: fields})
	x.s.Do(SubmitRecord{})
	m, _ := expect[*wire.RecordSave](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: "0312-3027-7", Version: 5, Code: wire.CodeOK}})
	x.see("it was taken", func(v View) bool { return strings.Contains(v.Notice.Text, "已到中心") })
	h.cut()
	expect[*wire.Resume](h) // and no welcome: the centre is not there
	for line, want := range map[string]int{"迟发工资": 1, "13900000042": 1, "wh:0042": 1, "xm:测试甲 咨询": 1, "投诉": 0, "13900000043": 0, "彩票": 0, "通话": 0, "不满意": 0, "标记:工资": 0} {
		x.s.Do(Find{Line: line})
		v := x.see(line, func(v View) bool { return v.Found.Line == line && !v.Found.Busy })
		if len(v.Found.Rows) != want || !v.Found.Local {
			t.Errorf("%s: %+v", line, v.Found)
		}
		for _, r := range v.Found.Rows {
			if r.Who != "测* 139****0042" || strings.Contains(r.What, "1391111") {
				t.Errorf("row %+v", r)
			}
		}
	}
	x.stop()
	key, _ := fakeVault{}.DraftKey("", "", "")
	box, err := outbox.Open(filepath.Join(x.s.cfg.Folder, "outbox-3027"), key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.Close() }()
	var own ownRecord
	if ok, err := box.LoadDraft(ownPrefix+"0312-3027-7", &own); err != nil || !ok || own.Fields.Callback != "139****0042" || strings.Contains(own.Fields.Question, "13911112222") {
		t.Errorf("kept %+v, %v", own, err)
	}
}
