// Package wav reads and writes RIFF WAVE files as streams: 16-bit PCM, A-law
// and µ-law in (one or two channels), 16-bit PCM out. It owns the container
// only; files are opened by the caller. A file from outside may be anything:
// sizes in it are never believed, only bounded, and no input panics.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"zuoxi/media/g711"
)

// What a file may hold before it is refused.
const (
	minRate      = 4000
	maxRate      = 192000
	maxChannels  = 2
	maxSkipped   = 4 << 20 // bytes of chunks that are not sound, before the sound
	formatPCM    = 1
	formatALaw   = 6
	formatULaw   = 7
	formatExtend = 0xFFFE
	unknownSize  = 0xFFFFFFFF
)

// Named reasons for refusing a file; they come wrapped with what was read.
var (
	ErrNotWave     = errors.New("wav: not a RIFF WAVE file")
	ErrUnsupported = errors.New("wav: unsupported sound format")
	ErrTooLarge    = errors.New("wav: larger than allowed")
)

// Format says how the samples are to be played.
type Format struct {
	Rate     int // samples per second and channel
	Channels int // 1 or 2, interleaved
}

// Reader delivers the samples of one file.
type Reader struct {
	Format
	src   io.Reader
	tag   int
	left  int64 // bytes of sound still announced; -1 when the writer did not know
	raw   []byte
	stash []byte // a sound chunk that came before its format
}

// NewReader reads up to the first sample. Chunks it does not know are
// skipped; a sound chunk that precedes the format is kept if it is small.
func NewReader(r io.Reader) (*Reader, error) {
	w := &Reader{src: bufio.NewReaderSize(r, 16<<10), raw: make([]byte, 4096)}
	var head [12]byte
	if _, err := io.ReadFull(w.src, head[:]); err != nil {
		return nil, fmt.Errorf("%w: no header: %w", ErrNotWave, err)
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: starts with %q", ErrNotWave, head[:4])
	}
	return w, w.chunks()
}

// chunks walks to the sound.
func (w *Reader) chunks() error {
	skipped := int64(0)
	for {
		var head [8]byte
		if _, err := io.ReadFull(w.src, head[:]); err != nil {
			return fmt.Errorf("%w: no sound found: %w", ErrNotWave, err)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		id := string(head[:4])
		if id == "data" && w.tag != 0 {
			w.left = size
			if size == unknownSize || size == 0 {
				w.left = -1
			}
			return nil
		}
		if skipped += size; skipped > maxSkipped {
			return fmt.Errorf("%w: %d bytes before the sound", ErrTooLarge, skipped)
		}
		if err := w.chunk(id, size); err != nil {
			return err
		}
		if w.tag != 0 && w.stash != nil {
			return nil
		}
	}
}

func (w *Reader) chunk(id string, size int64) error {
	padded := size + size&1
	if id != "fmt " && id != "data" {
		_, err := io.CopyN(io.Discard, w.src, padded)
		return wrapShort(err)
	}
	body, err := io.ReadAll(io.LimitReader(w.src, padded))
	if err != nil || int64(len(body)) < size {
		return fmt.Errorf("%w: %q is cut off", ErrNotWave, id)
	}
	if id == "data" {
		w.stash, w.left = body[:size], size
		return nil
	}
	return w.format(body)
}

func wrapShort(err error) error {
	if err != nil {
		return fmt.Errorf("%w: chunk is cut off: %w", ErrNotWave, err)
	}
	return nil
}

func (w *Reader) format(b []byte) error {
	if len(b) < 16 {
		return fmt.Errorf("%w: format of %d bytes", ErrNotWave, len(b))
	}
	tag := int(binary.LittleEndian.Uint16(b))
	if tag == formatExtend && len(b) >= 26 {
		tag = int(binary.LittleEndian.Uint16(b[24:]))
	}
	channels := int(binary.LittleEndian.Uint16(b[2:]))
	rate := binary.LittleEndian.Uint32(b[4:])
	bits := int(binary.LittleEndian.Uint16(b[14:]))
	known := tag == formatPCM && bits == 16 || (tag == formatALaw || tag == formatULaw) && bits == 8
	if !known || channels < 1 || channels > maxChannels || rate < minRate || rate > maxRate {
		return fmt.Errorf("%w: format %d, %d bits, %d channels, %d Hz", ErrUnsupported, tag, bits, channels, rate)
	}
	w.tag, w.Rate, w.Channels = tag, int(rate), channels
	return nil
}

// Read fills dst with interleaved samples and returns how many there were.
// The end of the file, announced or early, is io.EOF with zero samples.
func (w *Reader) Read(dst []int16) (int, error) {
	width := 1
	if w.tag == formatPCM {
		width = 2
	}
	done := 0
	for done < len(dst) {
		want := min((len(dst)-done)*width, len(w.raw))
		if w.left >= 0 {
			want = int(min(int64(want), w.left))
		}
		got, err := w.bytes(w.raw[:want])
		got -= got % width
		w.convert(dst[done:], w.raw[:got])
		done += got / width
		if w.left >= 0 {
			w.left -= int64(got)
		}
		if got == 0 || err != nil {
			w.left = 0
			if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			if done > 0 {
				err = nil
			}
			return done, err
		}
	}
	return done, nil
}

func (w *Reader) bytes(dst []byte) (int, error) {
	if len(dst) == 0 {
		return 0, io.EOF
	}
	if w.stash == nil {
		return io.ReadFull(w.src, dst)
	}
	n := copy(dst, w.stash)
	w.stash = w.stash[n:]
	return n, nil
}

func (w *Reader) convert(dst []int16, src []byte) {
	switch w.tag {
	case formatALaw:
		g711.DecodeALaw(dst, src)
	case formatULaw:
		g711.DecodeULaw(dst, src)
	default:
		for i := range len(src) / 2 {
			dst[i] = int16(binary.LittleEndian.Uint16(src[2*i:]))
		}
	}
}

// ReadAll returns every sample of a file, interleaved, and refuses one with
// more than limit of them.
func ReadAll(r io.Reader, limit int) ([]int16, Format, error) {
	w, err := NewReader(r)
	if err != nil {
		return nil, Format{}, err
	}
	var all []int16
	block := make([]int16, 8192)
	for {
		n, err := w.Read(block)
		if len(all)+n > limit {
			return nil, w.Format, fmt.Errorf("%w: more than %d samples", ErrTooLarge, limit)
		}
		all = append(all, block[:n]...)
		if errors.Is(err, io.EOF) {
			return all, w.Format, nil
		}
		if err != nil {
			return nil, w.Format, fmt.Errorf("wav: reading samples: %w", err)
		}
	}
}
