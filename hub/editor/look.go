package editor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/kb/search"
	"zuoxi/wire"
)

// Limits of what is shown at once.
const (
	maxRows   = 300
	maxText   = 150 << 10 // bytes that go to a screen with their difference
	maxDiff   = 400       // lines
	around    = 2         // lines kept around a change
	ahead     = 60        // days of the calendar
	missDays  = 30
	hitsShown = 50
)

// lists are the lists by name.
var lists = map[string]func(*Desk, context.Context, string) ([]wire.KBRow, error){
	wire.KBListWork: (*Desk).work,
	wire.KBListPublished: func(d *Desk, ctx context.Context, query string) ([]wire.KBRow, error) {
		return d.entries(ctx, time.Time{}, query, govern.StatePublished, govern.StateStanding, govern.StateWithdrawn)
	},
	wire.KBListToday:    func(d *Desk, ctx context.Context, _ string) ([]wire.KBRow, error) { return d.changed(ctx) },
	wire.KBListCalendar: func(d *Desk, _ context.Context, _ string) ([]wire.KBRow, error) { return d.calendar() },
	wire.KBListMisses:   func(d *Desk, ctx context.Context, _ string) ([]wire.KBRow, error) { return d.misses(ctx) },
	wire.KBListQuestions: func(d *Desk, ctx context.Context, _ string) ([]wire.KBRow, error) {
		return d.notes(ctx, wire.KBTellQuestion)
	},
	wire.KBListWrong: func(d *Desk, ctx context.Context, _ string) ([]wire.KBRow, error) {
		return d.notes(ctx, wire.KBTellWrong)
	},
	wire.KBListArticles: (*Desk).articles,
}

func (d *Desk) list(ctx context.Context, b wire.KBAsk) ([]wire.KBRow, error) {
	f, ok := lists[b.List]
	if !ok {
		return nil, refuse(wire.CodeInvalid, "没有“"+b.List+"”这个清单 · 没有查 · 请核对两边的版本")
	}
	rows, err := f(d, ctx, b.Query)
	if b.List != wire.KBListArticles && b.Query != "" {
		rows = slices.DeleteFunc(rows, func(r wire.KBRow) bool { return !fits(r, b.Query) })
	}
	return append([]wire.KBRow{}, rows...), err
}

