package citizen

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/tone"
)

const question = `name: 预设的问题
number: "13900000042"
patience: 3s
steps:
  - bridge: true
  - say: 请问怎么办理？
  - wait: 200ms
`

// TestMystery: who is reached at once is called once, with both channels in step; who refuses is tried again, and is no
// opened centre.
func TestMystery(t *testing.T) {
	t.Parallel()
	m := Mystery{Script: script(t, question), Voice: beep, Tries: 3, Gap: time.Millisecond}
	open := newHotline(t, "udp", func(h *hotline) { h.plays = func(at time.Duration) bool { return at < 500*time.Millisecond } })
	v, err := m.Visit(t.Context(), Centre{Region: "江苏", City: "南京", Target: open.target})
	if err != nil || !v.Opened() || !v.Manual() || v.Tries != 1 || open.taken() != 1 || v.Waited > 400*time.Millisecond || v.Region != "江苏" || v.EndedBy != EndedByCaller {
		t.Errorf("%+v %v", v.Report, err)
	}
	mark, _ := beep(Step{})
	said := bytes.Index(v.Caller, mark[:1600])
	if len(v.Caller) != len(v.Heard) || said < 8000 || bytes.Count(v.Heard[:4000], []byte{g711.SilenceALaw}) > 2000 {
		t.Errorf("%d and %d samples, the question at %d", len(v.Caller), len(v.Heard), said)
	}
	rude := newHotline(t, "udp", func(h *hotline) {
		h.plays, h.hangUp = spells(0, 500, 3000, 3500), 4*time.Second
	})
	patient := m
	patient.Script = script(t, question)
	patient.Script.Steps = append(patient.Script.Steps, Step{Verb: Wait, For: time.Minute})
	v, err = patient.Visit(t.Context(), Centre{Region: "安徽", Target: rude.target})
	if err != nil || !v.Manual() || v.EndedBy != EndedByHotline {
		t.Errorf("the hotline hung up: %+v %v", v.Report, err)
	}
	night := newHotline(t, "udp", func(h *hotline) { h.plays, h.hangUp = spells(0, 500), 3*time.Second })
	once := patient
	once.Tries = 1
	if v, err = once.Visit(t.Context(), Centre{Region: "江西", Target: night.target}); err != nil || !v.Opened() || v.Manual() || v.Outcome != Served {
		t.Errorf("an announcement that hangs up on the question: %+v %v", v.Report, err)
	}
	busy := newHotline(t, "udp", func(h *hotline) { h.code = 486 })
	v, err = m.Visit(t.Context(), Centre{Region: "山西", Target: busy.target})
	if err != nil || v.Opened() || v.Manual() || v.Tries != 3 || v.SIP != 486 || v.EndedBy != "" {
		t.Errorf("%+v %v", v.Report, err)
	}
	silent := newHotline(t, "udp", nil)
	quick := m
	quick.Script = script(t, question)
	quick.Script.Patience, quick.Tries = 100*time.Millisecond, 2
	v, err = quick.Visit(t.Context(), Centre{Region: "河北", Target: silent.target})
	if err != nil || !v.Opened() || v.Manual() || v.Tries != 2 || v.Outcome != GaveUp {
		t.Errorf("%+v %v", v.Report, err)
	}
	if v, err := m.Visit(t.Context(), Centre{Target: "nowhere"}); err != nil || v.Opened() {
		t.Errorf("%+v %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Visit(ctx, Centre{Target: open.target}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// spells are the milliseconds from and to which there is sound.
func spells(ms ...time.Duration) func(time.Duration) bool {
	return func(at time.Duration) bool {
		for i := 0; i < len(ms); i += 2 {
			if at >= ms[i]*time.Millisecond && at < ms[i+1]*time.Millisecond {
				return true
			}
		}
		return false
	}
}

// TestPersonBegins: the wait ends where the last words before a pause began; a beep and ringing show nobody, nor does a hotline
// that hangs up before the pause.
func TestPersonBegins(t *testing.T) {
	t.Parallel()
	greets := script(t, question)
	greets.Patience = 3500 * time.Millisecond
	for name, c := range map[string]struct {
		change func(*hotline)
		want   Outcome
		waited time.Duration
	}{
		"words after an announcement": {func(h *hotline) { h.plays = spells(0, 300, 1100, 1400, 1700, 2000) }, Served, 1100 * time.Millisecond},
		"a beep":                      {func(h *hotline) { h.plays, h.sound = spells(0, 700), []float64{1000} }, GaveUp, 3500 * time.Millisecond},
		"hangs up on who waits":       {func(h *hotline) { h.plays, h.hangUp = spells(0, 300), time.Second }, CutOff, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHotline(t, "udp", c.change)
			r, err := Caller{Line: h.line(t), Script: greets, Voice: beep, Wary: true}.Run(t.Context())
			if err != nil || r.Outcome != c.want || (r.Waited-c.waited).Abs() > 400*time.Millisecond {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

// TestManual: a person says something to the question.
func TestManual(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, c := range []struct {
		why  string
		r    Report
		want bool
	}{
		{"an answer", Report{Outcome: Served, Talked: s, Answered: true, Listened: 30 * s, EndedBy: EndedByHotline}, true},
		{"silence", Report{Outcome: Served, Talked: 20 * s, Listened: 15 * s, EndedBy: EndedByCaller}, false},
		{"hung up on the question", Report{Outcome: Served, Talked: 5 * s, Listened: s, EndedBy: EndedByHotline}, false},
		{"no time to answer", Report{Outcome: Served, Talked: 5 * s, Listened: s, EndedBy: EndedByCaller}, true},
		{"nobody", Report{Outcome: GaveUp, EndedBy: EndedByCaller}, false},
	} {
		if v := (Visit{Report: c.r}); v.Manual() != c.want {
			t.Errorf("%s: manual %v", c.why, v.Manual())
		}
	}
}

// TestSine: a beep is told from words and from music.
func TestSine(t *testing.T) {
	t.Parallel()
	share := func(pcm []int16) (pures, louds int) {
		alaw := make([]byte, len(pcm))
		g711.EncodeALaw(alaw, pcm)
		g711.DecodeALaw(pcm, alaw)
		for at := 0; at+samples <= len(pcm); at += samples {
			if f := pcm[at : at+samples]; level.RMS(f) >= loud {
				louds++
				if sine(f) >= pure {
					pures++
				}
			}
		}
		return pures, louds
	}
	for _, hz := range []float64{350, 440, 450, 1000, 1400, 2000, 2850} {
		pcm := make([]int16, 8000)
		tone.New(8000, -12, hz).Fill(pcm)
		if p, n := share(pcm); p < n-1 || n < 49 {
			t.Errorf("%v Hz: %d of %d", hz, p, n)
		}
	}
	speech, _ := mediatest.Speech(8000, 10, 1)
	chord := make([]int16, 8000)
	tone.New(8000, -12, 440, 660).Fill(chord)
	for _, pcm := range [][]int16{speech, chord} {
		if p, n := share(pcm); 20*p > n || n < 40 {
			t.Errorf("no beep: %d of %d", p, n)
		}
	}
}

// TestRound: a centre that waits for its next try keeps nobody waiting, and what was done is known when the round is broken off.
func TestRound(t *testing.T) {
	t.Parallel()
	busy := newHotline(t, "udp", func(h *hotline) { h.code = 486 })
	open := newHotline(t, "udp", func(h *hotline) { h.plays = func(at time.Duration) bool { return at < 500*time.Millisecond } })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := Mystery{Script: script(t, question), Voice: beep, Tries: 2, Gap: time.Hour, AtOnce: 1}
	var done []int
	err := m.Round(ctx, []Centre{{Region: "山西", Target: busy.target}, {Region: "江苏", Target: open.target}, {Region: "浙江", Target: open.target}}, func(i int, v *Visit) {
		if done = append(done, i); !v.Manual() {
			t.Errorf("%+v", v.Report)
		}
		if len(done) == 2 {
			cancel()
		}
	})
	slices.Sort(done)
	if !errors.Is(err, context.Canceled) || !slices.Equal(done, []int{1, 2}) {
		t.Errorf("done %v, %v", done, err)
	}
}
