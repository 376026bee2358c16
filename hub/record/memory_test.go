package record

import (
	"bytes"
	"context"

	"zuoxi/hub/store"
)

// memory is as much of a store as records need.
type memory struct {
	store.Records
	store.Commands
	rows    []store.Record
	replies map[string][]byte
}

func newMemory() *store.Store {
	m := &memory{replies: map[string][]byte{}}
	return &store.Store{Ports: m.ports()}
}

func (m *memory) ports() store.Ports { return store.Ports{Records: m, Commands: m} }

func (m *memory) Create(_ context.Context, r store.Record, _ store.Change) (store.Record, error) {
	for _, old := range m.rows {
		if old.No == r.No {
			return r, store.ErrDuplicate
		}
	}
	r.Version = 1
	m.rows = append(m.rows, r)
	return r, nil
}

func (m *memory) Update(_ context.Context, r store.Record, _ store.Change) (store.Record, error) {
	for i, old := range m.rows {
		if old.ID == r.ID && old.Version == r.Version {
			r.Version++
			m.rows[i] = r
			return r, nil
		}
	}
	return r, store.ErrConflict
}

func (m *memory) List(_ context.Context, f store.RecordFilter) ([]store.Record, string, error) {
	var out []store.Record
	for _, r := range m.rows {
		if (f.No == "" || r.No == f.No) && (f.Agent == "" || r.Agent == f.Agent) && (f.PhoneHash == nil || bytes.Equal(r.Party.Phone.Hash, f.PhoneHash)) {
			out = append(out, r)
		}
	}
	return out, "", nil
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
