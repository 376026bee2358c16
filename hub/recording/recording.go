// Package recording keeps what was said: two channels, the caller and
// everybody else, in one append-only, hash-chained and (with a key) encrypted
// file for each recording, in a folder for each day. The hub's wiring opens a
// Library; calls and voicemails write through a Recorder.
//
// Promises: writing never blocks the sound, a full queue costs sound and is
// marked as a gap; what was written is on its way to the disk within 1 s, so a
// kill -9 loses less than 2 s; a changed, missing or moved block shows in
// Verify, also to whom disk and index belong but not the keys; WAV is made on export only.
//
// Goroutines: each Recorder has one, started by Library.Start and ended by
// Recorder.Close; it alone touches the file while the recording runs.
package recording

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/durable"
	"zuoxi/media/g711"
	"zuoxi/rules/retain"
)

// Rate is samples per second of each channel.
const Rate = 8000

// maxSound is the longest recording that is handed out whole, in samples.
const maxSound = 10 * 60 * Rate

// Errors of reading a recording.
var (
	ErrBroken  = errors.New("录音文件与校验链不符 · 可能被改动或损坏 · 请勿作证据使用并报告管理员")
	ErrMissing = errors.New("录音文件不在了 · 无法播放 · 请管理员从备份恢复")
	ErrPurged  = errors.New("录音已过保存期并清除 · 无法播放 · 通话记录仍可查")
	ErrLong    = errors.New("录音太长 · 不能在座席上整段播放 · 请导出后收听")
	ErrNoKey   = errors.New("没有录音密钥 · 无法播放 · 请放回当时的密钥文件")
)

// Keys gives the key of a recording, the current one for an empty id;
// seal.Keys does.
type Keys interface {
	Derive(use, id string) (keyID string, key []byte, err error)
}

// Config of a library.
type Config struct {
	Dir   string
	Index store.Recordings
	// Keys encrypts new recordings and links their blocks; nil leaves both to nobody.
	Keys Keys
	// Plain leaves new recordings unencrypted; with keys their blocks are linked all the same.
	Plain bool
	// Since is from when on a recording has to be linked with a key; zero: older ones may come at any time.
	Since time.Time
	// Zone decides which day's folder a recording goes to, UTC when nil.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Keep is how long recordings stay; nil: what ships.
	Keep retain.Days
	// Kinds tells what a recording is of, when it would be removed; nil: of a call.
	Kinds func(ctx context.Context, row store.Recording) ([]retain.Kind, error)
}

// Library is the folder of recordings. Any goroutine may use it.
type Library struct {
	cfg Config
	// since is Config.Since as an id: who moves a recording back in time has to
	// give it another one, which no log knows.
	since string
	open  opener // os.OpenFile, unless a test has it fail

	// mu guards live, the recordings that are being written.
	mu   sync.Mutex
	live map[string]bool
}

// Open makes the folder if need be.
func Open(cfg Config) (*Library, error) {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Keep == nil {
		cfg.Keep = retain.Defaults()
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make recordings folder: %w", err)
	}
	l := &Library{cfg: cfg, open: openFile, live: map[string]bool{}}
	if !cfg.Since.IsZero() {
		l.since = store.NewID(cfg.Since)
	}
	return l, nil
}

// Meta says what a recording belongs to.
type Meta struct {
	CallID   string
	District string
	Start    time.Time
	// Trouble is called once when the disk refuses sound, in the recorder's own
	// goroutine: it must not wait. nil: nobody wants to know.
	Trouble func()
}

// Start begins a recording: it makes the file and the index entry, so call it
// off the sound's path. Close the Recorder in the end.
func (l *Library) Start(ctx context.Context, m Meta) (*Recorder, error) {
	row := store.Recording{
		ID: store.NewID(m.Start), CallID: m.CallID, District: m.District,
		Start: m.Start, RetainUntil: l.cfg.Keep.Least(m.Start), Version: 1,
	}
	row.Path = filepath.Join(m.Start.In(l.cfg.Zone).Format(time.DateOnly), row.ID+".zxr")
	t, err := l.create(&row)
	if err != nil {
		return nil, fmt.Errorf("start recording of call %s: %w", m.CallID, err)
	}
	l.writes(row.ID, true)
	if err := l.cfg.Index.Start(ctx, row); err != nil {
		l.writes(row.ID, false)
		return nil, errors.Join(fmt.Errorf("start recording of call %s: %w", m.CallID, err), t.f.Close(), os.Remove(l.path(row)))
	}
	return startRecorder(l, row, t, m.Trouble), nil
}

