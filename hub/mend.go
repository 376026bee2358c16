package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	"zuoxi/hub/voicemail"
)

// mendEvery is how often recordings that the disk refused to recover are tried again.
const mendEvery = 15 * time.Minute

// mendTapes recovers what the start could not, until the hub ends.
func (h *Hub) mendTapes() {
	if h.library == nil {
		return
	}
	tick := time.NewTicker(mendEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
		n, err := h.library.Recover(h.life)
		if err != nil && h.life.Err() == nil {
			h.log.Error("some recordings of a crash cannot be recovered yet", "err", err)
		}
		if n > 0 {
			h.log.Warn("recordings of a crash recovered", "recordings", n)
		}
	}
}

// mendMessages lists the messages that a killed hub had no time to list, of the
// calls whose logs it left open. It runs before those are closed: a start that
// is cut short does it again. One that cannot be listed is named in the error.
func mendMessages(ctx context.Context, cfg Config, p *parts) (n int, err error) {
	var bad []error
	page := store.Page{Limit: store.MaxPage}
	for {
		open, next, err := p.db.Calls.List(ctx, store.CallFilter{Open: true, Page: page})
		for _, c := range open {
			mended, err := mendMessage(ctx, cfg, p, c)
			if err != nil {
				bad = append(bad, fmt.Errorf("message of call %s: %w", c.ID, err))
			}
			if mended {
				n++
			}
		}
		if err != nil || next == "" {
			return n, errors.Join(append(bad, err)...)
		}
		page.After = next
	}
}

// mendMessage lists what was left last in a call; what came before it was to be said anew.
func mendMessage(ctx context.Context, cfg Config, p *parts, c store.Call) (bool, error) {
	events, err := p.db.Timeline.List(ctx, c.ID)
	if err != nil || len(events) == 0 {
		return false, err
	}
	for _, e := range slices.Backward(events) {
		var began struct{ Recording string }
		if e.Kind != call.MessageBegan || json.Unmarshal(e.Data, &began) != nil {
			continue
		}
		tape, err := p.db.Recordings.Get(ctx, began.Recording)
		if err != nil {
			return false, err
		}
		length := time.Duration(tape.Samples) * time.Second / recording.Rate
		at := tape.End
		if at.IsZero() {
			at = tape.Start // its recording is still to be recovered
		} else if sound, err := p.tapes.Sound(ctx, tape.ID); length < call.LeastMessage || err == nil && call.Voiced(sound) == 0 {
			continue // nothing was said; what cannot be read may be something
		}
		_, err = p.mail.Keep(ctx, voicemail.Message{
			Call: c.ID, Recording: tape.ID, District: cfg.District, Region: c.Origin.Region, Number: c.Caller, Length: length, At: at.In(cfg.Now().Location()),
		})
		if err != nil {
			return false, err
		}
		c.Outcome.Disposition, c.Outcome.Place = store.DispositionAuto, ""
		if _, err := p.db.Calls.Save(ctx, c); err != nil {
			return false, err
		}
		return true, p.db.Timeline.Append(ctx, store.Event{
			CallID: c.ID, District: c.District, Seq: events[len(events)-1].Seq + 1, At: cfg.Now(), Kind: "voicemail", Data: mendedMessage,
		})
	}
	return false, nil
}

var mendedMessage = json.RawMessage(`{"text":"中心中断前的留言，已在清单里"}`)
