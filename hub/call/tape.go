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
	waiting []func(Tape)
	held    int   // samples that wait, at most mostHeld: more means a disk that is gone
	err     error // the file could not be opened
	opened  chan struct{}
}

const mostHeld = 60 * 8000 // a minute of sound

// tapeLate is a recording of the call from now on, and what opens its file: to be
// run beside the call.
func (c *Call) tapeLate(district string) (*lateTape, func() error) {
	start := c.ex.Now()
	return openLate(func() (Tape, error) {
		ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit)
		defer cancel()
		return c.ex.Tapes.Open(ctx, c.id, district, start, c.tapeTrouble)
	})
}

func openLate(open func() (Tape, error)) (*lateTape, func() error) {
	l := &lateTape{opened: make(chan struct{})}
	return l, func() error {
		defer close(l.opened)
		t, err := open()
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			l.err, l.waiting = err, nil
			return err
		}
		for _, f := range l.waiting {
			f(t)
		}
		l.tape, l.waiting = t, nil
		return nil
	}
}

// do has the tape take so many samples, now or when it is open.
func (l *lateTape) do(samples int, f func(Tape)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.tape != nil:
		f(l.tape)
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
	l.do(len(caller), func(t Tape) { t.Write(at, caller, rest) })
}

// Gap implements conf.Recorder.
func (l *lateTape) Gap(from, to int64, who, why string) {
	l.do(0, func(t Tape) { t.Gap(from, to, who, why) })
}

// close waits for the file and ends it.
func (l *lateTape) close(ctx context.Context) error {
	select {
	case <-l.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	t := l.tape
	l.mu.Unlock()
	if t == nil {
		return nil
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
