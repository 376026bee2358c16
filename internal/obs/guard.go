package obs

import (
	"log/slog"
	"runtime/debug"
)

// Guard is deferred by what serves one call or seat, so that a panic there ends
// nothing else. It logs where it happened, and not the panic's value, which may
// hold what a citizen said; then it calls after, if there is one.
func Guard(log *slog.Logger, what string, after func()) {
	if recover() == nil {
		return
	}
	log.Error("a goroutine failed and was stopped", "what", what, "stack", string(debug.Stack()))
	if after != nil {
		after()
	}
}
