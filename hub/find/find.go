// Package find answers what people look for across calls, records and
// messages. The hub's seats and the administrator's command line use it. It
// promises that nobody finds what they may not see: what is looked through is
// bounded by rules/access before the search, and every row is held to it again
// after; that a search is in the audit log before it is made, with numbers
// masked; and that rows hold masked data only.
package find

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	"zuoxi/rules/find"
	"zuoxi/rules/mask"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Asker is who looks for something. Centre is the district of the hub itself,
// whose messages are everybody's.
type Asker struct {
	No, District, Centre string
	Roles                []access.Role
}

// reach is the farthest that any of the asker's roles comes with a command.
func (a Asker) reach(cmd access.Command) access.Where {
	var best access.Where
	for _, r := range a.Roles {
		best = max(best, access.Widest(r, cmd))
	}
	return best
}

// May holds a thing of an agent and district to a right.
func (a Asker) May(cmd access.Command, agent, district string) bool {
	where := access.Other
	switch {
	case agent == a.No && agent != "":
		where = access.Self
	case access.Covers(a.District, district):
		where = access.Own
	}
	for _, r := range a.Roles {
		if access.Can(r, cmd, where) {
			return true
		}
	}
	return false
}

// Service looks for things. Any goroutine may use it.
type Service struct {
	db   *store.Store
	keys *seal.Keys
	zone *time.Location
	now  func() time.Time
	note Note
	// patience is how long a search for calls goes on to the next page.
	patience time.Duration
}

// Note writes down what is about to be looked for; without it nothing is.
type Note func(ctx context.Context, a Asker, conditions string) error

// New makes the service.
func New(db *store.Store, keys *seal.Keys, zone *time.Location, now func() time.Time, note Note) *Service {
	return &Service{db: db, keys: keys, zone: zone, now: now, note: note, patience: callsPatience}
}

// EmptyError is a search for nothing.
type EmptyError struct{}

func (EmptyError) Error() string {
	return "没有写要查什么 · 没有查 · 写单号、号码、日期、种类或几个字"
}

// ForPerson says it to who asked.
func (e EmptyError) ForPerson() (wire.Code, string) { return wire.CodeInvalid, e.Error() }

// PageSize is how many rows a page has where nothing else is asked for.
const PageSize = 20

