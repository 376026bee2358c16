package editor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// parse reads what was written: an article or a standard answer. What is wrong with it is one line for the person.
func parse(text string) (doc govern.Entry, kind, subject string, err error) {
	if strings.ContainsRune(text, utf8.RuneError) {
		return doc, "", "", refuse(wire.CodeInvalid, "文字里有乱码（�），多半是编码不对 · 没有保存 · 请另存为 UTF-8 再存")
	}
	text, why := kb.Text([]byte(text))
	if why != "" {
		return doc, "", "", refuse(wire.CodeInvalid, why+" · "+notSaved)
	}
	data := []byte(text)
	if kb.IsStandard(data) {
		s, err := kb.ParseStandard("口径", data)
		return govern.Entry{Standard: &s}, kindStandard, s.ID, plainly(err, notSaved)
	}
	a, err := kb.ParseMarkdown("条目", data)
	return govern.Entry{Article: a}, kindArticle, a.ID, plainly(err, notSaved)
}

const notSaved = "没有保存 · 改好后再存"

// plainly tells what is wrong with a text, and what that means.
func plainly(err error, means string) error {
	var no *kb.Refusal
	if errors.As(err, &no) {
		return refuse(wire.CodeInvalid, no.Problems[0].Error()+" · "+means)
	}
	return err
}

// save keeps a text as a draft.
func (d *Desk) save(ctx context.Context, who Person, b wire.KBSave) (*wire.KBEntry, error) {
	if !who.can(access.KBEdit) {
		return nil, access.Check(role(who), access.KBEdit, access.Other)
	}
	doc, kind, subject, err := parse(b.Markdown)
	if err != nil {
		return nil, err
	}
	d.steps.Lock()
	defer d.steps.Unlock()
	f, err := d.drawer(ctx, who, b.Entry, kind, subject)
	if err != nil {
		return nil, err
	}
	if b.Version != 0 && b.Version != f.row.Version {
		return nil, refuse(wire.CodeConflict, "这一稿刚被别人改过 · 没有保存，您写的还在屏幕上 · 请复制出来，重新打开后再改")
	}
	if err := d.cfg.Audit(ctx, who, "kb.draft", "kb/"+subject, ""); err != nil {
		return nil, err
	}
	f.doc.Article, f.doc.Standard, f.doc.Author = doc.Article, doc.Standard, who.No
	if err := f.pack(d.cfg.Now()); err != nil {
		return nil, err
	}
	f.row.Batch = "" // it goes its own way from now on
	if f.row.Version == 0 {
		f.row.Created = f.row.Updated
		err = d.cfg.DB.KBEntries.Create(ctx, f.row)
		f.row.Version = 1
	} else {
		f.row, err = d.cfg.DB.KBEntries.Update(ctx, f.row)
	}
	if errors.Is(err, store.ErrDuplicate) {
		return nil, underWay
	}
	if err != nil {
		return nil, err
	}
	return d.show(ctx, who, f)
}

var underWay = &Refusal{wire.CodeConflict, "这一条已经有一稿在编写或审核 · 没有另起一稿 · 请打开那一稿"}

// drawer is the draft to be written on, or a new one.
func (d *Desk) drawer(ctx context.Context, who Person, id, kind, subject string) (file, error) {
	if id == "" {
		f, ok, err := d.find(ctx, subject)
		if err != nil {
			return f, err
		}
		if ok && f.row.Kind == kind && slices.Contains(openStates, f.doc.State) {
			return f, underWay
		}
		now := d.cfg.Now()
		return file{
			row: store.KBEntry{ID: store.NewID(now), Kind: kind, Subject: subject, District: d.district(who)},
			doc: govern.Entry{State: govern.StateDraft},
		}, nil
	}
	f, ok, err := d.find(ctx, id)
	switch {
	case err != nil:
		return f, err
	case !ok:
		return f, errNothing
	case f.row.Subject != subject || f.row.Kind != kind:
		return f, refuse(wire.CodeInvalid, "编号从 "+f.row.Subject+" 改成了 "+subject+" · 没有保存 · 编号不能改，要换编号请另起一稿")
	case f.doc.State != govern.StateDraft:
		return f, refuse(wire.CodeImpossible, "“"+f.doc.State.Label()+"”的一稿不能再改 · 没有保存 · 请先退回修改，或另起一稿")
	}
	return f, nil
}

func (d *Desk) district(who Person) string {
	if who.District != "" {
		return who.District
	}
	return d.cfg.District
}

func role(who Person) access.Role {
	if len(who.Roles) == 0 {
		return ""
	}
	return who.Roles[0]
}

// step takes a step in the first of the person's roles that may.
func (d *Desk) step(ctx context.Context, who Person, b wire.KBStep) (*wire.KBEntry, error) {
	d.steps.Lock()
	defer d.steps.Unlock()
	if _, _, ok := batchOf(b.ID); ok {
		return d.stepBatch(ctx, who, b)
	}
	f, ok, err := d.means(ctx, b.ID)
	if err == nil && !ok {
		f, err = d.adopt(ctx, who, b.ID)
	}
	if err != nil {
		return nil, err
	}
	if b.Version != 0 && b.Version != f.row.Version {
		return nil, refuse(wire.CodeConflict, "这一条刚被别人处理过 · 没有执行 · 请重新打开再看")
	}
	before := f.doc.State
	if err := f.take(who, govern.Step(b.Step), b.Why, d); err != nil {
		return nil, err
	}
	if err := d.cfg.Audit(ctx, who, "kb."+b.Step, "kb/"+f.row.Subject, b.Why); err != nil {
		return nil, err
	}
	if err := d.carryOut(ctx, who, before, []*file{&f}); err != nil {
		return nil, err
	}
	return d.show(ctx, who, f)
}

