package hub

import (
	"context"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/business"
	"zuoxi/hub/contact"
	"zuoxi/hub/editor"
	"zuoxi/hub/exam"
	"zuoxi/hub/find"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/voicemail"
	"zuoxi/kb"
	"zuoxi/wire"
)

// desks are the services behind the desks.
type desks struct {
	records  *record.Service
	mail     *voicemail.Service
	audit    *audit.Log
	admin    *admin.Service
	kb       Library // nil: this hub keeps no knowledge base
	contacts *contact.Book
	business *business.Desk // nil: no business system is connected
	exams    *exam.Office
	find     *find.Service
	tickets  *tickets
	editors  *editor.Desk // nil: this hub keeps no knowledge base
	out      *outside     // nil in a house without others
}

// Library hands the knowledge base out to seats.
type Library interface {
	// Head is the newest revision and the key that signs the packages.
	Head() (revision uint64, key []byte)
	// Offer names the package that leads from a revision to the newest.
	Offer(ctx context.Context, have uint64) (kb.Package, error)
	// Chunk is a part of a package that was offered.
	Chunk(ctx context.Context, p kb.Package, offset int64, most int) ([]byte, error)
}

// kbHead is what seats are told of the knowledge base; nil where there is none.
func (h *Hub) kbHead() *wire.KBHead {
	if h.kb == nil {
		return nil
	}
	rev, key := h.kb.Head()
	return &wire.KBHead{Revision: rev, Key: key}
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
	head := h.kbHead()
	if head == nil {
		return
	}
	for _, s := range h.seats.List() {
		s.box.Post(func() { s.session.Push(head) })
	}
}

// kbChunk answers a seat that fetches: the offer of a package, or a part of one.
func (h *Hub) kbChunk(ctx context.Context, b *wire.KBFetch) wire.Body {
	if h.kb == nil {
		return refusal(wire.CodeNotFound, "中心没有知识库；请管理员导入")
	}
	answer, err := h.kbPart(ctx, b)
	if err != nil {
		h.log.Error("handing out the knowledge base", "from", b.From, "err", err)
		return refusal(wire.CodeInternal, "知识库暂时取不到，本席用已有的版本；稍后自动再取")
	}
	return answer
}

func (h *Hub) kbPart(ctx context.Context, b *wire.KBFetch) (*wire.KBChunk, error) {
	if b.To == 0 {
		p, err := h.kb.Offer(ctx, b.From)
		if err != nil {
			return nil, err
		}
		return &wire.KBChunk{From: uint64(p.From), To: uint64(p.To), Total: p.Size, Sum: p.Sum, Signature: p.Signature}, nil
	}
	most := b.Max
	if most <= 0 || most > maxChunk {
		most = maxChunk
	}
	data, err := h.kb.Chunk(ctx, kb.Package{From: int64(b.From), To: int64(b.To)}, max(b.Offset, 0), most)
	if err != nil {
		return nil, err
	}
	part := &wire.KBChunk{From: b.From, To: b.To, Offset: b.Offset}
	if b.Raw {
		part.Raw = data
	} else {
		part.Data = data
	}
	return part, nil
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
