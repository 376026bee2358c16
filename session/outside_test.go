package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/wire"
)

// TestTextAndSheet: the templates come, a text goes with the blanks of its
// template, and the link is shown.
func TestTextAndSheet(t *testing.T) {
	h, x := opened(t)
	x.s.Do(AskTexts{})
	m, _ := expect[*wire.SMSAsk](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.SMSTemplates{List: []wire.SMSTemplate{{ID: "reply", Title: "答复", Text: "{答复}", Blanks: []string{"答复"}}}}})
	x.see("the templates", func(v View) bool { return len(v.Texts) == 1 })
	x.s.Do(SendText{Record: "0312-3027-7", Template: "reply", Values: map[string]string{"答复": "可以", "别的": "x"}})
	m, sent := expect[*wire.SMSSend](h)
	if sent.Record != "0312-3027-7" || len(sent.Values) != 1 || sent.Values[0].Value != "可以" {
		t.Fatalf("sent %+v", sent)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.SMSSent{To: "139****0042", Text: "可以", Parts: 1}})
	x.see("the notice", func(v View) bool { return strings.Contains(v.Notice.Text, "139****0042") })
	m, _ = expect[*wire.RecordGet](h)
	r := kept(5)
	r.History = append(r.History, wire.RecordChange{By: "139****0042", Action: "sms.in", State: "done", Note: "谢谢"})
	h.say(wire.Message{Re: m.ID, Body: r})
	x.see("the reply in the course", func(v View) bool {
		l := v.Record.Life
		return len(l.History) == 2 && l.History[1].What == "回信（了结）"
	})
	x.s.Do(AskSheet{Number: "0312-3027-7"})
	m, _ = expect[*wire.SheetAsk](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Sheet{Number: "0312-3027-7", Dept: "某科", URL: "https://x/r/y", Page: []byte("<!doctype html>")}})
	x.see("the link", func(v View) bool { return v.Sheet.URL == "https://x/r/y" })
	x.s.Do(SaveSheet{Number: "0312-3027-7"})
	file := x.see("the file", func(v View) bool { return v.Sheet.File != "" }).Sheet.File
	if page, err := os.ReadFile(file); err != nil || string(page) != "<!doctype html>" || filepath.Base(file) != "0312-3027-7.html" {
		t.Errorf("%s holds %q, %v", file, page, err)
	}
	x.s.Do(SaveSheet{Number: "../0312-3027-7"})
	x.see("no file", func(v View) bool { return strings.Contains(v.Notice.Text, "没有可存的工单") })
	x.s.Do(AskSheet{Number: "0312-3027-8"})
	m, _ = expect[*wire.SheetAsk](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeImpossible, Text: "不在部门手里"}})
	x.see("the refusal", func(v View) bool { return v.Notice.Text == "不在部门手里" })
}
