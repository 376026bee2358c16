package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/quality"
)

// mysteryCall begins the call ids of calls that this hub did not take: mystery calls to other centres.
const mysteryCall = "mystery-"

// Visits takes mystery calls in: the recording and the sheet to be scored.
type Visits interface {
	// File keeps a call of by; caller and rest are A-law of the same length.
	File(ctx context.Context, by, district string, at time.Time, caller, rest []byte, m quality.Mystery) (any, error)
}

// mysteryFile takes a mystery call in, in pieces: a line of JSON, then the caller's channel, then the other one.
func (s *Service) mysteryFile(ctx context.Context, a *ask) (any, error) {
	whole, err := a.collect()
	if err != nil || whole == nil {
		return nil, err
	}
	head, sound, ok := bytes.Cut(whole.data, []byte("\n"))
	var in struct {
		At      time.Time       `json:"at"`
		Mystery quality.Mystery `json:"mystery"`
	}
	if !ok || json.Unmarshal(head, &in) != nil || in.Mystery.Region == "" || len(sound)%2 != 0 {
		return nil, bad("质量监控的通话看不懂 · 没有收下 · 请核对两边的版本")
	}
	if err := s.note(ctx, a, "mystery.file", "region/"+in.Mystery.Region, ""); err != nil {
		return nil, err
	}
	return s.Visits.File(ctx, a.who.No, a.who.District, in.At, sound[:len(sound)/2], sound[len(sound)/2:], in.Mystery)
}

// elsewhere tells whether a recording is of a call that this hub did not take.
func elsewhere(r store.Recording) bool { return strings.HasPrefix(r.CallID, mysteryCall) }
