package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/story"
)

// thirdHz is the voice of the seat that is consulted.
const thirdHz = 1400.0

// lostTake is how long the tape of one storm is, in seconds.
const lostTake = 40

// lost is what callers notice of a seat that goes away, and of a third party
// that comes. Times are milliseconds.
type lost struct {
	gap            sample // 1 s: longest silence at the citizen's ear, beyond the cut
	banner, back   sample // 10 s: until the seat's screen tells, and from the repair to the voice
	dialogs        int    // 1 s: how often the screen told of it
	typed, keyring sample // killed and started again, to the voice
	merged, heard  sample // F6 to the hub's mixer, and to the citizen's ear
}

// benchLost measures what becomes of a call whose seat is cut off or killed.
func benchLost(o options) error {
	s, err := setStage(filepath.Join(o.dir, "hub"), o, true)
	if err != nil {
		return err
	}
	defer s.close()
	third, err := rig.Open("benchThird")
	if err != nil {
		return err
	}
	defer third.Close()
	l := &lost{}
	var failed []error
	try := func(what string, f func() error) {
		if !strings.Contains(what, o.only) {
			return
		}
		progress("%s", what)
		if err := f(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", what, err))
		}
	}
	for range o.calls {
		try("断网 1 秒", func() error { return s.storm(lostTake, func(take *rig.Take) error { return l.second(s, take) }) })
		try("断网 10 秒", func() error { return s.storm(lostTake, func(take *rig.Take) error { return l.ten(s, take) }) })
		try("杀程序，输口令", func() error { return s.storm(lostTake, func(take *rig.Take) error { return l.killed(s, take) }) })
	}
	try("三方并入", func() error { return l.merge(s, third, o.calls) })
	try("钥匙串", func() error { return l.withKeyring(s, o.calls) })
	l.table().print(os.Stdout)
	return errors.Join(failed...)
}

// storm brings about a talk in which both speak without end, lets f do what it
// wants with it, and ends it.
func (s *stage) storm(seconds float64, f func(take *rig.Take) error) error {
	take, err := rig.Roll(seconds, s.mouth, s.head)
	if err != nil {
		return err
	}
	defer take.Stop()
	take.Say(s.mouth, 0, steady(markerHz, seconds))
	take.Say(s.head, 0, steady(markerHz, seconds))
	return s.through(take, f)
}

// through makes a call and lets f do what it wants while both talk.
func (s *stage) through(take *rig.Take, f func(take *rig.Take) error) error {
	phone, err := s.dial(tuned)
	if phone != nil {
		defer phone.Stop()
	}
	if err != nil {
		return err
	}
	if err := follow(s.seat, step{"F3 接听", "<f3>"}, step{"● 通话", ""}); err != nil {
		return err
	}
	take.Until(take.Now() + 3000*ms)
	if err := f(take); err != nil {
		return err
	}
	if err := phone.Hangup(); err != nil {
		return err
	}
	_, err = s.seat.Await("空闲 +0", patience)
	return err
}

// told tells whether the screen says anything of a cut within so long.
func (s *stage) told(limit time.Duration) chan time.Time {
	out := make(chan time.Time, 1) // one answer, never blocks its sender
	go func() {
		at, err := s.seat.Await("重连中|× 断线", limit)
		if err != nil {
			at = time.Time{}
		}
		out <- at
	}()
	return out
}

func (l *lost) second(s *stage, take *rig.Take) error {
	told, from := s.told(5*time.Second), take.Now()
	s.between.Cut(true)
	<-time.After(time.Second)
	s.between.Cut(false)
	took := take.Now() - from
	if at := <-told; !at.IsZero() {
		l.dialogs++
	}
	l.gap = append(l.gap, silence(take, s.mouth, from)-float64(took)/ms)
	return nil
}

func (l *lost) ten(s *stage, take *rig.Take) error {
	told, cut := s.told(10*time.Second), time.Now()
	s.between.Cut(true)
	<-time.After(10 * time.Second)
	s.between.Cut(false)
	repaired := take.Now()
	said := nan // a screen that told nothing is the worst of all
	if at := <-told; !at.IsZero() {
		said = milli(at.Sub(cut))
	}
	l.banner = append(l.banner, said)
	if _, err := s.seat.Await("● 通话", patience); err != nil {
		return err
	}
	l.back = append(l.back, since(take, s.mouth, repaired))
	return nil
}

