package query

import (
	"context"
	"time"

	"zuoxi/hub/store"
)

type callerMarks struct{ r Runner }

var markTable = table[store.Mark]{"marks", func(m *store.Mark) []column {
	return []column{
		text("id", &m.ID), blob("hash", &m.Hash), text("tag", &m.Tag), text("district", &m.District), text("agent", &m.Agent), text("reason", &m.Reason),
		at("t_from", &m.From), at("t_until", &m.Until), num("version", &m.Version),
	}
}}

func (s callerMarks) Set(ctx context.Context, m store.Mark) error {
	if m.ID == "" || len(m.Hash) == 0 || m.Tag == "" || m.District == "" || !m.Until.After(m.From) {
		return failed(store.ErrInvalid, "mark a caller")
	}
	m.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		if _, err := endMark(ctx, c, m.Hash, m.Tag, m.From); err != nil {
			return err
		}
		return created(markTable.insert(ctx, c, &m))
	})
	return failed(err, "mark a caller")
}

func endMark(ctx context.Context, c *Conn, hash []byte, tag string, at time.Time) (int64, error) {
	return c.Exec(ctx, "UPDATE marks SET t_until = ?, version = version + 1 WHERE hash = ? AND tag = ? AND t_until > ?", micro(at), hash, tag, micro(at))
}

func (s callerMarks) End(ctx context.Context, hash []byte, tag string, at time.Time) (ended bool, err error) {
	err = s.r.Write(ctx, func(c *Conn) error {
		n, err := endMark(ctx, c, hash, tag, at)
		ended = n > 0
		return err
	})
	return ended, failed(err, "end the mark of a caller")
}

func (s callerMarks) Of(ctx context.Context, hash []byte, now time.Time) (list []store.Mark, err error) {
	if len(hash) == 0 {
		return nil, nil
	}
	err = s.r.Read(ctx, func(c *Conn) error {
		list, err = markTable.all(ctx, c, "WHERE hash = ? AND t_until > ? ORDER BY t_from, id", hash, micro(now))
		return err
	})
	return list, failed(err, "list the marks of a caller")
}
