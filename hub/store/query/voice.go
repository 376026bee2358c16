package query

import (
	"context"
	"slices"
	"time"

	"zuoxi/hub/store"
)

type voicemails struct{ r Runner }

// mailRow holds the length in the unit in which it is stored.
type mailRow struct {
	store.Voicemail
	ms int64
}

var mailTable = table[mailRow]{"voicemails", func(v *mailRow) []column {
	return slices.Concat(
		[]column{
			text("id", &v.ID), text("call_id", &v.CallID), text("recording_id", &v.RecordingID),
			text("district", &v.District), text("region", &v.Region), num("length_ms", &v.ms),
		},
		sealed("number", &v.Number),
		[]column{
			text("state", &v.State), text("agent", &v.Agent), text("record_id", &v.RecordID),
			at("t_left", &v.Left), at("t_due", &v.Due), at("t_updated", &v.Updated), num("version", &v.Version),
		})
}}

func (r *mailRow) mail() store.Voicemail {
	r.Length = time.Duration(r.ms) * time.Millisecond
	return r.Voicemail
}

func (s voicemails) Create(ctx context.Context, v store.Voicemail) error {
	if v.ID == "" || v.District == "" || v.State == "" || v.Left.IsZero() {
		return failed(store.ErrInvalid, "create voicemail %q", v.ID)
	}
	v.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := created(mailTable.insert(ctx, c, &mailRow{v, v.Length.Milliseconds()})); err != nil {
			return err
		}
		return putFound(ctx, c, foundMail(&v))
	})
	return failed(err, "create voicemail %s", v.ID)
}

func (s voicemails) Get(ctx context.Context, id string) (store.Voicemail, error) {
	var row mailRow
	err := s.r.Read(ctx, func(c *Conn) (err error) {
		row, err = mailTable.get(ctx, c, id)
		return err
	})
	return row.mail(), failed(err, "get voicemail %s", id)
}

func (s voicemails) Update(ctx context.Context, v store.Voicemail) (store.Voicemail, error) {
	row := mailRow{v, v.Length.Milliseconds()}
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := mailTable.update(ctx, c, &row, &row.Version, "t_left", "call_id"); err != nil {
			return err
		}
		return putFound(ctx, c, foundMail(&row.Voicemail))
	})
	if err != nil {
		return v, failed(err, "update voicemail %s", v.ID)
	}
	return row.mail(), nil
}

func (s voicemails) List(ctx context.Context, f store.VoicemailFilter) ([]store.Voicemail, string, error) {
	q := filter{by: "t_left", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	if !f.DueBefore.IsZero() {
		q.by, q.ascending = "t_due", true
		q.before("t_due", f.DueBefore)
		q.add("state <> 'closed'")
	}
	eq(&q, "state", f.State)
	eq(&q, "agent", f.Agent)
	rows, next, err := list(ctx, s.r, mailTable, q, func(v *mailRow) cursor {
		if q.ascending {
			return cursor{micro(v.Due), v.ID}
		}
		return cursor{micro(v.Left), v.ID}
	})
	out := make([]store.Voicemail, len(rows))
	for i := range rows {
		out[i] = rows[i].mail()
	}
	return out, next, failed(err, "list voicemails")
}

type recordings struct{ r Runner }

var recordingTable = table[store.Recording]{"recordings", func(r *store.Recording) []column {
	return []column{
		text("id", &r.ID), text("call_id", &r.CallID), text("district", &r.District), text("path", &r.Path),
		at("t_start", &r.Start), at("t_end", &r.End), num("samples", &r.Samples), doc("gaps", &r.Gaps),
		blob("head", &r.Head), text("key_id", &r.KeyID), flag("legal_hold", &r.LegalHold),
		at("t_retain", &r.RetainUntil), at("t_purged", &r.Purged), num("version", &r.Version),
	}
}}

func (s recordings) Start(ctx context.Context, r store.Recording) error {
	if r.ID == "" || r.CallID == "" || r.District == "" || r.Path == "" || r.Start.IsZero() {
		return failed(store.ErrInvalid, "start recording %q", r.ID)
	}
	r.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		return created(recordingTable.insert(ctx, c, &r))
	})
	return failed(err, "start recording %s", r.ID)
}

func (s recordings) Save(ctx context.Context, r store.Recording) (store.Recording, error) {
	next := r
	err := s.r.Write(ctx, func(c *Conn) error {
		return recordingTable.update(ctx, c, &next, &next.Version, "legal_hold", "call_id", "t_start")
	})
	if err != nil {
		return r, failed(err, "save recording %s", r.ID)
	}
	return next, nil
}

func (s recordings) Hold(ctx context.Context, id string, on bool) error {
	err := s.r.Write(ctx, func(c *Conn) error {
		n, err := c.Exec(ctx, "UPDATE recordings SET legal_hold = ? WHERE id = ?", flagCell{&on}, id)
		if err == nil && n == 0 {
			err = store.ErrNotFound
		}
		return err
	})
	return failed(err, "hold recording %s", id)
}

func (s recordings) Get(ctx context.Context, id string) (r store.Recording, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		r, err = recordingTable.get(ctx, c, id)
		return err
	})
	return r, failed(err, "get recording %s", id)
}

func (s recordings) List(ctx context.Context, f store.RecordingFilter) ([]store.Recording, string, error) {
	q := filter{by: "t_start", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "call_id", f.CallID)
	if len(f.Calls) > 0 {
		args := make([]any, len(f.Calls))
		for i, id := range f.Calls {
			args[i] = id
		}
		q.add("call_id IN ("+marks(len(args))+")", args...)
	}
	if f.Running {
		q.add("t_end = 0")
	}
	if !f.RetainedBefore.IsZero() {
		q.by, q.ascending = "t_retain", true
		q.before("t_retain", f.RetainedBefore)
		q.add("t_purged = 0 AND legal_hold = 0")
	}
	rows, next, err := list(ctx, s.r, recordingTable, q, func(r *store.Recording) cursor {
		if q.ascending {
			return cursor{micro(r.RetainUntil), r.ID}
		}
		return cursor{micro(r.Start), r.ID}
	})
	return rows, next, failed(err, "list recordings")
}
