package hub

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/trunk"
)

// absent is a store of messages that is away for so many writes.
type absent struct {
	store.Voicemails
	left atomic.Int64
}

func (a *absent) Create(ctx context.Context, v store.Voicemail) error {
	if a.left.Add(-1) >= 0 {
		return store.ErrUnavailable
	}
	return a.Voicemails.Create(ctx, v)
}

// TestMessageOutlastsTheStore: a message that the store does not take at once is listed when it does; when it never does,
// the leads are told whose it is.
func TestMessageOutlastsTheStore(t *testing.T) {
	for name, away := range map[string]int64{"for three seconds": 6, "for the recording": 0, "for good": 1 << 40} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				gone := &absent{Voicemails: h.db.Voicemails}
				gone.left.Store(away)
				h.db.Voicemails = gone
				if away == 0 {
					h.reels.shut = store.ErrUnavailable
				}
				a, lead := h.sit("8001"), h.sitIn(h.cfg.District, "1001", "lead")
				h.usher.night.Store(true)
				p := h.waiting("13900000042")
				p.speak(h, 5*time.Second)
				p.hangup(trunk.ByCaller)
				h.pass(time.Minute)
				l := h.log1()
				if _, lines := h.data(l.ID); !strings.Contains(lines, call.MessageBegan+` {"recording":"`+h.reels.of(l.ID)[0].id) {
					t.Errorf("the timeline does not name the recording: %s", lines)
				}
				if away <= 6 {
					if list := a.state().Voicemails; len(list) != 1 || l.Outcome.Disposition != store.DispositionAuto || lead.told("留言") {
						t.Errorf("list %+v, outcome %+v, the lead was told %v", list, l.Outcome, lead.alerts())
					}
					return
				}
				if l.Outcome.Disposition != store.DispositionAbandoned || !lead.told("139****0042 的留言没有列进清单") {
					t.Errorf("outcome %+v, the lead was told %v", l.Outcome, lead.alerts())
				}
			})
		})
	}
}

// noTapes is a disk that takes no recording.
type noTapes struct{ Tapes }

func (noTapes) Open(context.Context, string, string, time.Time, func()) (call.Tape, error) {
	return nil, store.ErrFull
}

// TestMessageWithoutATape: when a message cannot be recorded the leads are told whom to call back.
func TestMessageWithoutATape(t *testing.T) {
	inHouse(t, func(h *house) {
		h.calls.Tapes = noTapes{h.reels}
		lead := h.sitIn(h.cfg.District, "1001", "lead")
		h.usher.night.Store(true)
		h.waiting("13900000042")
		h.pass(10 * time.Second)
		if !lead.told("139****0042 的留言无法录音") {
			t.Errorf("told %v", lead.alerts())
		}
		h.log1()
	})
}

// slowTapes are on a disk that takes its time over a new file.
type slowTapes struct {
	Tapes
	takes time.Duration
}

