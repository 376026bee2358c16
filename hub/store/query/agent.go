package query

import (
	"context"
	"time"

	"zuoxi/hub/store"
)

type agents struct{ r Runner }

var agentTable = table[store.Agent]{"agents", func(a *store.Agent) []column {
	return []column{
		text("no", &a.No), text("name", &a.Name), text("district", &a.District),
		doc("roles", &a.Roles), doc("skills", &a.Skills),
		flag("certified", &a.Certified), text("path", &a.Path), flag("disabled", &a.Disabled),
		text("password", &a.Password), flag("must_change", &a.MustChange),
		num("failed_logins", &a.FailedLogins), at("t_locked", &a.LockedUntil),
		at("t_created", &a.Created), at("t_updated", &a.Updated), num("version", &a.Version),
	}
}}

func (s agents) Create(ctx context.Context, a store.Agent) error {
	if a.No == "" || a.District == "" {
		return failed(store.ErrInvalid, "create agent %q", a.No)
	}
	a.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		return created(agentTable.insert(ctx, c, &a))
	})
	return failed(err, "create agent %s", a.No)
}

func (s agents) Get(ctx context.Context, no string) (a store.Agent, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		a, err = agentTable.get(ctx, c, no)
		return err
	})
	return a, failed(err, "get agent %s", no)
}

func (s agents) Update(ctx context.Context, a store.Agent) (store.Agent, error) {
	next := a
	err := s.r.Write(ctx, func(c *Conn) error {
		return agentTable.update(ctx, c, &next, &next.Version, "failed_logins", "t_locked", "t_created")
	})
	if err != nil {
		return a, failed(err, "update agent %s", a.No)
	}
	return next, nil
}

func (s agents) Login(ctx context.Context, no string, right bool, now time.Time, rule store.LoginRule) (a store.Agent, err error) {
	err = s.r.Write(ctx, func(c *Conn) error {
		if a, err = agentTable.get(ctx, c, no); err != nil {
			return err
		}
		switch {
		case right:
			a.FailedLogins, a.LockedUntil = 0, time.Time{}
		case a.FailedLogins+1 >= rule.Failures:
			a.FailedLogins, a.LockedUntil = 0, now.Add(rule.Lock)
		default:
			a.FailedLogins++
		}
		_, err = c.Exec(ctx, "UPDATE agents SET failed_logins = ?, t_locked = ? WHERE no = ?",
			int64(a.FailedLogins), micro(a.LockedUntil), no)
		return err
	})
	return a, failed(err, "count login of agent %s", no)
}

func (s agents) List(ctx context.Context, f store.AgentFilter) ([]store.Agent, string, error) {
	q := filter{by: "no", id: "no", ascending: true, page: f.Page, districts: f.Districts}
	if !f.Disabled {
		q.add("disabled = 0")
	}
	if f.Role != "" {
		// Roles are a JSON list of plain words, so the quotes delimit one.
		q.add("roles LIKE ?", `%"`+f.Role+`"%`)
	}
	rows, next, err := list(ctx, s.r, agentTable, q, func(a *store.Agent) cursor { return cursor{a.No, a.No} })
	return rows, next, failed(err, "list agents")
}

func (s agents) Count(ctx context.Context) (n int, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, "SELECT COUNT(*) FROM agents WHERE disabled = 0", nil, &n)
	})
	return n, failed(err, "count agents")
}

type states struct{ r Runner }

var stateTable = table[store.State]{"agent_states", func(s *store.State) []column {
	return []column{
		text("id", &s.ID), text("agent", &s.Agent), text("district", &s.District),
		text("state", &s.State), text("reason", &s.Reason), at("t_from", &s.From), at("t_until", &s.Until),
	}
}}

func (s states) Append(ctx context.Context, st store.State) error {
	if st.Agent == "" || st.District == "" || st.From.IsZero() {
		return failed(store.ErrInvalid, "append state of agent %q", st.Agent)
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		_, err := c.Exec(ctx, "UPDATE agent_states SET t_until = ? WHERE agent = ? AND t_until = 0", micro(st.From), st.Agent)
		if err != nil {
			return err
		}
		return created(stateTable.insert(ctx, c, &st))
	})
	return failed(err, "append state of agent %s", st.Agent)
}

func (s states) Latest(ctx context.Context, agent string) (store.State, error) {
	rows, _, err := s.List(ctx, store.StateFilter{Agent: agent, Page: store.Page{Limit: 1}})
	if err == nil && len(rows) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.State{}, failed(err, "latest state of agent %s", agent)
	}
	return rows[0], nil
}

func (s states) List(ctx context.Context, f store.StateFilter) ([]store.State, string, error) {
	q := filter{by: "t_from", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "agent", f.Agent)
	rows, next, err := list(ctx, s.r, stateTable, q, func(s *store.State) cursor { return cursor{micro(s.From), s.ID} })
	return rows, next, failed(err, "list states")
}

func (s states) CloseOpen(ctx context.Context, now time.Time) (n int64, err error) {
	err = s.r.Write(ctx, func(c *Conn) error {
		n, err = c.Exec(ctx, "UPDATE agent_states SET t_until = ? WHERE t_until = 0", micro(now))
		return err
	})
	return n, failed(err, "close open states")
}
