package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/find"
)

type finder struct{ r Runner }

const below = store.FoundBelow

func seqOf(at time.Time) int64 { return at.UnixMilli() << below }

// putFound keeps what a row is found by, instead of what was there.
func putFound(ctx context.Context, c *Conn, r foundRow) error {
	var seq int64
	err := c.One(ctx, "SELECT seq FROM found WHERE type = ? AND ref = ?", []any{r.Type, r.ID}, &seq)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if seq, err = placeFound(ctx, c, r); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if _, err := c.Exec(ctx, "UPDATE found SET district = ?, agent = ? WHERE seq = ?", r.District, r.Agent, seq); err != nil {
			return err
		}
	}
	q, args := c.d.Index.Put(seq, r.terms)
	_, err = c.Exec(ctx, q, args...)
	return err
}

// placeFound adds a row at the first free place of its millisecond, or the next.
func placeFound(ctx context.Context, c *Conn, r foundRow) (int64, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.Type + r.ID)) // never fails
	seq := seqOf(r.At) + int64(h.Sum32()&(1<<below-1))
	insert := "INSERT INTO found (seq, type, ref, district, agent, t_at" + c.d.Index.More + ") VALUES (?, ?, ?, ?, ?, ?" + c.d.Index.Empty + ") ON CONFLICT DO NOTHING"
	for range 4 << below {
		n, err := c.Exec(ctx, insert, seq, r.Type, r.ID, r.District, r.Agent, micro(r.At))
		if err != nil || n == 1 {
			return seq, err
		}
		seq++
	}
	return 0, fmt.Errorf("no place in the index for %s %s: %w", r.Type, r.ID, store.ErrDuplicate)
}

// scope is the terms of properties that all have to fit.
func scope(wanted []store.Wanted) []string {
	var out []string
	for _, w := range wanted {
		if words := markTerms(wantedTerms(w.Value)); w.Facet == store.ByMark && len(words) > 0 {
			out = append(out, words...)
			continue
		}
		t := facet(w.Facet, w.Value)
		if len(w.Hash) > 0 {
			t = hashed(w.Facet, w.Hash)
		}
		if t == "" {
			t = "none" // a property without a value fits nothing
		}
		out = append(out, t)
	}
	return out
}

// anything are the groups that let everything through.
var anything = [][]string{
	{facet(store.ByType, store.FoundCall)}, {facet(store.ByType, store.FoundRecord)},
	{facet(store.ByType, store.FoundMessage)}, {facet(store.ByType, store.FoundSMS)},
}

func (s finder) Find(ctx context.Context, f store.Find) ([]store.Finding, string, error) {
	all := append(scope(f.Wanted), wantedTerms(f.Text)...)
	if strings.TrimSpace(f.Text) != "" && len(all) == len(f.Wanted) {
		return nil, "", nil // nothing of what was typed can stand in the index
	}
	slices.Sort(all)
	all = slices.Compact(all)
	var groups [][]string
	for _, g := range f.Scopes {
		groups = append(groups, scope(g))
	}
	if len(groups) == 0 && len(all) == 0 {
		groups = anything // something must be looked for, or there is nothing to leave out of
	}
	var not []string
	if !f.Conduct {
		not = []string{conductTerm}
	}
	var out []store.Finding
	var next string
	err := s.r.Read(ctx, func(c *Conn) (err error) {
		cond, arg := c.d.Index.Match(all, groups, not)
		out, next, err = findPage(ctx, c, f, looking{cond, arg, few(f.Wanted)})
		return err
	})
	return out, next, failed(err, "find")
}

// looking is what a search asks of the index; few when hardly anything can fit.
type looking struct {
	cond string
	arg  any
	few  bool
}

// few tells that one thing is looked for, or what one person has to do with:
// the index leads straight to it.
func few(wanted []store.Wanted) bool {
	return slices.ContainsFunc(wanted, func(w store.Wanted) bool {
		return w.Facet == store.ByNumber || w.Facet == store.ByHash || w.Facet == store.ByName
	})
}

