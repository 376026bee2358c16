package conf

import (
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
)

const (
	tapeLen    = 1 << 14 // samples held per channel: 2 s
	tapeLag    = 2000    // samples kept back for late packets: 250 ms
	tapeStep   = 100 * time.Millisecond
	tapeDrift  = 1600 // a speaker's clock may leave ours by 200 ms before it is set anew
	sampleRate = 8000
)

// tape puts the voices where they belong in time and writes the two channels
// out in order. It is used with the room's lock held.
type tape struct {
	rec     Recorder
	start   time.Time
	ring    [2][tapeLen]int32
	written int64
	anchors map[string]anchor
	pause   *pause
	pcm     [2][tapeLen]int16
	scratch [1 << 11]int16 // one packet, decoded
}

// anchor ties a speaker's timestamps to the tape.
type anchor struct {
	ts uint32
	at int64
}

type pause struct {
	from     int64
	who, why string
}

// StartRecording begins the recording at once; the room writes to rec until
// Close. A second call changes nothing.
func (r *Room) StartRecording(rec Recorder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil || r.closed || rec == nil {
		return
	}
	r.tape = &tape{rec: rec, start: r.cfg.Now(), anchors: map[string]anchor{}}
	r.work.Go(r.runTape)
}

// PauseRecording leaves a marked gap from now on: nothing said is kept.
func (r *Room) PauseRecording(who, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil && r.tape.pause == nil {
		r.tape.pause = &pause{from: r.tape.samples(r.cfg.Now()), who: who, why: why}
	}
}

// ResumeRecording ends the gap.
func (r *Room) ResumeRecording() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil {
		r.tape.endPause(r.tape.samples(r.cfg.Now()))
	}
}

// MarkGap notes a gap that the room cannot see by itself, such as a lost seat.
func (r *Room) MarkGap(from, to time.Time, who, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil {
		r.tape.rec.Gap(max(0, r.tape.samples(from)), r.tape.samples(to), who, why)
	}
}

// runTape writes what is old enough. It is the recording's clock only; no voice waits for it.
func (r *Room) runTape() {
	tick := time.NewTicker(tapeStep)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			r.mu.Lock()
			end := r.tape.samples(r.cfg.Now())
			r.tape.endPause(end)
			r.tape.flush(end)
			r.mu.Unlock()
			return
		case <-tick.C:
			r.mu.Lock()
			r.tape.flush(r.tape.samples(r.cfg.Now()) - tapeLag)
			r.mu.Unlock()
		}
	}
}

func (t *tape) samples(at time.Time) int64 {
	return int64(at.Sub(t.start)) * sampleRate / int64(time.Second)
}

func (t *tape) endPause(now int64) {
	if t.pause != nil {
		t.rec.Gap(t.pause.from, now, t.pause.who, t.pause.why)
		t.pause = nil
	}
}

func (t *tape) forget(leg string) { delete(t.anchors, leg) }

// speech puts a leg's packet on its channel.
func (t *tape) speech(p *Port, pkt *rtp.Packet, at time.Time) {
	if p.ch == Unrecorded || t.pause != nil {
		return
	}
	t.add(int(p.ch), t.place(p.id, pkt.Timestamp, at), pkt.Payload)
}

// clip puts a frame that was played to the caller on the other channel.
func (t *tape) clip(leg string, frame []byte, at time.Time) {
	if t.pause != nil {
		return
	}
	key := "clip>" + leg
	a, ok := t.anchors[key]
	now := t.samples(at)
	if pos := a.at + FrameSamples; ok && now-pos < tapeDrift && pos-now < tapeDrift {
		now = pos
	}
	t.anchors[key] = anchor{at: now}
	t.add(int(Rest), now, frame)
}

// place finds where a timestamp belongs. The speaker's own clock rules while
// it stays near ours, so that network jitter does not cut the voice up.
func (t *tape) place(leg string, ts uint32, at time.Time) int64 {
	now := t.samples(at)
	a, ok := t.anchors[leg]
	pos := a.at + int64(int32(ts-a.ts))
	if d := pos - now; !ok || d > tapeDrift || d < -tapeDrift {
		pos = now
		t.anchors[leg] = anchor{ts: ts, at: now}
	}
	return pos
}

func (t *tape) add(ch int, at int64, alaw []byte) {
	if end := at + int64(len(alaw)); end > t.written+tapeLen {
		t.flush(end - tapeLen)
	}
	n := g711.DecodeALaw(t.scratch[:], alaw)
	for i, v := range t.scratch[:n] {
		if pos := at + int64(i); pos >= t.written {
			t.ring[ch][pos%tapeLen] += int32(v)
		}
	}
}

// flush writes everything before sample number to.
func (t *tape) flush(to int64) {
	for t.written < to {
		n := int(min(to-t.written, tapeLen))
		for ch := range t.ring {
			for i := range n {
				at := (t.written + int64(i)) % tapeLen
				t.pcm[ch][i] = clip16(t.ring[ch][at])
				t.ring[ch][at] = 0
			}
		}
		t.rec.Write(t.written, t.pcm[0][:n], t.pcm[1][:n])
		t.written += int64(n)
	}
}

func clip16(v int32) int16 { return int16(max(-32768, min(32767, v))) }
