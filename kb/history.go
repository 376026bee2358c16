package kb

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sync"
)

// history keeps what articles said before they were changed, so that a call of that day can be looked into. It is one
// file that only grows: records of length, checksum and deflated JSON. A record cut off by a crash is the last one and
// is overwritten by the next; one that a bad disk altered is passed over, and those after it stay.
type history struct {
	path string

	mu    sync.Mutex
	known map[string]int64 // place of each ID@VERSION, nil until first needed
	count map[string]int   // highest version of each article
	end   int64
}

const maxRecord = 8 << 20

// keep appends the articles and syncs. What is already kept is not kept twice. Where a library that was put back from a
// backup, or another one, counted the same version anew, the later text counts.
func (h *history) keep(articles []Article) error {
	if len(articles) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.load(); err != nil {
		return err
	}
	var buf bytes.Buffer
	type ref struct {
		id      string
		version int
	}
	places := map[ref]int64{}
	for _, a := range articles {
		if has, err := h.has(a); err != nil {
			return err
		} else if has {
			continue
		}
		places[ref{a.ID, a.Version}] = h.end + int64(buf.Len())
		if err := appendRecord(&buf, a); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(buf.Bytes(), h.end)
	if err = cmp.Or(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep earlier versions: %w", err)
	}
	for a, at := range places {
		h.note(a.id, a.version, at)
	}
	h.end += int64(buf.Len())
	return nil
}

func appendRecord(buf *bytes.Buffer, a Article) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err == nil {
		err = w.Close()
	}
	var head [8]byte
	binary.LittleEndian.PutUint32(head[:], uint32(z.Len()))
	binary.LittleEndian.PutUint32(head[4:], crc32.ChecksumIEEE(z.Bytes()))
	buf.Write(head[:])
	buf.Write(z.Bytes())
	return err
}

// versions lists what is kept of an article.
func (h *history) versions(id string) (out []int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.load(); err != nil {
		return nil, err
	}
	for n := range h.count[id] {
		if _, ok := h.known[reference(id, n+1)]; ok {
			out = append(out, n+1)
		}
	}
	return out, nil
}

// note remembers where a version stands.
func (h *history) note(id string, version int, at int64) {
	h.known[reference(id, version)] = at
	h.count[id] = max(h.count[id], version)
}

// has tells whether a version is kept as it is.
func (h *history) has(a Article) (bool, error) {
	kept, ok, err := h.read(a.ID, a.Version)
	return ok && kept.before(a), err
}

// before tells whether an article is another before the versions beside that came or went, which sets its last day.
func (a Article) before(b Article) bool {
	a.Scope.Expires, a.Ends, a.Previous = b.Scope.Expires, b.Ends, b.Previous
	return reflect.DeepEqual(a, b)
}

// find reads a version back.
func (h *history) find(id string, version int) (a Article, ok bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.load(); err != nil {
		return a, false, err
	}
	return h.read(id, version)
}

func (h *history) read(id string, version int) (a Article, ok bool, err error) {
	at, ok := h.known[reference(id, version)]
	if !ok {
		return a, false, nil
	}
	f, err := os.Open(h.path)
	if err != nil {
		return a, false, err
	}
	defer f.Close()
	a, _, err = readRecord(io.NewSectionReader(f, at, maxRecord+8))
	return a, err == nil, err
}

var errCutOff = errors.New("record cut off")

func readRecord(r io.Reader) (a Article, size int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return a, 0, errCutOff
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxRecord {
		return a, 0, errCutOff
	}
	z := make([]byte, n)
	if _, err := io.ReadFull(r, z); err != nil || crc32.ChecksumIEEE(z) != binary.LittleEndian.Uint32(head[4:]) {
		return a, 0, errCutOff
	}
	err = json.NewDecoder(flate.NewReader(bytes.NewReader(z))).Decode(&a)
	return a, int64(n) + 8, err
}

// load finds the records of the file, once.
func (h *history) load() error {
	if h.known != nil {
		return nil
	}
	f, err := os.Open(h.path)
	if errors.Is(err, os.ErrNotExist) {
		h.known, h.count = map[string]int64{}, map[string]int{}
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h.known, h.count = map[string]int64{}, map[string]int{}
	for h.end = 0; ; {
		a, n, err := readRecord(io.NewSectionReader(f, h.end, maxRecord+8))
		if errors.Is(err, errCutOff) {
			at, err := nextRecord(f, h.end)
			if err != nil {
				h.known = nil
				return fmt.Errorf("read earlier versions: %w", err)
			}
			if at < 0 {
				break
			}
			h.end = at
			continue
		}
		if err != nil {
			h.known = nil
			return fmt.Errorf("read earlier versions: %w", err)
		}
		h.note(a.ID, a.Version, h.end)
		h.end += n
	}
	return nil
}

// farRecord is what no record takes in practice: a longer one is not looked for behind damage.
const farRecord = 1 << 20

// nextRecord looks behind damage for the next whole record; negative: there is none.
func nextRecord(f *os.File, from int64) (int64, error) {
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	rest, err := io.ReadAll(f)
	if err != nil {
		return 0, err
	}
	for i := 1; i+8 < len(rest); i++ {
		n := int64(binary.LittleEndian.Uint32(rest[i:]))
		z := rest[i+8:]
		if n == 0 || n > farRecord || n > int64(len(z)) || crc32.ChecksumIEEE(z[:n]) != binary.LittleEndian.Uint32(rest[i+4:]) {
			continue
		}
		return from + int64(i), nil
	}
	return -1, nil
}
