package editor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/kb/search"
)

// An article may be on the seats in several versions, each for its days: the rule of today and that of next year. Every
// one of them has its entry. The one that was published last is published, the others are standing.

// seated are the states of what is on the seats.
var seated = []govern.State{govern.StatePublished, govern.StateStanding}

// stands finds the text of an entry in the library, by the day from which it applies, as its author wrote it.
func (d *Desk) stands(a kb.Article) (now kb.Article, ok bool, err error) {
	now, ok, err = d.base().Before(a)
	return now, ok && sameDay(now, a), err
}

func sameDay(a, b kb.Article) bool { return a.Scope.Effective.First() == b.Scope.Effective.First() }

// over tells that an article does not apply any more.
func over(a kb.Article, today search.Date) bool {
	until := a.Scope.Expires.Last()
	return until != 0 && until < today
}

// means finds the entry that a reference is about. Of an article, that is the one of the version that applies last; ok is
// false where that came by import.
func (d *Desk) means(ctx context.Context, ref string) (f file, ok bool, err error) {
	f, ok, err = d.find(ctx, ref)
	if err != nil || !ok || f.row.ID == ref || f.row.Kind != kindArticle || slices.Contains(openStates, f.doc.State) {
		return f, ok, err
	}
	last, there, err := d.base().Get(f.row.Subject)
	return f, !there || slices.Contains(seated, f.doc.State) && sameDay(last, f.doc.Article), err
}

// adopt makes an entry of an article that came by import, so that it can be withdrawn like all others.
func (d *Desk) adopt(ctx context.Context, who Person, ref string) (file, error) {
	a, ok, err := d.base().Get(strings.TrimPrefix(ref, "article:"))
	if err != nil {
		return file{}, err
	}
	if !ok {
		return file{}, errNothing
	}
	state := govern.StatePublished
	live, _, err := d.cfg.DB.KBEntries.List(ctx, store.KBFilter{Kind: kindArticle, Subject: a.ID, State: string(state)})
	if err != nil {
		return file{}, err
	}
	if len(live) > 0 { // a version for other days
		state = govern.StateStanding
	}
	now := d.cfg.Now()
	f := file{
		row: store.KBEntry{ID: store.NewID(now), Kind: kindArticle, Subject: a.ID, District: d.district(who), Number: int64(a.Version), Created: now},
		doc: govern.Entry{Article: a, State: state, Author: "import"},
	}
	if err := f.pack(now); err != nil {
		return f, err
	}
	if err := d.cfg.DB.KBEntries.Create(ctx, f.row); err != nil {
		return f, err
	}
	f.row.Version = 1
	return f, nil
}

// withdraw takes an entry off the seats.
func (d *Desk) withdraw(ctx context.Context, f file) error {
	if s := f.doc.Standard; s != nil {
		return d.edit(ctx, s.Articles, func(a *kb.Article) { drop(a, s.ID) })
	}
	now, ok, err := d.stands(f.doc.Article)
	if err != nil || !ok { // an import has taken its place
		return err
	}
	return d.cfg.Library.Change(ctx, func(b *kb.Base, revision string) error {
		_, err := b.Remove(ctx, revision, fmt.Sprintf("%s@%d", now.ID, now.Version))
		return err
	})
}

// overtake gives the other entries of a subject their due after a step with one: what is no longer on the seats is
// superseded. The step belongs to publishing, so whoever may publish takes it.
func (d *Desk) overtake(ctx context.Context, p store.Ports, who Person, f *file, now time.Time) error {
	for _, s := range seated {
		rows, _, err := p.KBEntries.List(ctx, store.KBFilter{Kind: f.row.Kind, Subject: f.row.Subject, State: string(s)})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.ID == f.row.ID {
				continue
			}
			old, err := read(row)
			if err != nil {
				return err
			}
			step, state, err := d.due(old, f)
			if err != nil {
				return err
			}
			if state == old.doc.State {
				continue
			}
			old.doc.State = state
			old.doc.Steps = append(old.doc.Steps, govern.Done{Step: step, By: govern.Person{No: who.No, Role: role(who)}, At: now})
			if err := old.pack(now); err != nil {
				return err
			}
			old.row.Author = row.Author
			if _, err := p.KBEntries.Update(ctx, old.row); err != nil {
				return err
			}
		}
	}
	return nil
}

// due is what becomes of an entry on the seats after a step with another of its subject.
func (d *Desk) due(old file, f *file) (step govern.Step, state govern.State, err error) {
	published := f.doc.State == govern.StatePublished
	switch {
	case !published && f.doc.State != govern.StateWithdrawn, !published && f.doc.Standard != nil:
		return "", old.doc.State, nil
	case f.doc.Standard != nil, published && sameDay(old.doc.Article, f.doc.Article):
		return govern.StepSupersede, govern.StateSuperseded, nil
	}
	now, ok, err := d.stands(old.doc.Article)
	if err == nil && ok {
		now, ok, err = d.base().Standing(fmt.Sprintf("%s@%d", now.ID, now.Version)) // with the day on which it ends
	}
	switch {
	case err != nil:
		return "", "", err
	case !ok || over(now, d.today()):
		return govern.StepSupersede, govern.StateSuperseded, nil
	case published:
		return govern.StepStay, govern.StateStanding, nil
	}
	return "", old.doc.State, nil
}
