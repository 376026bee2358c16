package record

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"zuoxi/hub/store"
)

// memory is as much of a store as records need.
type memory struct {
	store.Records
	store.Commands
	rows    []store.Record
	changes []store.Change
	replies map[string][]byte
}

func newMemory() *store.Store {
	m := &memory{replies: map[string][]byte{}}
	return &store.Store{Ports: m.ports(), Backend: tx{m}}
}

func (m *memory) ports() store.Ports {
	return store.Ports{Records: m, Numbers: m, Commands: m, Recordings: tapes{}, Calls: lines{}, Outside: store.Outside{Posts: letters{}}}
}

// tx has no way back: what fails here is never half done.
type tx struct{ *memory }

func (t tx) Tx(_ context.Context, fn func(store.Ports) error) error { return fn(t.ports()) }
func (tx) Ping(context.Context) error                               { return nil }
func (tx) Check(context.Context) error                              { return nil }
func (tx) Version(context.Context) (int64, error)                   { return 1, nil }
func (tx) Close() error                                             { return nil }

// tapes holds one recording of the call c1.
type tapes struct{ store.Recordings }

func (tapes) List(_ context.Context, f store.RecordingFilter) ([]store.Recording, string, error) {
	if f.CallID != "c1" {
		return nil, "", nil
	}
	return []store.Recording{{ID: "tape-1", CallID: "c1"}}, "", nil
}

// lines knows no call.
type lines struct{ store.Calls }

func (lines) Get(context.Context, string) (store.Call, error) { return store.Call{}, store.ErrNotFound }

// letters holds a text about the record r1.
type letters struct{ store.Posts }

func (letters) List(context.Context, store.PostFilter) ([]store.Post, string, error) {
	return nil, "", nil
}

func (m *memory) History(_ context.Context, id string) ([]store.Change, error) {
	var out []store.Change
	for _, c := range m.changes {
		if c.RecordID == id {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m *memory) note(r store.Record, c store.Change) {
	c.RecordID, c.Version, c.Record = r.ID, r.Version, r
	m.changes = append(m.changes, c)
}

func (m *memory) Create(_ context.Context, r store.Record, by store.Change) (store.Record, error) {
	for _, old := range m.rows {
		if old.No == r.No {
			return r, store.ErrDuplicate
		}
	}
	r.Version = 1
	m.rows = append(m.rows, r)
	m.note(r, by)
	return r, nil
}

func (m *memory) Update(_ context.Context, r store.Record, by store.Change) (store.Record, error) {
	for i, old := range m.rows {
		if old.ID == r.ID && old.Version == r.Version {
			r.Version++
			m.rows[i] = r
			m.note(r, by)
			return r, nil
		}
	}
	return r, store.ErrConflict
}

func (m *memory) List(_ context.Context, f store.RecordFilter) ([]store.Record, string, error) {
	var out []store.Record
	for _, r := range m.rows {
		if (f.No == "" || r.No == f.No) && (f.Agent == "" || r.Agent == f.Agent) && (f.Owner == "" || r.Status.Owner == f.Owner) && (f.PhoneHash == nil || bytes.Equal(r.Party.Phone.Hash, f.PhoneHash)) {
			out = append(out, r)
		}
	}
	return out, "", nil
}

func (m *memory) Highest(_ context.Context, series string) (highest int, err error) {
	for _, r := range m.rows {
		if n, is := strings.CutPrefix(r.No, series+"-"); is {
			i, _ := strconv.Atoi(n)
			highest = max(highest, i)
		}
	}
	return highest, nil
}

func (m *memory) Once(_ context.Context, c store.Command, fn func(store.Ports) ([]byte, error)) ([]byte, bool, error) {
	if raw, ok := m.replies[c.ID]; ok {
		return raw, true, nil
	}
	before := append([]store.Record(nil), m.rows...)
	raw, err := fn(m.ports())
	if err != nil {
		m.rows = before
		return nil, false, err
	}
	m.replies[c.ID] = raw
	return raw, false, nil
}
