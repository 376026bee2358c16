package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
)

type records struct{ r Runner }

// recordRow is a record with the column that overdue lists run by.
type recordRow struct {
	store.Record
	due   time.Time
	topic string // what reports count by, out of Body.Fields
}

var recordTable = table[recordRow]{"records", func(r *recordRow) []column {
	return slices.Concat(
		[]column{
			text("id", &r.ID), text("no", &r.No), num("year", &r.Year), text("district", &r.District),
			text("agent", &r.Agent), text("kind", &r.Kind), text("subject", &r.Subject),
			text("region", &r.Region), text("channel", &r.Channel),
		},
		sealed("phone", &r.Party.Phone), sealed("idno", &r.Party.IDNo), sealed("name", &r.Party.Name),
		[]column{
			doc("calls", &r.Calls), text("summary", &r.Body.Summary), text("answer", &r.Body.Answer),
			doc("articles", &r.Body.Articles), jsonText("fields", &r.Body.Fields),
			text("state", &r.Status.State), text("urgency", &r.Status.Urgency),
			text("secrecy", &r.Status.Secrecy), text("owner", &r.Status.Owner),
			doc("dues", &r.Dues), at("t_due", &r.due), text("topic", &r.topic),
			at("t_passed", &r.Status.Passed), at("t_created", &r.Created), at("t_updated", &r.Updated), num("version", &r.Version),
		})
}}

// nextDue is the earliest deadline that is not done.
func nextDue(dues []store.Due) time.Time {
	var next time.Time
	for _, d := range dues {
		if d.Done.IsZero() && !d.At.IsZero() && (next.IsZero() || d.At.Before(next)) {
			next = d.At
		}
	}
	return next
}

// topicOf is the second level of the subject; fields that cannot be read have none.
func topicOf(fields json.RawMessage) string {
	var f struct {
		Topic string `json:"topic"`
	}
	_ = json.Unmarshal(fields, &f)
	return f.Topic
}

func (s records) Create(ctx context.Context, r store.Record, by store.Change) (store.Record, error) {
	if r.ID == "" || r.No == "" || r.District == "" || r.Kind == "" || r.Status.State == "" || r.Created.IsZero() {
		return r, failed(store.ErrInvalid, "create record %q", r.No)
	}
	row := recordRow{Record: normalRecord(r), due: nextDue(r.Dues), topic: topicOf(r.Body.Fields)}
	row.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := created(recordTable.insert(ctx, c, &row)); err != nil {
			return err
		}
		return keepChange(ctx, c, row.Record, by)
	})
	if err != nil {
		return r, failed(err, "create record %s", r.No)
	}
	return row.Record, nil
}

func (s records) Update(ctx context.Context, r store.Record, by store.Change) (store.Record, error) {
	row := recordRow{Record: normalRecord(r), due: nextDue(r.Dues), topic: topicOf(r.Body.Fields)}
	err := s.r.Write(ctx, func(c *Conn) error {
		// The number and the birth of a record are not edited.
		err := recordTable.update(ctx, c, &row, &row.Version, "no", "year", "t_created")
		if err != nil {
			return err
		}
		return keepChange(ctx, c, row.Record, by)
	})
	if err != nil {
		return r, failed(err, "update record %s", r.No)
	}
	return row.Record, nil
}

// normalRecord gives times the form in which they come back.
func normalRecord(r store.Record) store.Record {
	r.Created, r.Updated, r.Status.Passed = moment(micro(r.Created)), moment(micro(r.Updated)), moment(micro(r.Status.Passed))
	return r
}

// keepChange adds the history row, the links to calls and what it is found by.
func keepChange(ctx context.Context, c *Conn, r store.Record, by store.Change) error {
	if by.By == "" || by.Action == "" || by.At.IsZero() {
		return store.ErrInvalid
	}
	by.RecordID, by.Version, by.Record = r.ID, r.Version, r
	district := r.District
	row := changeRow{Change: by, district: district}
	if err := created(historyTable.insert(ctx, c, &row)); err != nil {
		return err
	}
	for _, call := range r.Calls {
		if err := linkCall(ctx, c, &r, call); err != nil {
			return err
		}
	}
	return putFound(ctx, c, foundRecord(&r))
}

// isAdvice tells of a record r whether it is the answer to a question: what first contacts are judged by.
const isAdvice = "r.kind = 'consult' AND r.state <> 'voided'"

// linkCall keeps that a record is of a call, and when its question was asked: for a record of advice, when the call came in.
// A record never has fewer calls than before, so that every change reaches all its links.
func linkCall(ctx context.Context, c *Conn, r *store.Record, call string) error {
	_, err := c.Exec(ctx, "INSERT INTO record_calls (call_id, record_id, district, t_asked) VALUES (?, ?, ?, "+
		"coalesce((SELECT k.t_arrive FROM calls k CROSS JOIN records r WHERE k.id = ? AND k.direction = 'in' AND r.id = ? AND "+isAdvice+"), 0)) "+
		"ON CONFLICT (call_id, record_id) DO UPDATE SET t_asked = excluded.t_asked WHERE record_calls.t_asked <> excluded.t_asked", call, r.ID, r.District, call, r.ID)
	return err
}

// linkRecords is the same for a call that comes after its records: both wait for a database that was away. It is done again
// when the call closes: where two write at once, as with PostgreSQL, the call and its record may have committed without
// seeing each other.
func linkRecords(ctx context.Context, c *Conn, k *store.Call) error {
	if k.Direction != store.Inbound {
		return nil
	}
	_, err := c.Exec(ctx, "UPDATE record_calls SET t_asked = ? WHERE call_id = ? AND t_asked <> ? AND EXISTS (SELECT 1 FROM records r WHERE r.id = record_calls.record_id AND "+isAdvice+")",
		micro(k.Times.Arrive), k.ID, micro(k.Times.Arrive))
	return err
}