// Find looks for one page. A *find.FaultError tells what cannot be meant.
func (s *Service) Find(ctx context.Context, a Asker, ask wire.Find) (wire.Found, error) {
	list, out, err := s.look(ctx, a, ask)
	if err != nil {
		return wire.Found{}, err
	}
	for _, v := range list {
		row, ok, err := s.row(ctx, a, v)
		if err != nil {
			return wire.Found{}, err
		}
		if ok {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

// look reads a line and looks for it in what the asker may find.
func (s *Service) look(ctx context.Context, a Asker, ask wire.Find) ([]store.Finding, wire.Found, error) {
	q, f, err := s.read(ctx, a, ask)
	out := wire.Found{Line: ask.Line, Conditions: q.Conditions}
	if err != nil || len(f.Scopes) == 0 {
		return nil, out, err
	}
	list, next, err := s.db.Finder.Find(ctx, f)
	if err != nil {
		return nil, wire.Found{}, fmt.Errorf("looking for something: %w", err)
	}
	out.Next = next
	return list, out, nil
}

// read is what a line asks for within what the asker may find: without scopes there is nothing. It is in the audit log already.
func (s *Service) read(ctx context.Context, a Asker, ask wire.Find) (find.Query, store.Find, error) {
	q, err := find.Parse(clean.Line(ask.Line, find.MaxLength+1), s.now().In(s.zone))
	if err != nil {
		return q, store.Find{}, err
	}
	if q.Empty() {
		return q, store.Find{}, EmptyError{}
	}
	f := s.filter(q)
	if f.Scopes = scopes(a, q, q.Type); len(f.Scopes) == 0 {
		return q, f, nil
	}
	f.Conduct = a.reach(access.RecordConduct) != 0
	f.Page = store.Page{Limit: ask.Limit, After: ask.After}
	if f.Limit <= 0 || f.Limit > store.DefaultPage {
		f.Limit = PageSize
	}
	return q, f, s.note(ctx, a, q.String())
}

// Calls is what a search for calls found: each once, the newest first. Back is how far back it looked, zero when all the way.
type Calls struct {
	IDs  []string
	Back time.Time
}

// callsPatience is as long as a person waits for a list.
const callsPatience = 2 * time.Second

// Calls gives the calls that a line leads to, most at most: those that fit it, and those of a record that does. It is how a
// recording is found by anything that was logged of its call.
func (s *Service) Calls(ctx context.Context, a Asker, line string, most int) (Calls, error) {
	q, f, err := s.read(ctx, a, wire.Find{Line: line, Limit: store.DefaultPage})
	if err != nil || len(f.Scopes) == 0 {
		return Calls{}, err
	}
	if q.Type == "" { // what leads to no call must not fill the pages
		f.Scopes = append(scopes(a, q, find.TypeCall), scopes(a, q, find.TypeRecord)...)
	}
	var out Calls
	for begun := time.Now(); ; {
		list, next, err := s.db.Finder.Find(ctx, f)
		if err != nil {
			return Calls{}, fmt.Errorf("looking for calls: %w", err)
		}
		for i, v := range list {
			if len(out.IDs) >= most {
				out.Back = list[i-1].At
				return out, nil
			}
			if err := s.lead(ctx, a, v, &out); err != nil {
				return Calls{}, err
			}
		}
		f.After = next
		switch {
		case next == "":
			return out, nil
		case len(out.IDs) >= most || time.Since(begun) > s.patience:
			out.Back = store.FoundBack(next)
			return out, nil
		}
	}
}

// lead adds the calls that something which was found leads to.
func (s *Service) lead(ctx context.Context, a Asker, v store.Finding, out *Calls) error {
	ids := []string{v.ID}
	if v.Type == store.FoundRecord {
		r, err := s.db.Records.Get(ctx, v.ID)
		if err != nil {
			return fmt.Errorf("reading what was found: %w", err)
		}
		if _, ok := recordRow(a, r); !ok {
			return nil
		}
		ids = r.Calls
	} else if v.Type != store.FoundCall {
		return nil
	}
	for _, id := range ids {
		if !slices.Contains(out.IDs, id) {
			out.IDs = append(out.IDs, id)
		}
	}
	return nil
}

// filter turns what was understood into what the store looks for.
func (s *Service) filter(q find.Query) store.Find {
	f := store.Find{Text: q.Text, Span: store.Span{From: q.From, To: q.To}}
	for _, w := range []store.Wanted{
		{Facet: store.ByAgent, Value: q.Agent}, {Facet: store.ByOwner, Value: q.Owner}, {Facet: store.ByNumber, Value: q.Number},
		{Facet: store.ByDistrict, Value: q.Where}, {Facet: store.ByRegion, Value: q.Region}, {Facet: store.BySubject, Value: q.Subject},
		{Facet: store.ByKind, Value: string(q.Kind)}, {Facet: store.ByState, Value: string(q.State)},
	} {
		if w.Value != "" {
			f.Wanted = append(f.Wanted, w)
		}
	}
	if q.Mark != "" {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByMark, Value: q.Mark})
	}
	for _, t := range q.Traits {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByTrait, Value: string(t)})
	}
	if q.Type == find.TypeOrder {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByType, Value: store.FoundOrder})
	}
	if q.Person != "" {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByHash, Hash: s.keys.Hash(numberKind(q.Person), q.Person)})
	}
	if q.Tail != "" {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByTail, Hash: s.keys.TailHash(seal.KindPhone, q.Tail)})
	}
	if q.Name != "" {
		f.Wanted = append(f.Wanted, store.Wanted{Facet: store.ByName, Hash: s.keys.Hash(seal.KindName, q.Name)})
	}
	return f
}

// numberKind tells an identity number from a phone's by its length.
func numberKind(s string) seal.Kind {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' || r == 'X' || r == 'x' {
			n++
		}
	}
	if n == 18 || n == 15 {
		return seal.KindIDNo
	}
	return seal.KindPhone
}

// rights are what finding each type needs.
var rights = []struct {
	kind  string
	right access.Command
}{
	{store.FoundCall, access.CallShow}, {store.FoundRecord, access.RecordSearch}, {store.FoundMessage, access.VoicemailHear},
	{store.FoundSMS, access.RecordSearch},
}

