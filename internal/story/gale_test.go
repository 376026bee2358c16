package story

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestGale is the storm over real sockets: a real call is brought to a state,
// then the seat's cable is pulled or its program killed, at a time and for as
// long as the seed says. Whatever it was, the caller must be back with an agent
// and the hub must hold one closed log and one whole recording. `make chaos
// SEED=… N=…` reruns and widens it, together with hub.TestChaos.
func TestGale(t *testing.T) {
	t.Parallel()
	bin := binary(t)
	for name, g := range forecast(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g.t = t
			err := g.prepare(bin)
			if err == nil {
				err = g.run()
			}
			if err != nil {
				t.Fatalf("%s: %v", g, err)
			}
		})
	}
}

// forecast is the storms to come: those of the seeds, or every state with each
// cut and with its seat killed, as `make storms` wants it.
func forecast(t *testing.T) map[string]*gale {
	t.Helper()
	all := map[string]*gale{}
	if os.Getenv("CHAOS_ALL") != "" {
		for _, phase := range sorted(states) {
			for _, cut := range galeCuts {
				all[fmt.Sprintf("%s/断网%v", phase, cut)] = &gale{phase: phase, fault: "断网", cut: cut}
			}
			all[phase+"/杀程序"] = &gale{phase: phase, fault: "杀程序"}
		}
		for i, name := range sorted(all) {
			all[name].seed, all[name].r = uint64(i), rand.New(rand.NewPCG(uint64(i), 11))
			all[name].outside = i%2 == 0
		}
		return all
	}
	seed, n := uint64(1), 2
	if v, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		seed = v
	}
	if v, err := strconv.Atoi(os.Getenv("CHAOS_N")); err == nil {
		n = v
	}
	for i := seed; i < seed+uint64(n); i++ {
		g := &gale{seed: i, r: rand.New(rand.NewPCG(i, 11))}
		g.phase, g.fault = pick(g.r, states), pick(g.r, faults)
		g.cut, g.outside = galeCuts[g.r.IntN(len(galeCuts))], g.r.IntN(2) == 0
		all[fmt.Sprint("seed", i)] = g
	}
	return all
}

// sorted is the keys of a map: its own order is chance of another kind.
func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// The hold of a lost seat is scaled to the cuts, so that a run of all is short:
// 1, 10 and 60 seconds with a hold of 45 become 1, 6 and 16 with one of 12.
const (
	galeHold = 12
	galeWrap = 3
)

var galeCuts = []time.Duration{time.Second, 6 * time.Second, 16 * time.Second}

// The agents' voices at the citizen's ear, and the far end's.
const (
	liHz  = 1300.0
	heHz  = 1900.0
	farHz = 1000.0
)

// gale is one storm.
type gale struct {
	t       *testing.T
	seed    uint64
	r       *rand.Rand
	w       *World
	net     *Between
	far     *far
	wang    *Citizen
	phase   string
	fault   string
	cut     time.Duration
	outside bool // the third party is a telephone
	back    time.Duration
}

// String says which storm it was, for who reads the log.
func (g *gale) String() string {
	third := "坐席"
	if g.outside {
		third = "外线"
	}
	return fmt.Sprintf("%s（第三方 %s） %s %v", g.phase, third, g.fault, g.cut)
}

// states are the states of a call with a seat, each with how it is brought about
// from a caller who rings at li's seat.
var states = map[string]func(*gale) error{
	"振铃":  func(*gale) error { return nil },
	"报工号": func(g *gale) error { return g.press("li", "<f3>") },
	"通话":  (*gale).talk,
	"保持":  (*gale).hold,
	"呼叫第三方": func(g *gale) error {
		return errors.Join(g.talk(), g.ask(false))
	},
	"咨询": (*gale).consult,
	"咨询切换": func(g *gale) error {
		return errors.Join(g.consult(), g.press("li", "<f5>"), g.see("li", `目标 .*保持中`))
	},
	"三方":    (*gale).merge,
	"四方":    (*gale).four,
	"外线接手":  (*gale).leave,
	"外呼拨号中": (*gale).dialOut,
	"盲转": func(g *gale) error {
		return errors.Join(g.talk(), g.ask(true))
	},
	"话后": func(g *gale) error {
		return errors.Join(g.talk(), g.wang.Hangup(), g.see("li", `话后 0`))
	},
}

