package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"zuoxi/internal/bench/rig"
)

// faults is what becomes of a call whose network or sound fails. Times are in
// milliseconds from the repair on, or from the fault where nobody repairs it,
// until both hear each other again. A call that did not live through it is an
// error, and its row stays empty.
type faults struct {
	cut          [3]float64 // blackouts of 1, 5 and 30 s
	blocked      float64    // UDP for good
	plugged      float64    // the headset is back
	killed, told float64    // the sound server is back; it died, until the screen says so
}

var noFaults = faults{cut: [3]float64{nan, nan, nan}, blocked: nan, plugged: nan, killed: nan, told: nan}

var blackouts = [3]time.Duration{time.Second, 5 * time.Second, 30 * time.Second}

// measure makes a call for each of them.
func (f *faults) measure(o options) error {
	s, err := setStage(filepath.Join(o.dir, "faults"), o, true)
	if err != nil {
		return err
	}
	defer s.close()
	var failed []error
	note := func(what string, measure func() error) {
		progress("故障 %s", what)
		if err := measure(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", what, err))
		}
	}
	try := func(what string, seconds float64, fault func(take *rig.Take)) {
		note(what, func() error {
			return s.storm(seconds, func(take *rig.Take) error {
				fault(take)
				_, err := s.seat.Await("● 通话", patience)
				return err
			})
		})
	}
	for i, d := range blackouts {
		try(fmt.Sprintf("断网 %v", d), d.Seconds()+lostTake, func(take *rig.Take) {
			s.between.Cut(true)
			<-time.After(d)
			s.between.Cut(false)
			f.cut[i] = s.bothSince(take, take.Now())
		})
	}
	try("UDP 被封", lostTake, func(take *rig.Take) {
		s.between.Voice.Cut(true)
		f.blocked = s.bothSince(take, take.Now()+500*ms) // what is under way is heard until then
	})
	s.between.Voice.Cut(false)
	note("拔耳机", func() error { return f.unplug(s) })
	note("声音服务器", func() error { return f.server(s) })
	return errors.Join(failed...)
}

// bothSince waits until both are heard again, and says how long that took.
func (s *stage) bothSince(take *rig.Take, from int) float64 {
	return math.Max(since(take, s.mouth, from), since(take, s.head, from))
}

// apart is storm with a tape for each headset: the agent's goes away.
func (s *stage) apart(f func(take *rig.Take, head *rig.Take) error) error {
	tape, err := s.speaking()
	if err != nil {
		return err
	}
	take, err := rig.Roll(2*lostTake, s.mouth)
	if err != nil {
		return err
	}
	defer take.Stop()
	take.Say(s.mouth, 0, steady(markerHz, 2*lostTake))
	return s.through(take, func(take *rig.Take) error { return f(take, tape) })
}

// speaking lets the agent speak on a tape of its own.
func (s *stage) speaking() (*rig.Take, error) {
	tape, err := rig.Roll(2*lostTake, s.head)
	if err == nil {
		tape.Say(s.head, 0, steady(markerHz, 2*lostTake))
	}
	return tape, err
}

// again puts the agent's headset back and tells when both hear each other.
func (s *stage) again(take *rig.Take) (float64, error) {
	back := take.Now()
	var err error
	if s.head, err = rig.Open("benchSeat"); err != nil {
		return nan, err
	}
	tape, err := s.speaking()
	if err != nil {
		return nan, err
	}
	defer tape.Stop()
	from := tape.Now()
	heard := math.Max(since(take, s.mouth, back), since(tape, s.head, from)+float64(take.Now()-back)/ms-float64(tape.Now()-from)/ms)
	_, err = s.seat.Await("● 通话", patience)
	return heard, err
}

// unplug takes the headset away in mid-sentence and gives it back.
func (f *faults) unplug(s *stage) error {
	return s.apart(func(take, head *rig.Take) error {
		head.Stop()
		s.head.Close()
		<-time.After(5 * time.Second)
		var err error
		f.plugged, err = s.again(take)
		return err
	})
}

// seatServer is the name of a sound server for the seat alone.
const seatServer = "zuoxi-bench-seat"

// elsewhere is a headset on that server whose microphone says the marker. It
// is a program of its own, as one cannot be on two servers.
type elsewhere struct {
	cmd  *exec.Cmd
	stop io.Closer
}

func speakElsewhere(name string) (*elsewhere, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("headset on another server: %w", err)
	}
	e := &elsewhere{cmd: exec.Command(own, "-says", name)}
	e.cmd.Env = append(os.Environ(), "JACK_DEFAULT_SERVER="+seatServer)
	if e.stop, err = e.cmd.StdinPipe(); err == nil {
		err = e.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("headset on another server: %w", err)
	}
	return e, nil
}

// end takes it away; with its server dead it does not go by itself.
func (e *elsewhere) end() {
	_ = e.stop.Close()
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
}

// says is that program: it ends with its standard input.
func says(name string) error {
	h, err := rig.Open(name)
	if err != nil {
		return err
	}
	defer h.Close()
	tape, err := rig.Roll(2*lostTake, h)
	if err != nil {
		return err
	}
	tape.Say(h, 0, steady(markerHz, 2*lostTake))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// server kills the seat's sound server and starts it again. The headset is
// moved to it before.
func (f *faults) server(s *stage) error {
	jack := func(verb string) error {
		out, err := exec.Command("scripts/rig.sh", verb, seatServer).CombinedOutput()
		if err != nil {
			return fmt.Errorf("sound server %s: %w: %s", verb, err, out)
		}
		return nil
	}
	if err := jack("up"); err != nil {
		return err
	}
	defer func() { _ = jack("down") }()
	head, err := speakElsewhere("benchSeat")
	if err != nil {
		return err
	}
	defer func() { head.end() }()
	s.seat.Kill()
	if s.seat, err = s.world.Seat("bench", columns, rows, "ZUOXI_SEAT_HUB="+s.between.URL(), "JACK_DEFAULT_SERVER="+seatServer); err != nil {
		return err
	}
	if err := s.signIn(); err != nil {
		return err
	}
	return s.storm(2*lostTake, func(take *rig.Take) error {
		if math.IsNaN(since(take, s.mouth, take.Now()-rig.Rate)) {
			return errDeaf
		}
		died := time.Now()
		if err := jack("kill"); err != nil {
			return err
		}
		at, err := s.seat.Await("已改用静音设备|声音系统没有反应", patience)
		if err != nil {
			return err
		}
		f.told = milli(at.Sub(died))
		head.end()
		if err := jack("up"); err != nil {
			return err
		}
		back := take.Now()
		if head, err = speakElsewhere("benchSeat"); err != nil {
			return err
		}
		f.killed = since(take, s.mouth, back)
		_, err = s.seat.Await("● 通话", patience)
		return err
	})
}

func (f *faults) rows() []row {
	var out []row
	for i, d := range blackouts {
		out = append(out, limit(fmt.Sprintf("断网 %.0f 秒，修好到双方听见", d.Seconds()), f.cut[i], 3000, "ms", ""))
	}
	return append(out,
		limit("通话中 UDP 被封，到双方听见（改走别的路）", f.blocked, 10000, "ms", ""),
		limit("说话中拔耳机，插回到双方听见", f.plugged, 1000, "ms", ""),
		limit("声音服务器被杀，到屏幕说出来", f.told, 3000, "ms", ""),
		limit("  服务器回来到来电人听见坐席", f.killed, 3000, "ms", ""))
}
