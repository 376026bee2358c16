package trunk

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// The library logs a datagram that does not parse as a whole, and start lines with the numbers of people in them.
// Its package-wide logger can only be set before anything uses it, so it is silenced here, once, and every trunk
// gives the layers a logger of its own that goes through redactor. The largest answer the library would send over UDP
// is raised too: a long way through proxies makes long answers, and a fragmented 200 is better than none.
func init() {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	sip.UDPMTUSize = 16 << 10
}

// harmless are the attributes of the library's records that cannot carry what a peer wrote.
var harmless = map[string]bool{"caller": true, "network": true, "laddr": true, "raddr": true}

// redactor passes the library's records on without anything that came from a peer, and the same message at most
// once a second: a flood of bad datagrams must not become a flood of log lines.
type redactor struct {
	next slog.Handler
	seen *seen
}

type seen struct {
	mu   sync.Mutex
	last map[string]time.Time // keyed by the library's constant messages: a small set
}

func newRedactor(next slog.Handler) slog.Handler {
	return &redactor{next: next, seen: &seen{last: make(map[string]time.Time)}}
}

// Enabled drops what is below a warning: the library's debug records are its own business.
func (r *redactor) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && r.next.Enabled(ctx, slog.LevelWarn)
}

func (r *redactor) Handle(ctx context.Context, rec slog.Record) error {
	r.seen.mu.Lock()
	again := rec.Time.Sub(r.seen.last[rec.Message]) < time.Second
	if !again {
		r.seen.last[rec.Message] = rec.Time
	}
	r.seen.mu.Unlock()
	if again {
		return nil
	}
	// Whatever a peer makes the library complain about is no error of ours.
	out := slog.NewRecord(rec.Time, slog.LevelWarn, "sip library: "+rec.Message, rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		if harmless[a.Key] {
			out.AddAttrs(a)
		}
		return true
	})
	return r.next.Handle(ctx, out)
}

func (r *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	kept := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		if harmless[a.Key] {
			kept = append(kept, a)
		}
	}
	return &redactor{next: r.next.WithAttrs(kept), seen: r.seen}
}

func (r *redactor) WithGroup(string) slog.Handler { return r }
