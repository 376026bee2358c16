package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zuoxi/internal/durable"
)

// Target is where a backup goes back to. Each of the places may lie on a
// device of its own, or be one.
type Target struct {
	Data       string
	Recordings string
	KeyFile    string // where the key file of the backup goes, if it has one
	Anchor     string // of the audit log: may be there already, beside the keys
	// Prove looks at the finished copy before anything is put in its place:
	// the folder with the database, and the key file of the backup.
	Prove func(folder, keys string) error
}

// stageName is the folder in which a place is filled: within it, so that what
// is proved gets to its place by a rename.
const stageName = ".restoring"

// ErrHalf tells that a restore was killed on its way.
var ErrHalf = errors.New("上一次恢复没有做完（数据目录里还有 .restoring） · 没有启动，里面不全 · 请清空数据和录音的目录，再恢复一次")

// Whole refuses a data folder that a restore has not finished.
func Whole(data string) error {
	if _, err := os.Stat(filepath.Join(data, stageName)); err == nil {
		return ErrHalf
	}
	return nil
}

// move is one file or folder on its way from a stage.
type move struct{ from, to string }

// Restore puts a backup that Read has looked at into an empty place.
func Restore(dir string, m Manifest, to Target) (err error) {
	if err := to.empty(dir, m); err != nil {
		return err
	}
	moves := to.moves(m)
	tidy, err := to.prepare(moves)
	defer func() { err = errors.Join(err, tidy(err == nil)) }()
	if err != nil {
		return err
	}
	for _, f := range m.Files {
		if err := to.stage(dir, f); err != nil {
			return err
		}
	}
	if to.Prove != nil {
		keys, _ := to.staged(keyFile)
		if err := to.Prove(filepath.Join(to.Data, stageName), keys); err != nil {
			return err
		}
	}
	return place(moves)
}

// empty refuses to write over what is there; the key file may be, where it is
// the backup's or the backup has none.
func (t Target) empty(dir string, m Manifest) error {
	for _, place := range []string{t.Data, t.Recordings} {
		list, _ := os.ReadDir(place) // none is empty
		for _, e := range list {
			own := place == t.Data && filepath.Join(place, e.Name()) == t.Recordings // looked at by itself
			if !own && !slices.Contains([]string{stageName, "lost+found", filepath.Base(t.KeyFile), filepath.Base(t.Anchor)}, e.Name()) {
				return ErrOccupied
			}
		}
	}
	if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Path == keyFile }) {
		return nil
	}
	_, path := t.staged(keyFile)
	there, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	ours, err2 := os.ReadFile(filepath.Join(dir, keyFile))
	if err = errors.Join(err, err2); err != nil {
		return fmt.Errorf("comparing the keys: %w", err)
	}
	if !bytes.Equal(there, ours) {
		return fmt.Errorf("%w: %s", ErrKeysHere, path)
	}
	return nil
}

// staged tells where a file of a backup is kept first, and where it belongs.
func (t Target) staged(path string) (stage, place string) {
	root, rest := t.Data, path
	if in, ok := strings.CutPrefix(path, "recordings/"); ok && t.Recordings != "" {
		root, rest = t.Recordings, in
	}
	if path == keyFile && t.KeyFile != "" {
		root, rest = filepath.Split(t.KeyFile)
	}
	rest = filepath.FromSlash(rest)
	return filepath.Join(root, stageName, rest), filepath.Join(root, rest)
}

// moves are what brings the files of a backup to their places.
func (t Target) moves(m Manifest) []move {
	var out []move
	for _, f := range m.Files {
		from, to := t.staged(f.Path)
		for filepath.Base(filepath.Dir(from)) != stageName {
			from, to = filepath.Dir(from), filepath.Dir(to)
		}
		if one := (move{from, to}); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// prepare makes the stages anew. tidy takes them away again, and where nothing
// was restored the folders that were made for them; the one in the data folder,
// by which a hub knows that it is not whole, goes last.
func (t Target) prepare(moves []move) (tidy func(done bool) error, err error) {
	stages := []string{filepath.Join(t.Data, stageName)}
	for _, v := range moves {
		if s := filepath.Dir(v.from); !slices.Contains(stages, s) {
			stages = append(stages, s)
		}
	}
	var made []string
	tidy = func(done bool) error {
		var errs []error
		for _, s := range slices.Backward(stages) {
			errs = append(errs, os.RemoveAll(s))
		}
		for _, dir := range slices.Backward(made) {
			if !done {
				errs = append(errs, os.Remove(dir))
			}
		}
		return errors.Join(errs...)
	}
	for _, s := range stages {
		made = append(made, missing(filepath.Dir(s))...)
		err := os.RemoveAll(s) // of a restore that was killed
		if err = errors.Join(err, os.MkdirAll(s, 0o700)); err != nil {
			return tidy, fmt.Errorf("%w: %w", ErrNoPlace, err)
		}
	}
	return tidy, nil
}

// missing are the folders on the way to dir that are not there, outer ones first.
func missing(dir string) (out []string) {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			slices.Reverse(out)
			return out
		}
		out = append(out, dir)
	}
}

// stage copies one file to the device that it belongs to.
func (t Target) stage(dir string, f File) error {
	to, _ := t.staged(f.Path)
	got, err := copyFile(filepath.Join(dir, filepath.FromSlash(f.Path)), filepath.Dir(to), filepath.Base(to))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPlace, err)
	}
	if got.Size != f.Size || got.Sum != f.Sum {
		return fmt.Errorf("%w: %s", ErrChanged, f.Path)
	}
	return nil
}

// place moves the finished copy to where it belongs, all of it or nothing; a
// key file that is there already is the same.
func place(moves []move) error {
	moves = slices.DeleteFunc(slices.Clone(moves), func(v move) bool {
		_, err := os.Stat(v.to)
		return err == nil
	})
	for i, v := range moves {
		err := syncTree(v.from)
		if err == nil {
			err = os.Rename(v.from, v.to)
		}
		if err == nil {
			err = durable.Settle(filepath.Dir(v.to))
			i++ // it has to go back as well
		}
		if err != nil {
			for _, done := range slices.Backward(moves[:i]) {
				err = errors.Join(err, os.Rename(done.to, done.from))
			}
			return fmt.Errorf("%w: %w", ErrNoPlace, err)
		}
	}
	return nil
}

// syncTree has the names of a folder on the disk; the files are there already.
func syncTree(path string) error {
	return filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return durable.Settle(path)
	})
}
