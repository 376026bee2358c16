package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func ramp(n int) []int16 {
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(i * 37)
	}
	return s
}

func encode(t *testing.T, f Format, s []int16) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(s), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	want := ramp(20001)
	w, err := NewWriter(f, Format{Rate: 8000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(want), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := binary.LittleEndian.Uint32(raw[40:]); n != 40002 {
		t.Fatalf("header says %d bytes", n)
	}
	got, format, err := ReadAll(bytes.NewReader(raw), 1<<20)
	if err != nil || format != (Format{8000, 1}) || !slices.Equal(got, want) {
		t.Fatalf("read %d samples of %+v: %v", len(got), format, err)
	}
}

func TestNeverClosedFilePlays(t *testing.T) {
	raw := encode(t, Format{16000, 2}, ramp(100))
	got, format, err := ReadAll(bytes.NewReader(raw), 1000)
	if err != nil || len(got) != 100 || format.Channels != 2 {
		t.Fatalf("%d samples, %+v, %v", len(got), format, err)
	}
}

func chunk(id string, body []byte) []byte {
	b := append([]byte(id), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(body)))
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), slices.Concat(chunks...)...)
}

func format(tag, channels, rate, bits int) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(tag))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = append(b, make([]byte, 6)...)
	return binary.LittleEndian.AppendUint16(b, uint16(bits))
}

func TestChunkOrder(t *testing.T) {
	odd, sound := chunk("LIST", []byte("odd")), chunk("data", []byte{1, 0, 2, 0})
	pcm := chunk("fmt ", format(formatPCM, 1, 8000, 16))
	for name, file := range map[string][]byte{
		"usual":         riff(pcm, sound),
		"list first":    riff(odd, pcm, odd, sound),
		"sound first":   riff(sound, odd, pcm),
		"rubbish after": riff(pcm, sound, odd),
	} {
		got, _, err := ReadAll(bytes.NewReader(file), 100)
		if err != nil || !slices.Equal(got, []int16{1, 2}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestALaw(t *testing.T) {
	file := riff(chunk("fmt ", format(formatALaw, 1, 8000, 8)), chunk("data", []byte{0xD5, 0x55, 0xAA}))
	got, _, err := ReadAll(bytes.NewReader(file), 100)
	if err != nil || !slices.Equal(got, []int16{8, -8, 32256}) {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	sound := chunk("data", make([]byte, 400))
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":       {nil, ErrNotWave},
		"text":        {[]byte("this is not a sound file"), ErrNotWave},
		"no sound":    {riff(chunk("fmt ", format(1, 1, 8000, 16))), ErrNotWave},
		"24 bits":     {riff(chunk("fmt ", format(1, 1, 8000, 24)), sound), ErrUnsupported},
		"6 channels":  {riff(chunk("fmt ", format(1, 6, 8000, 16)), sound), ErrUnsupported},
		"odd rate":    {riff(chunk("fmt ", format(1, 1, 3, 16)), sound), ErrUnsupported},
		"short fmt":   {riff(chunk("fmt ", []byte{1, 0}), sound), ErrNotWave},
		"huge chunk":  {append(riff(), "LIST\xff\xff\xff\x7f"...), ErrTooLarge},
		"over limit":  {riff(chunk("fmt ", format(1, 1, 8000, 16)), sound), ErrTooLarge},
		"cut in fmt ": {append(riff(), "fmt \x10\x00\x00\x00ab"...), ErrNotWave},
	} {
		if _, _, err := ReadAll(bytes.NewReader(c.file), 100); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := NewWriter(io.Discard, Format{8000, 0}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("writer: %v", err)
	}
}

func TestCutOffSoundEndsQuietly(t *testing.T) {
	file := riff(chunk("fmt ", format(1, 1, 8000, 16)), chunk("data", make([]byte, 100)))
	got, _, err := ReadAll(bytes.NewReader(file[:len(file)-51]), 100)
	if err != nil || len(got) != 24 {
		t.Fatalf("%d samples, %v", len(got), err)
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	file := riff(chunk("fmt ", format(1, 1, 8000, 16)), chunk("data", make([]byte, 320*400)))
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { _, _ = r.Read(dst) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(riff(chunk("fmt ", format(1, 2, 8000, 16)), chunk("data", make([]byte, 9))))
	f.Add(riff(chunk("data", []byte{1, 2, 3}), chunk("fmt ", format(formatULaw, 1, 8000, 8))))
	f.Add(riff(chunk("fmt ", format(formatExtend, 1, 8000, 16))))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, _, err := ReadAll(bytes.NewReader(file), 1<<16)
		if err == nil && len(got) > len(file) {
			t.Fatalf("%d samples from %d bytes", len(got), len(file))
		}
	})
}

// TestInfo: a file says where it is from before the sound begins, is read as if it did not, and its lengths are right.
func TestInfo(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "a.wav"))
	if err != nil {
		t.Fatal(err)
	}
	want, say := ramp(1001), Info{Artist: "1007", Comment: "给仲裁", Source: "r1", Serial: "42"} // an odd and an even length
	w, err := NewMarked(f, Format{Rate: 8000, Channels: 1}, say)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(want), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	list := bytes.Index(file, []byte("LIST"))
	texts := file[list+8 : bytes.Index(file, []byte("data"))]
	if int(binary.LittleEndian.Uint32(file[list+4:])) != len(texts) || int(binary.LittleEndian.Uint32(file[4:])) != len(file)-8 {
		t.Errorf("lengths of %d and %d bytes are wrong", len(texts), len(file))
	}
	if string(texts) != "INFOIART\x05\x00\x00\x001007\x00\x00ICMT\x0a\x00\x00\x00给仲裁\x00ISRC\x03\x00\x00\x00r1\x00\x00IKEY\x03\x00\x00\x0042\x00\x00" {
		t.Errorf("texts %q", texts)
	}
	got, _, err := ReadAll(bytes.NewReader(file), len(want))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d samples, %v", len(got), err)
	}
}
