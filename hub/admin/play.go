package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// pieceSamples is how much of each channel one piece of a played recording holds: 3 s, well below the limit of a message.
const pieceSamples = 3 * sampleRate

// playing is the recording that a connection plays: verified when it was opened.
type playing struct {
	id           string
	caller, rest []byte
}

// soundRow is a line of the list of recordings.
type soundRow struct {
	wire.CallRow
	Recording string  `json:"recording,omitempty"` // empty: there is none
	Seconds   float64 `json:"seconds,omitempty"`
	Hold      bool    `json:"hold,omitempty"`
	Purged    bool    `json:"purged,omitempty"`
	Mark      *int    `json:"mark,omitempty"` // points that stand
	// Back is set on the last line of a search that ended before it had looked through all: how far back it looked.
	Back time.Time `json:"back,omitzero"`
}

// soundAsk narrows the list of recordings by what the log knows.
type soundAsk struct {
	page
	From        time.Time `json:"from,omitzero"`
	To          time.Time `json:"to,omitzero"`
	Agent       string    `json:"agent_no,omitempty"`
	Region      string    `json:"region,omitempty"`
	Subject     string    `json:"subject,omitempty"`
	Disposition string    `json:"disposition,omitempty"`
	Number      string    `json:"number,omitempty"` // the caller's, whole or its last four
	Line        string    `json:"line,omitempty"`   // instead of all the others: anything that was logged, as in the search over everything
}

// soundList searches recordings by the calls that they belong to. It tells nothing that can be heard.
func (s *Service) soundList(ctx context.Context, a *ask) (any, error) {
	in, err := read[soundAsk](a)
	if err != nil {
		return nil, err
	}
	f := store.CallFilter{
		Page: store.Page{Limit: in.Limit, After: in.After}, Span: store.Span{From: in.From, To: in.To}, Agent: in.Agent, Region: in.Region, Subject: in.Subject,
		Disposition: store.Disposition(in.Disposition),
	}
	if len(in.Number) == 4 {
		f.CallerTail = s.Keys.TailHash(seal.KindPhone, in.Number)
	} else if in.Number != "" {
		f.CallerHash = s.Keys.Hash(seal.KindPhone, in.Number)
	}
	switch a.who.can(access.RecordingList) {
	case access.Self:
		f.Agent = a.who.No
	case access.Own:
		f.Districts = []string{a.who.District}
	}
	if err := s.note(ctx, a, "recording.list", "", ""); err != nil {
		return nil, err
	}
	calls, back, err := s.soundCalls(ctx, a, in.Line, f)
	if err != nil {
		return nil, err
	}
	out := make([]soundRow, 0, len(calls))
	for _, c := range calls {
		row, err := s.soundOf(ctx, a, c)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	if n := len(out); n > 0 {
		out[n-1].Back = back
	} else if !back.IsZero() {
		return nil, &errAsker{wire.CodeBusy, "到 " + back.In(s.Now().Location()).Format("2006-01-02") + " 为止没有 · 更早的没有查完 · 请加上日期再查"}
	}
	return s.perhapsFile(a, out)
}

// soundCalls are the calls of the list: those that a line leads to and whose recordings the asker may know of, or those of a filter;
// back is how far back a line was looked for, zero when all the way.
func (s *Service) soundCalls(ctx context.Context, a *ask, line string, f store.CallFilter) (out []store.Call, back time.Time, err error) {
	if line == "" {
		out, _, err = s.DB.Calls.List(ctx, f)
		return out, back, err
	}
	ids, back, err := s.Finder.Calls(ctx, a.who, line, f.Size())
	if err != nil {
		return nil, back, plainFind(err)
	}
	for _, id := range ids {
		c, err := s.DB.Calls.Get(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound): // a record may name a call that another hub had
		case err != nil:
			return nil, back, err
		case a.who.may(access.RecordingList, c.Agent, c.District) == nil:
			out = append(out, c)
		}
	}
	return out, back, nil
}

func (s *Service) soundOf(ctx context.Context, a *ask, c store.Call) (soundRow, error) {
	row := soundRow{CallRow: hidden(rowOf(c), a.who)}
	tapes, err := s.recordings(ctx, c.ID)
	if err != nil {
		return row, err
	}
	for _, t := range tapes {
		if row.Recording == "" || float64(t.Samples)/sampleRate > row.Seconds {
			row.Recording, row.Seconds, row.Hold, row.Purged = t.ID, float64(t.Samples)/sampleRate, t.LegalHold, !t.Purged.IsZero()
		}
	}
	if a.who.may(access.QualityView, c.Agent, c.District) != nil {
		return row, nil
	}
	sheets, _, err := s.DB.Sheets.List(ctx, store.SheetFilter{CallID: c.ID})
	if err != nil {
		return row, err
	}
	for _, q := range sheets {
		if quality.Stands(q.State) && q.Purpose != quality.PurposeCalibration {
			mark := q.Mark
			row.Mark = &mark
		}
	}
	return row, nil
}

// soundOpen begins to play a recording: its chain is verified, and that somebody hears it is in the audit log, once a time.
func (s *Service) soundOpen(ctx context.Context, a *ask) (any, error) {
	r, err := s.recording(ctx, a, access.RecordingPlay)
	if err != nil {
		return nil, err
	}
	if r.End.IsZero() {
		return nil, &errAsker{wire.CodeConflict, "这通电话还在录音 · 不能播放 · 请在通话结束后再听"}
	}
	if err := s.note(ctx, a, "recording.play", "recording/"+r.ID, ""); err != nil {
		return nil, err
	}
	caller, rest, err := s.Sounds.Channels(ctx, r.ID)
	if err != nil {
		return nil, &errAsker{wire.CodeInternal, lastLine(err)}
	}
	*a.playing = playing{r.ID, caller, rest}
	marks, err := s.placesOf(ctx, r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"recording": r.ID, "call": r.CallID, "start": r.Start, "samples": len(caller), "piece": pieceSamples, "marks": marks}, nil
}