// faults are what happens to li, or to he in the others' talk.
var faults = map[string]func(*gale) error{
	"断网":  func(g *gale) error { return g.pull(g.net.Cut) },
	"断信令": func(g *gale) error { return g.pull(g.net.CutLink) },
	"断话音": func(g *gale) error { return g.pull(g.net.Voice.Cut) },
	"杀程序": func(g *gale) error { g.w.terms["li"].Kill(); return g.sign("li") },
	"关终端": func(g *gale) error {
		if err := g.w.terms["li"].Hangup(patience); err != nil {
			return err
		}
		return g.sign("li")
	},
	"换网络":     func(g *gale) error { return g.pull(func(cut bool) { g.net.Cut(cut); g.net.Move() }) },
	"声音服务器重启": (*gale).mute,
	"杀对方": func(g *gale) error {
		if g.phase == dialling {
			g.wang.Stop()
			return nil
		}
		if !g.outside && g.w.terms["he"] != nil {
			g.w.terms["he"].Kill()
			return g.sign("he")
		}
		g.far.stop()
		return nil
	},
}

// prepare makes the place where it blows.
func (g *gale) prepare(bin string) error {
	w, err := NewWorld(g.t.TempDir(), bin)
	if err != nil {
		return err
	}
	g.w = w
	g.t.Cleanup(w.Close)
	port, free, err := phonePorts()
	if err != nil {
		return err
	}
	free()
	g.far = &far{port: strconv.Itoa(port)}
	g.t.Cleanup(g.far.stop)
	w.Extra = append(w.Extra, "ZUOXI_HUB_OUTGOING_QUIET_FROM=00:00", "ZUOXI_HUB_OUTGOING_QUIET_TO=00:00", "ZUOXI_HUB_OUTGOING_ATTEMPTS=0")
	w.Extra = append(w.Extra, "ZUOXI_HUB_SIP_PROXY=127.0.0.1:"+g.far.port, "ZUOXI_HUB_QUEUE_HOLD_S="+strconv.Itoa(galeHold),
		"ZUOXI_HUB_QUEUE_WRAP_S="+strconv.Itoa(galeWrap), "ZUOXI_HUB_OUTGOING_RING_S=20")
	return errors.Join(g.sounds(), brisk(w), w.StartHub(), w.Agent("3027", "李某", "agent"), w.Agent("8012", "何某", "agent"),
		w.Agent("1007", "孙某", "qa"), g.network())
}

// pick takes a key.
func pick[T any](r *rand.Rand, m map[string]T) string {
	all := sorted(m)
	return all[r.IntN(len(all))]
}

func (g *gale) sounds() error {
	var errs []error
	for name, s := range map[string][2]float64{"wang.wav": {8000, wangHz}, "li.wav": {48000, liHz}, "he.wav": {48000, heHz}} {
		errs = append(errs, WriteTone(filepath.Join(g.w.Dir, name), int(s[0]), s[1], 0, 300))
	}
	prompts := filepath.Join(g.w.Dir, "prompts")
	errs = append(errs, os.MkdirAll(prompts, 0o700), WriteTone(filepath.Join(prompts, "agent_no.1.wav"), 8000, 520, 0, 2))
	return errors.Join(errs...)
}

func (g *gale) network() (err error) {
	if g.net, err = g.w.Between(g.seed); err == nil {
		g.t.Cleanup(func() { _ = g.net.Close() })
	}
	return err
}

var numbers = map[string]string{"li": "3027", "he": "8012"}

// sign starts a seat's program and signs in.
func (g *gale) sign(name string) error {
	env := []string{"ZUOXI_SEAT_SOUND_INPUT=file:" + filepath.Join(g.w.Dir, name+".wav") + "?loop=1"}
	if name == "li" {
		env = append(env, "ZUOXI_SEAT_HUB="+g.net.URL())
	}
	if name == "li" && g.fault == serverDies {
		env = append(env, "ZUOXI_SEAT_SOUND_OUTPUT=system")
	}
	if _, err := g.w.Seat(name, 120, 40, env...); err != nil {
		return err
	}
	no := numbers[name]
	return errors.Join(g.see(name, "口令"), g.press(name, "{"+no+"} <tab> {synthetic-"+no+"} <f9>"), g.see(name, `良好|一般|通话|保持|话后|空闲|断线|三方`))
}

