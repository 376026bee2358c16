package query

import (
	"context"
	"encoding/json"
	"slices"

	"zuoxi/hub/store"
)

type posts struct{ r Runner }

var postTable = table[store.Post]{"posts", func(p *store.Post) []column {
	return slices.Concat(
		[]column{
			text("id", &p.ID), text("kind", &p.Kind), text("direction", &p.Direction), text("key", &p.Key), text("record_id", &p.RecordID),
			text("district", &p.District), text("agent", &p.Agent), text("route", &p.Route),
		},
		sealed("number", &p.Number),
		[]column{
			blob("body", &p.Body), text("state", &p.State), text("receipt", &p.Receipt), num("attempts", &p.Attempts), at("t_next", &p.Next),
			at("t_created", &p.Created), at("t_updated", &p.Updated), num("version", &p.Version),
		})
}}

// Create keeps a new post, and what a short message is found by.
func (s posts) Create(ctx context.Context, p store.Post) (store.Post, error) {
	if p.ID == "" || p.Kind == "" || p.Direction == "" || p.Key == "" || p.District == "" || p.State == "" || p.Created.IsZero() {
		return p, failed(store.ErrInvalid, "create post %q", p.ID)
	}
	next := p
	next.Version = 1
	if next.Body == nil {
		next.Body = []byte("{}")
	}
	next.Created, next.Updated, next.Next = moment(micro(p.Created)), moment(micro(p.Updated)), moment(micro(p.Next))
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := created(postTable.insert(ctx, c, &next)); err != nil {
			return err
		}
		return putPost(ctx, c, &next)
	})
	if err != nil {
		return p, failed(err, "create post %s", p.ID)
	}
	return next, nil
}

func putPost(ctx context.Context, c *Conn, p *store.Post) error {
	if p.Kind != store.PostSMS {
		return nil
	}
	return putFound(ctx, c, foundSMS(p))
}

func foundSMS(p *store.Post) foundRow {
	r := foundRow{Finding: store.Finding{Type: store.FoundSMS, ID: p.ID, At: p.Created, District: p.District, Agent: p.Agent}}
	var body struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(p.Body, &body) // without words it is found by the rest
	r.add(within(p.District)...)
	r.add(facet(store.ByType, store.FoundSMS), facet(store.ByAgent, p.Agent), facet(store.ByState, p.State),
		hashed(store.ByHash, p.Number.Hash), hashed(store.ByTail, p.Number.Tail))
	r.add(textTerms(body.Text)...)
	return r.settle()
}

func (s posts) Get(ctx context.Context, id string) (p store.Post, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		p, err = postTable.get(ctx, c, id)
		return err
	})
	return p, failed(err, "get post %s", id)
}

func (s posts) ByKey(ctx context.Context, kind, direction, key string) (p store.Post, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		rows, err := postTable.all(ctx, c, "WHERE kind = ? AND direction = ? AND key = ?", kind, direction, key)
		if err == nil && len(rows) == 0 {
			err = store.ErrNotFound
		}
		if err == nil {
			p = rows[0]
		}
		return err
	})
	return p, failed(err, "get a post of kind %s by its key", kind)
}

func (s posts) Update(ctx context.Context, p store.Post) (store.Post, error) {
	next := p
	next.Updated, next.Next = moment(micro(p.Updated)), moment(micro(p.Next))
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := postTable.update(ctx, c, &next, &next.Version, "kind", "direction", "key", "t_created"); err != nil {
			return err
		}
		return putPost(ctx, c, &next)
	})
	if err != nil {
		return p, failed(err, "update post %s", p.ID)
	}
	return next, nil
}

func (s posts) List(ctx context.Context, f store.PostFilter) ([]store.Post, string, error) {
	q := filter{by: "t_created", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "kind", f.Kind)
	eq(&q, "direction", f.Direction)
	eq(&q, "state", f.State)
	eq(&q, "route", f.Route)
	eq(&q, "record_id", f.Record)
	eq(&q, "receipt", f.Receipt)
	q.hash("number_hash", f.NumberHash)
	if !f.NextBefore.IsZero() {
		q.by, q.ascending = "t_next", true
		q.before("t_next", f.NextBefore)
	}
	rows, next, err := list(ctx, s.r, postTable, q, func(p *store.Post) cursor {
		if q.ascending {
			return cursor{micro(p.Next), p.ID}
		}
		return cursor{micro(p.Created), p.ID}
	})
	return rows, next, failed(err, "list posts")
}
