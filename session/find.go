package session

import (
	"slices"
	"strings"
	"time"

	"zuoxi/rules/find"
	"zuoxi/rules/mask"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Find looks for calls, records and messages by one line, as rules/find reads
// it. More asks for the next page of the line that was looked for last.
type Find struct {
	Line string
	More bool
}

func (Find) verb() {}

// FoundView is the answer to the last Find.
type FoundView struct {
	Line       string // that was looked for
	Busy       bool
	Local      bool // the centre is away: only this seat's own records were looked through
	Conditions []string
	Rows       []FoundRow
	More       bool   // there is another page
	Error      string // one Chinese line
	next       string
}

// FoundRow is a thing that was found, personal data masked.
type FoundRow struct {
	Type    find.Type
	ID      string
	At      time.Time
	Who     string
	Kind    ticket.Kind
	Subject string
	Region  string
	Agent   string
	Owner   string
	State   string // in Chinese
	What    string
	Record  string // number of the record that can be opened, empty when none
}

// find asks the centre, or looks through what this seat has of its own.
func (s *Session) find(v Find) {
	old := s.view.Found
	next := FoundView{Line: v.Line, Busy: true}
	ask := &wire.Find{Line: v.Line}
	if v.More {
		if !old.More || old.Busy || old.Line != v.Line {
			return
		}
		next, ask.After = old, old.next
		next.Busy = true
	}
	s.view.Found = next
	if s.view.Link.State != LinkOnline {
		s.findHere(v.Line)
		return
	}
	sent := s.ask(ask, func(m wire.Message) {
		if s.view.Found.Line == v.Line { // else another line was typed meanwhile
			s.found(m, v.More)
		}
	})
	if !sent {
		s.findHere(v.Line)
	}
}

func (s *Session) found(m wire.Message, more bool) {
	f, ok := m.Body.(*wire.Found)
	view := s.view.Found
	view.Busy = false
	if !ok {
		view.Error = "查询没有完成 · 没有结果 · 请再试一次"
		if a, isAck := m.Body.(*wire.Ack); isAck && a.Code == wire.CodeUnreachable {
			s.findHere(view.Line)
			return
		} else if isAck {
			view.Error = orElse(a.Text, view.Error)
		}
		s.view.Found = view
		return
	}
	rows := []FoundRow(nil)
	if more {
		rows = slices.Clone(view.Rows)
	}
	for _, r := range f.Rows {
		rows = append(rows, FoundRow{
			Type: find.Type(r.Type), ID: r.ID, At: s.local(r.At), Who: r.Who, Kind: ticket.Kind(r.Kind), Subject: r.Subject, Region: r.Region,
			Agent: r.Agent, Owner: r.Owner, State: foundState(r.Type, r.State), What: r.What, Record: r.Record,
		})
	}
	s.view.Found = FoundView{Line: view.Line, Conditions: f.Conditions, Rows: rows, More: f.Next != "", next: f.Next}
}

var outcomes = map[string]string{"human": "人工接听", "auto": "自助", "abandoned": "放弃"}

var mailStates = map[string]string{"new": "新", "heard": "已听", "record": "已建单", "called_back": "已回电", "closed": "已结"}

func foundState(kind, state string) string {
	switch find.Type(kind) {
	case find.TypeCall:
		return orElse(outcomes[state], state)
	case find.TypeMessage:
		return orElse(mailStates[state], state)
	}
	return ticket.Status(state).Label()
}

// ownKept is how many of the agent's own records the seat keeps for looking
// them up with the link cut.
const ownKept = 300

// ownRecord is a record of this agent as it was sent, persons masked: the seat
// keeps no number that it need not have.
type ownRecord struct {
	Number string       `json:"number"`
	At     time.Time    `json:"at"`
	Fields RecordFields `json:"fields"`
}

const ownPrefix = "own-"

// keepOwn keeps a copy of a record that the hub has taken.
func (s *Session) keepOwn(r wire.Record) {
	if s.box == nil || ticket.Kind(r.Kind).Secret() {
		return // what was reported stays at the centre
	}
	f := fieldsOf(&r)
	for _, d := range ticket.Personal(ticket.Kind(r.Kind)) {
		if v := f.Value(d.Code); v != "" && !strings.Contains(v, "*") {
			f.Set(d.Code, mask.Name(v))
		}
	}
	f.Callback, f.Name = maskedPhone(r.Callback), mask.Name(r.Name)
	for code, v := range f.Own {
		f.Own[code] = mask.Text(v)
	}
	f.Question, f.Answer = mask.Text(f.Question), mask.Text(f.Answer)
	if err := s.box.SaveDraft(ownPrefix+r.Number, ownRecord{r.Number, s.cfg.Now(), f}); err != nil {
		s.cfg.Log.Warn("own record not kept", "err", err)
		return
	}
	if all := s.box.Drafts(ownPrefix); len(all) > ownKept {
		s.dropOldest(all)
	}
}

// maskedPhone masks a number that may be masked already.
func maskedPhone(s string) string {
	if strings.Contains(s, "*") {
		return s
	}
	return mask.Phone(s)
}

// dropOldest forgets the copy that was kept first.
func (s *Session) dropOldest(keys []string) {
	oldest, at := "", time.Time{}
	for _, key := range keys {
		var r ownRecord
		if ok, err := s.box.LoadDraft(key, &r); err != nil || !ok {
			oldest = key
			break
		}
		if oldest == "" || r.At.Before(at) {
			oldest, at = key, r.At
		}
	}
	if err := s.box.DropDraft(oldest); err != nil {
		s.cfg.Log.Warn("own record not forgotten", "err", err)
	}
}

// findHere looks through this seat's drafts and own records.
func (s *Session) findHere(line string) {
	view := FoundView{Line: line, Local: true}
	q, err := find.Parse(line, s.cfg.Now().In(centreZone))
	if err != nil {
		view.Error = err.Error()
		s.view.Found = view
		return
	}
	view.Conditions = q.Conditions
	for _, d := range s.form.drafts {
		view.Rows = appendFit(view.Rows, q, ownRecord{d.Number, s.cfg.Now(), d.Fields}, s.id.agent, "未提交")
	}
	if s.box != nil {
		for _, key := range s.box.Drafts(ownPrefix) {
			var r ownRecord
			if ok, err := s.box.LoadDraft(key, &r); err == nil && ok {
				view.Rows = appendFit(view.Rows, q, r, s.id.agent, "已到中心")
			}
		}
	}
	slices.SortStableFunc(view.Rows, func(a, b FoundRow) int { return b.At.Compare(a.At) })
	s.view.Found = view
}

// fits compares what is asked with what there is; an empty question fits all.
func fits(pairs ...[2]string) bool {
	for _, p := range pairs {
		if p[0] != "" && p[0] != p[1] {
			return false
		}
	}
	return true
}

// fit tells whether a record of this agent fits, as far as this seat can judge.
func (r *ownRecord) fit(q find.Query, agent string) bool {
	if len(q.Traits) > 0 || q.Mark != "" { // of a call, which is the hub's
		return false
	}
	f := &r.Fields
	text := strings.ToLower(strings.Join([]string{f.Subject, f.Topic, f.Question, f.Answer, f.Forward}, " "))
	for _, v := range f.Own {
		text += " " + strings.ToLower(v)
	}
	for _, w := range strings.Fields(strings.ToLower(q.Text)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	person := q.Person
	if person != "" {
		person = mask.Phone(person)
	}
	return fits([2]string{string(q.Type), string(find.TypeRecord)}, [2]string{string(q.State), "?"}, [2]string{q.Where, "?"}, [2]string{q.Number, r.Number},
		[2]string{q.Agent, agent}, [2]string{q.Owner, f.Forward}, [2]string{q.Region, f.Region}, [2]string{q.Subject, f.Subject},
		[2]string{string(q.Kind), f.Kind}, [2]string{q.Tail, f.Callback[max(len(f.Callback)-4, 0):]}, [2]string{person, maskedPhone(f.Callback)},
		[2]string{mask.Name(q.Name), mask.Name(f.Name)}) && (q.From.IsZero() || !r.At.Before(q.From)) && (q.To.IsZero() || r.At.Before(q.To))
}

// appendFit adds a record that fits.
func appendFit(rows []FoundRow, q find.Query, r ownRecord, agent, state string) []FoundRow {
	if !r.fit(q, agent) {
		return rows
	}
	f := &r.Fields
	row := FoundRow{
		Type: find.TypeRecord, ID: r.Number, At: r.At, Who: strings.TrimSpace(mask.Name(f.Name) + " " + maskedPhone(f.Callback)), Kind: ticket.Kind(f.Kind),
		Subject: f.Subject, Region: f.Region, Agent: agent, State: state, What: firstLine(mask.Text(f.Question)),
	}
	if state == "未提交" {
		row.Record = r.Number
	}
	return append(rows, row)
}
