package story

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// The state in which li calls out, and the fault of the server that li's ear
// hangs on. Its mouth is a file, so that the caller can hear who speaks.
const (
	dialling   = "外呼拨号中"
	serverDies = "声音服务器重启"
)

// headset starts the sound server, where it is to die.
func (g *gale) headset() error {
	if g.fault != serverDies {
		return nil
	}
	return soundServer(g.w, "up", g.t.Cleanup)
}

// mute kills the sound server and starts it again.
func (g *gale) mute() error {
	if err := soundServer(g.w, "kill", nil); err != nil {
		return err
	}
	<-time.After(g.cut)
	return soundServer(g.w, "up", nil)
}

var soundGone = regexp.MustCompile("已改用静音设备|声音系统没有反应")

// soundAgain waits until li's ear is on the server again.
func (g *gale) soundAgain() error {
	if g.fault != serverDies {
		return nil
	}
	deadline := time.After(patience)
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for soundGone.MatchString(g.screen("li")) {
		select {
		case <-poll.C:
		case <-deadline:
			return errors.New("li's ear is not back on the sound server")
		}
	}
	return nil
}

// ring brings the caller to li's seat; where li calls out, wang's telephone is
// there to be called.
func (g *gale) ring() (err error) {
	if g.phase != dialling {
		if g.wang, err = g.w.Citizen("wang", "13900000042", filepath.Join(g.w.Dir, "wang.wav")); err != nil {
			return err
		}
		return errors.Join(g.wang.Dial(g.w.Hotline()), g.wang.Await("Call established", patience), g.see("li", "F3 接听"))
	}
	port, err := strconv.Atoi(g.far.port)
	if err != nil {
		return err
	}
	g.wang, err = StartCitizen(CitizenConfig{
		Dir: filepath.Join(g.w.Dir, "citizen-wang"), Port: port, Number: "13900000042", Mouth: filepath.Join(g.w.Dir, "wang.wav"),
	})
	if err == nil {
		g.w.phones["wang"] = g.wang
	}
	return err
}

// dialOut lets wang's telephone ring.
func (g *gale) dialOut() error {
	return errors.Join(g.press("li", "<f3>"), g.see("li", "F3 拨出"), g.press("li", "{13900000042} <f3>"), g.wang.Await("Incoming call", patience))
}

// dead tells that wang's telephone was ended: it is the other side of a call
// that an agent makes.
func (g *gale) dead() bool { return g.phase == dialling && g.fault == "杀对方" }

// hangUp is how wang ends the call.
func (g *gale) hangUp() error {
	if g.dead() {
		return nil
	}
	return g.wang.Hangup()
}

// pickUp is what wang does about a telephone that still rings.
func (g *gale) pickUp() error {
	if g.phase != dialling || g.dead() {
		return nil
	}
	return g.wang.Accept()
}

// neverMet tells that the hub gave up calling: the call is over, and nobody
// was talked to.
func (g *gale) neverMet() bool {
	out, err := g.w.Run(nil, "call", "list", "--json")
	if err != nil {
		return false
	}
	var list []struct {
		Open    bool
		Outcome struct{ Disposition string }
	}
	return json.Unmarshal([]byte(out), &list) == nil && len(list) == 1 && !list[0].Open && g.wang.over()
}

// over tells whether the telephone's call has ended, or the telephone has.
func (c *Citizen) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return c.Said("terminated") || c.Said("closed")
	}
}

// merge brings the third party into the talk.
func (g *gale) merge() error {
	return errors.Join(g.consult(), g.press("li", "<f6>"), g.see("li", "三方中"))
}

// leave is li's going out of a talk with an outside party, to write.
func (g *gale) leave() error {
	g.outside = true
	return errors.Join(g.merge(), g.press("li", "<f9>"), g.see("li", "话后 0"))
}

// four lets he join a talk with an outside party.
func (g *gale) four() error {
	g.outside = true
	err := errors.Join(g.merge(), g.ready("he"), g.press("li", "<f6>"), g.see("li", "目标 "), g.press("li", "{hm}"), g.see("li", "8012 何某.*空闲"))
	for range 5 { // an Enter that came before the list is not taken
		if err != nil {
			return err
		}
		if err = g.press("li", "<enter>"); err != nil {
			return err
		}
		if _, err := g.w.terms["he"].Await("F3 接听", 2*time.Second); err == nil {
			break
		}
	}
	return errors.Join(g.see("he", "F3 接听"), g.press("he", "<f3>"), g.see("li", "8012 何某 +通话中"), g.press("li", "<f6>"), g.see("li", "8012 何某 +三方中"))
}
