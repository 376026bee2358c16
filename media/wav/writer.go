package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const headerSize = 44 // without texts

// Writer writes 16-bit PCM. Until Close the header says "length unknown", so
// a file that was never closed still plays.
type Writer struct {
	dst   io.Writer
	buf   []byte
	head  int64 // where the sound begins
	bytes int64
}

// NewWriter writes the header. If w can seek, Close puts the true length in.
func NewWriter(w io.Writer, f Format) (*Writer, error) { return NewMarked(w, f, Info{}) }

// NewMarked is NewWriter for a file that says where it is from. The texts stand before the sound: a file that is cut off
// keeps them.
func NewMarked(w io.Writer, f Format, i Info) (*Writer, error) {
	if f.Channels < 1 || f.Channels > 64 || f.Rate < minRate || f.Rate > maxRate {
		return nil, fmt.Errorf("%w: %d channels, %d Hz", ErrUnsupported, f.Channels, f.Rate)
	}
	h := make([]byte, headerSize)
	copy(h, "RIFF")
	binary.LittleEndian.PutUint32(h[4:], unknownSize)
	copy(h[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(h[16:], 16)
	binary.LittleEndian.PutUint16(h[20:], formatPCM)
	binary.LittleEndian.PutUint16(h[22:], uint16(f.Channels))
	binary.LittleEndian.PutUint32(h[24:], uint32(f.Rate))
	binary.LittleEndian.PutUint32(h[28:], uint32(f.Rate*f.Channels*2))
	binary.LittleEndian.PutUint16(h[32:], uint16(f.Channels*2))
	binary.LittleEndian.PutUint16(h[34:], 16)
	h = append(h[:headerSize-8], i.chunk()...)
	h = binary.LittleEndian.AppendUint32(append(h, "data"...), unknownSize)
	if _, err := w.Write(h); err != nil {
		return nil, fmt.Errorf("wav: writing header: %w", err)
	}
	return &Writer{dst: w, buf: make([]byte, 8192), head: int64(len(h))}, nil
}

// Write appends interleaved samples.
func (w *Writer) Write(samples []int16) error {
	for len(samples) > 0 {
		n := min(len(samples), len(w.buf)/2)
		for i, s := range samples[:n] {
			binary.LittleEndian.PutUint16(w.buf[2*i:], uint16(s))
		}
		if _, err := w.dst.Write(w.buf[:2*n]); err != nil {
			return fmt.Errorf("wav: writing samples: %w", err)
		}
		w.bytes += int64(2 * n)
		samples = samples[n:]
	}
	return nil
}

// Close sets the lengths in the header where the destination can seek; it
// does not close the destination.
func (w *Writer) Close() error {
	s, ok := w.dst.(io.WriteSeeker)
	if !ok || w.bytes > unknownSize-w.head {
		return nil
	}
	return errors.Join(
		patch(s, 4, uint32(w.bytes+w.head-8)),
		patch(s, w.head-4, uint32(w.bytes)),
		seek(s, 0, io.SeekEnd),
	)
}

func patch(s io.WriteSeeker, at int64, v uint32) error {
	if err := seek(s, at, io.SeekStart); err != nil {
		return err
	}
	if _, err := s.Write(binary.LittleEndian.AppendUint32(nil, v)); err != nil {
		return fmt.Errorf("wav: setting length: %w", err)
	}
	return nil
}

func seek(s io.Seeker, at int64, whence int) error {
	if _, err := s.Seek(at, whence); err != nil {
		return fmt.Errorf("wav: setting length: %w", err)
	}
	return nil
}
