package citizen

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zuoxi/media/g711"
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
	if err != nil || !v.Opened() || !v.Manual() || v.Tries != 1 || open.taken() != 1 || v.Waited < 500*time.Millisecond || v.Region != "江苏" || v.EndedBy != EndedByCaller {
		t.Errorf("%+v %v", v.Report, err)
	}
	mark, _ := beep(Step{})
	said := bytes.Index(v.Caller, mark[:1600])
	if len(v.Caller) != len(v.Heard) || said < 8000 || bytes.Count(v.Heard[:4000], []byte{g711.SilenceALaw}) > 2000 {
		t.Errorf("%d and %d samples, the question at %d", len(v.Caller), len(v.Heard), said)
	}
	rude := newHotline(t, "udp", func(h *hotline) {
		h.plays, h.hangUp = func(at time.Duration) bool { return at < 500*time.Millisecond }, 3*time.Second
	})
	patient := m
	patient.Script = script(t, question)
	patient.Script.Steps = append(patient.Script.Steps, Step{Verb: Wait, For: time.Minute})
	v, err = patient.Visit(t.Context(), Centre{Region: "安徽", Target: rude.target})
	if err != nil || !v.Manual() || v.EndedBy != EndedByHotline {
		t.Errorf("the hotline hung up: %+v %v", v.Report, err)
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
