package hub

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zuoxi/hub/store"
	"zuoxi/internal/obs"
)

// meter is the hub's figures for the machine's watchers.
type meter struct {
	calls   *prometheus.CounterVec
	live    prometheus.Gauge
	done    *prometheus.CounterVec
	waiting prometheus.Gauge
	longest prometheus.Gauge
	pop     prometheus.Histogram
}

func newMeter(m *obs.Metrics) *meter {
	return &meter{
		calls:   m.CounterVec("calls_total", "Calls begun.", "direction"),
		live:    m.Gauge("calls_live", "Calls whose log is open."),
		done:    m.CounterVec("calls_closed_total", "Calls closed, by disposition.", "disposition"),
		waiting: m.Gauge("queue_waiting", "Callers in the line."),
		longest: m.Gauge("queue_longest_seconds", "Longest wait in the line."),
		pop:     m.Histogram("offer_shown_seconds", "From the decision to the pop drawn on the seat's screen.", 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2),
	}
}

// Began implements call.Meter.
func (m *meter) Began(direction string) {
	m.calls.WithLabelValues(direction).Inc()
	m.live.Inc()
}

// Ended implements call.Meter.
func (m *meter) Ended(o store.Outcome) {
	m.done.WithLabelValues(string(o.Disposition)).Inc()
	m.live.Dec()
}

func (m *meter) line(waiting int, longest time.Duration) {
	m.waiting.Set(float64(waiting))
	m.longest.Set(longest.Seconds())
}

// Shown implements call.Meter.
func (m *meter) Shown(d time.Duration) { m.pop.Observe(d.Seconds()) }