// create makes the file with its head block.
func (l *Library) create(row *store.Recording) (*tape, error) {
	t := &tape{}
	first := head{ID: row.ID, CallID: row.CallID, District: row.District, Start: row.Start.UTC(), Rate: Rate, Codec: "alaw"}
	if err := l.lock(t, &first); err != nil {
		return nil, err
	}
	row.KeyID = first.KeyID
	payload, err := json.Marshal(first)
	if err != nil {
		return nil, fmt.Errorf("write recording's head: %w", err)
	}
	path := l.path(*row)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make day folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make recording file: %w", err)
	}
	t.f = f
	err = t.add(&block{kind: kindHead, payload: payload})
	if err = errors.Join(err, f.Sync(), durable.Settle(filepath.Dir(path))); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return t, nil
}

// lock gives a tape its keys and names them in the head.
func (l *Library) lock(t *tape, h *head) (err error) {
	if l.cfg.Keys == nil {
		return nil
	}
	if h.Chain, t.link, err = l.cfg.Keys.Derive(chainUse(h.ID), ""); err != nil || l.cfg.Plain {
		return err
	}
	var key []byte
	if h.KeyID, key, err = l.cfg.Keys.Derive(keyUse(h.ID), ""); err != nil {
		return err
	}
	t.aead, err = newAEAD(key)
	return err
}

func (l *Library) path(row store.Recording) string { return filepath.Join(l.cfg.Dir, row.Path) }

// Sound is the caller's channel as A-law: a voicemail to be played again. One
// longer than 10 minutes is refused with ErrLong; export it.
func (l *Library) Sound(ctx context.Context, id string) ([]byte, error) {
	var alaw []byte
	err := l.with(ctx, id, func(row store.Recording, f *os.File) error {
		if row.Samples > maxSound {
			return ErrLong
		}
		begin := func() error { return nil }
		return l.play(ctx, row, f, begin, func(caller, _ []byte) error {
			alaw = append(alaw, caller...)
			return nil
		})
	})
	return alaw, err
}

// longest bounds what is played at a seat: two hours.
const longest = 2 * 3600 * Rate

// Channels are both channels as A-law, for a seat that plays them. It is verified first: nothing is given of a recording that
// was changed.
func (l *Library) Channels(ctx context.Context, id string) (caller, rest []byte, err error) {
	err = l.with(ctx, id, func(row store.Recording, f *os.File) error {
		if row.Samples > longest {
			return ErrLong
		}
		begin := func() error { return nil }
		return l.play(ctx, row, f, begin, func(a, b []byte) error {
			caller, rest = append(caller, a...), append(rest, b...)
			return nil
		})
	})
	return caller, rest, err
}

func interleave(dst []int16, caller, rest []byte) []int16 {
	var one [2]int16
	for i := range caller {
		g711.DecodeALaw(one[:1], caller[i:i+1])
		g711.DecodeALaw(one[1:], rest[i:i+1])
		dst = append(dst, one[0], one[1])
	}
	return dst
}

// Verify reads a recording and holds it to its chain and its index entry.
func (l *Library) Verify(ctx context.Context, id string) error {
	return l.with(ctx, id, func(row store.Recording, f *os.File) error {
		_, err := l.survey(f, row)
		return err
	})
}

