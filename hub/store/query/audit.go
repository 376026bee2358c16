package query

import (
	"context"

	"zuoxi/hub/store"
)

type auditLog struct{ r Runner }

var auditTable = table[store.AuditRow]{"audit", func(a *store.AuditRow) []column {
	return []column{
		num("seq", &a.Seq), at("t_at", &a.At), text("who", &a.Who), text("role", &a.Role),
		text("district", &a.District), text("action", &a.Action), text("object", &a.Object),
		text("reason", &a.Reason), blob("prev", &a.Prev), blob("hash", &a.Hash),
	}
}}

// walkStep is how many rows one piece of a walk reads.
const walkStep = 500

func (s auditLog) Append(ctx context.Context, row store.AuditRow, link func(store.AuditRow) []byte) (store.AuditRow, error) {
	if row.Who == "" || row.Action == "" || row.At.IsZero() {
		return row, failed(store.ErrInvalid, "append audit row")
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		var seq int64
		var prev []byte
		err := c.One(ctx, "SELECT seq, hash FROM audit_head WHERE id = 1"+c.ForUpdate(), nil, &seq, blobCell{&prev})
		if err != nil {
			return err
		}
		row.Seq, row.Prev = seq+1, prev
		row.At = moment(micro(row.At)) // as it will be read back, or the hash would not fit
		row.Hash = link(row)
		if err := created(auditTable.insert(ctx, c, &row)); err != nil {
			return err
		}
		_, err = c.Exec(ctx, "UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1", row.Seq, row.Hash)
		return err
	})
	return row, failed(err, "append audit row")
}

func (s auditLog) Head(ctx context.Context) (seq int64, hash []byte, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, "SELECT seq, hash FROM audit_head WHERE id = 1", nil, &seq, blobCell{&hash})
	})
	return seq, hash, failed(err, "read audit head")
}

func (s auditLog) Walk(ctx context.Context, seq int64, visit func(store.AuditRow) error) error {
	for {
		var rows []store.AuditRow
		err := s.r.Read(ctx, func(c *Conn) (err error) {
			rows, err = auditTable.all(ctx, c, "WHERE seq > ? ORDER BY seq LIMIT ?", seq, int64(walkStep))
			return err
		})
		if err != nil {
			return failed(err, "walk audit rows after %d", seq)
		}
		for _, row := range rows {
			if err := visit(row); err != nil {
				return err
			}
			seq = row.Seq
		}
		if len(rows) < walkStep {
			return nil
		}
	}
}

func (s auditLog) List(ctx context.Context, f store.AuditFilter) ([]store.AuditRow, string, error) {
	q := filter{by: "t_at", id: "seq", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "who", f.Who)
	eq(&q, "action", f.Action)
	eq(&q, "object", f.Object)
	rows, next, err := list(ctx, s.r, auditTable, q, func(a *store.AuditRow) cursor { return cursor{micro(a.At), a.Seq} })
	return rows, next, failed(err, "list audit rows")
}

type settings struct{ r Runner }

var settingTable = table[store.Setting]{"settings", func(s *store.Setting) []column {
	return []column{
		text("key", &s.Key), text("district", &s.District), text("value", &s.Value),
		at("t_updated", &s.Updated), num("version", &s.Version),
	}
}}

func (s settings) Get(ctx context.Context, key string) (v store.Setting, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		v, err = settingTable.get(ctx, c, key)
		return err
	})
	return v, failed(err, "get setting %s", key)
}

func (s settings) Put(ctx context.Context, v store.Setting) (store.Setting, error) {
	if v.Key == "" {
		return v, failed(store.ErrInvalid, "put setting")
	}
	next := v
	err := s.r.Write(ctx, func(c *Conn) error {
		if v.Version > 0 {
			if err := settingTable.update(ctx, c, &next, &next.Version); err != nil {
				return err
			}
			return putMarked(ctx, c, v.Key)
		}
		next.Version = 1
		if err := created(settingTable.insert(ctx, c, &next)); err != nil {
			return err
		}
		return putMarked(ctx, c, v.Key)
	})
	if err != nil {
		return v, failed(err, "put setting %s", v.Key)
	}
	return next, nil
}

func (s settings) List(ctx context.Context) (out []store.Setting, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		out, err = settingTable.all(ctx, c, "ORDER BY key")
		return err
	})
	return out, failed(err, "list settings")
}
