package admin

import (
	"context"
	"slices"
	"strconv"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
)

// memory is as much of a store as the commands of the tests need.
type memory struct {
	agents map[string]store.Agent
	calls  []store.Call
	tapes  []store.Recording
	steps  []store.ExamStep
	events []store.Event
	values map[string]store.Setting
	lines  []store.AuditRow // the newest first
	sheets []store.Sheet    // the newest first
	cases  []store.Record
}

// covered tells whether a filter lets a district through.
func covered(districts []string, one string) bool {
	return len(districts) == 0 || slices.ContainsFunc(districts, func(d string) bool { return access.Covers(d, one) })
}

// audits give the lines of the log page by page.
type audits struct {
	store.AuditLog
	*memory
}

func (m audits) List(_ context.Context, f store.AuditFilter) (out []store.AuditRow, next string, err error) {
	from := 0
	if f.After != "" {
		if from, err = strconv.Atoi(f.After); err != nil {
			return nil, "", err
		}
	}
	for i, r := range m.lines[from:] {
		if len(out) == f.Limit {
			return out, strconv.Itoa(from + i), nil
		}
		if (f.Action == "" || r.Action == f.Action) && (f.To.IsZero() || r.At.Before(f.To)) && !r.At.Before(f.From) {
			out = append(out, r)
		}
	}
	return out, "", nil
}

// settings keep values by key.
type settings struct {
	store.Settings
	*memory
}

func (m settings) Get(_ context.Context, key string) (store.Setting, error) {
	v, ok := m.values[key]
	if !ok {
		return v, store.ErrNotFound
	}
	return v, nil
}

func (m settings) Put(_ context.Context, v store.Setting) (store.Setting, error) {
	if m.values[v.Key].Version != v.Version {
		return v, store.ErrConflict
	}
	if m.values == nil {
		m.memory.values = map[string]store.Setting{}
	}
	v.Version++
	m.values[v.Key] = v
	return v, nil
}

func (m *memory) store() *store.Store {
	return &store.Store{Ports: store.Ports{
		Agents: agents{memory: m}, Calls: calls{memory: m}, Recordings: tapes{memory: m}, Timeline: told{memory: m}, Legs: noLegs{}, Records: records{memory: m}, Settings: settings{memory: m}, Audit: audits{memory: m},
		Papers: store.Papers{ExamSteps: steps{memory: m}}, Statistics: store.Statistics{Sheets: sheets{memory: m}},
	}}
}

type agents struct {
	store.Agents
	*memory
}

func (m agents) Create(_ context.Context, a store.Agent) error {
	if _, ok := m.agents[a.No]; ok {
		return store.ErrDuplicate
	}
	m.agents[a.No] = a
	return nil
}

func (m agents) Get(_ context.Context, no string) (store.Agent, error) {
	a, ok := m.agents[no]
	if !ok {
		return a, store.ErrNotFound
	}
	return a, nil
}

func (m agents) Update(_ context.Context, a store.Agent) (store.Agent, error) {
	m.agents[a.No] = a
	return a, nil
}

func (m agents) List(_ context.Context, f store.AgentFilter) ([]store.Agent, string, error) {
	var out []store.Agent
	for _, a := range m.agents {
		if covered(f.Districts, a.District) {
			out = append(out, a)
		}
	}
	return out, "", nil
}

type calls struct {
	store.Calls
	*memory
}

func (m calls) Get(_ context.Context, id string) (store.Call, error) {
	i := slices.IndexFunc(m.calls, func(c store.Call) bool { return c.ID == id })
	if i < 0 {
		return store.Call{}, store.ErrNotFound
	}
	return m.calls[i], nil
}

func (m calls) List(_ context.Context, f store.CallFilter) ([]store.Call, string, error) {
	var out []store.Call
	for _, c := range m.calls {
		if (f.Agent == "" || c.Agent == f.Agent) && covered(f.Districts, c.District) {
			out = append(out, c)
		}
	}
	return out, "", nil
}

type tapes struct {
	store.Recordings
	*memory
}

func (m tapes) Get(_ context.Context, id string) (store.Recording, error) {
	i := slices.IndexFunc(m.tapes, func(r store.Recording) bool { return r.ID == id })
	if i < 0 {
		return store.Recording{}, store.ErrNotFound
	}
	return m.tapes[i], nil
}

func (m tapes) List(_ context.Context, f store.RecordingFilter) ([]store.Recording, string, error) {
	var out []store.Recording
	for _, r := range m.tapes {
		if r.CallID == f.CallID {
			out = append(out, r)
		}
	}
	return out, "", nil
}

func (m tapes) Hold(context.Context, string, bool) error { return nil }

// sheets are those of a call.
type sheets struct {
	store.Sheets
	*memory
}

func (m sheets) List(_ context.Context, f store.SheetFilter) (out []store.Sheet, next string, err error) {
	for _, q := range m.memory.sheets {
		if q.CallID == f.CallID {
			out = append(out, q)
		}
	}
	return out, "", nil
}

type steps struct {
	store.ExamSteps
	*memory
}

func (m steps) Add(_ context.Context, s store.ExamStep) error {
	m.steps = slices.Insert(m.steps, 0, s)
	return nil
}

func (m steps) List(_ context.Context, agent string, _ store.Page) ([]store.ExamStep, string, error) {
	var out []store.ExamStep
	for _, s := range m.steps {
		if s.Agent == agent {
			out = append(out, s)
		}
	}
	return out, "", nil
}

type (
	told struct {
		store.Timeline
		*memory
	}
	noLegs  struct{ store.Legs }
	records struct {
		store.Records
		*memory
	}
)

func (m told) List(context.Context, string) ([]store.Event, error) { return m.events, nil }
func (noLegs) List(context.Context, string) ([]store.Leg, error)   { return nil, nil }

func (m records) List(_ context.Context, f store.RecordFilter) (out []store.Record, next string, err error) {
	for _, r := range m.cases {
		if (f.No == "" || f.No == r.No) && (f.Agent == "" || f.Agent == r.Agent) && covered(f.Districts, r.District) {
			out = append(out, r)
		}
	}
	return out, "", nil
}
