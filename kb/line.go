package kb

import (
	"reflect"
	"slices"

	"zuoxi/kb/search"
)

// line is one article in the library: the versions that apply one after the other, the first of them first. Their numbers
// rise, so that the one that applies last has the highest: it lies under the article's id, the others under ID@VERSION.
// What is put before one that lies there already therefore numbers that one anew.
type line struct {
	had    []Article // as it lay before the change
	list   []Article // as it shall lie, each with the last day that its author gave
	number int       // the highest that was ever given
}

// line reads what the library has of an article, as it lies there.
func (b *Base) line(id string) (out []Article, err error) {
	a, ok, err := b.current(id)
	for ok && err == nil {
		out = append(out, a)
		if a.Previous <= 0 || a.Previous >= a.Version {
			break
		}
		a, ok, err = b.current(reference(id, a.Previous))
	}
	slices.Reverse(out)
	return out, err
}

// own is a version with the last day that its author gave. Earlier versions of this program only left it in the history.
func (b *Base) own(a Article) (Article, error) {
	if a.Ends != nil {
		a.Scope.Expires, a.Ends = *a.Ends, nil
		return a, nil
	}
	kept, ok, err := b.past.find(a.ID, a.Version)
	if ok && kept.before(a) {
		a.Scope.Expires = kept.Scope.Expires
	}
	return a, err
}

