package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/bench/score"
	"zuoxi/internal/netem"
	"zuoxi/internal/story"
)

// A condition is one bad network. With us it lies between seat and hub, with
// baresip between the two telephones.
type condition struct {
	name   string
	net    netem.Profile
	coding string // of the seat: seat.sound.coding
	// What our ESTOI must be of baresip's, for what the agent hears and for
	// what the citizen does; 0: no aim. A citizen's telephone has only its own
	// concealment against what an A-law packet that is lost leaves.
	toSeat, toCitizen float64
	delay             float64 // the most that our delay may be of baresip's, 0: no aim
}

func lossy(coding string, share, toSeat, toCitizen float64) condition {
	name := map[string]string{"opus": "Opus", "alaw": "A-law"}[coding]
	return condition{
		name: fmt.Sprintf("%s 丢包 %.0f%%", name, 100*share), coding: coding,
		net: netem.Profile{Loss: share}, toSeat: toSeat, toCitizen: toCitizen,
	}
}

var conditions = []condition{
	lossy("opus", 0, 0.98, 0.98), lossy("opus", 0.05, 0.98, 0.98), lossy("opus", 0.10, 1.08, 1.08), lossy("opus", 0.20, 1.2, 1.2),
	lossy("alaw", 0, 0, 0), lossy("alaw", 0.05, 0, 0), lossy("alaw", 0.10, 1.05, 1.05), lossy("alaw", 0.20, 1.1, 1.1),
	{name: "抖动 0–60 ms", coding: "auto", net: netem.Profile{Jitter: 60 * time.Millisecond}, toSeat: 0.98, toCitizen: 0.98, delay: 0.8},
}

const taking = chatterSeconds + mostSpeech + 25

// warmUp is for how many seconds both talk on the bad network before what is
// judged: until what adapts has done so. A-law has nothing to choose.
func (c condition) warmUp() int {
	if c.coding == "alaw" {
		return 3
	}
	return chatterSeconds
}

// heard is what one call showed of a condition, of each way.
type heard struct{ estoi, delay, holes sample }

func (h *heard) add(r score.Result) {
	h.estoi, h.delay, h.holes = append(h.estoi, r.ESTOI), append(h.delay, r.Delay), append(h.holes, 100*r.Holes)
}

// outcome is a condition over all seeds.
type outcome struct {
	condition
	toSeat, toCitizen, aToB, bToA heard
	cpu, other                    sample // percent of a core: the seat, and each baresip at the same time
}

// benchVoice measures the voice of calls through the hub beside that of calls
// between two baresips: times and delays on a good network, then how well
// speech comes through bad ones, both at the same time.
func benchVoice(o options) error {
	said, err := speech(o)
	if err != nil {
		return err
	}
	f := &figures{machine: machine()}
	var took []string
	part := func(name string, measure func() error) bool {
		if !strings.Contains(name, o.only) {
			return false
		}
		began := time.Now()
		f.fail(name, measure())
		took = append(took, fmt.Sprintf("%s %.0f 秒", name, time.Since(began).Seconds()))
		return true
	}
	timed := part("时延与开销", func() error { return f.times(o) })
	var all []*outcome
	for _, c := range conditions {
		out := &outcome{condition: c}
		if part(c.name, func() error { return out.measure(o, said) }) {
			all = append(all, out)
		}
	}
	away := noFaults
	asked := part("故障", func() error { return away.measure(o) })
	t := table{title: fmt.Sprintf("语音实测 · 各 %d 通，坏网络 %d 个种子 · %s", o.calls, o.seeds, f.machine)}
	if timed {
		t.rows = slices.Concat(f.answerRows(), f.voiceRows(), f.memoryRows())
	}
	for _, out := range all {
		t.rows = append(t.rows, out.rows()...)
	}
	if asked {
		t.rows = append(t.rows, away.rows()...)
	}
	t.print(os.Stdout)
	fmt.Println("用时：" + strings.Join(took, "，"))
	return errors.Join(f.failed...)
}