// ready signs in and says to be ready, again while the hub does not hear the
// seat yet and says so.
func (g *gale) ready(name string) error {
	err := errors.Join(g.sign(name), g.see(name, "良好|一般"))
	for range 10 {
		if err != nil {
			return err
		}
		if err = g.press(name, "<c-t> {1}"); err != nil {
			return err
		}
		if _, err := g.w.terms[name].Await("○ 空闲", 3*time.Second); err == nil {
			return nil
		}
	}
	return g.see(name, "○ 空闲")
}

func (g *gale) see(name, pattern string) error {
	if _, err := g.w.terms[name].Await(pattern, patience); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (g *gale) press(name, keys string) error { return g.w.terms[name].Press(keys) }

func (g *gale) shows(name, text string) bool {
	t := g.w.terms[name]
	return t != nil && strings.Contains(t.Screen(), text)
}

// run is the storm from the first ring to the closed log.
func (g *gale) run() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\nli:\n%s\nhe:\n%s\nhub:\n%s", err, g.screen("li"), g.screen("he"), tail(g.w.HubLog(), 40))
		}
	}()
	if err := errors.Join(g.headset(), g.ready("li")); err != nil {
		return err
	}
	if err := g.ring(); err != nil {
		return err
	}
	if err := states[g.phase](g); err != nil {
		return err
	}
	<-time.After(time.Duration(g.r.IntN(1500)) * time.Millisecond)
	if err := faults[g.fault](g); err != nil {
		return err
	}
	repaired := time.Now()
	if g.phase != "话后" {
		if err := errors.Join(g.pickUp(), g.recover(), g.soundAgain()); err != nil {
			return err
		}
		g.back = time.Since(repaired)
		if err := g.hangUp(); err != nil {
			return err
		}
	}
	fmt.Printf("measured: %s: %s: 修好后 %v 来电人又听见有人说话\n", g.t.Name(), g, g.back.Round(100*time.Millisecond))
	return g.verify()
}

func (g *gale) screen(name string) string {
	if t := g.w.terms[name]; t != nil {
		return t.Screen()
	}
	return "(none)"
}

func (g *gale) talk() error {
	return errors.Join(g.press("li", "<f3>"), g.see("li", "工号播完"))
}

func (g *gale) hold() error {
	return errors.Join(g.talk(), g.press("li", "<f5>"), g.see("li", "保持 开"))
}

// ask begins to ask a third party, who does not answer yet.
func (g *gale) ask(blind bool) error {
	box := "<f6>"
	if blind {
		box = "<c-p> {zhijie} <enter>"
	}
	if g.outside {
		return errors.Join(g.far.start(g.w.Dir, "far_end_answers"), g.press("li", box), g.see("li", "目标"), g.press("li", "{025-1234567}"),
			g.see("li", "外线 0251234567"), g.call())
	}
	return errors.Join(g.ready("he"), g.press("li", box), g.see("li", "目标"), g.press("li", "{hm}"), g.see("li", "8012 何某.*空闲"),
		g.call(), g.see("he", "F3 接听"))
}

// call presses Enter in the box; one that came before the list of what was
// typed is not taken, and the box says so.
func (g *gale) call() error {
	var err error
	for range 5 {
		if err = g.press("li", "<enter>"); err != nil {
			return err
		}
		if _, err = g.w.terms["li"].Await("呼叫中|转接中|三方 开", time.Second); err == nil {
			return nil
		}
	}
	return fmt.Errorf("nobody is called: %w", err)
}

func (g *gale) consult() error {
	if err := errors.Join(g.talk(), g.ask(false)); err != nil {
		return err
	}
	if !g.outside {
		if err := g.press("he", "<f3>"); err != nil {
			return err
		}
	}
	return g.see("li", "目标 .*通话中")
}

// pull takes the cable away for the storm's time.
func (g *gale) pull(cut func(bool)) error {
	cut(true)
	<-time.After(g.cut)
	cut(false)
	return nil
}

// recover does what people do when the storm is over, until the caller hears
// somebody again.
func (g *gale) recover() error {
	deadline := time.After(patience)
	poll := time.NewTicker(200 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-deadline:
			return errors.New("the caller is with nobody")
		case <-poll.C:
		}
		if g.phase == dialling && g.neverMet() {
			return nil
		}
		if g.wang.Said("terminated") {
			return fmt.Errorf("the caller was dropped:\n%s", tail(g.wang.Log(), 20))
		}
		if ok, err := g.heard(); ok || err != nil {
			return err
		}
		for _, name := range []string{"li", "he"} {
			if g.w.terms[name] == nil {
				continue
			}
			if err := g.act(name); err != nil {
				return err
			}
		}
	}
}

