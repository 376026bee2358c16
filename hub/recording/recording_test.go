package recording

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/media/g711"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
	"zuoxi/rules/mask"
)

var day = time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC)

func library(t testing.TB, keys Keys) (*Library, *index) {
	t.Helper()
	x := newIndex()
	l, err := Open(Config{Dir: t.TempDir(), Index: x, Keys: keys, Zone: time.FixedZone("CST", 8*3600)})
	if err != nil {
		t.Fatal(err)
	}
	return l, x
}

func begin(t testing.TB, l *Library) *Recorder {
	t.Helper()
	r, err := l.Start(t.Context(), Meta{CallID: "call-1", District: "130100", Start: day})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func end(t testing.TB, r *Recorder) store.Recording {
	t.Helper()
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	row, err := r.lib.cfg.Index.Get(t.Context(), r.ID())
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// ramp gives n samples that tell their place and survive A-law unchanged.
func ramp(from int64, n int, seed int64) []int16 {
	linear := make([]int16, n)
	for i := range linear {
		linear[i] = int16((from + int64(i) + seed) * 7919 % 30000)
	}
	alaw := make([]byte, n)
	g711.EncodeALaw(alaw, linear)
	g711.DecodeALaw(linear, alaw)
	return linear
}

// heard exports a recording and takes the channels apart.
func heard(t testing.TB, l *Library, id string) (caller, rest []int16) {
	t.Helper()
	var b bytes.Buffer
	if err := l.Export(t.Context(), &b, id); err != nil {
		t.Fatal(err)
	}
	all, f, err := wav.ReadAll(&b, 1<<26)
	if err != nil || f.Channels != 2 || f.Rate != Rate {
		t.Fatalf("wav: %+v, %v", f, err)
	}
	for i := 0; i < len(all); i += 2 {
		caller, rest = append(caller, all[i]), append(rest, all[i+1])
	}
	return caller, rest
}

func TestRoundTrip(t *testing.T) {
	for name, keys := range map[string]Keys{"plain": nil, "sealed": seal.New()} {
		t.Run(name, func(t *testing.T) {
			l, _ := library(t, keys)
			r := begin(t, l)
			const step, total = 800, 40000
			for at := int64(0); at < total; at += step {
				r.Write(at, ramp(at, step, 1), ramp(at, step, 2))
			}
			row := end(t, r)
			if row.Samples != total || !row.End.Equal(day.Add(5*time.Second)) || row.Path != "2026-03-03/"+row.ID+".zxr" {
				t.Errorf("index: %+v", row)
			}
			if (row.KeyID != "") != (keys != nil) {
				t.Errorf("key id %q", row.KeyID)
			}
			caller, rest := heard(t, l, row.ID)
			if !slices.Equal(caller, ramp(0, total, 1)) || !slices.Equal(rest, ramp(0, total, 2)) {
				t.Error("the sound came back changed")
			}
			if err := l.Verify(t.Context(), row.ID); err != nil {
				t.Error(err)
			}
			alaw, err := l.Sound(t.Context(), row.ID)
			linear := make([]int16, len(alaw))
			if g711.DecodeALaw(linear, alaw); err != nil || !slices.Equal(linear, caller) {
				t.Errorf("the caller alone: %d samples, %v", len(alaw), err)
			}
			raw, err := os.ReadFile(l.path(row))
			if err != nil {
				t.Fatal(err)
			}
			piece := make([]byte, 400)
			g711.EncodeALaw(piece, ramp(1000, 400, 1))
			if bytes.Contains(raw, piece) == (keys != nil) {
				t.Errorf("sealed %v, but the sound stands there otherwise", keys != nil)
			}
		})
	}
}

func TestFilesAreOurs(t *testing.T) {
	l, _ := library(t, nil)
	row := end(t, begin(t, l))
	f, err := os.Stat(l.path(row))
	if err != nil || f.Mode().Perm() != 0o600 {
		t.Errorf("file %v, %v", f.Mode(), err)
	}
	d, err := os.Stat(filepath.Dir(l.path(row)))
	if err != nil || d.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", d.Mode(), err)
	}
}

// Packets that come late, by less than the slack, end where their time says.
func TestPlacement(t *testing.T) {
	l, _ := library(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 120).Draw(rt, "packets")
		arrival := make([]int, n)
		order := make([]int, n)
		for i := range order {
			order[i] = i
			arrival[i] = i*frameLen + rapid.IntRange(0, slack-frameLen).Draw(rt, "jitter")
		}
		slices.SortStableFunc(order, func(a, b int) int { return arrival[a] - arrival[b] })
		var caller, rest []int16
		synctest.Test(t, func(t *testing.T) { // no idle tick comes between
			r := begin(t, l)
			for _, p := range order {
				at := int64(p * frameLen)
				r.Write(at, ramp(at, frameLen, 0), nil)
				r.Write(at, nil, ramp(at, frameLen, 1))
			}
			caller, rest = heard(t, l, end(t, r).ID)
		})
		total := n * frameLen
		if !slices.Equal(caller, ramp(0, total, 0)) || !slices.Equal(rest, ramp(0, total, 1)) {
			rt.Fatalf("order %v: the sound is not where it belongs", order)
		}
	})
}

