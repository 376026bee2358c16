package citizen

import (
	"testing"
	"time"
)

// TestAStandingLineIsNoSilence: music that stops with the line is not taken for its end at once; a line that sends nothing in
// silence is believed later.
func TestAStandingLineIsNoSilence(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	loud, silent := make([]int16, samples), make([]int16, samples)
	for i := range loud {
		loud[i] = int16(8000 * (i%2*2 - 1))
	}
	for name, c := range map[string]struct {
		frames time.Duration // of silence that come
		after  time.Duration
		quiet  bool
	}{
		"silence comes":               {bridgePause, bridgePause, true},
		"nothing comes":               {0, 2 * bridgePause, false},
		"nothing comes for long":      {0, 3 * bridgePause, true},
		"silence, then nothing comes": {bridgePause / 2, bridgePause + 2*stall, false},
	} {
		s := &sound{}
		s.note(1, loud, begin)
		for at, seq := frame, uint16(2); at <= c.frames; at, seq = at+frame, seq+1 {
			s.note(seq, silent, begin.Add(at))
		}
		if quiet, ok := s.quietFor(begin, begin.Add(c.after), false); !ok || (quiet >= bridgePause) != c.quiet {
			t.Errorf("%s: quiet for %v after %v", name, quiet, c.after)
		}
	}
}
