package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// forger has the disk and the index, and no key.
type forger struct {
	t   *testing.T
	l   *Library
	x   *index
	row store.Recording
	all []*block
}

func forge(t *testing.T, l *Library, x *index) *forger {
	t.Helper()
	r := begin(t, l)
	for at := int64(0); at < 20000; at += frameLen {
		r.Write(at, ramp(at, frameLen, 0), nil)
	}
	f := &forger{t: t, l: l, x: x, row: end(t, r)}
	data, err := os.ReadFile(l.path(f.row))
	if err != nil {
		t.Fatal(err)
	}
	for rd := bytes.NewReader(data); rd.Len() > 0; {
		b, err := readBlock(rd)
		if err != nil {
			t.Fatal(err)
		}
		f.all = append(f.all, b)
	}
	return f
}

// plant puts blocks in the file's place, each hash as anybody can compute it or, with kept, as it was, and fits the index to it.
func (f *forger) plant(kept bool, blocks ...*block) error {
	f.t.Helper()
	var out, prev []byte
	f.row.Samples, f.row.Gaps = 0, nil
	for i, b := range blocks {
		if !kept {
			b.seq = uint32(i)
			b.bytes(prev, nil)
		}
		out = append(out, bytes.Join([][]byte{b.header(), b.payload, b.hash}, nil)...)
		prev, f.row.Samples = b.hash, max(f.row.Samples, b.from+b.samples)
	}
	f.row.Head = prev
	f.x.rows[f.row.ID] = f.row
	if err := os.WriteFile(f.l.path(f.row), out, 0o600); err != nil {
		f.t.Fatal(err)
	}
	err := f.l.Verify(f.t.Context(), f.row.ID)
	if _, _, played := f.l.Channels(f.t.Context(), f.row.ID); (err == nil) != (played == nil) {
		f.t.Errorf("verified: %v, played: %v", err, played)
	}
	return err
}

// words are a conversation that never was.
func words() *block {
	return &block{kind: kindSound, samples: 8000, payload: bytes.Repeat([]byte{0x55}, 16000)}
}

// TestForgedRecording: who has disk and index but no key puts no other words in the recording's place, whatever the head says.
func TestForgedRecording(t *testing.T) {
	for name, plain := range map[string]bool{"sealed": false, "plain": true} {
		l, x := library(t, seal.New())
		l.cfg.Plain, l.since = plain, store.NewID(day.Add(-time.Hour))
		f := forge(t, l, x)
		if f.row.KeyID != "" == plain {
			t.Errorf("%s: key %q", name, f.row.KeyID)
		}
		if err := f.plant(false, f.all[0], words()); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: another conversation: %v", name, err)
		}
		if err := f.plant(false, f.all...); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: its own blocks, linked by somebody else: %v", name, err)
		}
		var h head
		if err := json.Unmarshal(f.all[0].payload, &h); err != nil {
			t.Fatal(err)
		}
		h.Chain, h.KeyID = "", ""
		payload, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.plant(false, &block{kind: kindHead, payload: payload}, words()); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: as an older one: %v", name, err)
		}
	}
}

// TestCutRecording: blocks cut off the end leave a chain that fits, and not the end that the index had.
func TestCutRecording(t *testing.T) {
	l, x := library(t, seal.New())
	f := forge(t, l, x)
	if err := f.plant(true, f.all[:2]...); !errors.Is(err, ErrBroken) {
		t.Errorf("got %v", err)
	}
}

// TestOlderRecordings are held to what they are, and to the seal of their sound.
func TestOlderRecordings(t *testing.T) {
	l, x := library(t, seal.New())
	f := forge(t, l, x)
	var h head
	if err := json.Unmarshal(f.all[0].payload, &h); err != nil {
		t.Fatal(err)
	}
	h.Chain = ""
	payload, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	older := &block{kind: kindHead, payload: payload}
	if err := f.plant(false, append([]*block{older}, f.all[1:]...)...); err != nil {
		t.Errorf("one as they were made: %v", err)
	}
	if err := f.plant(false, older, words()); !errors.Is(err, ErrBroken) {
		t.Errorf("unsealed sound: %v", err)
	}
	l.since = store.NewID(day.Add(-time.Hour))
	if err := f.plant(false, append([]*block{older}, f.all[1:]...)...); !errors.Is(err, ErrBroken) {
		t.Errorf("one that should not be made so any more: %v", err)
	}
}