// carryOut makes a step come true that all of some entries have taken together: on the seats, and in the store.
func (d *Desk) carryOut(ctx context.Context, who Person, before govern.State, files []*file) error {
	var err error
	switch first := files[0]; {
	case first.doc.State == govern.StatePublished && first.doc.Standard != nil:
		err = d.publishStandard(ctx, *first.doc.Standard)
	case first.doc.State == govern.StatePublished:
		err = d.publish(ctx, files)
	case first.doc.State == govern.StateWithdrawn && slices.Contains(seated, before):
		err = d.withdraw(ctx, *first)
	}
	if err != nil {
		return err
	}
	return d.keep(ctx, who, files)
}

func (f *file) take(who Person, step govern.Step, why string, d *Desk) error {
	if step.Follows() {
		return refuse(wire.CodeImpossible, "“"+step.Label()+"”是发布下一版时自动做的 · 没有执行 · 请发布新的一版")
	}
	var last error
	for _, r := range who.Roles {
		next, err := govern.Take(f.doc, step, govern.Person{No: who.No, Role: r}, d.cfg.Now(), why)
		if err == nil {
			f.doc = next
			return nil
		}
		last = err
	}
	var no *govern.Refused
	if errors.As(last, &no) {
		return refuse(wire.CodeImpossible, no.Error()+" · 没有执行")
	}
	return access.Check(role(who), access.KBEdit, access.Other)
}

// keep writes entries after a step, and those whose texts it took the place of.
func (d *Desk) keep(ctx context.Context, who Person, files []*file) error {
	now := d.cfg.Now()
	return d.cfg.DB.Tx(ctx, func(p store.Ports) error {
		for _, f := range files {
			if err := f.pack(now); err != nil {
				return err
			}
			if err := d.overtake(ctx, p, who, f, now); err != nil {
				return err
			}
			next, err := p.KBEntries.Update(ctx, f.row)
			if errors.Is(err, store.ErrDuplicate) {
				return underWay
			}
			if err != nil {
				return err
			}
			f.row = next
		}
		return nil
	})
}

// publish puts articles on the seats, all under one revision.
func (d *Desk) publish(ctx context.Context, files []*file) error {
	live, err := d.live(ctx)
	if err != nil {
		return err
	}
	list := make([]kb.Article, len(files))
	for i, f := range files {
		list[i] = f.doc.Article
		list[i].Standards = standing(live, f.row.Subject)
	}
	if err := d.cfg.Library.Change(ctx, func(b *kb.Base, revision string) error {
		_, err := b.Import(ctx, revision, list)
		return err
	}); err != nil {
		return fmt.Errorf("publishing %d articles, %s first: %w", len(list), list[0].ID, err)
	}
	for _, f := range files {
		now, _, err := d.stands(f.doc.Article)
		if err != nil {
			return fmt.Errorf("reading article %s: %w", f.row.Subject, err)
		}
		f.doc.Article, f.row.Number = now, int64(now.Version)
	}
	return nil
}

// live lists the standard answers in force.
func (d *Desk) live(ctx context.Context) (out []kb.Standard, err error) {
	rows, _, err := d.cfg.DB.KBEntries.List(ctx, store.KBFilter{Kind: kindStandard, State: string(govern.StatePublished), Page: store.Page{Limit: store.MaxPage}})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		f, err := read(r)
		if err != nil {
			return nil, err
		}
		out = append(out, *f.doc.Standard)
	}
	return out, nil
}

// standing picks the standard answers that go before an article, as the article keeps them.
func standing(live []kb.Standard, article string) (out []kb.Standard) {
	for _, s := range live {
		if slices.Contains(s.Articles, article) {
			s.Articles = nil
			out = append(out, s)
		}
	}
	return out
}

// publishStandard puts a standard answer before its articles, those to come too, and takes an earlier version of it off
// others. What does not apply any more stays as it was read out.
func (d *Desk) publishStandard(ctx context.Context, s kb.Standard) error {
	live, err := d.live(ctx)
	if err != nil {
		return err
	}
	touched := slices.Clone(s.Articles)
	for _, old := range live {
		if old.ID == s.ID {
			touched = append(touched, old.Articles...)
		}
	}
	return d.edit(ctx, touched, func(a *kb.Article) {
		drop(a, s.ID)
		if slices.Contains(s.Articles, a.ID) && !over(*a, d.today()) {
			one := s
			one.Articles = nil
			a.Standards = append(a.Standards, one)
		}
	})
}

func (d *Desk) edit(ctx context.Context, ids []string, edit func(*kb.Article)) error {
	slices.Sort(ids)
	return d.cfg.Library.Change(ctx, func(b *kb.Base, revision string) error {
		_, err := b.Edit(ctx, revision, slices.Compact(ids), edit)
		return err
	})
}

func drop(a *kb.Article, standard string) {
	a.Standards = slices.DeleteFunc(slices.Clone(a.Standards), func(s kb.Standard) bool { return s.ID == standard })
	if len(a.Standards) == 0 {
		a.Standards = nil
	}
}
