package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/wire"
)

const (
	sampleRate = 8000
	chunkSize  = 64 << 10
)

// file is an export on its way: it has no name any more, so that nothing is
// left behind whatever happens.
type file struct {
	f    *os.File
	size int64
}

func (f *file) close() { _ = f.f.Close() }

// send sends the file in pieces, as fast as the asker reads.
func (f *file) send(ctx context.Context, send Send) error {
	if _, err := f.f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewinding an export: %w", err)
	}
	buf := make([]byte, chunkSize)
	for at := int64(0); ; {
		n, err := io.ReadFull(f.f, buf)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("reading an export: %w", err)
		}
		end := at+int64(n) >= f.size
		if err := send(ctx, &wire.AdminChunk{Offset: at, Total: f.size, Data: buf[:n], End: end}); err != nil || end {
			return err
		}
		at += int64(n)
	}
}

// recordings lists those of a call, the longest first: a call may hold an
// unused message beside its conversation.
func (s *Service) recordings(ctx context.Context, call string) ([]store.Recording, error) {
	list, _, err := s.DB.Recordings.List(ctx, store.RecordingFilter{CallID: call})
	return list, err
}

// recording finds the recording of a call, or one by its own id, that the
// asker may use.
func (s *Service) recording(ctx context.Context, a *ask, right access.Command) (store.Recording, error) {
	in, err := read[struct {
		ID string `json:"id"`
	}](a)
	if err != nil {
		return store.Recording{}, err
	}
	list, err := s.recordings(ctx, in.ID)
	if err != nil {
		return store.Recording{}, err
	}
	if len(list) == 0 {
		one, err := s.DB.Recordings.Get(ctx, in.ID)
		if err != nil {
			return one, err
		}
		list = append(list, one)
	}
	longest := list[0]
	for _, r := range list[1:] {
		if r.Samples > longest.Samples {
			longest = r
		}
	}
	if elsewhere(longest) {
		return longest, a.who.may(right, "", longest.District)
	}
	if _, err := s.call(ctx, a, right, longest.CallID); err != nil {
		return longest, err
	}
	return longest, nil
}

// copyAsk asks for a copy of a recording.
type copyAsk struct {
	Unmasked bool   `json:"unmasked,omitempty"` // with identity checks and secure pauses, which a copy else leaves out
	Reason   string `json:"reason"`
}

const maxWhy = 200 // of a reason that goes into a file, in runes

// recordingExport makes the copy. Who made it, when and why stands in the audit log and in the file itself.
func (s *Service) recordingExport(ctx context.Context, a *ask) (any, error) {
	r, err := s.recording(ctx, a, access.RecordingExport)
	if err != nil {
		return nil, err
	}
	in, err := read[copyAsk](a)
	if err != nil {
		return nil, err
	}
	why := clean.Line(in.Reason, maxWhy)
	switch {
	case r.End.IsZero():
		return nil, &errAsker{wire.CodeConflict, "这通电话还在录音 · 没有导出 · 请在通话结束后再导出"}
	case why == "":
		return nil, bad("导出录音要写原因 · 没有导出 · 请用 --reason 写明")
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	why = copyWords(serial) + map[bool]string{false: "（已遮盖）", true: "（未遮盖）"}[in.Unmasked] + why
	if err := s.note(ctx, a, copyAction, "recording/"+r.ID, why); err != nil {
		return nil, err
	}
	var mute []mask.Span
	if !in.Unmasked {
		if mute, err = s.secret(ctx, r); err != nil {
			return nil, err
		}
	}
	if a.file, err = s.unnamed(); err != nil {
		return nil, err
	}
	info := wav.Info{Artist: a.who.No, Created: s.Now().Format(time.RFC3339), Comment: why, Source: "recording/" + r.ID, Serial: serial}
	if err := s.Sounds.Copy(ctx, a.file.f, r.ID, info, mute); err != nil {
		return nil, &errAsker{wire.CodeInternal, lastLine(err)}
	}
	if a.file.size, err = a.file.f.Seek(0, io.SeekEnd); err != nil {
		return nil, fmt.Errorf("measuring an export: %w", err)
	}
	return map[string]any{"recording": r.ID, "serial": serial, "bytes": a.file.size, "muted": len(mute)}, nil
}

// serialDigits is how long the number of a copy is.
const serialDigits = 10

// newSerial makes up the number of a copy. It says nothing by itself: the audit log knows who made the copy, when and why.
func newSerial() (string, error) {
	out := make([]byte, serialDigits)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			return "", fmt.Errorf("making the number of a copy: %w", err)
		}
		out[i] = '0' + byte(n.Int64())
	}
	return string(out), nil
}

// isSerial tells whether words are the number of a copy.
func isSerial(words string) bool {
	return len(words) == serialDigits && strings.Trim(words, "0123456789") == ""
}

// copyWords begin the audit log's reason for a copy.
func copyWords(serial string) string { return "副本 " + serial + "：" }

// secret tells which spans of a recording hold an identity check or a secure pause.
func (s *Service) secret(ctx context.Context, r store.Recording) ([]mask.Span, error) {
	events, err := s.DB.Timeline.List(ctx, r.CallID)
	if err != nil {
		return nil, err
	}
	steps := make([]mask.Step, 0, len(events))
	for _, e := range events {
		steps = append(steps, mask.Step{Kind: e.Kind, At: e.At.Sub(r.Start)})
	}
	return mask.Sound(steps, time.Duration(r.Samples)*time.Second/sampleRate), nil
}

// unnamed makes a file that nobody else can open and that is gone when closed.
func (s *Service) unnamed() (*file, error) {
	f, err := os.CreateTemp(s.Temp, ".export-*")
	if err != nil {
		return nil, fmt.Errorf("making a file for an export: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("hiding an export: %w", err), f.Close())
	}
	return &file{f: f}, nil
}

func (s *Service) recordingVerify(ctx context.Context, a *ask) (any, error) {
	r, err := s.recording(ctx, a, access.RecordingVerify)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "recording.verify", "recording/"+r.ID, ""); err != nil {
		return nil, err
	}
	if err := s.Sounds.Verify(ctx, r.ID); err != nil {
		return nil, &errAsker{wire.CodeInternal, lastLine(err)}
	}
	return map[string]any{"recording": r.ID, "samples": r.Samples}, nil
}

// lastLine is the innermost error: the archive writes that one for people.
func lastLine(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
