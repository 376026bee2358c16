package recording

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
	"zuoxi/rules/mask"
)

// Export writes a recording as a WAV file of two channels, the caller left.
// It is verified first: nothing is written of one that was changed. The header
// holds the true length when w can seek.
func (l *Library) Export(ctx context.Context, w io.Writer, id string) error {
	return l.Copy(ctx, w, id, wav.Info{}, nil)
}

// Copy is Export of a copy that leaves the house: it says where it is from, and both channels are silent in the muted spans.
// What is kept stays as it was. A copy with a serial number says it in tones before and after, in both channels, as what a file
// says about itself does not outlast a conversion; in between every sample is that of the recording.
func (l *Library) Copy(ctx context.Context, w io.Writer, id string, info wav.Info, mute []mask.Span) error {
	return l.with(ctx, id, func(row store.Recording, f *os.File) error {
		var said []int16
		if info.Serial != "" {
			said = spoken(info.Serial)
		}
		var out *wav.Writer
		begin := func() (err error) {
			if out, err = wav.NewMarked(w, wav.Format{Rate: Rate, Channels: 2}, info); err != nil {
				return err
			}
			return out.Write(said)
		}
		var both []int16
		at := 0
		err := l.play(ctx, row, f, begin, func(caller, rest []byte) error {
			both = interleave(both[:0], caller, rest)
			blank(both, at, mute)
			at += len(caller)
			return out.Write(both)
		})
		if err != nil {
			return err
		}
		return errors.Join(out.Write(said), out.Close())
	})
}

// spoken is the number of a copy in tones, in both channels, with half a second of silence before and after.
func spoken(serial string) (both []int16) {
	quiet := make([]int16, Rate/2)
	for _, v := range slices.Concat(quiet, tone.Serial(Rate, serial), quiet) {
		both = append(both, v, v)
	}
	return both
}

// blank takes the sound out of what of both channels, which begin with sample at, lies in the spans.
func blank(both []int16, at int, mute []mask.Span) {
	n := len(both) / 2
	for _, s := range mute {
		from, to := int(s.From*Rate/time.Second)-at, int(s.To*Rate/time.Second)-at
		if from, to = max(from, 0), min(to, n); from < to {
			clear(both[2*from : 2*to])
		}
	}
}