// owned are the versions of an article, each with the last day that its author gave.
func (b *Base) owned(had []Article) ([]Article, error) {
	list := slices.Clone(had)
	for i := range len(list) - 1 {
		var err error
		if list[i], err = b.own(list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Before gives the version that a text would take the place of, or follow; ok is false where it would be the first.
func (b *Base) Before(a Article) (old Article, ok bool, err error) {
	had, err := b.line(a.ID)
	if err != nil {
		return old, false, err
	}
	list, err := b.owned(had)
	if i, _ := place(list, a, b.today().First()); err == nil && i >= 0 {
		return list[i], true, nil
	}
	return old, false, err
}

// Earlier is the version that one was made from: the last before it for the same days, else the one that applied before.
func (b *Base) Earlier(a Article) (version int, err error) {
	list, err := b.Versions(a.ID)
	for i := len(list) - 1; i >= 0 && err == nil; i-- {
		if list[i] >= a.Version {
			continue
		}
		old, ok, err := b.GetVersion(a.ID, list[i])
		if err != nil {
			return 0, err
		}
		if ok && old.Scope.Effective == a.Scope.Effective {
			return old.Version, nil
		}
	}
	if a.Previous > 0 {
		return a.Previous, err
	}
	return a.Version - 1, err
}

// follows tells whether a text leaves the one before it standing until it applies itself. Where the days do not say so,
// it is a correction.
func (a Article) follows(old Article, today search.Date) bool {
	from, until := a.Scope.Effective.First(), old.Scope.Expires.Last()
	switch {
	case from <= old.Scope.Effective.First():
		return false
	case from > today, until != 0 && until < from:
		return true
	}
	return a.Scope.Effective.Day != 0 && !old.Scope.Effective.IsZero()
}

// place says where in a line a text belongs: instead of the version there, or behind it, -1 being before all. Of what
// applies today, an earlier day is a correction of the day; so is none at all.
func place(list []Article, a Article, today search.Date) (at int, instead bool) {
	from := a.Scope.Effective.First()
	before, now := -1, -1
	for i, v := range list {
		first := v.Scope.Effective.First()
		if first == from {
			return i, true
		}
		if first < from {
			before = i
		}
		if first <= today {
			now = i
		}
	}
	if now >= 0 && (from == 0 || from <= today && before == now-1) {
		return now, true
	}
	return before, before >= 0 && !a.follows(list[before], today)
}

// until is a version as it lies before a later one: it ends the day before that one applies.
func (a Article) until(next Article) Article {
	from, end := next.Scope.Effective, a.Scope.Expires
	if from.First() > a.Scope.Effective.First() && (end.IsZero() || end.Last() >= from.First()) {
		a.Scope.Expires, a.Ends = from.before(), &end
	}
	return a
}

// laid is the line as it lies in the index.
func (l *line) laid() []Article {
	out := slices.Clone(l.list)
	for i := range out {
		out[i].Previous = 0
		if i > 0 {
			out[i].Previous = out[i-1].Version
		}
		if i+1 < len(out) {
			out[i] = out[i].until(out[i+1])
		}
	}
	return out
}

// put lays a text at its place, or tells that it is there as it is. Without agreed wordings of its own it keeps those of
// the version before.
func (l *line) put(a Article, today Day) (changed bool) {
	at, instead := place(l.list, a, today.First())
	a.Changed, a.Ends = today, nil
	if a.Standards == nil && len(l.list) > 0 {
		a.Standards = l.list[max(at, 0)].Standards
	}
	if !instead {
		l.list = slices.Insert(l.list, at+1, a)
		l.renumber(at + 1)
		return true
	}
	old := l.list[at]
	if at+1 < len(l.list) && a.Scope.Expires == old.until(l.list[at+1]).Scope.Expires {
		a.Scope.Expires = old.Scope.Expires // it was written from what is on the screen
	}
	if same(a, old) {
		return false
	}
	if a.Scope.Effective.IsZero() { // it says no day on which those before it end: they end as they did
		for i := range at {
			l.list[i] = l.list[i].until(l.list[i+1])
			l.list[i].Ends = nil
		}
	}
	l.list[at] = a
	l.renumber(at)
	return true
}

// renumber counts a version and those behind it on.
func (l *line) renumber(from int) {
	for i := from; i < len(l.list); i++ {
		l.number++
		l.list[i].Version = l.number
	}
}

// line is what is to become of an article.
func (c *change) line(id string) (*line, error) {
	if l, ok := c.lines[id]; ok {
		return l, nil
	}
	had, err := c.base.line(id)
	if err != nil {
		return nil, err
	}
	l := &line{had: had}
	if l.list, err = c.base.owned(had); err != nil {
		return nil, err
	}
	given, err := c.base.past.versions(id) // it may have been here and withdrawn
	if err != nil {
		return nil, err
	}
	for _, a := range had {
		given = append(given, a.Version)
	}
	if len(given) > 0 {
		l.number = slices.Max(given)
	}
	if c.lines == nil {
		c.lines = map[string]*line{}
	}
	c.lines[id] = l
	c.order = append(c.order, id)
	return l, nil
}

// author takes an article without a version.
func (c *change) author(a Article) error {
	l, err := c.line(a.ID)
	if err != nil {
		return err
	}
	fresh := len(l.list) == 0
	switch changed := l.put(a, c.base.today()); {
	case fresh:
		c.report.Add(a.ID)
	case changed:
		c.report.Change(a.ID)
	default:
		c.report.Same++
	}
	return nil
}

// revise edits all versions of an article, which edit sees as they lie in the index.
func (c *change) revise(id string, edit func(*Article)) error {
	l, err := c.line(id)
	if err != nil || len(l.list) == 0 {
		return err
	}
	first := len(l.list)
	for i, lies := range l.laid() {
		old, a := l.list[i], lies
		edit(&a)
		if a.Ends = nil; a.Scope.Expires == lies.Scope.Expires {
			a.Scope.Expires = old.Scope.Expires
		}
		if same(a, old) {
			continue
		}
		a.Changed, first = c.base.today(), min(first, i)
		l.list[i] = a
	}
	if first == len(l.list) {
		c.report.Same++
		return nil
	}
	l.renumber(first)
	c.report.Change(id)
	return nil
}

// withdraw takes out a version that is to come, or one that applies with those before it.
func (c *change) withdraw(ref string) error {
	id, version, ok := cutRef(ref)
	l, err := c.line(id)
	if err != nil || len(l.list) == 0 {
		return err
	}
	at := len(l.list) - 1
	if ok {
		at = slices.IndexFunc(l.list, func(a Article) bool { return a.Version == version })
	}
	if at < 0 {
		return nil
	}
	from := 0
	if l.list[at].Scope.Effective.First() > c.base.today().First() {
		from = at
	}
	l.list = slices.Delete(l.list, from, at+1)
	c.report.Removed += at + 1 - from
	return nil
}

// settle lays the lines down: what lay otherwise before goes into the history.
func (c *change) settle() {
	for _, id := range c.order {
		l := c.lines[id]
		had := map[string]Article{}
		newest := Newest(l.had)
		for _, a := range l.had {
			had[a.Key(newest)] = a
		}
		laid := l.laid()
		newest = Newest(laid)
		for _, a := range laid {
			key := a.Key(newest)
			old, lay := had[key]
			if delete(had, key); lay && reflect.DeepEqual(a, old) {
				continue
			}
			if lay {
				c.past = append(c.past, old)
			}
			c.put(key, a)
		}
		for _, a := range l.had {
			if key := a.Key(Newest(l.had)); had[key].ID != "" {
				c.past = append(c.past, a)
				c.removed = append(c.removed, key)
			}
		}
	}
}
