package review

import (
	"fmt"
	"slices"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/level"
	"zuoxi/media/stretch"
	"zuoxi/rules/quality"
)

// Rate is the samples a second of all sound here.
const Rate = 8000

// speeds are offered in this order, and round again.
var speeds = []float64{1, 1.25, 1.5, 2, 0.8}

// Channels that can be heard.
const (
	Both = iota
	Caller
	Agent
	sides
)

var sideLabels = []string{"双方", "来电人", "坐席"}

const (
	// ahead is how much of the recording is handed to the ear at once; within refill of its end the next is.
	ahead  = time.Minute
	refill = 4 * time.Second
	// jumpSlack lets a jump back leave the mark that has just been passed.
	jumpSlack = 1500 * time.Millisecond
	// WaveStep is what one figure of the picture of the sound stands for.
	WaveStep = 500 * time.Millisecond
	waveStep = Rate / 2
)

// PlayerView is the player as the screen shows it.
type PlayerView struct {
	Recording string
	Call      string
	Length    time.Duration
	Got       time.Duration // has arrived
	At        time.Duration
	Playing   bool
	Speed     float64
	Side      string
	Marks     []quality.MarkView
	Wave      [2][]float64 // level in dBFS of each half second: caller, others
	Verified  bool
}

// player is one recording and where it is.
type player struct {
	recording, call string
	pcm             [2][]int16
	length          int // samples
	wave            [2][]float64
	timeline, own   []quality.MarkView
	speed, side     int
	from            time.Duration // place at which the sound that plays began
	until           time.Duration // place up to which the ear was given
	begun           time.Time     // zero: paused
}

func newPlayer() player { return player{} }

// opening is the hub's answer to the wish to hear a recording.
type opening struct {
	Recording string             `json:"recording"`
	Call      string             `json:"call"`
	Samples   int                `json:"samples"`
	Piece     int                `json:"piece"`
	Marks     []quality.MarkView `json:"marks"`
}

type piece struct {
	Recording string `json:"recording"`
	From      int    `json:"from"`
	Caller    []byte `json:"caller"`
	Rest      []byte `json:"rest"`
}

// The two kinds of sound that the hub opens: of a call, and of a call put forward for training.
const (
	ofCall  = "recording"
	ofModel = "model"
)

// load opens a recording and fetches it piece by piece.
func (d *Desk) load(kind, id string) {
	d.player.stop(d.cfg.Play)
	ask(d, kind+".open", map[string]string{"id": id}, func(o opening) {
		d.player.stop(d.cfg.Play)
		d.player = player{recording: o.Recording, call: o.Call, length: o.Samples, timeline: o.Marks}
		if d.view.Work != nil && d.view.Work.Call == o.Call {
			d.player.mark(d.view.Work.Marks)
		}
		d.fetch(kind, o.Recording)
	})
}

func (d *Desk) fetch(kind, recording string) {
	p := &d.player
	if p.recording != recording || len(p.pcm[0]) >= p.length {
		return
	}
	ask(d, kind+".piece", map[string]any{"recording": recording, "from": len(p.pcm[0])}, func(x piece) {
		if d.player.recording != x.Recording || len(d.player.pcm[0]) != x.From || len(x.Caller) == 0 || len(x.Caller) != len(x.Rest) {
			return // another recording was opened meanwhile
		}
		d.player.take(x)
		d.player.feed(d.cfg.Play, d.cfg.Now())
		d.fetch(kind, recording)
	})
}

func (p *player) take(x piece) {
	for i, alaw := range [][]byte{x.Caller, x.Rest} {
		at := len(p.pcm[i])
		p.pcm[i] = append(p.pcm[i], make([]int16, len(alaw))...)
		g711.DecodeALaw(p.pcm[i][at:], alaw)
		for n := len(p.wave[i]) * waveStep; n+waveStep <= len(p.pcm[i]); n += waveStep {
			p.wave[i] = append(p.wave[i], level.RMS(p.pcm[i][n:n+waveStep]))
		}
	}
}

// mark takes the marks of the sheet; those of the timeline stay.
func (p *player) mark(own []quality.MarkView) { p.own = own }

func (p *player) marks() []quality.MarkView {
	all := slices.Concat(p.timeline, p.own)
	slices.SortStableFunc(all, func(a, b quality.MarkView) int { return int(a.AtMS - b.AtMS) })
	return all
}

func span(samples int) time.Duration { return time.Duration(samples) * time.Second / Rate }

func (p *player) got() time.Duration { return span(len(p.pcm[0])) }

// at is the place that is heard now.
func (p *player) at(now time.Time) time.Duration {
	if p.begun.IsZero() {
		return p.from
	}
	return min(p.from+time.Duration(float64(now.Sub(p.begun))*speeds[p.speed]), p.got())
}

// sound is what is done with a recording without a sheet.
func (d *Desk) sound(v Verb) {
	switch v := v.(type) {
	case Listen:
		d.open, d.view.Work = "", nil // answers about the sheet come too late
		d.load(ofCall, v.Call)
	case Hear:
		d.open, d.view.Work = "", nil
		d.load(ofModel, v.ID)
	case Note:
		d.note(v.Text)
	default:
		d.play(v)
	}
}