const (
	// nearFirst is how far back a search looks at first; it goes farther times as
	// far each time that the page is not full.
	nearFirst = time.Hour
	farther   = 4
	// patience is how long it may have taken when it goes farther once more: what
	// comes then takes about farther times as long. After that the page is given
	// as it is, and where to go on from.
	patience = 20 * time.Millisecond
	// widest is farther than any store reaches back.
	widest = 1 << 56
)

// findPage looks through the newest first, a span at a time: what has many hits
// fills its page from a short one, and what has none costs no more than one may wait.
func findPage(ctx context.Context, c *Conn, f store.Find, l looking) ([]store.Finding, string, error) {
	low, high, err := findSpan(ctx, c, f)
	if err != nil || high <= low {
		return nil, "", err
	}
	begun := time.Now()
	size := f.Size()
	var out []found
	for width := firstWidth(f); ; width *= farther {
		from := max(low, high-width)
		if l.few {
			from = low
		}
		part, err := findBetween(ctx, c, l, from, high, size+1-len(out))
		if err != nil {
			return nil, "", err
		}
		out = append(out, part...)
		switch high = from; {
		case len(out) > size:
			return findings(out[:size]), strconv.FormatInt(out[size-1].seq, 36), nil
		case high <= low:
			return findings(out), "", nil
		case time.Since(begun) > patience:
			return findings(out), strconv.FormatInt(high, 36) + "." + strconv.FormatInt(width*farther, 36), nil
		}
	}
}

// firstWidth is how far a page looks first: as far as the one before had come
// that ended for the time it took, or a slow machine would never get far back.
func firstWidth(f store.Find) int64 {
	least := seqOf(time.UnixMilli(nearFirst.Milliseconds()))
	_, went, _ := strings.Cut(f.After, ".")
	width, err := strconv.ParseInt(went, 36, 64)
	if err != nil {
		return least
	}
	return min(max(width, least), widest)
}

// findSpan is where the page lies in the index: from low up to, and without, high.
func findSpan(ctx context.Context, c *Conn, f store.Find) (low, high int64, err error) {
	for q, at := range map[string]*int64{"SELECT coalesce(max(seq), -1) FROM found": &high, "SELECT coalesce(min(seq), 0) FROM found": &low} {
		if err := c.One(ctx, q, nil, at); err != nil { // one by one, each is the end of an index
			return 0, 0, err
		}
	}
	high++
	if !f.From.IsZero() {
		low = max(low, seqOf(f.From))
	}
	if !f.To.IsZero() {
		high = min(high, seqOf(f.To))
	}
	if f.After != "" {
		place, _, _ := strings.Cut(f.After, ".")
		after, err := strconv.ParseInt(place, 36, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("page cursor: %w", store.ErrInvalid)
		}
		high = min(high, after)
	}
	return low, high, nil
}

// found is a finding with its place in the index.
type found struct {
	store.Finding
	seq int64
}

func findings(list []found) []store.Finding {
	out := make([]store.Finding, len(list))
	for i, f := range list {
		out[i] = f.Finding
	}
	return out
}

