package hub

import (
	"context"
	"testing"
	"time"

	"zuoxi/hub/quality"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/media/g711"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// hushed is an archive of recordings in which nobody speaks.
type hushed struct{}

func (hushed) Channels(context.Context, string) (caller, rest []byte, err error) {
	silence := make([]byte, 300*quality.Rate)
	for i := range silence {
		silence[i] = g711.SilenceALaw
	}
	return silence, silence, nil
}

// TestQualityReadsTheLog: what the quality office says of a call rests on the log that the hub writes: whose wait it was, without a
// doubt, and who ended it.
func TestQualityReadsTheLog(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		wait := func(s *agentAt, long time.Duration) {
			s.do(wire.DoHold)
			h.pass(long)
			s.do(wire.DoResume)
		}
		wait(a, 90*time.Second)
		a.consult("desk:8002")
		b.answer()
		h.pass(5 * time.Second)
		a.do(wire.DoHandOver)
		h.pass(3 * time.Second)
		b.is("talking", "talking")
		wait(b, 65*time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		l := h.log1()
		o := quality.New(quality.Config{DB: h.db, Sounds: hushed{}, Zone: time.UTC, Now: time.Now})
		if err := h.db.Recordings.Start(h.t.Context(), store.Recording{ID: "tape", CallID: l.ID, District: l.District, Path: "x", Start: l.Times.Answer, Version: 1}); err != nil {
			t.Fatal(err)
		}
		rows, err := o.Calibrate(h.t.Context(), quality.Calibration{Calls: []string{l.ID}, Scorers: []string{"8001"}, Expert: "1007"})
		if err != nil || len(rows) != 1 { // 8001 was in the call
			t.Fatalf("%+v %v", rows, err)
		}
		w, err := o.Show(h.t.Context(), rows[0].ID, "1007")
		if err != nil || w.Agent != "8002" {
			t.Fatalf("%+v %v", w.Row, err)
		}
		said := map[string]rules.ItemView{}
		for _, it := range w.Items {
			said[it.ID] = it
		}
		if got := said["C5"]; got.Why != "单次最长等待65秒" || got.Proposed != 0 {
			t.Errorf("%+v", got)
		}
		if got := said["A1b"]; got.Why != "来电者先挂" || got.Proposed != 3 {
			t.Errorf("%+v", got)
		}
	})
}
