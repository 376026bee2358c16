package session

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zuoxi/rules/caller"
	"zuoxi/wire"
)

// Verbs of what goes out to others.
type (
	// AskTexts gets the texts that may be sent to citizens: View.Texts.
	AskTexts struct{}
	// SendText sends one to the citizen of the call here, or of a record.
	SendText struct {
		Call, Record, Template string
		Values                 map[string]string
	}
	// AskSheet makes a reply form for the department that has a record: View.Sheet.
	AskSheet struct{ Number string }
	// SaveSheet puts the sheet that came with it into a file: View.Sheet.File.
	SaveSheet struct{ Number string }
)

// TagCaller marks the caller of the call here, or takes the mark off.
type TagCaller struct {
	Call   string
	Tag    caller.Tag
	On     bool
	Reason string
}

func (TagCaller) verb() {}

func (AskTexts) verb() {}
func (SendText) verb() {}
func (AskSheet) verb() {}

func (SaveSheet) verb() {}

// TextTemplate is a text with blanks.
type TextTemplate struct {
	ID, Title, Text, Legal string
	Blanks                 []string
}

// SheetView is the link for a department: it works once. Page is the record on
// paper, File where it was put.
type SheetView struct {
	Number, Dept, URL string
	Expires           time.Time
	Page              []byte
	File              string
}

// Outgoing are the answers about what goes out.
type Outgoing struct {
	Texts []TextTemplate
	Sheet SheetView
}

// doOutside is a verb of what goes out; false when it is none.
func (s *Session) doOutside(v Verb) bool {
	switch v := v.(type) {
	case AskTexts:
		s.ask(&wire.SMSAsk{}, s.textsCame)
	case SendText:
		s.sendText(v)
	case TagCaller:
		s.tell(&wire.CallerTag{Call: v.Call, Tag: string(v.Tag), On: v.On, Reason: v.Reason})
	case AskSheet:
		s.ask(&wire.SheetAsk{Number: v.Number}, func(m wire.Message) {
			b, ok := m.Body.(*wire.Sheet)
			if !ok {
				s.refusal(m)
				return
			}
			s.view.Sheet = SheetView{Number: b.Number, Dept: b.Dept, URL: b.URL, Expires: s.local(b.Expires), Page: b.Page}
		})
	case SaveSheet:
		s.saveSheet(v.Number)
	default:
		return false
	}
	return true
}

// sheets is the folder of saved sheets below the seat's own.
const sheets = "sheets"

// saveSheet writes the sheet to a file that can be printed or mailed.
func (s *Session) saveSheet(number string) {
	v := &s.view.Sheet
	if v.Number != number || len(v.Page) == 0 || filepath.Base(number) != number {
		s.notify(NoticeWarn, "没有可存的工单 · 没有存 · 请重新打开部门答复")
		return
	}
	dir := filepath.Join(s.cfg.Folder, sheets)
	file := filepath.Join(dir, number+".html")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(file, v.Page, 0o600)
	}
	if err != nil {
		s.cfg.Log.Error("sheet not saved", "err", err)
		s.notify(NoticeError, "工单存不下来 · 链接照样能用 · 请检查磁盘空间")
		return
	}
	v.File = file
	s.notify(NoticeInfo, "工单已存下 · 打印或作为邮件附件寄给"+v.Dept+" · 文件在 "+file)
}

func (s *Session) textsCame(m wire.Message) {
	b, ok := m.Body.(*wire.SMSTemplates)
	if !ok {
		s.refusal(m)
		return
	}
	list := make([]TextTemplate, 0, len(b.List))
	for _, t := range b.List {
		list = append(list, TextTemplate(t))
	}
	s.view.Texts = list
}

// sendText is not kept in the outbox: a text that goes out an hour later may say
// what is no longer true. The agent is told, and sends it again.
func (s *Session) sendText(v SendText) {
	b := &wire.SMSSend{Call: v.Call, Record: v.Record, Template: v.Template}
	for _, t := range s.view.Texts {
		if t.ID != v.Template {
			continue
		}
		for _, blank := range t.Blanks {
			b.Values = append(b.Values, wire.SMSValue{Blank: blank, Value: v.Values[blank]})
		}
	}
	s.ask(b, func(m wire.Message) {
		sent, ok := m.Body.(*wire.SMSSent)
		if !ok {
			s.refusal(m)
			return
		}
		s.notify(NoticeInfo, fmt.Sprintf("短信已交给网关：%s，%d 条 · 送到与否看单子的经过", sent.To, sent.Parts))
		if v.Record != "" {
			s.look(v.Record)
		}
	})
}