func findBetween(ctx context.Context, c *Conn, l looking, low, high int64, most int) (out []found, err error) {
	seq := c.d.Index.Seq
	q := "SELECT found.seq, found.type, found.ref, found.district, found.agent, found.t_at FROM " + c.d.Index.From + " WHERE " + l.cond +
		" AND " + seq + " >= ? AND " + seq + " < ? ORDER BY " + seq + " DESC LIMIT " + strconv.Itoa(most)
	err = c.Rows(ctx, q, []any{l.arg, low, high}, func(r *sql.Rows) error {
		var v found
		if err := c.scan(r, &v.seq, &v.Type, &v.ID, &v.District, &v.Agent, timeCell{&v.At}); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// backlogMarked are the calls whose recordings were marked.
const backlogMarked = "marked"

// caughtUp is how many rows are indexed in one transaction.
const caughtUp = 500

func (s finder) CatchUp(ctx context.Context) (int, error) {
	total := 0
	for {
		n, left := 0, false
		err := s.r.Write(ctx, func(c *Conn) (err error) {
			n, left, err = catchUp(ctx, c)
			return err
		})
		total += n
		if err != nil || !left {
			return total, failed(err, "index what was kept before")
		}
	}
}

// catchUp indexes the next rows of one table; left is false when none is behind.
func catchUp(ctx context.Context, c *Conn) (n int, left bool, err error) {
	var kind, after string
	err = c.One(ctx, "SELECT type, after FROM found_backlog ORDER BY type LIMIT 1"+c.ForUpdate(), nil, &kind, &after)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	rows, last, err := backlog(ctx, c, kind, after)
	if err != nil {
		return 0, false, err
	}
	for _, r := range rows {
		if err := putFound(ctx, c, r); err != nil {
			return 0, false, err
		}
	}
	if last == "" {
		_, err = c.Exec(ctx, "DELETE FROM found_backlog WHERE type = ?", kind)
	} else {
		_, err = c.Exec(ctx, "UPDATE found_backlog SET after = ? WHERE type = ?", last, kind)
	}
	return len(rows), true, err
}

// backlog reads the rows behind after; last is empty when there are no more.
func backlog(ctx context.Context, c *Conn, kind, after string) (rows []foundRow, last string, err error) {
	tail := "WHERE id > ? ORDER BY id LIMIT " + strconv.Itoa(caughtUp)
	switch kind {
	case store.FoundCall:
		return callsBehind(ctx, c, tail, after)
	case backlogMarked:
		return markedBehind(ctx, c, after)
	case store.FoundRecord:
		return behind(ctx, c, recordTable, tail, after, func(r *recordRow) (foundRow, bool, string) { return foundRecord(&r.Record), true, r.ID })
	case store.FoundSMS:
		return behind(ctx, c, postTable, tail, after, func(p *store.Post) (foundRow, bool, string) {
			return foundSMS(p), p.Kind == store.PostSMS, p.ID
		})
	default:
		return behind(ctx, c, mailTable, tail, after, func(v *mailRow) (foundRow, bool, string) {
			return foundMail(&v.Voicemail), true, v.ID
		})
	}
}

// callsBehind reads calls with what happened in them.
func callsBehind(ctx context.Context, c *Conn, tail, after string) (out []foundRow, last string, err error) {
	all, err := callTable.all(ctx, c, tail, after)
	if err != nil || len(all) == 0 {
		return nil, "", err
	}
	last = all[len(all)-1].ID
	steps, err := stepsOf(ctx, c, all[0].ID, last)
	if err != nil {
		return nil, "", err
	}
	set, err := marksOf(ctx, c, all[0].ID, last)
	for i := range all {
		if k := &all[i]; !k.Times.Closed.IsZero() {
			out = append(out, foundCall(k, steps[k.ID], set[k.ID]))
		}
	}
	return out, last, err
}

// stepsOf are the steps that a call can be found by, of the calls from one to another.
func stepsOf(ctx context.Context, c *Conn, first, last string) (map[string][]string, error) {
	args := []any{first, last}
	for _, k := range findableSteps {
		args = append(args, k)
	}
	out := map[string][]string{}
	err := c.Rows(ctx, "SELECT DISTINCT call_id, kind FROM call_events WHERE call_id >= ? AND call_id <= ? AND kind IN ("+marks(len(findableSteps))+")", args, func(r *sql.Rows) error {
		var id, kind string
		err := c.scan(r, &id, &kind)
		out[id] = append(out[id], kind)
		return err
	})
	return out, err
}

var findableSteps = find.Steps()

// putCall keeps what a call that has ended is found by.
func putCall(ctx context.Context, c *Conn, k *store.Call) error {
	steps, err := stepsOf(ctx, c, k.ID, k.ID)
	if err != nil {
		return err
	}
	set, err := marksOf(ctx, c, k.ID, k.ID)
	if err != nil {
		return err
	}
	return putFound(ctx, c, foundCall(k, steps[k.ID], set[k.ID]))
}

func behind[T any](ctx context.Context, c *Conn, t table[T], tail, after string, row func(*T) (foundRow, bool, string)) (out []foundRow, last string, err error) {
	all, err := t.all(ctx, c, tail, after)
	for i := range all {
		r, use, id := row(&all[i])
		if last = id; use {
			out = append(out, r)
		}
	}
	return out, last, err
}