// TestEndOutlastsTheIndex: the end of a recording is entered when the index is there again.
func TestEndOutlastsTheIndex(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		x := newIndex()
		l, err := Open(Config{Dir: dir, Index: x})
		if err != nil {
			t.Fatal(err)
		}
		r := begin(t, l)
		r.Write(0, ramp(0, Rate, 0), nil)
		x.away = 5
		if row := end(t, r); row.Samples != Rate || row.End.IsZero() {
			t.Errorf("%+v", row)
		}
	})
}

func TestLateSoundIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := library(t, nil)
		r := begin(t, l)
		for at := int64(0); at < 2*blockLen; at += frameLen {
			r.Write(at, ramp(at, frameLen, 0), nil)
		}
		r.Write(0, ramp(0, frameLen, 5), nil)
		r.Write(-5, ramp(0, frameLen, 5), nil)
		r.Write(maxJump*2, ramp(0, frameLen, 5), nil)
		row := end(t, r)
		if s := r.Stats(); s.Late != frameLen || s.Dropped != frameLen || row.Samples != 2*blockLen {
			t.Errorf("stats %+v, samples %d", s, row.Samples)
		}
	})
}

func TestGapsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, x := library(t, seal.New())
		r := begin(t, l)
		r.Write(0, ramp(0, 8000, 0), nil)
		r.Gap(8000, 24000, "8001", "机密信息")
		r.Gap(-1, 5, "8001", "nonsense")
		r.Write(24000, ramp(24000, 800, 0), nil)
		row := end(t, r)
		marked := store.Gap{From: 8000, To: 24000, Who: "8001", Why: "机密信息"}
		if !slices.Contains(row.Gaps, marked) {
			t.Errorf("gaps %+v", row.Gaps)
		}
		caller, _ := heard(t, l, row.ID)
		if len(caller) != 24800 || slices.Max(caller[8000:24000]) > 16 || !slices.Equal(caller[24000:], ramp(24000, 800, 0)) {
			t.Errorf("%d samples, the gap is not silent or the sound moved", len(caller))
		}
		// A crash loses the index entry, not the marks.
		row.End, row.Gaps = time.Time{}, nil
		x.rows[row.ID] = row
		if n, err := l.Recover(t.Context()); n != 1 || err != nil {
			t.Fatalf("recovered %d, %v", n, err)
		}
		if got := x.rows[row.ID]; !slices.Contains(got.Gaps, marked) || got.Samples != 24800 {
			t.Errorf("recovered %+v", got)
		}
	})
}

// The last words before a pause are written without waiting for more.
func TestIdleSoundIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := library(t, nil)
		r := begin(t, l)
		r.Write(0, ramp(0, 1000, 0), nil)
		<-time.After(3 * idle) // in the bubble's time
		synctest.Wait()
		if caller, _ := heard(t, l, r.ID()); len(caller) != 1000 {
			t.Errorf("%d samples can be played", len(caller))
		}
		end(t, r)
	})
}

func TestEveryChangeShows(t *testing.T) {
	l, _ := library(t, nil)
	r := begin(t, l)
	for at := int64(0); at < 20000; at += frameLen {
		r.Write(at, ramp(at, frameLen, 0), nil)
	}
	row := end(t, r)
	good, err := os.ReadFile(l.path(row))
	if err != nil {
		t.Fatal(err)
	}
	first := headerSize + int(uint32(good[14])<<8|uint32(good[15])) + hashSize
	second := first + headerSize + 2*blockLen + hashSize
	third := second + headerSize + 2*blockLen + hashSize
	for name, bad := range map[string][]byte{
		"cut":       good[:len(good)-1],
		"shorter":   good[:third],
		"longer":    append(slices.Clone(good), 1),
		"removed":   append(slices.Clone(good[:first]), good[second:]...),
		"reordered": slices.Concat(good[:first], good[second:third], good[first:second], good[third:]),
		"empty":     {},
	} {
		check(t, l, row, name, bad)
	}
	for at := 0; at < len(good); at += 97 {
		bad := slices.Clone(good)
		bad[at] ^= 0x10
		check(t, l, row, "changed", bad)
	}
	if err := os.Remove(l.path(row)); err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(t.Context(), row.ID); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: %v", err)
	}
}

