package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/store"
)

// anchorEvery is how far the audit log's anchor may be behind.
const anchorEvery = time.Second

// anchorLimit is how long the last one may take when the hub stops.
const anchorLimit = 10 * time.Second

// anchorFile is where the audit log is remembered outside the database: beside
// the keys, as who has the database is not to have both.
func (c *Config) anchorFile() string { return c.keyFile() + ".anchor" }

// proof is what the hub found wrong with what it keeps.
type proof struct{ cut atomic.Bool }

// wrong names it to people.
func (h *Hub) wrong() (out []string) {
	if h.proof.cut.Load() {
		out = append(out, "审计日志")
	}
	if h.db.Damage.Err() != nil {
		out = append(out, "数据库")
	}
	return out
}

// probeLimit is how long a start may look at the database: callers wait.
const probeLimit = 2 * time.Second

// probe looks whether a database is whole before anything of it is told as
// true. A large one is looked at in part, and wholly with every backup.
func probe(ctx context.Context, db *store.Store, log *slog.Logger) error {
	p, ok := db.Backend.(store.Prober)
	if !ok {
		return nil // a server's: it has its own checksums
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	err := p.Probe(ctx)
	if err != nil && !errors.Is(err, store.ErrCorrupt) && ctx.Err() != nil {
		log.Warn("the database is large: only a part of it was checked at the start; a backup checks all of it", "limit", probeLimit)
		return nil
	}
	return err
}

// holdAudit holds the audit log to its anchor. A log that was cut does not keep
// the hotline from its callers; it is told to whoever looks.
func holdAudit(ctx context.Context, cfg Config, log *slog.Logger, p *parts, o *opened) error {
	made, err := p.audit.Hold(ctx, cfg.anchorFile())
	if made {
		err = errors.Join(err, firstAnchor(ctx, p))
	}
	if cut := new(audit.Fault); errors.As(err, &cut) || errors.Is(err, audit.ErrAnchor) {
		log.Error("audit log and its anchor", "err", err)
		err = nil
	}
	o.add(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), anchorLimit)
		defer cancel()
		if err := p.audit.Anchor(ctx); err != nil {
			log.Error("audit log and its anchor", "err", err)
		}
		return nil
	})
	return err
}

// firstAnchor notes that rows which were there before are anchored from now on
// only: after an upgrade, or when somebody took the anchor away.
func firstAnchor(ctx context.Context, p *parts) error {
	seq, _, err := p.db.Audit.Head(ctx)
	if err != nil || seq == 0 {
		return err
	}
	_, err = p.audit.Append(ctx, audit.Entry{Who: admin.Owner.No, Role: string(admin.Owner.Roles[0]), Action: "audit.anchor", Object: "audit", Reason: "没有锚，从这一条起立"})
	return err
}

// watchAudit keeps the anchor at the head of the log.
func (h *Hub) watchAudit() {
	tick := time.NewTicker(anchorEvery)
	defer tick.Stop()
	for said := ""; ; {
		said = h.anchorAudit(said)
		select {
		case <-h.disk.Done():
			return
		case <-tick.C:
		}
	}
}

// anchorAudit does it once. What was said before is not said again: it would
// come every second.
func (h *Hub) anchorAudit(said string) string {
	err := h.audit.Anchor(h.disk)
	if cut := new(audit.Fault); errors.As(err, &cut) {
		h.proof.cut.Store(true)
	}
	if err == nil || h.disk.Err() != nil {
		return ""
	}
	if err.Error() != said {
		h.log.Error("audit log and its anchor", "err", err)
	}
	return err.Error()
}