// scopes are what the asker may look through, of one type or of all: by marks, those calls whose recordings the asker may hear.
func scopes(a Asker, q find.Query, only find.Type) [][]store.Wanted {
	if only == find.TypeOrder {
		only = find.TypeRecord
	}
	var out [][]store.Wanted
	for _, r := range rights {
		if only != "" && string(only) != r.kind {
			continue
		}
		kind, reach := store.Wanted{Facet: store.ByType, Value: r.kind}, a.reach(r.right)
		if q.Mark != "" || slices.Contains(q.Traits, find.Marked) {
			reach = min(reach, a.reach(access.RecordingPlay))
		}
		switch reach {
		case access.Other:
			out = append(out, []store.Wanted{kind})
		case access.Own:
			out = append(out, []store.Wanted{kind, {Facet: store.ByDistrict, Value: a.District}})
			if r.kind == store.FoundMessage && a.Centre != a.District {
				out = append(out, []store.Wanted{kind, {Facet: store.ByDistrict, Value: a.Centre}})
			}
		case access.Self:
			out = append(out, []store.Wanted{kind, {Facet: store.ByAgent, Value: a.No}})
		}
	}
	return out
}

// row reads what was found and shows it as far as the asker may see it. What
// has gone meanwhile is left out.
func (s *Service) row(ctx context.Context, a Asker, v store.Finding) (wire.FoundRow, bool, error) {
	var row wire.FoundRow
	var ok bool
	var err error
	switch v.Type {
	case store.FoundCall:
		row, ok, err = s.call(ctx, a, v.ID)
	case store.FoundRecord:
		var r store.Record
		if r, err = s.db.Records.Get(ctx, v.ID); err == nil {
			row, ok = recordRow(a, r)
		}
	case store.FoundMessage:
		var m store.Voicemail
		if m, err = s.db.Voicemails.Get(ctx, v.ID); err == nil {
			row = wire.FoundRow{Type: v.Type, ID: m.ID, At: m.Left, Who: m.Number.Masked, Region: m.Region, Agent: m.Agent, State: m.State,
				What: fmt.Sprintf("留言 %d 秒", int(m.Length.Seconds()))}
			ok = a.May(access.VoicemailHear, "", m.District) || m.District == a.Centre
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("reading what was found: %w", err)
	}
	return row, ok, nil
}

func (s *Service) call(ctx context.Context, a Asker, id string) (wire.FoundRow, bool, error) {
	c, err := s.db.Calls.Get(ctx, id)
	if err != nil {
		return wire.FoundRow{}, false, err
	}
	row := wire.FoundRow{
		Type: store.FoundCall, ID: c.ID, At: c.Times.Arrive, Who: c.Caller.Masked, Subject: c.Subject, Region: c.Origin.Region, Agent: c.Agent,
		State: string(c.Outcome.Disposition), What: talked(c),
	}
	records, _, err := s.db.Records.List(ctx, store.RecordFilter{Call: c.ID, Page: store.Page{Limit: 2}})
	if err != nil {
		return row, false, err
	}
	for _, r := range records {
		if found, ok := recordRow(a, r); ok {
			row.Record, row.What = r.No, row.What+" · "+found.What
			break
		}
	}
	return row, a.May(access.CallShow, c.Agent, c.District), nil
}

func talked(c store.Call) string {
	if c.Times.Bridge.IsZero() || c.Times.Release.Before(c.Times.Bridge) {
		return "没有接通"
	}
	return "通话 " + c.Times.Release.Sub(c.Times.Bridge).Round(time.Second).String()
}

// shown is how many characters of a record's text stand in a row.
const shown = 120

// recordRow shows a record. A complaint about our own staff is for those who
// handle such complaints, and never for who wrote it.
func recordRow(a Asker, r store.Record) (wire.FoundRow, bool) {
	k := ticket.Kind(r.Kind)
	right := access.RecordView
	if k == ticket.KindConduct {
		right = access.RecordConduct
	}
	row := wire.FoundRow{
		Type: store.FoundRecord, ID: r.No, At: r.Created, Who: r.Party.Phone.Masked, Kind: r.Kind, Subject: r.Subject, Region: r.Region,
		Agent: r.Agent, Owner: r.Status.Owner, State: r.Status.State, Record: r.No,
	}
	if ticket.Status(r.Status.State).Theirs() {
		row.Type = store.FoundOrder
	}
	if name := r.Party.Name.Masked; name != "" {
		row.Who = name + " " + row.Who
	}
	text := []rune(mask.Text(clean.Line(r.Body.Summary, 4*shown)))
	row.What = string(text[:min(len(text), shown)])
	if k.Secret() {
		row.Who = "（保密）"
	}
	return row, a.May(right, r.Agent, r.District)
}