// times makes calls on a good network.
func (f *figures) times(o options) error {
	s, err := setStage(filepath.Join(o.dir, "times"), o, false)
	if err != nil {
		return err
	}
	defer s.close()
	silent, err := s.silent()
	if err != nil {
		return err
	}
	defer silent.Kill()
	beside := func() error {
		m, err := s.beside(silent)
		if err == nil {
			f.twins = append(f.twins, m)
		}
		return err
	}
	p, err := newPair(o.dir)
	if err != nil {
		return err
	}
	defer p.close()
	for i := range o.calls {
		progress("时延 第 %d 轮，共 %d 轮", i+1, o.calls)
		f.round(s, p, i, beside)
	}
	return nil
}

// measure makes as many calls of each kind as a median is made of, each seed in
// its turn.
func (out *outcome) measure(o options, said []float32) error {
	coded := o
	coded.extra = strings.Trim(o.extra+",ZUOXI_SEAT_SOUND_CODING="+out.coding, ",")
	s, err := setStage(filepath.Join(o.dir, strings.ReplaceAll(out.name, " ", "-")), coded, true)
	if err != nil {
		return err
	}
	defer s.close()
	p, err := newPair(filepath.Join(o.dir, "pair-"+strings.ReplaceAll(out.name, " ", "-")))
	if err != nil {
		return err
	}
	defer p.close()
	calls := max(o.calls, o.seeds)
	for i := range calls {
		progress("%s 第 %d 通，共 %d 通", out.name, i+1, calls)
		err = errors.Join(err, out.round(s, p, said, uint64(i%o.seeds+1)))
	}
	return err
}

// round lets all four say the same at once: no ear is near a microphone, so
// one way knows nothing of the other.
func (out *outcome) round(s *stage, p *pair, said []float32, seed uint64) error {
	take, err := rig.Roll(taking, s.mouth, s.head, p.a, p.b)
	if err != nil {
		return err
	}
	defer take.Stop()
	for _, h := range []*rig.Headset{s.mouth, s.head, p.a, p.b} {
		for at := 0; at < take.Len; at += len(hiss()) {
			take.Say(h, at, hiss()[:min(len(hiss()), take.Len-at)])
		}
	}
	s.between.Voice.Set(netem.Profile{}, netem.Profile{})
	phone, err := s.dial(tuned)
	if phone != nil {
		defer phone.Stop()
	}
	if err != nil {
		return err
	}
	pair, err := p.call(story.CitizenConfig{Jitter: plainPair.Jitter, Secure: true, Opus: out.coding == "opus"}, out.net, seed)
	if err != nil {
		return err
	}
	defer pair.end()
	if err := follow(s.seat, step{"F3 接听", "<f3>"}, step{"● 通话", ""}); err != nil {
		return err
	}
	s.between.Voice.Reset(seed, out.net, out.net)
	ways := []way{{s.mouth, s.head, &out.toSeat}, {p.a, p.b, &out.aToB}, {s.head, s.mouth, &out.toCitizen}, {p.b, p.a, &out.bToA}}
	at, err := out.talk(take, ways, said, s.seat.Pid(), pair.one.Pid(), pair.two.Pid())
	if err != nil {
		return err
	}
	if err := phone.Hangup(); err != nil {
		return err
	}
	if _, err := s.seat.Await("空闲 +0", patience); err != nil {
		return err
	}
	for _, w := range ways {
		r, bad := judged(take, w.ear, at, said)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		w.into.add(r)
	}
	return err
}

// talk lets all speak and notes what their programs take of the processor; it
// says from which sample on the speech was said.
func (out *outcome) talk(take *rig.Take, ways []way, said []float32, pids ...int) (at int, err error) {
	now := take.Now()
	chatter(take, now, ways[0].mouth, ways[0].ear)
	chatter(take, now, ways[1].mouth, ways[1].ear)
	at = now + out.warmUp()*rig.Rate
	sound := inRoom(said)
	for _, w := range ways {
		take.Say(w.mouth, at, sound)
	}
	take.Until(at)
	before, err := usages(pids...)
	if err != nil {
		return at, err
	}
	take.Until(at + len(said) + rig.Rate)
	after, err := usages(pids...)
	if err != nil {
		return at, err
	}
	out.cpu = append(out.cpu, percent(before[0], after[0]))
	for i := range pids[1:] {
		out.other = append(out.other, percent(before[1+i], after[1+i]))
	}
	return at, nil
}