func (l *lost) killed(s *stage, take *rig.Take) (err error) {
	s.seat.Kill()
	if s.seat, err = s.world.Seat("bench", columns, rows, "ZUOXI_SEAT_HUB="+s.between.URL()); err != nil {
		return err
	}
	if err := follow(s.seat, step{"口令", "{" + agentNo + "} <tab> {synthetic-" + agentNo + "}"}, step{`\*{10}`, ""}); err != nil {
		return err
	}
	entered := take.Now()
	if err := follow(s.seat, step{"", "<f9>"}, step{"● 通话", ""}); err != nil {
		return err
	}
	l.typed = append(l.typed, since(take, s.mouth, entered))
	return nil
}

// withKeyring lets the seat remember its password, and kills it again.
func (l *lost) withKeyring(s *stage, calls int) error {
	ring, err := s.world.Keyring()
	if err != nil {
		return err
	}
	defer ring.Close()
	start := func() (err error) {
		s.seat.Kill()
		s.seat, err = s.world.Seat("bench", columns, rows, "ZUOXI_SEAT_HUB="+s.between.URL(), "ZUOXI_SEAT_AGENT="+agentNo,
			"DBUS_SESSION_BUS_ADDRESS="+ring.Address())
		return err
	}
	if err := start(); err != nil {
		return err
	}
	err = follow(s.seat, step{"工号 +" + agentNo, "{synthetic-" + agentNo + "} <tab> <space> <f9>"}, step{"良好", "<c-t> {1}"}, step{"空闲 +0", ""})
	for range calls {
		if err != nil {
			return err
		}
		err = s.storm(lostTake, func(take *rig.Take) error {
			started := take.Now()
			if err := start(); err != nil {
				return err
			}
			if _, err := s.seat.Await("● 通话", patience); err != nil {
				return err
			}
			l.keyring = append(l.keyring, since(take, s.mouth, started))
			return nil
		})
	}
	return err
}

// merge lets a third seat join a talk.
func (l *lost) merge(s *stage, third *rig.Headset, calls int) error {
	other, err := s.world.Seat("third", columns, rows, "ZUOXI_SEAT_SOUND_INPUT=benchThird", "ZUOXI_SEAT_SOUND_OUTPUT=benchThird")
	if err != nil {
		return err
	}
	err = follow(other, step{"口令", "{" + typist + "} <tab> {synthetic-" + typist + "} <f9>"}, step{"○ 示忙.*良好", ""})
	for range calls {
		if err != nil {
			return err
		}
		err = s.storm(lostTake, func(take *rig.Take) error { return l.join(s, take, other, third) })
	}
	return err
}

func (l *lost) join(s *stage, take *rig.Take, other *story.Term, third *rig.Headset) error {
	tape, err := rig.Roll(lostTake, third)
	if err != nil {
		return err
	}
	defer tape.Stop()
	tape.Say(third, 0, steady(thirdHz, lostTake))
	if err := follow(other, step{"", "<c-t> {1}"}, step{"○ 空闲", ""}); err != nil {
		return err
	}
	if err := follow(s.seat, step{"", "<f6> {" + typist + "}"}, step{typist + " 周某.*空闲", ""}); err != nil {
		return err
	}
	take.Until(take.Now() + 500*ms) // the list is that of the whole number
	if err := follow(s.seat, step{"", "<enter>"}); err != nil {
		return err
	}
	if err := errors.Join(follow(other, step{"F3 接听", "<f3>"}), follow(s.seat, step{"目标 .*通话中", ""})); err != nil {
		return err
	}
	take.Until(take.Now() + 1000*ms)
	pressed, at := take.Now(), time.Now()
	if err := follow(s.seat, step{"", "<f6>"}, step{"三方中", ""}); err != nil {
		return err
	}
	take.Until(take.Now() + 1000*ms)
	if on, _, ok := edges(append(take.Heard(s.mouth, pressed, take.Now()-100*ms), make([]float32, 100*ms)...), thirdHz); ok {
		l.heard = append(l.heard, float64(on)/ms)
	}
	when, err := s.happened("merge")
	if err == nil && !when.IsZero() {
		l.merged = append(l.merged, milli(when.Sub(at)))
	}
	// The other leaves first and takes no call, so that each round begins alike.
	return errors.Join(err, follow(other, step{"", "<f8> <f8>"}, step{"○ 空闲", "<c-t> {3}"}, step{"○ 培训", ""}), follow(s.seat, step{"三方 关", "<esc>"}))
}

