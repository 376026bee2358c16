// Package editor is the editors' desk of the knowledge base: drafts and standard answers on their way through review to
// the seats, and what the hotline tells its editors — searches that led nowhere, questions without an answer, answers that
// were wrong. The hub hands in what seats and administrators ask, with who asks. It owns the entries and notes in the
// store and changes the hub's library through the port it declares; what may be done is decided by kb/govern. It promises
// that nothing reaches a seat that one person alone has seen, that every step is in the audit log before it is taken, and
// that a report sent twice is kept once.
package editor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/kb/search"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// The kinds of entries.
const (
	kindArticle  = "article"
	kindStandard = "standard"
)

// Library is the hub's own copy of the articles.
type Library interface {
	Base() *kb.Base
	// Change lets change alter the library under a new revision, and offers the seats what came of it.
	Change(ctx context.Context, change func(b *kb.Base, revision string) error) error
}

// Person is who asks.
type Person struct {
	No, District string
	Roles        []access.Role
}

func (p Person) can(cmds ...access.Command) bool {
	for _, r := range p.Roles {
		for _, c := range cmds {
			if access.Widest(r, c) != 0 {
				return true
			}
		}
	}
	return false
}

// Refusal is what cannot be done; Text is for the person.
type Refusal struct {
	Code wire.Code
	Text string
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Text }

// ForPerson is the code and the line.
func (r *Refusal) ForPerson() (wire.Code, string) { return r.Code, r.Text }

func refuse(code wire.Code, text string) error { return &Refusal{code, text} }

// Config of a desk.
type Config struct {
	DB       *store.Store
	Library  Library
	Audit    func(ctx context.Context, who Person, action, object, reason string) error
	Moved    func() // something that editors look at has changed
	District string // of those who have none
	Zone     *time.Location
	Now      func() time.Time
}

// Desk is the editors' desk. Any goroutine may use it.
type Desk struct {
	cfg Config

	steps sync.Mutex // one step at a time: it changes the store and the library
}

// New opens the desk.
func New(cfg Config) *Desk { return &Desk{cfg: cfg} }

func (d *Desk) now() time.Time { return d.cfg.Now().In(d.cfg.Zone) }

func (d *Desk) today() search.Date { return search.DateOf(d.now()) }

func (d *Desk) base() *kb.Base { return d.cfg.Library.Base() }

// Answer carries out what is asked under the id of the message. The error is a *Refusal, or one of the store.
func (d *Desk) Answer(ctx context.Context, who Person, id string, b wire.Body) (wire.Body, error) {
	out, changes, err := d.change(ctx, who, id, b)
	if changes {
		if err == nil {
			d.cfg.Moved()
		}
		return out, err
	}
	if asked, ok := b.(*wire.KBAsked); ok {
		return done(d.asked(ctx, who, id, *asked))
	}
	if !who.can(access.KBEdit, access.KBReview) && !slices.Contains(who.Roles, access.RoleLead) {
		return nil, refuse(wire.CodeForbidden, "没有权限编辑或审核知识库 · 没有打开 · 需要时请联系知识库管理员")
	}
	switch b := b.(type) {
	case *wire.KBAsk:
		rows, err := d.list(ctx, *b)
		if err != nil {
			return nil, err
		}
		return &wire.KBRows{List: b.List, Rows: rows}, nil
	case *wire.KBOpen:
		return entry(d.open(ctx, who, b.ID))
	}
	return nil, refuse(wire.CodeUnknownType, "中心不办理这条消息 · 没有执行 · 请核对两边的版本")
}

// change carries out what changes the lists of the editors; false for all else.
func (d *Desk) change(ctx context.Context, who Person, id string, b wire.Body) (out wire.Body, changes bool, err error) {
	switch b := b.(type) {
	case *wire.KBTell:
		out, err = done(d.tell(ctx, who, id, *b))
	case *wire.KBSave:
		out, err = entry(d.save(ctx, who, *b))
	case *wire.KBStep:
		out, err = entry(d.step(ctx, who, *b))
	case *wire.KBSettle:
		out, err = done(d.settle(ctx, who, *b))
	default:
		return nil, false, nil
	}
	return out, true, err
}

func done(err error) (wire.Body, error) {
	if err != nil {
		return nil, err
	}
	return &wire.Ack{Code: wire.CodeOK}, nil
}

func entry(e *wire.KBEntry, err error) (wire.Body, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// file is an entry with its document.
type file struct {
	row store.KBEntry
	doc govern.Entry
}

func read(row store.KBEntry) (file, error) {
	f := file{row: row}
	if err := json.Unmarshal(row.Body, &f.doc); err != nil {
		return f, fmt.Errorf("reading knowledge entry %s: %w", row.ID, err)
	}
	return f, nil
}

// pack makes the row fit the document.
func (f *file) pack(now time.Time) error {
	body, err := json.Marshal(f.doc)
	if err != nil {
		return fmt.Errorf("packing knowledge entry %s: %w", f.row.ID, err)
	}
	f.row.Body, f.row.Updated, f.row.State, f.row.Author = body, now, string(f.doc.State), f.doc.Author
	f.row.Title = f.doc.Article.Title
	if f.doc.Standard != nil {
		f.row.Title = f.doc.Standard.Title
	}
	return nil
}

var errNothing = &Refusal{wire.CodeNotFound, "没有这一条 · 没有执行 · 请核对编号"}

// open states of a subject, as the store's index has them.
var openStates = []govern.State{govern.StateDraft, govern.StateSubmitted, govern.StateReviewed}

// find finds an entry by its own id, or the one that counts of an article or standard answer: the open one, else of those
// on the seats the one that applies last, else the last. ok is false where a subject has no entry.
func (d *Desk) find(ctx context.Context, ref string) (f file, ok bool, err error) {
	row, err := d.cfg.DB.KBEntries.Get(ctx, ref)
	if err == nil {
		f, err = read(row)
		return f, err == nil, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return f, false, err
	}
	rows, _, err := d.cfg.DB.KBEntries.List(ctx, store.KBFilter{Subject: strings.TrimPrefix(ref, "article:")})
	if err != nil || len(rows) == 0 {
		return f, false, err
	}
	files := make([]file, len(rows))
	for i, r := range rows {
		if files[i], err = read(r); err != nil {
			return f, false, err
		}
	}
	return slices.MinFunc(files, func(a, b file) int { return cmp.Or(a.rank()-b.rank(), cmp.Compare(b.from(), a.from())) }), true, nil
}

// rank orders the entries of a subject by which counts.
func (f file) rank() int {
	switch {
	case slices.Contains(openStates, f.doc.State):
		return 0
	case slices.Contains(seated, f.doc.State):
		return 1
	}
	return 2
}

// from is the first day of what is on the seats; of all else the newest entry counts.
func (f file) from() search.Date {
	if slices.Contains(seated, f.doc.State) {
		return f.doc.Article.Scope.Effective.First()
	}
	return 0
}
