package search

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"zuoxi/internal/durable"
)

// manifest says which files are the index. It is replaced as a whole: what is not in it does not exist.
type manifest struct {
	Generation int      `json:"generation"`
	Revision   string   `json:"revision"`
	Segments   []string `json:"segments"`
	Removed    []string `json:"removed,omitempty"` // documents gone since the first segment was written
	Sum        string   `json:"sum"`
}

const manifestName = "CURRENT"

// ErrNone means that the folder holds no index yet.
var ErrNone = errors.New("还没有知识库")

func (m manifest) sum() string {
	m.Sum = ""
	b, _ := json.Marshal(m) // strings and numbers only
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}

func readManifest(dir string) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return m, ErrNone
	}
	if err != nil {
		return m, err
	}
	if json.Unmarshal(b, &m) != nil || m.Sum != m.sum() || len(m.Segments) == 0 {
		return m, ErrDamaged
	}
	return m, nil
}

// replace puts the manifest in the place of the old one: a crash leaves either of them.
func (m manifest) replace(dir string) error {
	m.Sum = m.sum()
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return durable.Put(filepath.Join(dir, manifestName), b)
}

// Create writes the index of docs into the folder and makes it the current one, whatever was there before.
func Create(dir, revision string, docs []Doc) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, err := readManifest(dir)
	if err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrDamaged) {
		return err
	}
	next := manifest{Generation: old.Generation + 1, Revision: revision}
	name, err := nextSegment(dir, &next, docs, nil)
	if err != nil {
		return err
	}
	next.Segments = []string{name}
	if err := next.replace(dir); err != nil {
		return err
	}
	sweep(dir, next)
	return nil
}

func nextSegment(dir string, m *manifest, docs []Doc, avg *[fields]float32) (string, error) {
	name := fmt.Sprintf("%06d.idx", m.Generation)
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); errors.Is(err, os.ErrNotExist) {
			break
		}
		m.Generation++ // left over from a change that was cut off
		name = fmt.Sprintf("%06d.idx", m.Generation)
	}
	return name, writeSegment(filepath.Join(dir, name), docs, avg)
}

// sweep removes files that no manifest names. A reader that has them mapped keeps them.
func sweep(dir string, m manifest) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.idx"))
	for _, n := range names {
		if !slices.Contains(m.Segments, filepath.Base(n)) {
			_ = os.Remove(n) // tried again at the next change
		}
	}
}
