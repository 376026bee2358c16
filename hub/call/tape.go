package call

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	fsm "zuoxi/rules/call"
)

// lateTape takes sound at once and hands it on when the file is open: no disk
// stands between the answer and the recording.
type lateTape struct {
	mu      sync.Mutex
	tape    Tape
	waiting []func(t Tape, held bool)
	held    int   // samples that wait, at most mostHeld: more means a disk that is gone
	err     error // the file could not be opened
	left    bool  // nobody waits for the file any more
	opened  chan struct{}
}

const (
	tapeLimit = time.Minute // how long a file may take to be opened, and to be closed
	mostHeld  = 60 * 8000   // as much sound
)

// tapeLate is a recording of the call from now on, and what opens its file: to be
// run beside the call.
func (c *Call) tapeLate(district string) (*lateTape, func() error) {
	start := c.ex.Now()
	l := &lateTape{opened: make(chan struct{})}
	return l, func() error {
		ctx, cancel := context.WithTimeout(c.ex.disk, tapeLimit)
		defer cancel()
		t, err := c.ex.Tapes.Open(ctx, c.id, district, start, c.tapeTrouble)
		for err == nil && !l.ready(t) {
		}
		if left := l.isOpen(err); !left || err != nil {
			return err
		}
		end, cancel := context.WithTimeout(c.ex.disk, tapeLimit)
		defer cancel()
		return t.Close(end)
	}
}

// isOpen lets those go on who wait for the file. Left: nobody does, so that
// whoever opened it ends it too.
func (l *lateTape) isOpen(err error) (left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.err, l.waiting = err, nil
	}
	close(l.opened)
	return l.left
}

// ready hands on what waits; true once nothing does, and the tape takes the
// sound itself.
func (l *lateTape) ready(t Tape) bool {
	l.mu.Lock()
	waiting := l.waiting
	l.waiting, l.held = nil, 0
	if len(waiting) == 0 {
		l.tape = t
	}
	l.mu.Unlock()
	for _, f := range waiting {
		f(t, true)
	}
	return len(waiting) == 0
}

// do has the tape take so many samples, now or when it is open.
func (l *lateTape) do(samples int, f func(t Tape, held bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.tape != nil:
		f(l.tape, false)
	case l.err == nil && l.held+samples <= mostHeld:
		l.waiting = append(l.waiting, f)
		l.held += samples
	}
}

// id names the recording; empty before its file is open, with why it cannot be.
func (l *lateTape) id() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tape == nil {
		return "", l.err
	}
	return l.tape.ID(), nil
}

// Write implements conf.Recorder.
func (l *lateTape) Write(at int64, caller, rest []int16) {
	l.mu.Lock()
	ready := l.tape
	l.mu.Unlock()
	if ready != nil {
		ready.Write(at, caller, rest)
		return
	}
	caller, rest = slices.Clone(caller), slices.Clone(rest)
	l.do(len(caller), func(t Tape, held bool) {
		if held {
			t.Held(at, caller, rest)
			return
		}
		t.Write(at, caller, rest)
	})
}

// Gap implements conf.Recorder.
func (l *lateTape) Gap(from, to int64, who, why string) {
	l.do(0, func(t Tape, _ bool) { t.Gap(from, to, who, why) })
}

// close waits for the file and ends it.
func (l *lateTape) close(ctx context.Context) error {
	select {
	case <-l.opened:
	case <-ctx.Done():
	}
	l.mu.Lock()
	t := l.tape
	select {
	case <-l.opened:
	default:
		l.left, t = true, nil
	}
	l.mu.Unlock()
	if t == nil {
		return ctx.Err()
	}
	return t.Close(ctx)
}

// startTape begins the recording of a call; the file is opened beside it.
func (c *Call) startTape() {
	tape, open := c.tapeLate(c.district())
	c.flow.tape = tape
	c.room.StartRecording(tape)
	c.side(func() {
		err := open()
		c.box.Post(func() { c.taped(tape, err) })
	})
}

// pauseLimit is how long a recording may pause: a password is said in less, and who forgets it is reminded.
const pauseLimit = 2 * time.Minute

// pauseTape leaves a marked gap, which ends by itself.
func (c *Call) pauseTape() {
	c.room.PauseRecording(c.deskNo(), cmp.Or(c.flow.why, "机密信息"))
	c.flow.pauses++
	n := c.flow.pauses
	c.after(pauseLimit, func() {
		if !c.state.Paused || c.flow.pauses != n || !c.try(fsm.EventContinueRec, "暂停超过 "+seconds(pauseLimit)) || c.desk == nil {
			return
		}
		c.desk.seat.Alert("warn", "录音已自动恢复 · 暂停超过 "+seconds(pauseLimit)+" · 还有要保密的请再按一次暂停", c.id)
	})
}

func (c *Call) taped(tape *lateTape, err error) {
	if err != nil {
		c.log.Error("opening the recording", "err", err)
		c.untaped("录音无法开始", "这通没有录音")
		return
	}
	c.facts.recording, _ = tape.id()
	c.remark("recording", "开始录音", map[string]any{"recording": c.facts.recording})
}

// tapeTrouble is called by a recorder whose disk refuses what was said.
func (c *Call) tapeTrouble() {
	c.box.Post(func() { c.untaped("录音写不进磁盘", "有一段没有录上") })
}

// untaped tells that something of this call is not recorded; the call goes on.
func (c *Call) untaped(what, lost string) {
	next := "请告诉管理员"
	if c.ex.Floor.TellLeads("error", what+" · 有电话没有录全，通话照常 · 请管理员检查磁盘", c.district()) > 0 {
		next = "班长已收到提醒，请继续接待"
	}
	if c.desk != nil {
		c.desk.seat.Alert("error", what+" · 通话照常，"+lost+" · "+next, c.id)
	}
	c.remark("recording", what+"，"+lost, nil)
}