func (l *Library) with(ctx context.Context, id string, fn func(store.Recording, *os.File) error) error {
	row, err := l.cfg.Index.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("recording %s: %w", id, err)
	}
	if !row.Purged.IsZero() {
		return fmt.Errorf("recording %s: %w", id, ErrPurged)
	}
	f, err := os.Open(l.path(row))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrMissing
	}
	if err != nil {
		return fmt.Errorf("recording %s: %w", id, err)
	}
	if err := errors.Join(fn(row, f), f.Close()); err != nil {
		return fmt.Errorf("recording %s: %w", id, err)
	}
	return nil
}

func duration(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / Rate
}

// summary is what a file holds.
type summary struct {
	samples int64
	gaps    []store.Gap
	end     []byte // what the index keeps of it when it is finished
	size    int64  // bytes up to the last whole block
}

// survey walks the chain. A recording that runs, or ran at a crash, may end
// within a block; one that is complete must fit its index entry.
func (l *Library) survey(r io.Reader, row store.Recording) (summary, error) {
	c, err := openChain(r, l.cfg.Keys)
	if err != nil {
		return summary{}, err
	}
	if c.head.ID != row.ID || c.head.CallID != row.CallID {
		return summary{}, fmt.Errorf("it is recording %s: %w", c.head.ID, ErrBroken)
	}
	if c.link == nil && l.since != "" && row.ID > l.since {
		return summary{}, fmt.Errorf("its blocks are linked without a key: %w", ErrBroken)
	}
	s, err := c.survey(row.End.IsZero())
	if err == nil && !row.End.IsZero() && (!hmac.Equal(s.end, row.Head) || s.samples != row.Samples) {
		err = fmt.Errorf("it does not end as the index says: %w", ErrBroken)
	}
	return s, err
}

// survey walks to the end of the file, which may lie within a block of one that runs.
func (c *chain) survey(runs bool) (s summary, err error) {
	defer func() { s.end = c.link.end(c.prev, s.samples) }()
	s.size = c.end
	for {
		b, err := c.next()
		if errors.Is(err, io.EOF) || (errors.Is(err, errCut) && runs) {
			return s, nil
		}
		if err != nil {
			return s, broken(err)
		}
		if b.kind == kindGap {
			var g store.Gap
			if err := json.Unmarshal(b.payload, &g); err != nil {
				return s, fmt.Errorf("gap in block %d: %w", b.seq, ErrBroken)
			}
			s.gaps = append(s.gaps, g)
		}
		s.samples = max(s.samples, b.from+b.samples)
		s.size = c.end
	}
}

// broken makes a cut file of a finished recording a damaged one.
func broken(err error) error {
	if errors.Is(err, errCut) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return err
}

// play verifies a recording, calls begin and then out for every piece of the
// two channels in order, with silence where there is no sound.
func (l *Library) play(ctx context.Context, row store.Recording, f *os.File, begin func() error, out func(caller, rest []byte) error) error {
	sum, err := l.survey(f, row)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind: %w", err)
	}
	if err := begin(); err != nil {
		return err
	}
	return unroll(ctx, io.LimitReader(f, sum.size), l.cfg.Keys, sum.samples, out)
}

// unroll reads total samples of sound from a file.
func unroll(ctx context.Context, r io.Reader, keys Keys, total int64, out func(caller, rest []byte) error) error {
	c, err := openSound(r, keys)
	if err != nil {
		return err
	}
	at := int64(0)
	quiet := func(until int64) (err error) {
		for ; at < until && err == nil; at = min(until, at+Rate) {
			pause := bytes.Repeat([]byte{g711.SilenceALaw}, int(min(until-at, Rate)))
			err = out(pause, pause)
		}
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := c.next()
		if errors.Is(err, io.EOF) || errors.Is(err, errCut) {
			return quiet(total)
		}
		if err != nil {
			return err
		}
		if b.kind != kindSound {
			continue
		}
		sound, err := c.plain(b)
		if err != nil {
			return err
		}
		if int64(len(sound)) != 2*b.samples || b.from < at {
			return fmt.Errorf("block %d: %w", b.seq, ErrBroken)
		}
		if err := quiet(b.from); err != nil {
			return err
		}
		if err := out(sound[:b.samples], sound[b.samples:]); err != nil {
			return err
		}
		at += b.samples
	}
}
