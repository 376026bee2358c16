package hub

import (
	"context"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/voicemail"
	"zuoxi/wire"
)

// desks are the services behind the desks.
type desks struct {
	records *record.Service
	mail    *voicemail.Service
	audit   *audit.Log
	admin   *admin.Service
	kb      Library // nil: this hub keeps no knowledge base
}

// Library hands the knowledge base out to seats.
type Library interface {
	Head() uint64
	// Chunk is a part of the package that leads from a revision to the head.
	Chunk(ctx context.Context, from uint64, offset int64, most int) (to uint64, total int64, data []byte, err error)
}

func (h *Hub) kbHead() (uint64, bool) {
	if h.kb == nil {
		return 0, false
	}
	return h.kb.Head(), true
}

// publisher tells the seats of what was imported.
type publisher struct {
	admin.Library
	hub *Hub
}

// Import implements admin.Library.
func (p publisher) Import(ctx context.Context, name string, data []byte) (any, error) {
	out, err := p.Library.Import(ctx, name, data)
	if err == nil {
		p.hub.published()
	}
	return out, err
}

// published tells every seat of a new revision of the knowledge base.
func (h *Hub) published() {
	rev, ok := h.kbHead()
	if !ok {
		return
	}
	for _, s := range h.seats.list() {
		s.box.post(func() { s.session.Push(&wire.KBHead{Revision: rev}) })
	}
}

func (h *Hub) kbChunk(ctx context.Context, b *wire.KBFetch) wire.Body {
	if h.kb == nil {
		return refusal(wire.CodeNotFound, "中心没有知识库；请管理员导入")
	}
	most := b.Max
	if most <= 0 || most > maxChunk {
		most = maxChunk
	}
	to, total, data, err := h.kb.Chunk(ctx, b.From, max(b.Offset, 0), most)
	if err != nil {
		h.log.Error("handing out the knowledge base", "from", b.From, "err", err)
		return refusal(wire.CodeInternal, "知识库暂时取不到，本席用已有的版本；稍后自动再取")
	}
	return &wire.KBChunk{From: b.From, To: to, Offset: b.Offset, Total: total, Data: data}
}

// audited writes down what somebody is about to do; without it nothing is done.
func (h *Hub) audited(ctx context.Context, a store.Agent, action, object, reason string) error {
	role := ""
	if len(a.Roles) > 0 {
		role = a.Roles[0]
	}
	_, err := h.audit.Append(ctx, audit.Entry{Who: a.No, Role: role, District: a.District, Action: action, Object: object, Reason: reason})
	return err
}
