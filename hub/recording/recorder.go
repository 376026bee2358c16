package recording

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/hub/store"
	"zuoxi/media/g711"
)

const (
	// frameLen is what one place in the queue holds: 20 ms.
	frameLen = 160
	// queueLen frames wait while the disk is busy: 5 s. When full, the sound is
	// dropped, counted and marked as a gap.
	queueLen = 256
	// gapQueue marks wait likewise; there are few, and when full they are
	// dropped and counted.
	gapQueue = 32
	// blockLen is one block in the file: 0.8 s. Every second one is synced.
	blockLen  = 6400
	syncEvery = 2
	// slack is kept open behind the newest sound for what comes late: 100 ms.
	slack = 800
	// maxJump is how far ahead sound may come; more is a broken clock.
	maxJump = 10 * 60 * Rate
	// idle is after how long without sound the rest is written: a held call
	// must not wait with its last words.
	idle = 500 * time.Millisecond
)

// Reasons of the gaps that the recorder makes itself.
const (
	whoRecorder = "recorder"
	whyQueue    = "queue full"
	whyDisk     = "disk"
	whyMissing  = "no sound"
	whyDamaged  = "damaged by a crash"
)

// frame is up to 20 ms of both channels on its way to the file.
type frame struct {
	at     int64
	n      [2]int16 // samples of each channel
	sounds [2][frameLen]byte
}

// Recorder writes one recording. Write, Held and Gap may be called from any
// goroutine, also after Close; Write and Gap never block.
type Recorder struct {
	lib    *Library
	row    store.Recording
	worry  func() // see Meta.Trouble
	frames chan frame
	marks  chan store.Gap
	stop   chan struct{}
	once   sync.Once
	done   chan struct{}
	left   atomic.Bool // Close did not wait for done

	// mu guards missed, the sound that found the queue full.
	mu     sync.Mutex
	missed store.Gap

	dropped atomic.Int64
	late    atomic.Int64
	failed  atomic.Int64
}

// Stats counts what did not reach the file, in samples of one channel.
type Stats struct {
	Dropped int64 // the queue was full
	Late    int64 // came after its block was written
	Failed  int64 // the disk refused it
}

