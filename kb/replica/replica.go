// Package replica carries a knowledge base from the hub to the seats: signed packages that lead from one revision to
// another, fetched in pieces, verified and taken over as a whole. It owns the package's form, the hub's shelf of them
// and the seat's pull. The hub and the seat use it through kb.Source; it imports kb only. It promises that a seat holds
// either the old or the new revision, that nothing unsigned is taken, and that a cut transfer goes on where it ended.
package replica

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"zuoxi/kb"
)

// Errors of packages.
var (
	// ErrUnsigned means that a package is not from our hub, or was altered on the way.
	ErrUnsigned = errors.New("知识库更新包的签名不对，没有采用，请检查是否连到了正确的中心")
	// ErrBroken means that a package arrived damaged.
	ErrBroken = errors.New("知识库更新包损坏，没有采用，稍后会重新下载")
	// ErrGone means that the hub no longer has what was asked for.
	ErrGone = errors.New("中心没有这个知识库版本，将重新下载整个知识库")
)

// content is what a package holds: the articles changed, and the ids of those gone.
type content struct {
	Changed []kb.Article
	Removed []string
}

const maxContent = 512 << 20 // bytes unpacked, against bombs

// line is a line of a package: an article or an id.
type line struct {
	Article *kb.Article `json:"a,omitempty"`
	Removed string      `json:"r,omitempty"`
}

// pack compresses what changed.
func pack(c content) ([]byte, error) {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	enc := json.NewEncoder(z)
	for _, a := range c.Changed {
		err = cmp.Or(err, enc.Encode(line{Article: &a}))
	}
	for _, id := range c.Removed {
		err = cmp.Or(err, enc.Encode(line{Removed: id}))
	}
	if err = cmp.Or(err, z.Close()); err != nil {
		return nil, fmt.Errorf("pack articles: %w", err)
	}
	return buf.Bytes(), nil
}

// unpack reads what pack wrote.
func unpack(r io.Reader) (c content, err error) {
	z, err := gzip.NewReader(bufio.NewReader(r))
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	limited := &io.LimitedReader{R: z, N: maxContent}
	dec := json.NewDecoder(limited)
	for {
		var l line
		switch err := dec.Decode(&l); {
		case errors.Is(err, io.EOF) && limited.N > 0:
			return c, nil
		case err != nil:
			return c, fmt.Errorf("%w: %w", ErrBroken, err)
		case l.Article != nil:
			c.Changed = append(c.Changed, *l.Article)
		default:
			c.Removed = append(c.Removed, l.Removed)
		}
	}
}

// statement is what a signature covers.
func statement(p kb.Package) []byte {
	return fmt.Appendf(nil, "zuoxi knowledge base %d %d %d %x", p.From, p.To, p.Size, p.Sum)
}

func sign(p *kb.Package, key ed25519.PrivateKey, data []byte) {
	sum := sha256.Sum256(data)
	p.Size, p.Sum = int64(len(data)), sum[:]
	p.Signature = ed25519.Sign(key, statement(*p))
}

// Verify checks that an offer is the hub's.
func Verify(p kb.Package, key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || p.Size < 0 || !ed25519.Verify(key, statement(p), p.Signature) {
		return ErrUnsigned
	}
	return nil
}

// Revision reads the number of the revision that a library holds, 0 for none that came from a hub.
func Revision(b *kb.Base) int64 {
	n, err := strconv.ParseInt(b.Revision(), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func revisionName(n int64) string { return strconv.FormatInt(n, 10) }