type changeRow struct {
	store.Change
	district string
}

var historyTable = table[changeRow]{"record_history", func(h *changeRow) []column {
	return []column{
		text("record_id", &h.RecordID), num("version", &h.Version), text("district", &h.district),
		at("t_at", &h.At), text("by_agent", &h.By), text("action", &h.Action), text("reason", &h.Reason),
		doc("body", &h.Record),
	}
}}

func (s records) Get(ctx context.Context, id string) (store.Record, error) {
	var row recordRow
	err := s.r.Read(ctx, func(c *Conn) (err error) {
		row, err = recordTable.get(ctx, c, id)
		return err
	})
	return row.Record, failed(err, "get record %s", id)
}

func (s records) List(ctx context.Context, f store.RecordFilter) ([]store.Record, string, error) {
	q := filter{by: "t_created", id: "id", page: f.Page, districts: f.Districts}
	if !f.DueBefore.IsZero() {
		q.by, q.ascending = "t_due", true
		q.before("t_due", f.DueBefore)
	}
	if !f.From.IsZero() {
		q.add("t_created >= ?", micro(f.From))
	}
	if !f.To.IsZero() {
		q.add("t_created < ?", micro(f.To))
	}
	eq(&q, "no", f.No)
	eq(&q, "agent", f.Agent)
	eq(&q, "owner", f.Owner)
	eq(&q, "kind", f.Kind)
	eq(&q, "state", f.State)
	eq(&q, "subject", f.Subject)
	eq(&q, "region", f.Region)
	q.hash("phone_hash", f.PhoneHash)
	q.hash("phone_tail", f.PhoneTail)
	q.hash("idno_hash", f.IDNoHash)
	if f.Call != "" {
		q.add("id IN (SELECT record_id FROM record_calls WHERE call_id = ?)", f.Call)
	}
	rows, next, err := list(ctx, s.r, recordTable, q, func(r *recordRow) cursor {
		if q.ascending {
			return cursor{micro(r.due), r.ID}
		}
		return cursor{micro(r.Created), r.ID}
	})
	out := make([]store.Record, len(rows))
	for i := range rows {
		out[i] = rows[i].Record
	}
	return out, next, failed(err, "list records")
}

type numbers struct{ r Runner }

func (s numbers) Highest(ctx context.Context, series string) (n int, err error) {
	head := series + "-"
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, fmt.Sprintf("SELECT coalesce(max(CAST(substr(no, %d) AS INTEGER)), 0) FROM records WHERE no >= ? AND no < ?", len(head)+1),
			[]any{head + "0", head + ":"}, &n) // ":" comes after the digits
	})
	return n, failed(err, "find the highest number of %s", series)
}

func (s records) History(ctx context.Context, id string) ([]store.Change, error) {
	var rows []changeRow
	err := s.r.Read(ctx, func(c *Conn) (err error) {
		rows, err = historyTable.all(ctx, c, "WHERE record_id = ? ORDER BY version", id)
		return err
	})
	out := make([]store.Change, len(rows))
	for i := range rows {
		out[i] = rows[i].Change
	}
	return out, failed(err, "history of record %s", id)
}

type commands struct{ r Runner }

type commandRow struct {
	store.Command
	reply []byte
}

var commandTable = table[commandRow]{"commands", func(k *commandRow) []column {
	return []column{
		text("agent", &k.Agent), text("id", &k.ID), text("district", &k.District), text("kind", &k.Kind),
		blob("digest", &k.Digest), at("t_at", &k.At), blob("reply", &k.reply),
	}
}}

func (s commands) Once(ctx context.Context, k store.Command, fn func(store.Ports) ([]byte, error)) (reply []byte, repeated bool, err error) {
	if k.ID == "" || k.Agent == "" || k.District == "" || k.At.IsZero() {
		return nil, false, failed(store.ErrInvalid, "run command %q", k.ID)
	}
	err = s.r.Write(ctx, func(c *Conn) error {
		// The row first: a second sender waits here, then finds the reply.
		row := commandRow{Command: k}
		fresh, err := commandTable.insert(ctx, c, &row)
		if err != nil {
			return err
		}
		if !fresh {
			reply, err = keptReply(ctx, c, k)
			repeated = err == nil
			return err
		}
		if reply, err = fn(Inside(c)); err != nil {
			return err
		}
		_, err = c.Exec(ctx, "UPDATE commands SET reply = ? WHERE agent = ? AND id = ?", reply, k.Agent, k.ID)
		return err
	})
	if err != nil {
		return nil, false, failed(err, "run command %s of agent %s", k.ID, k.Agent)
	}
	return reply, repeated, nil
}

func keptReply(ctx context.Context, c *Conn, k store.Command) ([]byte, error) {
	rows, err := commandTable.all(ctx, c, "WHERE agent = ? AND id = ?", k.Agent, k.ID)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, store.ErrNotFound
	}
	if rows[0].Kind != k.Kind || !slices.Equal(rows[0].Digest, k.Digest) {
		return nil, fmt.Errorf("%w: %w", store.ErrDuplicate, errReused)
	}
	return rows[0].reply, nil
}

var errReused = errors.New("the id was used for another command")

func (s commands) Sweep(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.r.Write(ctx, func(c *Conn) error {
		n, err = c.Exec(ctx, "DELETE FROM commands WHERE t_at < ?", micro(before))
		return err
	})
	return n, failed(err, "sweep commands")
}
