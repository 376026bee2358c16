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
	slow    prometheus.Counter
	voice   voiceMeter // what seats hear
	uplink  voiceMeter // what is heard of them
}

// voiceMeter is how one way of the lines is heard, a value for every five
// seconds of every call.
type voiceMeter struct{ mos, rtt, jitter, depth, loss, concealed prometheus.Histogram }

func newMeter(m *obs.Metrics) *meter {
	return &meter{
		calls:   m.CounterVec("calls_total", "Calls begun.", "direction"),
		live:    m.Gauge("calls_live", "Calls whose log is open."),
		done:    m.CounterVec("calls_closed_total", "Calls closed, by disposition.", "disposition"),
		waiting: m.Gauge("queue_waiting", "Callers in the line."),
		longest: m.Gauge("queue_longest_seconds", "Longest wait in the line."),
		pop:     m.Histogram("offer_shown_seconds", "From the decision to the pop drawn on the seat's screen.", 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2),
		slow:    m.Counter("desk_slow_total", "Seats' connections that were dropped since the seat read too slowly."),
		voice:   newVoiceMeter(m, "voice", "a seat"),
		uplink:  newVoiceMeter(m, "voice_uplink", "the centre from a seat"),
	}
}

func newVoiceMeter(m *obs.Metrics, name, at string) voiceMeter {
	delays := []float64{0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.25, 0.4, 1}
	shares := []float64{0, 0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}
	return voiceMeter{
		mos:       m.Histogram(name+"_mos", "MOS of what comes to "+at+", by the E-model.", 2, 2.5, 3, 3.3, 3.6, 3.9, 4.1, 4.3),
		rtt:       m.Histogram(name+"_rtt_seconds", "Round trip between seat and centre.", delays...),
		jitter:    m.Histogram(name+"_jitter_seconds", "Jitter of what comes to "+at+".", delays...),
		depth:     m.Histogram(name+"_depth_seconds", "Depth of the buffer for what comes to "+at+".", delays...),
		loss:      m.Histogram(name+"_loss_ratio", "Share of packets that never came to "+at+".", shares...),
		concealed: m.Histogram(name+"_concealed_ratio", "Share of the sound that was made up, or missing, of what comes to "+at+".", shares...),
	}
}

// heard is a seat's report of its line, and what was heard of the seat.
func (m *meter) heard(down, up wire.MediaReport) {
	m.voice.observe(down)
	if up.MOS > 0 {
		up.RTT = down.RTT
		m.uplink.observe(up)
	}
}

func (v voiceMeter) observe(r wire.MediaReport) {
	const ms = 1000
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