// play carries out what concerns the player.
func (d *Desk) play(v Verb) {
	p, now := &d.player, d.cfg.Now()
	switch {
	case d.cfg.Play == nil:
		d.say("这台电脑没有耳麦 · 不能播放 · 请接好耳麦再试")
		return
	case p.recording == "":
		d.say("没有打开录音 · 没有播放 · 先在列表里打开一通")
		return
	case p.begun.IsZero() && d.cfg.Taken() && v == Verb(Toggle{}):
		d.say("本席有来电或通话 · 没有播放，录音停在 " + Clock(p.from) + " · 通话之后再按播放")
		return
	}
	switch v := v.(type) {
	case Toggle:
		if p.begun.IsZero() {
			if p.from >= span(p.length) {
				p.from = 0
			}
			p.run(d.cfg.Play, now)
		} else {
			p.from = p.at(now)
			p.stop(d.cfg.Play)
		}
	case Speed:
		p.change(d.cfg.Play, now, func() { p.speed = (p.speed + 1) % len(speeds) })
	case Side:
		p.change(d.cfg.Play, now, func() { p.side = (p.side + 1) % sides })
	case Seek:
		p.change(d.cfg.Play, now, func() { p.from = min(max(0, p.from+v.By), p.got()) })
	case Jump:
		p.change(d.cfg.Play, now, func() { p.jump(v.Back) })
	}
}

// note sets a mark on the recording that is open.
func (d *Desk) note(text string) {
	p := &d.player
	if p.recording == "" {
		d.say("没有打开录音 · 没有标记 · 先在列表里打开一通")
		return
	}
	at := p.at(d.cfg.Now()).Milliseconds()
	ask(d, "recording.mark", map[string]any{"id": p.recording, "at_ms": at, "text": text}, func(o opening) {
		if d.player.recording == o.Recording {
			d.player.timeline = o.Marks
			d.say("已标记 " + Clock(time.Duration(at)*time.Millisecond) + "，能听这通录音的人都看得到")
		}
	})
}

// change stops where the recording is, changes something and goes on if it played.
func (p *player) change(out func([]int16), now time.Time, f func()) {
	playing := !p.begun.IsZero()
	p.from = p.at(now)
	p.begun = time.Time{}
	f()
	if playing {
		p.run(out, now)
	}
}

func (p *player) jump(back bool) {
	marks := p.marks()
	if back {
		slices.Reverse(marks)
	}
	for _, m := range marks {
		at := time.Duration(m.AtMS) * time.Millisecond
		if !back && at > p.from || back && at < p.from-jumpSlack {
			p.from = min(at, p.got())
			return
		}
	}
	if back {
		p.from = 0
	}
}

// stop hushes the ear; from must be set to where the recording is.
func (p *player) stop(out func([]int16)) {
	if p.begun.IsZero() || out == nil {
		return
	}
	out(nil)
	p.begun = time.Time{}
}

// run hands the next stretch of sound to the ear.
func (p *player) run(out func([]int16), now time.Time) {
	if out == nil {
		return
	}
	from := int(p.from * Rate / time.Second)
	to := min(len(p.pcm[0]), from+int(ahead*Rate/time.Second))
	if from >= to {
		out(nil)
		p.begun = time.Time{}
		return
	}
	p.until, p.begun = span(to), now
	out(p.sound(from, to))
}

// sound is a stretch at the chosen speed and side.
func (p *player) sound(from, to int) []int16 {
	in := make([]int16, to-from)
	for i := range in {
		switch p.side {
		case Caller:
			in[i] = p.pcm[0][from+i]
		case Agent:
			in[i] = p.pcm[1][from+i]
		default:
			in[i] = int16(min(max(int(p.pcm[0][from+i])+int(p.pcm[1][from+i]), -32768), 32767))
		}
	}
	if speeds[p.speed] == 1 {
		return in
	}
	s := stretch.New(Rate)
	s.SetSpeed(speeds[p.speed])
	out, buf := make([]int16, 0, int(float64(len(in))/speeds[p.speed])+Rate), make([]int16, Rate)
	for len(in) > 0 {
		w, r := s.Process(buf, in)
		out, in = append(out, buf[:w]...), in[r:]
		if w == 0 && r == 0 {
			break
		}
	}
	return out
}

// feed goes on with what has arrived when the ear is about to run dry, and stops at the end.
func (p *player) feed(out func([]int16), now time.Time) {
	if p.begun.IsZero() {
		return
	}
	at := p.at(now)
	switch {
	case at >= span(p.length):
		p.stop(out)
		p.from = span(p.length)
	case p.until < p.got() && p.until-at < time.Duration(float64(refill)*speeds[p.speed]):
		p.from = at
		p.run(out, now)
	}
}

func (p *player) view(now time.Time) PlayerView {
	return PlayerView{
		Recording: p.recording, Call: p.call, Length: span(p.length), Got: p.got(), At: p.at(now), Playing: !p.begun.IsZero(), Speed: speeds[p.speed], Side: sideLabels[p.side],
		Marks: p.marks(), Wave: p.wave, Verified: p.recording != "",
	}
}

// Clock is a place of a recording for people.
func Clock(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}