func check(t *testing.T, l *Library, row store.Recording, what string, data []byte) {
	t.Helper()
	if err := os.WriteFile(l.path(row), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Verify(t.Context(), row.ID); err == nil {
		t.Errorf("%s: not noticed", what)
	}
	if err := l.Export(t.Context(), &bytes.Buffer{}, row.ID); err == nil {
		t.Errorf("%s: exported", what)
	}
}

func TestWithoutTheKey(t *testing.T) {
	l, x := library(t, seal.New())
	r := begin(t, l)
	r.Write(0, ramp(0, 800, 0), nil)
	row := end(t, r)
	blind := &Library{cfg: Config{Dir: l.cfg.Dir, Index: x}}
	if err := blind.Verify(t.Context(), row.ID); !errors.Is(err, ErrNoKey) {
		t.Errorf("verified without a key: %v", err)
	}
	if err := blind.Export(t.Context(), &bytes.Buffer{}, row.ID); !errors.Is(err, ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
	other := &Library{cfg: Config{Dir: l.cfg.Dir, Index: x, Keys: seal.New()}}
	if err := other.Export(t.Context(), &bytes.Buffer{}, row.ID); !errors.Is(err, ErrBroken) {
		t.Errorf("with another key: %v", err)
	}
	row.Samples, row.Purged = maxSound+1, time.Time{}
	x.rows[row.ID] = row
	if _, err := l.Sound(t.Context(), row.ID); !errors.Is(err, ErrLong) {
		t.Errorf("too long: %v", err)
	}
	row.Purged = day
	x.rows[row.ID] = row
	if err := l.Verify(t.Context(), row.ID); !errors.Is(err, ErrPurged) {
		t.Errorf("purged: %v", err)
	}
	if err := l.Verify(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestExportToAFileHasItsLength(t *testing.T) {
	l, _ := library(t, nil)
	r := begin(t, l)
	r.Write(0, ramp(0, 1600, 0), nil)
	row := end(t, r)
	f, err := os.Create(filepath.Join(t.TempDir(), "a.wav"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Export(t.Context(), f, row.ID), f.Close()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(f.Name()); err != nil || info.Size() != 44+1600*4 {
		t.Errorf("size %d, %v", info.Size(), err)
	}
}

// TestCopyIsSilentWhereMuted: both channels in the span and nothing beside it; the file says where it is from, and what is
// kept is as it was.
func TestCopyIsSilentWhereMuted(t *testing.T) {
	l, _ := library(t, nil)
	r := begin(t, l)
	const n = 3 * Rate
	r.Write(0, slices.Repeat([]int16{1000}, n), slices.Repeat([]int16{-3000}, n))
	row := end(t, r)
	sound := func(info wav.Info, mute ...mask.Span) []int16 {
		t.Helper()
		var b bytes.Buffer
		if err := l.Copy(t.Context(), &b, row.ID, info, mute); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{info.Artist, info.Created, info.Comment, info.Source, info.Serial} {
			if !strings.Contains(b.String(), text) {
				t.Errorf("the file does not say %q", text)
			}
		}
		pcm, f, err := wav.ReadAll(&b, 20*n)
		if said := len(spoken(info.Serial)); info.Serial != "" && len(pcm) == 2*n+2*said {
			for _, part := range [][]int16{pcm[:said], pcm[len(pcm)-said:]} { // before and after
				left := make([]int16, 0, said/2)
				for i := 0; i < said; i += 2 {
					left = append(left, part[i])
				}
				if got := tone.Serials(left, Rate); !slices.Equal(got, []string{info.Serial}) {
					t.Errorf("the copy says %q", got)
				}
			}
			pcm = pcm[said : len(pcm)-said]
		}
		if err != nil || f.Channels != 2 || len(pcm) != 2*n {
			t.Fatalf("%+v, %d samples, %v", f, len(pcm), err)
		}
		return pcm
	}
	whole := sound(wav.Info{})
	got := sound(wav.Info{Artist: "1007", Created: "2026-11-02T09:00:00+08:00", Comment: "给仲裁", Source: "recording/" + row.ID, Serial: "4821730956"},
		mask.Span{From: 500 * time.Millisecond, To: 1500 * time.Millisecond}, mask.Span{From: 2900 * time.Millisecond, To: time.Minute})
	for i := range got {
		at := i / 2
		muted := at >= Rate/2 && at < 3*Rate/2 || at >= 29*Rate/10
		if whole[i] == 0 || muted != (got[i] == 0) || !muted && got[i] != whole[i] {
			t.Fatalf("sample %d: %d, whole %d, muted %v", at, got[i], whole[i], muted)
		}
	}
	if err := l.Verify(t.Context(), row.ID); err != nil {
		t.Error(err)
	}
}