// way is who says the speech, and who hears it.
type way struct {
	mouth, ear *rig.Headset
	into       *heard
}

func (out *outcome) rows() []row {
	rows := compare(out.name+" 来电人→坐席", out.toSeat, out.aToB, out.condition.toSeat, out.condition.delay)
	rows = append(rows, compare(out.name+" 坐席→来电人", out.toCitizen, out.bToA, out.condition.toCitizen, out.condition.delay)...)
	return append(rows, limit("  坐席 CPU 比 baresip，同时，都加密", out.cpu.median()/out.other.median(), 2.5, "倍",
		"（"+figure(out.cpu.median(), "%")+" 对 "+figure(out.other.median(), "%")+"）"))
}

// compare puts one way of ours beside baresip's.
func compare(what string, ours, theirs heard, aim, delay float64) []row {
	ratio := ours.estoi.median() / theirs.estoi.median()
	more := fmt.Sprintf("（ESTOI %s 对 %s，断音 %s 对 %s）", figure(ours.estoi.median(), ""), figure(theirs.estoi.median(), ""),
		figure(ours.holes.median(), "%"), figure(theirs.holes.median(), "%"))
	first := plain(what+" 清晰度", figure(ratio, "倍")+more)
	if aim > 0 {
		first = least(what+" 清晰度", ratio, aim, "倍", more)
	}
	late := ours.delay.median() / theirs.delay.median()
	more = fmt.Sprintf("（%s 对 %s）", figure(ours.delay.median(), "ms"), figure(theirs.delay.median(), "ms"))
	second := plain("  时延", figure(late, "倍")+more)
	if delay > 0 {
		second = limit("  时延", late, delay, "倍", more)
	}
	return []row{first, second}
}

// answerRows compare how soon sound flows after a call is taken.
func (f *figures) answerRows() []row {
	citizen := gather(f.calls, func(c hubCall) float64 { return c.answerCitizen })
	seat := gather(f.calls, func(c hubCall) float64 { return c.answerSeat })
	bridge := gather(f.calls, func(c hubCall) float64 { return c.bridge })
	seam := gather(f.calls, func(c hubCall) float64 { return c.seam })
	caller := gather(f.usual, func(r pairResult) float64 { return r.toCaller })
	callee := gather(f.usual, func(r pairResult) float64 { return r.toCallee })
	const most = 0.4
	return []row{
		plain("baresip 接听（200 OK）到主叫 / 被叫听见", figure(caller.median(), "ms")+" / "+figure(callee.median(), "ms")+caller.spread("ms")),
		limit("F3 到来电人听见工号", citizen.median()/caller.median(), most, "倍", "（"+figure(citizen.median(), "ms")+"）"),
		limit("F3 到坐席听见工号", seat.median()/caller.median(), most, "倍", "（"+figure(seat.median(), "ms")+"）"),
		limit("接通到来电人听见坐席", bridge.median()/caller.median(), most, "倍", "（"+figure(bridge.median(), "ms")+bridge.spread("ms")+"，工号后的空白 "+figure(seam.median(), "ms")+"）"),
	}
}

// memoryRows hold the whole seat in a call to what its voice may take, as no
// seat is without voice: one on silent devices, of the same age and in a call
// at that moment, lacks the sound hardware only. Half of the calls are older
// than what signing in leaves behind for a minute.
func (f *figures) memoryRows() []row {
	own := gather(f.twins, func(m twins) float64 { return m.voice })
	silent := gather(f.twins, func(m twins) float64 { return m.silent })
	more := gather(f.twins, func(m twins) float64 { return m.voice - m.silent })
	var other sample
	for _, r := range f.usual {
		other = append(other, r.anon...)
	}
	return []row{
		limit("坐席内存，匿名，通话中，连语音带其余", own.median(), anonymousAim, "MiB", own.spread("MiB")),
		plain("  同时通话的无声卡坐席 / baresip", figure(silent.median(), "MiB")+" / "+figure(other.median(), "MiB")),
		plain("  声卡占的，成对之差", figure(more.median(), "MiB")+more.spread("MiB")),
	}
}
