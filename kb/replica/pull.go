package replica

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"zuoxi/kb"
)

// Progress is told how far a transfer has come, in bytes.
type Progress func(done, total int64)

// Pull brings a library up to the newest revision of a source. It reports whether anything changed. Called again after
// an error it goes on with what had arrived.
func Pull(ctx context.Context, src kb.Source, key ed25519.PublicKey, base *kb.Base, dir string, progress Progress) (bool, error) {
	have := Revision(base)
	p, err := src.Latest(ctx, have)
	if err != nil {
		return false, fmt.Errorf("ask for the newest knowledge base: %w", err)
	}
	if p.To == have && have > 0 {
		return false, nil
	}
	if err := Verify(p, key); err != nil {
		return false, err
	}
	if p.From != 0 && p.From != have {
		return false, fmt.Errorf("%w: offered from %d, have %d", ErrGone, p.From, have)
	}
	file, err := fetch(ctx, src, p, dir, progress)
	if err != nil {
		return false, err
	}
	if err := takeOver(ctx, p, base, file); err != nil {
		return false, err
	}
	return true, os.Remove(file)
}

// fetch completes the file of a package and checks its sum. A file whose sum is wrong is dropped.
func fetch(ctx context.Context, src kb.Source, p kb.Package, dir string, progress Progress) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("kb-%d-%d-%x.part", p.From, p.To, p.Sum[:min(4, len(p.Sum))]))
	dropOthers(dir, path)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	offset, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	if offset < p.Size {
		if err := transfer(ctx, src, p, f, offset, progress); err != nil {
			return "", err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return "", err
	}
	if n != p.Size || !bytes.Equal(h.Sum(nil), p.Sum) {
		return "", cmp.Or(os.Remove(path), ErrBroken)
	}
	return path, f.Sync()
}

// dropOthers removes what is left of transfers that a newer revision overtook.
func dropOthers(dir, keep string) {
	old, _ := filepath.Glob(filepath.Join(dir, "kb-*.part"))
	for _, o := range old {
		if o != keep {
			_ = os.Remove(o) // tried again next time
		}
	}
}

func transfer(ctx context.Context, src kb.Source, p kb.Package, f *os.File, offset int64, progress Progress) error {
	r, err := src.Fetch(ctx, p, offset)
	if err != nil {
		return fmt.Errorf("fetch knowledge base: %w", err)
	}
	defer r.Close()
	in := io.LimitReader(r, p.Size-offset)
	buf := make([]byte, 32<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := in.Read(buf)
		if _, werr := f.Write(buf[:n]); werr != nil {
			return werr
		}
		if offset += int64(n); progress != nil && n > 0 {
			progress(offset, p.Size)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("fetch knowledge base: %w", err)
		}
	}
	if offset < p.Size {
		return fmt.Errorf("fetch knowledge base: %w", io.ErrUnexpectedEOF)
	}
	return nil
}

// takeOver makes a verified package part of the library.
func takeOver(ctx context.Context, p kb.Package, base *kb.Base, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := unpack(f)
	if err != nil {
		return err
	}
	if p.From == 0 {
		_, err = base.Replace(ctx, revisionName(p.To), c.Changed)
	} else {
		_, err = base.Apply(ctx, revisionName(p.To), c.Changed, c.Removed)
	}
	return err
}