// happened is when the hub's log of the newest call tells of an event.
func (s *stage) happened(kind string) (time.Time, error) {
	var list []struct{ ID, Agent string }
	if err := s.ask(&list, "call", "list", "--json", "--limit", "5"); err != nil {
		return time.Time{}, err
	}
	// The silent seat's calls are beside it.
	newest := slices.IndexFunc(list, func(c struct{ ID, Agent string }) bool { return !strings.HasPrefix(c.Agent, typist) })
	if newest < 0 {
		return time.Time{}, nil
	}
	var call struct {
		Timeline []struct {
			At   time.Time
			Kind string
		}
	}
	if err := s.ask(&call, "call", "show", "--json", list[newest].ID); err != nil {
		return time.Time{}, err
	}
	for _, e := range call.Timeline {
		if e.Kind == kind {
			return e.At, nil
		}
	}
	return time.Time{}, nil
}

// present tells for each millisecond whether the agent is heard.
func present(take *rig.Take, ear *rig.Headset, from int) []bool {
	levels := tones(take.Heard(ear, from, take.Now()-100*ms), markerHz)
	top := sample(levels).at(0.98)
	out := make([]bool, len(levels))
	for i, v := range levels {
		out[i] = v > max(top-edgeDB, faint)
	}
	return out
}

// silence is the longest time in which the agent was not heard.
func silence(take *rig.Take, ear *rig.Headset, from int) float64 {
	longest, run := 0, 0
	for _, on := range present(take, ear, from) {
		run++
		if on {
			run = 0
		}
		longest = max(longest, run)
	}
	return float64(longest)
}

// since waits until the agent is heard again, and says how long that took.
func since(take *rig.Take, ear *rig.Headset, from int) float64 {
	const lasts, limit = 100, 15 * rig.Rate // ms, samples
	for take.Now() < min(from+limit, take.Len-rig.Rate) {
		take.Until(take.Now() + 500*ms)
		run := 0
		for i, on := range present(take, ear, from) {
			run++
			if !on {
				run = 0
			}
			if run == lasts {
				return float64(i - lasts + 1)
			}
		}
	}
	return nan
}

// worst is a row that every single run must hold: who lost a caller once finds no comfort in a median. One that came to
// nothing counts as not held.
func worst(what string, s sample, most float64) row {
	came := slices.DeleteFunc(slices.Clone(s), math.IsNaN)
	r := limit(what+"，最差一次", came.at(1), most, "ms", "，中位 "+figure(came.median(), "ms")+s.spread("ms"))
	if len(came) < len(s) {
		r.held = no
	}
	return r
}

func (l *lost) table() table {
	const extra = 200 // ms: the buffers of both ends fill again
	return table{title: "断线与三方 · " + machine(), rows: []row{
		worst("断网 1 秒：来电人多听不见", l.gap, extra),
		limit("断网 1 秒：屏幕提示几次", float64(l.dialogs), 0, "次", ""),
		worst("断网 10 秒：到屏幕提示", l.banner, 5000),
		worst("断网 10 秒：修好到来电人听见坐席", l.back, 3000),
		worst("kill -9，按登录到来电人听见坐席", l.typed, 3000),
		worst("kill -9，有钥匙串，启动到来电人听见坐席", l.keyring, 3000),
		worst("三方并入：F6 到中心混音", l.merged, 50),
		plain("三方并入：F6 到来电人听见第三方（含嘴到耳）", figure(l.heard.median(), "ms")+l.heard.spread("ms")),
	}}
}