// soundMark is a step of the call's timeline as a place of the recording.
type soundMark struct {
	AtMS int64  `json:"at_ms"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	By   string `json:"by,omitempty"` // who set it; empty: the call's log
}

// placesOf are the places of a recording: the call's timeline, and what people who heard it marked.
func (s *Service) placesOf(ctx context.Context, r store.Recording) ([]soundMark, error) {
	out, err := s.timelineMarks(ctx, r)
	if err != nil {
		return nil, err
	}
	set, _, err := s.marksSet(ctx, r.ID)
	out = append(out, set...)
	slices.SortStableFunc(out, func(a, b soundMark) int { return int(a.AtMS - b.AtMS) })
	return out, err
}

const (
	markKind  = "note"
	mostMarks = 200
	maxMark   = 200 // of a mark's text, in runes
)

// marksSet are the marks that people set on a recording.
func (s *Service) marksSet(ctx context.Context, recording string) (marks []soundMark, kept store.Setting, err error) {
	kept, err = s.DB.Settings.Get(ctx, store.MarksOf+recording)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, store.Setting{Key: store.MarksOf + recording}, nil
	case err != nil:
		return nil, kept, err
	}
	if err := json.Unmarshal([]byte(kept.Value), &marks); err != nil {
		return nil, kept, fmt.Errorf("reading the marks of recording %s: %w", recording, err)
	}
	return marks, kept, nil
}

// soundMarked sets a mark on a recording. Whoever may hear it may mark it, with or without a sheet to score.
func (s *Service) soundMarked(ctx context.Context, a *ask) (any, error) {
	r, err := s.recording(ctx, a, access.RecordingPlay)
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		AtMS int64  `json:"at_ms"`
		Text string `json:"text"`
	}](a)
	if err != nil {
		return nil, err
	}
	marks, kept, err := s.marksSet(ctx, r.ID)
	text := clean.Line(in.Text, maxMark)
	switch {
	case err != nil:
		return nil, err
	case text == "" || in.AtMS < 0 || in.AtMS > 1000*r.Samples/sampleRate:
		return nil, bad("标记要有文字，并在录音之内 · 没有记下 · 请在播放时再标")
	case len(marks) >= mostMarks:
		return nil, &errAsker{wire.CodeImpossible, "这通录音的标记已满 200 处 · 没有记下 · 请写进说明"}
	}
	if err := s.note(ctx, a, "recording.mark", "recording/"+r.ID, ""); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(append(marks, soundMark{AtMS: in.AtMS, Kind: markKind, Text: text, By: a.who.No}))
	if err != nil {
		return nil, fmt.Errorf("writing marks: %w", err)
	}
	kept.Value, kept.District, kept.Updated = string(raw), r.District, s.Now()
	if _, err := s.DB.Settings.Put(ctx, kept); err != nil {
		return nil, err
	}
	places, err := s.placesOf(ctx, r)
	return map[string]any{"recording": r.ID, "marks": places}, err
}

func (s *Service) timelineMarks(ctx context.Context, r store.Recording) ([]soundMark, error) {
	events, err := s.DB.Timeline.List(ctx, r.CallID)
	if err != nil {
		return nil, err
	}
	out := []soundMark{}
	for _, e := range events {
		if e.Kind == ratingReason || e.At.Before(r.Start) || e.At.After(r.End) {
			continue
		}
		out = append(out, soundMark{AtMS: e.At.Sub(r.Start).Milliseconds(), Kind: e.Kind, Text: said(shown(e))})
	}
	return out, nil
}

// soundPiece hands out the next piece of what was opened.
func (s *Service) soundPiece(_ context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Recording string `json:"recording"`
		From      int    `json:"from"`
	}](a)
	if err != nil {
		return nil, err
	}
	p := a.playing
	if p.id == "" || in.Recording != p.id || in.From < 0 || in.From > len(p.caller) {
		return nil, &errAsker{wire.CodeStale, "这段录音没有打开 · 没有播放 · 请重新打开"}
	}
	end := min(in.From+pieceSamples, len(p.caller), len(p.rest))
	return map[string]any{"recording": p.id, "from": in.From, "caller": p.caller[in.From:end], "rest": p.rest[in.From:end]}, nil
}

// soundHold sets or lifts a legal hold, with the reason.
func (s *Service) soundHold(ctx context.Context, a *ask) (any, error) {
	r, err := s.recording(ctx, a, access.RecordingHold)
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		On     bool   `json:"on"`
		Reason string `json:"reason"`
	}](a)
	switch {
	case err != nil:
		return nil, err
	case in.Reason == "":
		return nil, bad("保全要写原因 · 没有改动 · 请用 --reason 写明")
	case in.On && !r.Purged.IsZero():
		return nil, &errAsker{wire.CodeConflict, "录音已过保存期并清除 · 没有保全 · 通话记录仍可查"}
	}
	if err := s.note(ctx, a, "recording.hold", "recording/"+r.ID, in.Reason); err != nil {
		return nil, err
	}
	return map[string]any{"recording": r.ID, "hold": in.On}, s.DB.Recordings.Hold(ctx, r.ID, in.On)
}
