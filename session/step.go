package session

import (
	"encoding/json"

	"zuoxi/rules/ticket"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// stepKind is the outbox's name for a step of a record.
var stepKind = wire.RecordStep{}.Type()

// step sends one step of the open record through the outbox: with the link cut
// it waits there, and is carried out once.
func (s *Session) step(v StepRecord) {
	r := s.view.Record
	if r == nil || r.Number != v.Number || r.Life == nil {
		s.notify(NoticeWarn, "这张单没有打开 · 没有办理 · 请在待办里打开再办")
		return
	}
	raw, err := json.Marshal(&wire.RecordStep{
		Number: v.Number, Version: r.Base, Event: string(v.Event), Reason: v.Reason, Note: v.Note, Dept: v.Dept, Due: v.Due,
	})
	if err != nil {
		s.notify(NoticeError, "这一步无法打包 · 没有办理 · 请联系管理员")
		return
	}
	e := outbox.Entry{ID: newID(), Kind: stepKind, Body: raw}
	s.queue(e)
	s.sendEntry(e)
	s.countUnsent()
	if s.isLoose(e) {
		s.notify(NoticeError, "本机存不下受理单 "+v.Number+" 的这一步 · 只会办一次 · 中心收下前请不要退出，并请管理员检查磁盘")
	}
}

// stepped is the hub's answer to a step.
func (s *Session) stepped(e outbox.Entry, m wire.Message) {
	var sent wire.RecordStep
	if err := json.Unmarshal(e.Body, &sent); err != nil {
		s.cfg.Log.Error("outbox entry not readable", "kind", e.Kind, "id", e.ID)
	}
	saved, ok := m.Body.(*wire.RecordSaved)
	if a, isAck := m.Body.(*wire.Ack); isAck {
		if a.Code == wire.CodeUnreachable || a.Code == wire.CodeBusy {
			return // flush sends it again
		}
		saved, ok = &wire.RecordSaved{Code: a.Code, Text: a.Text}, true
	}
	if !ok {
		return
	}
	s.settle(e)
	word := ticket.Event(sent.Event).Label()
	if saved.Code == wire.CodeOK {
		s.notify(NoticeInfo, "单 "+sent.Number+" 已"+word)
	} else {
		s.notify(NoticeError, orElse(saved.Text, "“"+word+"”没有办成 · 单子没有变 · 请打开它看现在的状态"))
	}
	if r := s.view.Record; r != nil && r.Number == sent.Number {
		s.look(sent.Number)
	}
}
