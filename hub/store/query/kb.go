package query

import (
	"context"
	"database/sql"
	"time"

	"zuoxi/hub/store"
)

type kbEntries struct{ r Runner }

var kbEntryTable = table[store.KBEntry]{"kb_entries", func(e *store.KBEntry) []column {
	return []column{
		text("id", &e.ID), text("kind", &e.Kind), text("subject", &e.Subject), text("district", &e.District), text("author", &e.Author),
		text("title", &e.Title), text("state", &e.State), num("number", &e.Number), text("batch", &e.Batch),
		blob("body", &e.Body), at("t_created", &e.Created), at("t_updated", &e.Updated), num("version", &e.Version),
	}
}}

func (s kbEntries) Create(ctx context.Context, e store.KBEntry) error {
	if e.ID == "" || e.Kind == "" || e.Subject == "" || e.District == "" || e.Author == "" || e.State == "" || e.Created.IsZero() {
		return failed(store.ErrInvalid, "create knowledge entry %q", e.ID)
	}
	e.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error { return created(kbEntryTable.insert(ctx, c, &e)) })
	return failed(err, "create knowledge entry %s", e.ID)
}

func (s kbEntries) Get(ctx context.Context, id string) (e store.KBEntry, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		e, err = kbEntryTable.get(ctx, c, id)
		return err
	})
	return e, failed(err, "get knowledge entry %s", id)
}

func (s kbEntries) Update(ctx context.Context, e store.KBEntry) (store.KBEntry, error) {
	next := e
	err := s.r.Write(ctx, func(c *Conn) error {
		return kbEntryTable.update(ctx, c, &next, &next.Version, "kind", "subject", "district", "t_created")
	})
	if err != nil {
		return e, failed(err, "update knowledge entry %s", e.ID)
	}
	return next, nil
}

func (s kbEntries) List(ctx context.Context, f store.KBFilter) ([]store.KBEntry, string, error) {
	q := filter{by: "t_updated", id: "id", page: f.Page}
	q.span(f.Span)
	eq(&q, "kind", f.Kind)
	eq(&q, "subject", f.Subject)
	eq(&q, "state", f.State)
	eq(&q, "author", f.Author)
	if eq(&q, "batch", f.Batch); f.Alone {
		q.add("batch = ?", "")
	}
	rows, next, err := list(ctx, s.r, kbEntryTable, q, func(e *store.KBEntry) cursor { return cursor{micro(e.Updated), e.ID} })
	return rows, next, failed(err, "list knowledge entries")
}

func (s kbEntries) Batches(ctx context.Context) (out []store.KBBatch, err error) {
	const q = `SELECT batch, state, MAX(author), COUNT(*), MAX(t_updated) FROM kb_entries
		WHERE batch <> '' AND state IN ('draft', 'submitted', 'reviewed') GROUP BY batch, state ORDER BY 5 DESC, 1, 2`
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.Rows(ctx, q, nil, func(r *sql.Rows) error {
			var b store.KBBatch
			if err := c.scan(r, textCell[string]{&b.Batch}, textCell[string]{&b.State}, textCell[string]{&b.Author}, numCell[int64]{&b.Count}, timeCell{&b.Updated}); err != nil {
				return err
			}
			out = append(out, b)
			return nil
		})
	})
	return out, failed(err, "sum up knowledge batches")
}

type kbNotes struct{ r Runner }

var kbNoteTable = table[store.KBNote]{"kb_notes", func(n *store.KBNote) []column {
	return []column{
		text("id", &n.ID), text("kind", &n.Kind), text("state", &n.State), text("district", &n.District), text("agent", &n.Agent),
		text("article", &n.About.Article), num("number", &n.About.Number), text("call_id", &n.About.Call), text("words", &n.Words),
		num("found", &n.Found), text("settled", &n.Settled), text("answer", &n.Answer),
		at("t_created", &n.Created), at("t_updated", &n.Updated), num("version", &n.Version),
	}
}}

func (s kbNotes) Add(ctx context.Context, n store.KBNote) error {
	if n.ID == "" || n.Kind == "" || n.State == "" || n.District == "" || n.Agent == "" || n.Created.IsZero() {
		return failed(store.ErrInvalid, "add knowledge note %q", n.ID)
	}
	n.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error { return created(kbNoteTable.insert(ctx, c, &n)) })
	return failed(err, "add knowledge note %s", n.ID)
}

func (s kbNotes) Get(ctx context.Context, id string) (n store.KBNote, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		n, err = kbNoteTable.get(ctx, c, id)
		return err
	})
	return n, failed(err, "get knowledge note %s", id)
}

func (s kbNotes) Update(ctx context.Context, n store.KBNote) (store.KBNote, error) {
	next := n
	err := s.r.Write(ctx, func(c *Conn) error {
		return kbNoteTable.update(ctx, c, &next, &next.Version, "kind", "district", "agent", "article", "number", "call_id", "t_created")
	})
	if err != nil {
		return n, failed(err, "update knowledge note %s", n.ID)
	}
	return next, nil
}

func (s kbNotes) List(ctx context.Context, f store.KBNoteFilter) ([]store.KBNote, string, error) {
	q := filter{by: "t_created", id: "id", page: f.Page}
	q.span(f.Span)
	eq(&q, "kind", f.Kind)
	eq(&q, "state", f.State)
	eq(&q, "article", f.Article)
	eq(&q, "words", f.Words)
	rows, next, err := list(ctx, s.r, kbNoteTable, q, func(n *store.KBNote) cursor { return cursor{micro(n.Created), n.ID} })
	return rows, next, failed(err, "list knowledge notes")
}

func (s kbNotes) Tally(ctx context.Context, missed, opened string, since time.Time, most int) (out []store.KBTally, err error) {
	const q = `SELECT words, SUM(CASE WHEN kind = ? THEN 1 ELSE 0 END), SUM(CASE WHEN kind = ? THEN 1 ELSE 0 END), MAX(found),
		MAX(CASE WHEN kind = ? THEN t_created ELSE 0 END)
		FROM kb_notes WHERE kind IN (?, ?) AND state = 'open' AND t_created >= ?
		GROUP BY words HAVING SUM(CASE WHEN kind = ? THEN 1 ELSE 0 END) > 0 ORDER BY 2 DESC, 1 LIMIT ?`
	args := []any{missed, opened, missed, missed, opened, micro(since), missed, int64(most)}
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.Rows(ctx, q, args, func(r *sql.Rows) error {
			var t store.KBTally
			if err := c.scan(r, textCell[string]{&t.Words}, numCell[int64]{&t.Missed}, numCell[int64]{&t.Opened}, numCell[int64]{&t.Found}, timeCell{&t.Last}); err != nil {
				return err
			}
			out = append(out, t)
			return nil
		})
	})
	return out, failed(err, "tally knowledge notes")
}
