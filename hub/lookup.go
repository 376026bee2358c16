package hub

import (
	"context"
	"errors"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/find"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/access"
	rule "zuoxi/rules/find"
	"zuoxi/wire"
)

// openFind makes the search over everything. What was kept before there was an
// index is indexed now: the first start after an update takes longer for it.
func openFind(ctx context.Context, cfg Config, p *parts) error {
	p.find = newFind(cfg, p.db, p.keys, p.audit)
	_, err := p.db.Finder.CatchUp(ctx)
	return err
}

func newFind(cfg Config, db *store.Store, keys *seal.Keys, log *audit.Log) *find.Service {
	note := func(ctx context.Context, a find.Asker, conditions string) error {
		role := ""
		if len(a.Roles) > 0 {
			role = string(a.Roles[0])
		}
		_, err := log.Append(ctx, audit.Entry{Who: a.No, Role: role, District: a.District, Action: string(access.RecordSearch), Reason: conditions})
		return err
	}
	return find.New(db, keys, cfg.Outgoing.Zone, cfg.Now, note)
}

// lookFor answers a seat that looks for something.
func (s *seat) lookFor(id string, b *wire.Find) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		answer := s.hub.foundBy(ctx, account, *b)
		return func() { s.session.Answer(id, answer) }
	})
}

func (h *Hub) foundBy(ctx context.Context, a store.Agent, b wire.Find) wire.Body {
	asker := find.Asker{No: a.No, District: a.District, Centre: h.cfg.District}
	for _, r := range a.Roles {
		asker.Roles = append(asker.Roles, access.Role(r))
	}
	if widest(a, access.RecordSearch) == 0 {
		return refusal(wire.CodeForbidden, "没有综合查询的权限，没有查；需要时请找班长")
	}
	out, err := h.find.Find(ctx, asker, b)
	var fault *rule.FaultError
	var empty find.EmptyError
	switch {
	case errors.As(err, &fault), errors.As(err, &empty), errors.Is(err, store.ErrInvalid):
		return refusal(wire.CodeInvalid, err.Error())
	case err != nil:
		h.log.Error("looking for something", "agent", a.No, "err", err)
		return refusal(wire.CodeInternal, "现在查不了，没有结果；请稍后再试")
	}
	return &out
}

// findPort is the search as the command line uses it.
type findPort struct{ h *Hub }

func (p findPort) asker(who admin.Person) find.Asker {
	return find.Asker{No: who.No, District: who.District, Centre: p.h.cfg.District, Roles: who.Roles}
}

// Find implements admin.Finder.
func (p findPort) Find(ctx context.Context, who admin.Person, ask wire.Find) (wire.Found, error) {
	return p.h.find.Find(ctx, p.asker(who), ask)
}

// Calls implements admin.Finder.
func (p findPort) Calls(ctx context.Context, who admin.Person, line string, most int) (ids []string, back time.Time, err error) {
	out, err := p.h.find.Calls(ctx, p.asker(who), line, most)
	return out.IDs, out.Back, err
}