func startRecorder(l *Library, row store.Recording, t *tape, worry func()) *Recorder {
	r := &Recorder{
		lib: l, row: row, worry: worry,
		frames: make(chan frame, queueLen), marks: make(chan store.Gap, gapQueue),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	go r.run(newReel(t, r))
	return r
}

// ID is the recording's id in the index.
func (r *Recorder) ID() string { return r.row.ID }

// Stats is what did not reach the file so far.
func (r *Recorder) Stats() Stats {
	return Stats{Dropped: r.dropped.Load(), Late: r.late.Load(), Failed: r.failed.Load()}
}

// Write adds sound at a number of samples from the start. Either channel may
// be nil or shorter. Sound may come out of order within 100 ms; a place that
// is written twice keeps the later one. The slices are not kept.
func (r *Recorder) Write(at int64, caller, rest []int16) {
	r.write(at, caller, rest, func(f frame, n int64) {
		select {
		case r.frames <- f:
		default:
			r.miss(f.at, n)
		}
	})
}

// Held is Write for sound that had to wait for the file: it comes at once, and
// waits for its place.
func (r *Recorder) Held(at int64, caller, rest []int16) {
	r.write(at, caller, rest, func(f frame, _ int64) {
		select {
		case r.frames <- f:
		case <-r.done:
		}
	})
}

func (r *Recorder) write(at int64, caller, rest []int16, put func(f frame, n int64)) {
	if at < 0 {
		return
	}
	for n := max(len(caller), len(rest)); n > 0; n -= frameLen {
		f := frame{at: at}
		for ch, src := range [2][]int16{caller, rest} {
			f.n[ch] = int16(g711.EncodeALaw(f.sounds[ch][:], src))
		}
		put(f, int64(min(n, frameLen)))
		at += frameLen
		caller, rest = after(caller), after(rest)
	}
}

func after(s []int16) []int16 { return s[min(len(s), frameLen):] }

// Gap marks samples [from, to) with who left them out and why. It removes
// nothing: what must not be kept is not written in the first place.
func (r *Recorder) Gap(from, to int64, who, why string) {
	if from < 0 || to < from || to > maxLength {
		return
	}
	select {
	case r.marks <- store.Gap{From: from, To: to, Who: who, Why: why}:
	default:
		r.dropped.Add(to - from)
	}
}

// miss widens the span that was lost to a full queue.
func (r *Recorder) miss(at, n int64) {
	r.dropped.Add(n)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed.To == 0 {
		r.missed = store.Gap{From: at, To: at + n, Who: whoRecorder, Why: whyQueue}
		return
	}
	r.missed.From, r.missed.To = min(r.missed.From, at), max(r.missed.To, at+n)
}

func (r *Recorder) takeMissed() (store.Gap, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.missed
	r.missed = store.Gap{}
	return g, g.To > 0
}

// Close writes what is left and enters the recording in the index, as soon as
// that is there. An error means that the index does not know the end yet;
// Library.Recover finds it.
func (r *Recorder) Close(ctx context.Context) error {
	r.once.Do(func() { close(r.stop) })
	select {
	case <-r.done:
	case <-ctx.Done():
		r.left.Store(true)
		r.abandon()
		return fmt.Errorf("close recording %s: %w", r.row.ID, ctx.Err())
	}
	defer r.lib.writes(r.row.ID, false) // where the index does not take it, Recover tries again
	err := store.Insist(ctx, func() error {
		row, err := r.lib.cfg.Index.Save(ctx, r.row)
		if err == nil {
			r.row = row
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("close recording %s: %w", r.row.ID, err)
	}
	return nil
}

// abandon gives a recording that nobody waits for any more to Recover, once the file has been let go of.
func (r *Recorder) abandon() {
	select {
	case <-r.done:
		if r.left.Load() {
			r.lib.writes(r.row.ID, false)
		}
	default:
	}
}

// run is the recorder's goroutine: it alone owns the reel and its file.
func (r *Recorder) run(l *reel) {
	defer r.abandon()
	defer close(r.done)
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		select {
		case f := <-r.frames:
			l.add(&f)
		case g := <-r.marks:
			l.gap(g)
		case <-tick.C:
			l.rest()
		case <-r.stop:
			r.drain(l)
			l.close()
			return
		}
	}
}

// drain takes what was queued before Close.
func (r *Recorder) drain(l *reel) {
	for {
		select {
		case f := <-r.frames:
			l.add(&f)
		case g := <-r.marks:
			l.gap(g)
		default:
			return
		}
	}
}

// reel collects sound and puts it on the tape block by block.
type reel struct {
	tape *tape
	r    *Recorder

	buf   [2][2 * blockLen]byte
	base  int64 // sample that buf begins with; before it all is written
	seen  int64 // end of the newest sound
	moved bool  // sound came since the last tick

	owed    []store.Gap // gaps that are not in the file yet
	gaps    []store.Gap // gaps that are
	end     int64       // end of the newest block in the file
	pending int         // blocks since the last sync
	said    bool        // the log knows that the disk refuses
}

func newReel(t *tape, r *Recorder) *reel {
	l := &reel{tape: t, r: r}
	for ch := range l.buf {
		silence(l.buf[ch][:])
	}
	return l
}

// add places a frame.
func (l *reel) add(f *frame) {
	n := int64(max(f.n[0], f.n[1]))
	if f.at+n <= l.base {
		l.r.late.Add(n)
		return
	}
	if f.at > l.seen+maxJump || f.at > maxLength-2*blockLen {
		l.r.dropped.Add(n)
		return
	}
	if f.at+n > l.base+int64(len(l.buf[0])) {
		l.jump(f.at)
	}
	for ch := range l.buf {
		for i, b := range f.sounds[ch][:f.n[ch]] {
			if pos := f.at + int64(i) - l.base; pos >= 0 {
				l.buf[ch][pos] = b
			}
		}
	}
	l.seen, l.moved = max(l.seen, f.at+n), true
	for l.seen-l.base >= blockLen+slack {
		l.flush(blockLen)
	}
}

// jump goes on at a later place: what was between is a gap.
func (l *reel) jump(to int64) {
	l.flush(l.seen - l.base)
	if to <= l.base {
		return
	}
	if g, ok := l.r.takeMissed(); ok {
		l.gap(g)
	} else {
		l.gap(store.Gap{From: l.base, To: to, Who: whoRecorder, Why: whyMissing})
	}
	l.base, l.seen = to, to
}

func silence(b []byte) {
	for i := range b {
		b[i] = g711.SilenceALaw
	}
}

// flush writes the first n samples as one block and moves the rest up.
func (l *reel) flush(n int64) {
	if n <= 0 {
		return
	}
	if g, ok := l.r.takeMissed(); ok {
		l.gap(g)
	}
	payload := slices.Concat(l.buf[0][:n], l.buf[1][:n])
	l.put(&block{kind: kindSound, from: l.base, samples: n, payload: payload})
	for ch := range l.buf {
		kept := copy(l.buf[ch][:], l.buf[ch][n:])
		silence(l.buf[ch][kept:])
	}
	l.base += n
	l.seen = max(l.seen, l.base)
}

// rest writes everything when no sound came since the last tick.
func (l *reel) rest() {
	if !l.moved {
		l.flush(l.seen - l.base)
		l.sync()
	}
	l.moved = false
	l.pay()
}

// gap notes a gap and tries to write it at once.
func (l *reel) gap(g store.Gap) {
	if n := len(l.owed); n > 0 && l.owed[n-1].To == g.From && l.owed[n-1].Who == g.Who && l.owed[n-1].Why == g.Why {
		l.owed[n-1].To = g.To
	} else {
		l.owed = append(l.owed, g)
	}
	l.pay()
}

// pay writes the gaps that are owed.
func (l *reel) pay() {
	for len(l.owed) > 0 {
		if err := l.tape.addGap(l.owed[0]); err != nil {
			l.trouble(err)
			return
		}
		l.end = max(l.end, l.owed[0].To)
		l.gaps = append(l.gaps, l.owed[0])
		l.owed = l.owed[1:]
	}
}

// put writes a block of sound; if the disk refuses it, it becomes a gap.
func (l *reel) put(b *block) {
	if err := l.tape.add(b); err != nil {
		l.r.failed.Add(b.samples)
		l.trouble(err)
		g := store.Gap{From: b.from, To: b.from + b.samples, Who: whoRecorder, Why: whyDisk}
		l.owed = append(l.owed, g)
		return
	}
	l.end = max(l.end, b.from+b.samples)
	if l.pending++; l.pending >= syncEvery {
		l.sync()
	}
	l.pay()
}

func (l *reel) sync() {
	if l.pending == 0 {
		return
	}
	if err := l.tape.f.Sync(); err != nil {
		l.trouble(err)
		return
	}
	l.pending = 0
}

func (l *reel) trouble(err error) {
	if !l.said { // once is enough: it would come every second
		l.said = true
		l.r.lib.cfg.Log.Error("recording cannot be written", "call", l.r.row.CallID, "recording", l.r.row.ID, "err", err)
		if l.r.worry != nil {
			l.r.worry()
		}
	}
}

// close ends the file and leaves the entry for the index in the recorder.
func (l *reel) close() {
	l.flush(l.seen - l.base)
	if g, ok := l.r.takeMissed(); ok {
		l.gap(g)
	}
	l.pay()
	if err := errors.Join(l.tape.mend(), l.tape.f.Sync(), l.tape.f.Close()); err != nil {
		l.trouble(err)
	}
	row := &l.r.row
	row.Samples, row.Head = l.end, l.tape.link.end(l.tape.prev, l.end)
	row.Gaps = append(l.gaps, l.owed...)
	row.End = row.Start.Add(max(duration(l.end), time.Microsecond))
}
