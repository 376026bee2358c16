package voiceline

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// Log leads the library's log into ours. What it says below a warning
// holds addresses and is dropped; a warning of its is a debug line of ours.
type Log struct{ To *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f Log) NewLogger(scope string) logging.LeveledLogger {
	return leveled{log: f.To.With("lib", "pion/"+scope)}
}

type leveled struct{ log *slog.Logger }

func (leveled) Trace(string)          {}
func (leveled) Tracef(string, ...any) {}
func (leveled) Debug(string)          {}
func (leveled) Debugf(string, ...any) {}
func (leveled) Info(string)           {}
func (leveled) Infof(string, ...any)  {}

func (l leveled) Warn(msg string)                { l.log.Debug(msg) }
func (l leveled) Warnf(format string, a ...any)  { l.log.Debug(fmt.Sprintf(format, a...)) }
func (l leveled) Error(msg string)               { l.log.Warn(msg) }
func (l leveled) Errorf(format string, a ...any) { l.log.Warn(fmt.Sprintf(format, a...)) }
