package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/call"
	"zuoxi/hub/contact"
	"zuoxi/hub/line"
	"zuoxi/hub/queue"
	"zuoxi/hub/record"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/internal/voiceline"
	"zuoxi/media/g711"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// ringingCode is the answer that a telephone rings (RFC 3261 section 21.1.2); a
// call that is queued or forwarded says something else.
const ringingCode = 180

// trunkPort is the trunk as calls use it.
type trunkPort struct{ t *trunk.Trunk }

// Dial implements call.Dialler.
func (p trunkPort) Dial(ctx context.Context, number string, ring time.Duration, tell func(call.Progress)) (call.Leg, error) {
	var heard, rings sync.Once
	leg, err := p.t.Dial(ctx, number, trunk.DialOpts{RingTimeout: ring, OnProgress: func(l *trunk.Leg, code int, sound bool) {
		switch {
		case sound:
			heard.Do(func() { tell(call.Progress{Leg: l}) })
		case code == ringingCode:
			rings.Do(func() { tell(call.Progress{}) })
		}
	}})
	if err != nil {
		return nil, err // no typed nil in the interface
	}
	return leg, nil
}

// Incoming implements trunk.Handler.
func (h *Hub) Incoming(l *trunk.Leg) { h.calls.Incoming(l) }

// linePort is the voice port as seats use it.
type linePort struct{ h *line.Hub }

// Ticket implements Lines.
func (p linePort) Ticket(take func(Line)) string {
	return p.h.Door.Ticket(func(ws voiceline.Frames) { take(p.h.AcceptSocket(ws)) })
}

// Accept implements Lines.
func (p linePort) Accept(ctx context.Context, offer string) (Line, string, error) {
	l, answer, err := p.h.Accept(ctx, offer)
	if err != nil {
		return nil, "", err
	}
	return l, answer, nil
}

// archive is the recordings as calls use them.
type archive struct{ lib *recording.Library }

// Open implements Tapes.
func (a archive) Open(ctx context.Context, id, district string, start time.Time, trouble func()) (call.Tape, error) {
	r, err := a.lib.Start(ctx, recording.Meta{CallID: id, District: district, Start: start, Trouble: trouble})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// maxMessage bounds what is read into memory to be played: a quarter of an hour.
const maxMessage = 15 * 60 * recording.Rate * 4

// Sound implements Tapes.
func (a archive) Sound(ctx context.Context, id string) ([]byte, error) {
	var buf limited
	if err := a.lib.Export(ctx, &buf, id); err != nil {
		return nil, err
	}
	r, err := wav.NewReader(&buf.Buffer)
	if err != nil {
		return nil, fmt.Errorf("reading recording %s: %w", id, err)
	}
	var out []byte
	pcm, caller := make([]int16, 2*recording.Rate), make([]int16, recording.Rate)
	alaw := make([]byte, recording.Rate)
	for {
		n, err := r.Read(pcm)
		for i := range n / 2 {
			caller[i] = pcm[2*i]
		}
		out = append(out, alaw[:g711.EncodeALaw(alaw, caller[:n/2])]...)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading recording %s: %w", id, err)
		}
	}
}

// limited is a buffer with an end.
type limited struct{ bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxMessage {
		return 0, errors.New("the recording is too long to be played as a message")
	}
	return l.Buffer.Write(p)
}

// auditPort is the audit log as administrators use it.
type auditPort struct{ log *audit.Log }

// Append implements admin.Auditor.
func (p auditPort) Append(ctx context.Context, who admin.Person, action, object, reason string) error {
	role := ""
	if len(who.Roles) > 0 {
		role = string(who.Roles[0])
	}
	_, err := p.log.Append(ctx, audit.Entry{Who: who.No, Role: role, District: who.District, Action: action, Object: object, Reason: reason})
	return err
}

// Verify implements admin.Auditor.
func (p auditPort) Verify(ctx context.Context) (int64, error) { return p.log.Verify(ctx) }

// backOffice is what administrators reach of what stands behind the records.
func (h *Hub) backOffice() admin.Work {
	w := admin.Work{Contacts: contactPort{h.contacts}, Finder: findPort{h}, Outside: outsidePort{h}}
	if h.business != nil {
		w.Proofs = proofPort{h}
	}
	return w
}

// contactPort is the directory as administrators see it.
type contactPort struct{ book *contact.Book }

// Import implements admin.Contacts.
func (p contactPort) Import(ctx context.Context, name string, data []byte) (int, error) {
	list, err := contact.Read(name, data)
	if err != nil {
		return 0, err
	}
	return len(list), p.book.Replace(ctx, list)
}

// contactsShown bounds a list on the command line.
const contactsShown = 200

// Find implements admin.Contacts.
func (p contactPort) Find(query string) any {
	return append([]contact.Entry{}, p.book.Find(query, contactsShown)...)
}

// housePort is the running hub as administrators see it.
type housePort struct{ hub *Hub }

// Queue implements admin.House. A district's callers are answered by seats of
// the whole centre: how many those are, and the wait, are the centre's for all.
func (p housePort) Queue(ctx context.Context, district string) any {
	l, _ := p.hub.queue.Look(ctx)
	if district == "" {
		return l
	}
	l.Longest = 0
	l.Rows = slices.DeleteFunc(l.Rows, func(r queue.Row) bool {
		code, known := region.Code(r.Region)
		if !known {
			code = p.hub.cfg.District
		}
		return !access.Covers(district, code)
	})
	for _, r := range l.Rows {
		l.Longest = max(l.Longest, r.Waited)
	}
	return l
}

// Seats implements admin.House.
func (p housePort) Seats(district string) any {
	out := []*Status{}
	for _, s := range p.hub.seats.List() {
		if st := s.status.Load(); district == "" || access.Covers(district, st.District) {
			out = append(out, st)
		}
	}
	return out
}

// Status implements admin.House.
func (p housePort) Status(ctx context.Context) any {
	h := p.hub
	l, _ := h.queue.Look(ctx)
	out := wire.HubStatus{
		Time: h.now(), Calls: h.calls.Count(), Waiting: len(l.Rows), WaitedMS: l.Longest.Milliseconds(), Seats: l.Seats, Free: l.Free,
		Store: "ok", Refused: h.refused.Load(), District: h.cfg.District,
	}
	if err := h.db.Ping(ctx); err != nil {
		out.Store, _ = store.Plain(err)
	}
	if head := h.kbHead(); head != nil {
		out.KB = head.Revision
	}
	return out
}

// Records implements admin.House.
func (p housePort) Records(rows []store.Record) []wire.Record {
	out := make([]wire.Record, 0, len(rows))
	for _, r := range rows {
		out = append(out, record.View(r))
	}
	return out
}

// Changed implements admin.House: a disabled agent's call goes on, and nothing
// after it.
func (p housePort) Changed(a store.Agent) {
	if s, ok := p.hub.seats.Get(a.No); ok {
		s.box.Post(func() { s.afterComing(func() { s.accountChanged(a) }) })
	}
}
