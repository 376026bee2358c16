package editor

import (
	"context"
	"errors"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// The kinds of notes that come from searches, and the states of all notes.
const (
	noteMiss    = store.KBNoteMiss
	noteOpened  = store.KBNoteOpened
	noteOpen    = "open"
	noteSettled = "settled"

	missPrefix = "miss:" // names a miss by its words in a list
)

const maxWords = 200

// tell keeps what an agent reports.
func (d *Desk) tell(ctx context.Context, who Person, id string, b wire.KBTell) error {
	if !who.can(access.KBSearch) {
		return access.Check(role(who), access.KBSearch, access.Other)
	}
	text := clean.Line(b.Text, maxWords)
	switch {
	case b.Kind != wire.KBTellWrong && b.Kind != wire.KBTellQuestion, text == "":
		return refuse(wire.CodeInvalid, "没有写内容 · 没有送出 · 请写一句话再送")
	case b.Kind == wire.KBTellWrong && b.Article == "":
		return refuse(wire.CodeInvalid, "没有说是哪一条 · 没有送出 · 请先打开条目")
	}
	return d.note(ctx, who, id, store.KBNote{Kind: b.Kind, Words: text, About: store.KBAbout{Article: b.Article, Number: int64(b.Number), Call: b.Call}})
}

// asked keeps a search with what came of it.
func (d *Desk) asked(ctx context.Context, who Person, id string, b wire.KBAsked) error {
	if !who.can(access.KBSearch) {
		return access.Check(role(who), access.KBSearch, access.Other)
	}
	kind := noteMiss
	if b.Opened != "" {
		kind = noteOpened
	}
	text := strings.Join(strings.Fields(clean.Line(b.Text, maxWords)), " ")
	if text == "" {
		return nil
	}
	return d.note(ctx, who, id, store.KBNote{Kind: kind, Words: text, Found: int64(max(b.Found, 0)), About: store.KBAbout{Article: b.Opened}})
}

// note keeps a note under the id of its message: the same again is the same.
func (d *Desk) note(ctx context.Context, who Person, id string, n store.KBNote) error {
	now := d.cfg.Now()
	n.ID, n.State, n.District, n.Agent, n.Created, n.Updated = who.No+"/"+id, noteOpen, d.district(who), who.No, now, now
	if id == "" {
		n.ID = store.NewID(now)
	}
	if err := d.cfg.DB.KBNotes.Add(ctx, n); err != nil && !errors.Is(err, store.ErrDuplicate) {
		return err
	}
	return nil
}

// settle closes a note, or all searches of a wording.
func (d *Desk) settle(ctx context.Context, who Person, b wire.KBSettle) error {
	if !who.can(access.KBEdit) {
		return access.Check(role(who), access.KBEdit, access.Other)
	}
	answer := clean.Line(b.Answer, maxWords)
	if answer == "" {
		return refuse(wire.CodeInvalid, "没有写怎样处理的 · 没有了结 · 请写一句，如“已补说法到 sbk-001”")
	}
	if err := d.cfg.Audit(ctx, who, "kb.settle", "kb-note", answer); err != nil {
		return err
	}
	if words, ok := strings.CutPrefix(b.ID, missPrefix); ok {
		return d.settleWords(ctx, who, words, answer)
	}
	n, err := d.cfg.DB.KBNotes.Get(ctx, b.ID)
	if errors.Is(err, store.ErrNotFound) {
		return errNothing
	}
	if err != nil {
		return err
	}
	if b.Version != 0 && b.Version != n.Version {
		return refuse(wire.CodeConflict, "这一条刚被别人处理过 · 没有执行 · 请刷新再看")
	}
	return d.close(ctx, who, n, answer)
}

func (d *Desk) settleWords(ctx context.Context, who Person, words, answer string) error {
	for _, kind := range []string{noteMiss, noteOpened} {
		for {
			rows, _, err := d.cfg.DB.KBNotes.List(ctx, store.KBNoteFilter{Kind: kind, State: noteOpen, Words: words, Page: store.Page{Limit: maxRows}})
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			for _, n := range rows {
				if err := d.close(ctx, who, n, answer); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *Desk) close(ctx context.Context, who Person, n store.KBNote, answer string) error {
	n.State, n.Settled, n.Answer, n.Updated = noteSettled, who.No, answer, d.cfg.Now()
	_, err := d.cfg.DB.KBNotes.Update(ctx, n)
	return err
}