// deeds are what an agent does with what the screen shows, in this order.
var deeds = []struct{ shows, also, press string }{
	{"F3 接听", "", "<f3>"}, {"话后 ", "", "<c-t> {1}"}, {"示忙", "", "<c-t> {1}"}, {"F8 取消转接", "", "<f8> <f8>"}, {"保持 开", "三方 关", "<f5>"},
}

// act presses what fits, and gives the screen time to follow: who presses
// twice for once takes back what was done.
func (g *gale) act(name string) error {
	for _, d := range deeds {
		if !g.shows(name, d.shows) || !g.shows(name, d.also) {
			continue
		}
		if err := g.press(name, d.press); err != nil {
			return err
		}
		for range 20 {
			if !g.shows(name, d.shows) {
				break
			}
			<-time.After(100 * time.Millisecond)
		}
		return nil
	}
	return nil
}

// heard tells whether somebody speaks to the caller now.
func (g *gale) heard() (bool, error) {
	path, err := g.wang.Heard()
	if errors.Is(err, ErrNoSound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s, err := ReadSound(path, 0)
	if err != nil || len(s.PCM) < 2*s.Rate {
		return false, nil //nolint:nilerr // the file is being written: the next look reads it
	}
	s.PCM = s.PCM[len(s.PCM)-s.Rate:]
	return max(s.ToneSeconds(liHz, -30), s.ToneSeconds(heHz, -30), s.ToneSeconds(farHz, -30)) > 0.8, nil
}

// shown is what the hub says of a call.
type shown struct {
	Call struct {
		Times struct{ Bridge, Release time.Time }
	}
	Legs []struct {
		ID string
		To time.Time
	}
	Recordings []struct {
		Start   time.Time
		Seconds float64
		Running bool
	}
}

// verify holds the hub to its promises.
func (g *gale) verify() error {
	ids, err := g.closed()
	if err != nil {
		return err
	}
	if len(ids) != 1 {
		return fmt.Errorf("%d logs of one call", len(ids))
	}
	out, err := g.w.Run(nil, "call", "show", ids[0], "--json")
	if err != nil {
		return err
	}
	var c shown
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		return fmt.Errorf("call show: %w", err)
	}
	var errs []error
	for _, l := range c.Legs {
		if l.To.IsZero() {
			errs = append(errs, fmt.Errorf("leg %s has no end", l.ID))
		}
	}
	if met := !c.Call.Times.Bridge.IsZero(); len(c.Recordings) != 1 && met || !met && g.phase != dialling {
		errs = append(errs, fmt.Errorf("%d recordings", len(c.Recordings)))
	}
	for _, r := range c.Recordings {
		end := r.Start.Add(time.Duration(r.Seconds * float64(time.Second)))
		if r.Running || r.Start.After(c.Call.Times.Bridge) || end.Before(c.Call.Times.Release.Add(-200*time.Millisecond)) {
			errs = append(errs, fmt.Errorf("recording %v to %v of a talk %v to %v", r.Start, end, c.Call.Times.Bridge, c.Call.Times.Release))
		}
	}
	if len(c.Recordings) > 0 {
		_, err := g.w.Run([]string{"ZUOXI_PASSWORD=synthetic-1007"}, "recording", "verify", "--as", "1007", ids[0])
		errs = append(errs, err, g.kept(ids[0], c.Call.Times.Release.Sub(c.Call.Times.Bridge)))
	}
	for _, name := range []string{"li", "he"} {
		if g.shows(name, "● 通话") {
			errs = append(errs, fmt.Errorf("%s is still on a call", name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// closed waits until every log is closed, and names them.
func (g *gale) closed() ([]string, error) {
	deadline := time.After(patience)
	for {
		out, err := g.w.Run(nil, "call", "list", "--json")
		if err != nil {
			return nil, err
		}
		var list []struct {
			ID   string
			Open bool
		}
		if err := json.Unmarshal([]byte(out), &list); err != nil {
			return nil, fmt.Errorf("call list: %w", err)
		}
		var ids []string
		open := false
		for _, c := range list {
			ids = append(ids, c.ID)
			open = open || c.Open
		}
		if !open {
			return ids, nil
		}
		select {
		case <-deadline:
			return nil, fmt.Errorf("a log stays open: %s", out)
		case <-time.After(500 * time.Millisecond):
		}
	}
}
