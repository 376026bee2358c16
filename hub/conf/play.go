package conf

import (
	"time"

	"zuoxi/internal/obs"
	"zuoxi/media/g711"
)

// Clip is sound to be played to one leg: A-law at 8 kHz. A loop is music and
// stays out of the recording; anything else is kept in it when played to the caller.
type Clip struct {
	ALaw []byte
	Loop bool
}

// playing is a clip on its way to a leg. While it plays the leg hears nobody.
type playing struct {
	clip Clip
	pos  int
	rest int // frames of silence before it
	done func(finished bool)
	tail [FrameSamples]byte
}

// breath is how many frames of silence go before music. A telephone that was
// slow to open its ear when the call began has kept what came meanwhile and
// plays everything that much later for the whole call; in a pause it catches up.
const breath = 6

// next gives the next frame, padded with silence at the end of the clip.
func (c *playing) next() []byte {
	rest := c.clip.ALaw[c.pos:]
	if len(rest) >= FrameSamples {
		c.pos += FrameSamples
		if c.clip.Loop && c.pos >= len(c.clip.ALaw) {
			c.pos = 0
		}
		return rest[:FrameSamples]
	}
	n := copy(c.tail[:], rest)
	for i := n; i < FrameSamples; i++ {
		c.tail[i] = g711.SilenceALaw
	}
	c.pos = len(c.clip.ALaw)
	if c.clip.Loop {
		c.pos = 0
	}
	return c.tail[:]
}

func (c *playing) over() bool { return c.pos >= len(c.clip.ALaw) }

// Play plays a clip to a leg instead of what it hears; a clip still playing
// there ends unfinished. The first frame leaves at once, that of music after a
// breath. done is called once, from a goroutine of the room, and must not block.
func (r *Room) Play(leg string, clip Clip, done func(finished bool)) {
	if done == nil {
		done = func(bool) {}
	}
	r.mu.Lock()
	p := r.ports[leg]
	if p == nil || r.closed || len(clip.ALaw) == 0 {
		r.mu.Unlock()
		done(p != nil && !r.closed)
		return
	}
	old := p.endClip()
	p.clip = &playing{clip: clip, done: done}
	if clip.Loop {
		p.clip.rest = breath
	}
	p.out.restart()
	r.wakePacer()
	r.mu.Unlock()
	if old != nil {
		old(false)
	}
}

// Stop ends what is played to a leg; it hears the others again.
func (r *Room) Stop(leg string) {
	r.mu.Lock()
	var done func(bool)
	if p := r.ports[leg]; p != nil {
		done = p.endClip()
	}
	r.mu.Unlock()
	if done != nil {
		done(false)
	}
}

// Playing says whether a clip is being played to the leg.
func (r *Room) Playing(leg string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.ports[leg]
	return p != nil && p.clip != nil
}

func (p *Port) endClip() func(bool) {
	if p.clip == nil {
		return nil
	}
	done := p.clip.done
	p.clip = nil
	p.out.restart()
	return done
}

// wakePacer starts the pacing goroutine where something has to be generated.
// It is called with the lock held.
func (r *Room) wakePacer() {
	if r.pacing || r.closed || !r.needsPacing() {
		return
	}
	r.pacing = true
	r.work.Go(r.pace)
}

func (r *Room) needsPacing() bool {
	for _, p := range r.ports {
		if p.clip != nil || len(p.hears) > 1 {
			return true
		}
	}
	return false
}

// pace sends a frame every 20 ms by an absolute schedule to every leg that has
// a clip or hears several, and ends when there is none. A stall is not made up
// for with a burst: the schedule starts again from now.
func (r *Room) pace() {
	const step = 20 * time.Millisecond
	defer obs.Guard(r.cfg.Log, "pacer of a call", func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.pacing = false // the next change of who hears whom starts it again
	})
	timer := time.NewTimer(0)
	defer timer.Stop()
	due := time.Now()
	for {
		select {
		case <-r.stop:
			return
		case <-timer.C:
		}
		if !r.tick() {
			return
		}
		due = due.Add(step)
		wait := time.Until(due)
		if wait < -5*step {
			due, wait = time.Now(), 0
		}
		timer.Reset(max(wait, 0))
	}
}

// tick makes one frame for every leg that needs one; false ends the pacer.
func (r *Room) tick() bool {
	finished, more := r.frame()
	for _, done := range finished {
		done(true)
	}
	return more
}

// frame is tick with the lock held; finished is to be called without it.
func (r *Room) frame() (finished []func(bool), more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || !r.needsPacing() {
		r.pacing = false
		return nil, false
	}
	at := r.cfg.Now()
	frames := r.pullInputs(at)
	for _, p := range r.ports {
		switch {
		case p.clip != nil && p.clip.rest > 0:
			p.clip.rest--
		case p.clip != nil:
			frame := p.clip.next()
			p.send(p.out.generated("clip", frame, at))
			if r.tape != nil && !p.clip.clip.Loop && p.ch == Caller {
				r.tape.clip(p.id, frame, at)
			}
			if !p.clip.clip.Loop && p.clip.over() {
				finished = append(finished, p.endClip())
			}
		case len(p.hears) > 1:
			p.send(p.out.generated("mix", p.mix(frames), at))
		}
	}
	return finished, true
}