// work lists what is under way, a batch in one line. Who looks for something sees into the batches.
func (d *Desk) work(ctx context.Context, query string) (out []wire.KBRow, err error) {
	batches, err := d.cfg.DB.KBEntries.Batches(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range []govern.State{govern.StateSubmitted, govern.StateReviewed, govern.StateDraft} {
		f := store.KBFilter{State: string(s), Alone: query == ""}
		if f.Alone {
			out = append(out, d.batchRows(batches, s)...)
		}
		rows, err := d.rows(ctx, f, query)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// entries lists entries by state, in the order of the states.
func (d *Desk) entries(ctx context.Context, since time.Time, query string, states ...govern.State) (out []wire.KBRow, err error) {
	for _, s := range states {
		rows, err := d.rows(ctx, store.KBFilter{State: string(s), Span: store.Span{From: since}}, query)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// rows lists the newest entries that a filter and a query let through.
func (d *Desk) rows(ctx context.Context, f store.KBFilter, query string) (out []wire.KBRow, err error) {
	for f.Page = (store.Page{Limit: maxRows}); len(out) < maxRows; {
		rows, next, err := d.cfg.DB.KBEntries.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			label := govern.State(r.State).Label()
			if r.Kind == kindStandard {
				label += " 口径"
			}
			row := wire.KBRow{ID: r.ID, Article: r.Subject, Title: r.Title, State: r.State, Label: label, Who: r.Author, At: r.Updated}
			if fits(row, query) {
				out = append(out, row)
			}
		}
		if f.After = next; next == "" {
			break
		}
	}
	return out[:min(len(out), maxRows)], nil
}

// fits tells that a row has what is looked for.
func fits(r wire.KBRow, query string) bool {
	return query == "" || strings.Contains(r.Title, query) || strings.Contains(r.Article, query) || r.Who == query
}

// changed lists what changed today, by editors or by import.
func (d *Desk) changed(ctx context.Context) ([]wire.KBRow, error) {
	now := d.now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	out, err := d.entries(ctx, midnight, "", govern.StatePublished, govern.StateWithdrawn)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, r := range out {
		known[r.Article] = true
	}
	today := d.today()
	err = d.base().All(func(a kb.Article) bool {
		if a.Changed.First() == today && !known[a.ID] && len(out) < maxRows {
			out = append(out, wire.KBRow{ID: "article:" + a.ID, Article: a.ID, Title: a.Title, Label: "导入或口径变动"})
			known[a.ID] = true
		}
		return true
	})
	return out, err
}

func (d *Desk) calendar() ([]wire.KBRow, error) {
	var all []kb.Article
	if err := d.base().All(func(a kb.Article) bool { all = append(all, a); return true }); err != nil {
		return nil, fmt.Errorf("reading the library: %w", err)
	}
	until := search.DateOf(d.now().AddDate(0, 0, ahead))
	var out []wire.KBRow
	for _, due := range govern.Calendar(all, d.today(), until) {
		if len(out) == maxRows {
			break
		}
		n := int(due.On)
		at := time.Date(n/10000, time.Month(n/100%100), n%100, 0, 0, 0, 0, d.cfg.Zone)
		label := due.Why
		if due.On < d.today() {
			label += "（已过）"
		}
		out = append(out, wire.KBRow{ID: "article:" + due.ID, Article: due.ID, Title: due.Title, Label: label, At: at})
	}
	return out, nil
}

func (d *Desk) misses(ctx context.Context) (out []wire.KBRow, err error) {
	tally, err := d.cfg.DB.KBNotes.Tally(ctx, noteMiss, noteOpened, d.cfg.Now().AddDate(0, 0, -missDays), maxRows)
	if err != nil {
		return nil, err
	}
	last := map[string]time.Time{}
	var counts []govern.Count
	for _, t := range tally {
		last[t.Words] = t.Last
		counts = append(counts, govern.Count{Text: t.Words, Missed: int(t.Missed), Opened: int(t.Opened), Found: int(t.Found)})
	}
	for _, m := range govern.Misses(counts) {
		label := "没有点开"
		if m.None {
			label = "一条也没有"
		}
		out = append(out, wire.KBRow{ID: missPrefix + m.Text, Title: m.Text, Label: label, Times: m.Times, At: last[m.Text]})
	}
	return out, nil
}

func (d *Desk) notes(ctx context.Context, kind string) (out []wire.KBRow, err error) {
	rows, _, err := d.cfg.DB.KBNotes.List(ctx, store.KBNoteFilter{Kind: kind, State: noteOpen, Page: store.Page{Limit: maxRows}})
	for _, n := range rows {
		about := n.About.Article
		if n.About.Number > 0 {
			about = fmt.Sprintf("%s@%d", about, n.About.Number)
		}
		out = append(out, wire.KBRow{ID: n.ID, Article: about, Title: n.Words, State: n.State, Label: about, Who: n.Agent, At: n.Created, Version: n.Version})
	}
	return out, err
}

// articles finds articles by words or id; without words it lists none.
func (d *Desk) articles(ctx context.Context, query string) (out []wire.KBRow, err error) {
	if query == "" {
		return nil, nil
	}
	if a, ok, err := d.base().Standing(query); err != nil || ok {
		return []wire.KBRow{d.articleRow(a)}, err
	}
	r, err := d.base().Search(ctx, search.Query{Text: query, Limit: hitsShown, IncludeSuperseded: true})
	if err != nil && !errors.Is(err, kb.ErrNone) {
		return nil, fmt.Errorf("searching the library: %w", err)
	}
	for _, h := range r.Hits {
		a, ok, err := d.base().Standing(h.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, d.articleRow(a))
		}
	}
	return out, nil
}

func (d *Desk) articleRow(a kb.Article) wire.KBRow {
	label := strings.Join(append([]string{fmt.Sprintf("第%d版", a.Version)}, a.Marks(d.today())...), " ")
	return wire.KBRow{ID: "article:" + a.ID, Article: a.ID, Title: a.Title, Label: label}
}

// open shows an entry, or an article of which there is none.
func (d *Desk) open(ctx context.Context, who Person, ref string) (*wire.KBEntry, error) {
	if _, _, ok := batchOf(ref); ok {
		return d.showBatch(ctx, who, ref)
	}
	id, isArticle := strings.CutPrefix(ref, "article:")
	if isArticle && strings.Contains(id, "@") {
		return d.showArticle(id)
	}
	f, ok, err := d.means(ctx, ref)
	if err != nil {
		return nil, err
	}
	if ok && (!isArticle || slices.Contains(openStates, f.doc.State)) {
		return d.show(ctx, who, f)
	}
	out, err := d.showArticle(id)
	switch {
	case err != nil && ok: // withdrawn: the last entry is all there is
		return d.show(ctx, who, f)
	case err == nil && ok:
		out.Steps, out.Entry, out.Version, out.State = stepped(f.doc), f.row.ID, f.row.Version, f.row.State
		out.Allowed = moves(f.doc, who)
	case err == nil:
		out.Allowed = moves(govern.Entry{State: govern.StatePublished, Author: "import"}, who)
	}
	return out, err
}

func (d *Desk) showArticle(ref string) (*wire.KBEntry, error) {
	a, ok, err := d.base().Get(ref)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNothing
	}
	text, err := a.Markdown()
	if err != nil {
		return nil, err
	}
	now, _, err := d.base().Standing(ref)
	if err != nil {
		return nil, err
	}
	before, err := d.base().Earlier(a)
	if err != nil {
		return nil, err
	}
	out := &wire.KBEntry{Article: a.ID, Number: a.Version, Label: fmt.Sprintf("第%d版", a.Version), Markdown: string(text), Marks: now.Marks(d.today())}
	return out, d.compare(out, a, before)
}

// show lays an entry out for the screen.
func (d *Desk) show(ctx context.Context, who Person, f file) (*wire.KBEntry, error) {
	out := &wire.KBEntry{
		Entry: f.row.ID, Version: f.row.Version, Article: f.row.Subject, Number: int(f.row.Number), Standard: f.doc.Standard != nil,
		State: f.row.State, Label: f.doc.State.Label(), Author: f.row.Author, Allowed: moves(f.doc, who), Steps: stepped(f.doc),
	}
	if f.doc.Standard != nil {
		return out, d.showStandard(ctx, out, f)
	}
	a := f.doc.Article
	text, err := a.Markdown()
	if err != nil {
		return nil, err
	}
	out.Markdown, out.Marks = string(text), a.Marks(d.today())
	before, err := 0, error(nil)
	if !slices.Contains(openStates, f.doc.State) {
		before, err = d.base().Earlier(a)
	} else if now, ok, no := d.base().Before(a); ok {
		before, a.Standards = now.Version, now.Standards // it will be published with them
	} else {
		err = no
	}
	if err != nil {
		return nil, err
	}
	return out, d.compare(out, a, before)
}

// showStandard adds the text of a standard answer, and what it changes of the one that was published before it.
func (d *Desk) showStandard(ctx context.Context, out *wire.KBEntry, f file) error {
	text, err := f.doc.Standard.Markdown()
	if err != nil {
		return err
	}
	out.Markdown = string(text)
	rows, _, err := d.cfg.DB.KBEntries.List(ctx, store.KBFilter{Kind: kindStandard, Subject: f.row.Subject})
	if err != nil {
		return err
	}
	var last store.KBEntry
	for _, r := range rows {
		if r.ID < f.row.ID && r.ID > last.ID { // ids are in the order in which drafts were begun, one at a time
			last = r
		}
	}
	if s := govern.State(last.State); s != govern.StatePublished && s != govern.StateSuperseded {
		return nil
	}
	old, err := read(last)
	if err != nil {
		return err
	}
	out.Diff = hunks(govern.DifferenceStandards(*old.doc.Standard, *f.doc.Standard))
	return nil
}

// compare adds the standard answers that an article is shown with, and what changed since a version.
func (d *Desk) compare(out *wire.KBEntry, a kb.Article, before int) error {
	for _, s := range a.Standards {
		out.Standards = append(out.Standards, wire.KBStandard{ID: s.ID, Title: s.Title, Wording: s.Wording, From: s.From.String(), Until: s.Until.String()})
	}
	if len(out.Markdown) > maxText {
		return refuse(wire.CodeInvalid, "这一条太长，屏幕上编不了 · 没有打开 · 请用 zuoxi kb export 导出，改好后用 zuoxi kb draft 存稿")
	}
	var err error
	if out.Versions, err = d.base().Versions(a.ID); err != nil || before < 1 {
		return err
	}
	old, ok, err := d.base().GetVersion(a.ID, before)
	if err != nil || !ok {
		return err
	}
	out.Base, out.Diff = before, hunks(govern.Difference(old, a))
	return nil
}

// marks of lines, as they go over the wire: a blank at the front would not last.
var marks = map[rune]string{' ': "=", '-': "-", '+': "+"}

// hunks keeps what changed and a few lines around it.
func hunks(all []govern.Change) (out []string) {
	near := make([]bool, len(all))
	for i, c := range all {
		if c.Mark != ' ' {
			for j := max(i-around, 0); j <= min(i+around, len(all)-1); j++ {
				near[j] = true
			}
		}
	}
	for i, c := range all {
		switch {
		case len(out) == maxDiff:
			return append(out, "=…")
		case near[i]:
			out = append(out, marks[c.Mark]+c.Text)
		case i > 0 && near[i-1]:
			out = append(out, "=…")
		}
	}
	return out
}

func moves(e govern.Entry, who Person) (out []wire.KBMove) {
	seen := map[govern.Step]bool{}
	for _, r := range who.Roles {
		for _, s := range govern.Allowed(e, govern.Person{No: who.No, Role: r}) {
			if !seen[s] && !s.Follows() {
				seen[s] = true
				out = append(out, wire.KBMove{Step: string(s), Label: s.Label(), Why: govern.NeedsWhy(e.State, s)})
			}
		}
	}
	return out
}

func stepped(e govern.Entry) (out []wire.KBStepped) {
	for _, s := range e.Steps {
		out = append(out, wire.KBStepped{At: s.At, By: cmp.Or(s.By.No, "—"), Label: s.Step.Label(), Why: s.Why})
	}
	return out
}
