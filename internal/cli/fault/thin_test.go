package fault

import (
	"sync"
	"testing"
	"time"

	"zuoxi/internal/netem"
	"zuoxi/media/adapt"
)

// thin is a link of so many bits a second each way, headers of IP and UDP
// included, that holds back nothing and throws away what does not fit.
type thin struct {
	rate float64
	mu   sync.Mutex
	dir  [2]struct {
		room  float64 // bits that may pass now
		at    time.Time
		came  int // bits since the last look
		since time.Time
	}
}

const ipUDP = 28

func (l *thin) pass(d netem.Direction, p []byte, at time.Time) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &l.dir[d]
	if w.at.IsZero() {
		w.at, w.since, w.room = at, at, l.rate/4
	}
	w.room = min(l.rate/4, w.room+l.rate*at.Sub(w.at).Seconds())
	w.at = at
	bits := 8 * (len(p) + ipUDP)
	w.came += bits
	if float64(bits) > w.room {
		return nil
	}
	w.room -= float64(bits)
	return p
}

// offered is what wanted through since the last look, in bits a second.
func (l *thin) offered() (up, down float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out [2]float64
	for i := range l.dir {
		w := &l.dir[i]
		out[i] = float64(w.came) / time.Since(w.since).Seconds()
		w.came, w.since = 0, time.Now()
	}
	return out[0], out[1]
}

// TestOneCallWithin32Kbit: the link carries a third of what A-law takes. The
// phone finds the coding that fits, leaves room for the screen, and both hear
// each other.
func TestOneCallWithin32Kbit(t *testing.T) {
	t.Parallel()
	link := &thin{rate: 32e3}
	r := newRigOver(t, link.pass)
	r.connect(false, true)
	r.until("the path", func() bool { return r.phone.Status().Path != 0 })
	r.phone.SetTalk(true)
	took := r.until("a coding that fits", func() bool {
		s := r.phone.Stats()
		return s.Tuned.Narrow > 0 && s.Tuned.Up == adapt.Clean && s.Heard.Codec == "Opus"
	})
	link.offered()
	r.both()
	pass(5 * time.Second)
	up, down := link.offered()
	s := r.phone.Stats()
	t.Logf("fits after %v: %+v; up %.1f, down %.1f kbit/s", took, s.Coding, up/1000, down/1000)
	if most := 32e3 - 6e3; up > most || down > most {
		t.Errorf("up %.0f, down %.0f bit/s leave the screen nothing", up, down)
	}
}