func (s slowTapes) Open(ctx context.Context, id, district string, start time.Time, trouble func()) (call.Tape, error) {
	select {
	case <-time.After(s.takes):
		return s.Tapes.Open(ctx, id, district, start, trouble)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestMessageCountsFromTheBeep: what a caller says is on the list from the first word, however long the disk takes over
// its file, and though the caller has hung up meanwhile; when the file never comes the leads are told whom to call back.
func TestMessageCountsFromTheBeep(t *testing.T) {
	for takes, kept := range map[time.Duration]bool{0: true, 3 * time.Second: true, 30 * time.Second: true, time.Hour: false} {
		t.Run(takes.String(), func(t *testing.T) {
			dir := t.TempDir()
			inHouse(t, func(h *house) {
				sounds, err := recording.Open(recording.Config{Dir: dir, Index: h.db.Recordings})
				if err != nil {
					t.Fatal(err)
				}
				h.calls.Tapes = slowTapes{archive{sounds}, takes}
				a, lead := h.sit("8001"), h.sitIn(h.cfg.District, "1001", "lead")
				h.usher.night.Store(true)
				p := h.waiting("13900000042")
				p.speak(h, 20*time.Second)
				p.hangup(trunk.ByCaller)
				h.pass(3 * time.Minute)
				list := a.state().Voicemails
				if told := lead.told("139****0042 的留言无法录音"); told == kept || (len(list) == 1) != kept {
					t.Errorf("list %+v, the lead was told %v", list, lead.alerts())
				}
				l := h.log1()
				if !kept || len(list) != 1 {
					return
				}
				rows, _, err := h.db.Recordings.List(h.t.Context(), store.RecordingFilter{CallID: l.ID})
				if err != nil || len(rows) != 1 || list[0].Seconds < 19 || rows[0].Samples < 19*recording.Rate || len(rows[0].Gaps) > 0 {
					t.Errorf("%d of 20 s are kept, %v: %+v", list[0].Seconds, err, rows)
				}
			})
		})
	}
}

// TestMessageOfACrash: what a caller was saying, or had said, when the hub was killed is on the list after the next start,
// once; what was to be said anew is not, and no reason that somebody gave with a grade.
func TestMessageOfACrash(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	sounds, err := recording.Open(recording.Config{Dir: dir + "/recordings", Index: db.Recordings})
	if err != nil {
		t.Fatal(err)
	}
	type take struct {
		s      int64
		loud   int16
		marked bool
	}
	began := time.Now().Add(-time.Hour)
	orphan := func(takes ...take) string {
		c := store.Call{
			ID: store.NewID(began), Direction: store.Inbound, District: "320100", Times: store.CallTimes{Arrive: began},
			Origin:  store.Origin{Region: "320100"},
			Outcome: store.Outcome{Disposition: store.DispositionAbandoned, Place: "menu"},
		}
		c.Caller.Masked = "139****0042"
		if err := db.Calls.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for i, one := range takes {
			r, err := sounds.Start(t.Context(), recording.Meta{CallID: c.ID, District: "320000", Start: began})
			if err != nil {
				t.Fatal(err)
			}
			pcm := make([]int16, one.s*recording.Rate)
			for i := range pcm {
				pcm[i] = one.loud * int16(1-2*(i/20%2))
			}
			r.Write(0, pcm, nil)
			if err := r.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(map[string]string{"text": "开始留言", "recording": r.ID()})
			if err != nil {
				t.Fatal(err)
			}
			kind := "recording"
			if one.marked {
				kind = call.MessageBegan
			}
			if err := db.Timeline.Append(t.Context(), store.Event{CallID: c.ID, District: "320100", Seq: int64(i + 1), At: began, Kind: kind, Data: raw}); err != nil {
				t.Fatal(err)
			}
		}
		return c.ID
	}
	left := orphan(take{5, 8000, true}, take{4, 8000, true})
	orphan(take{5, 8000, false}) // a reason
	orphan(take{1, 8000, true})
	orphan(take{5, 0, true})
	orphan()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h, err := New(Config{
			Data: dir, Voice: []string{"127.0.0.1:0"}, Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}},
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := h.db.Voicemails.List(t.Context(), store.VoicemailFilter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d messages, %v", len(list), err)
		}
		v := list[0]
		if v.CallID != left || v.Length != 4*time.Second || v.State != "new" || v.Number.Masked != "139****0042" || v.Left.Sub(began).Round(time.Second) != 4*time.Second {
			t.Errorf("message %+v", v)
		}
		if sound, err := h.tapes.Sound(t.Context(), v.RecordingID); err != nil || len(sound) != 4*recording.Rate {
			t.Errorf("%d samples of it, %v", len(sound), err)
		}
		c, err := h.db.Calls.Get(t.Context(), left)
		if err != nil || c.Times.Closed.IsZero() || c.Outcome.Disposition != store.DispositionAuto {
			t.Errorf("the log says %+v, %v", c, err)
		}
		events, err := h.db.Timeline.List(t.Context(), left)
		if err != nil || len(events) < 3 || !strings.Contains(string(events[2].Data), "已在清单里") {
			t.Errorf("the timeline is %+v, %v", events, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Run(ctx); err != nil {
			t.Error(err)
		}
	}
}
