package hub

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zuoxi/hub/store"
	"zuoxi/internal/obs"
	"zuoxi/wire"
)

// meter is the hub's figures for the machine's watchers.
type meter struct {
	calls   *prometheus.CounterVec
	live    prometheus.Gauge
	done    *prometheus.CounterVec
	waiting prometheus.Gauge
	longest prometheus.Gauge
	pop     prometheus.Histogram
	voice   voiceMeter
}

// voiceMeter is what seats hear of their lines, a value for every five seconds
// of every call.
type voiceMeter struct{ mos, rtt, jitter, depth, loss, concealed prometheus.Histogram }

func newMeter(m *obs.Metrics) *meter {
	return &meter{
		calls:   m.CounterVec("calls_total", "Calls begun.", "direction"),
		live:    m.Gauge("calls_live", "Calls whose log is open."),
		done:    m.CounterVec("calls_closed_total", "Calls closed, by disposition.", "disposition"),
		waiting: m.Gauge("queue_waiting", "Callers in the line."),
		longest: m.Gauge("queue_longest_seconds", "Longest wait in the line."),
		pop:     m.Histogram("offer_shown_seconds", "From the decision to the pop drawn on the seat's screen.", 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2),
		voice:   newVoiceMeter(m),
	}
}

func newVoiceMeter(m *obs.Metrics) voiceMeter {
	delays := []float64{0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.25, 0.4, 1}
	shares := []float64{0, 0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}
	return voiceMeter{
		mos:       m.Histogram("voice_mos", "MOS of the seats' lines by the E-model.", 2, 2.5, 3, 3.3, 3.6, 3.9, 4.1, 4.3),
		rtt:       m.Histogram("voice_rtt_seconds", "Round trip between seat and centre.", delays...),
		jitter:    m.Histogram("voice_jitter_seconds", "Jitter of what seats hear.", delays...),
		depth:     m.Histogram("voice_depth_seconds", "Depth of the seats' playout buffers.", delays...),
		loss:      m.Histogram("voice_loss_ratio", "Share of packets that never came to a seat.", shares...),
		concealed: m.Histogram("voice_concealed_ratio", "Share of the sound that was made up at a seat.", shares...),
	}
}

// heard is a seat's report of its line.
func (m *meter) heard(r wire.MediaReport) {
	const ms = 1000
	v := m.voice
	v.mos.Observe(r.MOS)
	v.rtt.Observe(r.RTT / ms)
	v.jitter.Observe(r.Jitter / ms)
	v.depth.Observe(r.Depth / ms)
	v.loss.Observe(r.Loss)
	v.concealed.Observe(r.Concealed)
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
