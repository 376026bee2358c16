package story

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Region is a part of the screen; the zero value is all of it.
type Region struct{ X, Y, W, H int }

// Strike is what one key press led to.
type Strike struct {
	Changed bool          // the watched part of the screen did
	First   time.Duration // from the press to the output that began to change it
	Last    time.Duration // to the last that did
	Bytes   int64         // that the program wrote until it was quiet
}

// quiet is how long nothing must come for a frame to be complete.
const quiet = 40 * time.Millisecond

// Strike presses one key and watches a part of the screen, styles and cursor
// included, until it has changed and the program is quiet.
func (t *Term) Strike(k string, watch Region, limit time.Duration) (Strike, error) {
	news := make(chan struct{}, 1)
	t.mu.Lock()
	seq, err := keyBytes(k, t.appKeys)
	t.watch, t.picture = &watch, t.draw(watch)
	before, seen := t.bytes, time.Time{}
	t.drawn = seen
	t.listeners = append(t.listeners, news)
	t.mu.Unlock()
	defer func() {
		t.forget(news)
		t.mu.Lock()
		t.watch = nil
		t.mu.Unlock()
	}()
	if err != nil {
		return Strike{}, err
	}
	start := time.Now()
	if _, err := io.WriteString(t.tty, seq); err != nil {
		return Strike{}, fmt.Errorf("pressing %s: %w", k, err)
	}
	var s Strike
	for {
		t.mu.Lock()
		if t.drawn.After(seen) {
			seen = t.drawn
			s.Last = seen.Sub(start)
			if !s.Changed {
				s.Changed, s.First = true, s.Last
			}
		}
		s.Bytes = t.bytes - before
		wait := limit - time.Since(start)
		if s.Changed {
			wait = min(wait, quiet-time.Since(t.came))
		}
		t.mu.Unlock()
		if wait <= 0 {
			return s, nil
		}
		select {
		case <-news:
		case <-time.After(wait):
		case <-t.done:
			return s, fmt.Errorf("the program ended after %s:\n%s", k, t.Screen())
		}
	}
}

// note is called with the lock held after output that came then.
func (t *Term) note(at time.Time) {
	t.came = at
	if t.watch == nil {
		return
	}
	if p := t.draw(*t.watch); p != t.picture {
		t.picture, t.drawn = p, at
	}
}

// draw is a part of the screen with styles and cursor, to be compared. It is
// called with the lock held.
func (t *Term) draw(r Region) string {
	pos := t.emu.CursorPosition()
	var b strings.Builder
	fmt.Fprintf(&b, "%d,%d,%v\n", pos.X, pos.Y, t.emu.CursorHidden())
	if r == (Region{}) {
		b.WriteString(t.emu.Render())
		return b.String()
	}
	for y := r.Y; y < r.Y+r.H; y++ {
		for x := r.X; x < r.X+r.W; x++ {
			if c := t.emu.CellAt(x, y); c != nil {
				b.WriteString(c.Style.String())
				b.WriteString(c.Content)
			}
		}
	}
	return b.String()
}
