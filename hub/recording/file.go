package recording

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"zuoxi/hub/store"
)

// A recording is one file of blocks, each appended and never changed again:
//
//	magic    4  "ZXR1"
//	kind     1  head, sound or gap
//	flags    1  1 = encrypted
//	spare    2
//	seq      4  counts from 0, the head
//	size     4  of the payload
//	from     8  first sample
//	samples  8  of each channel
//	payload     head and gap: JSON; sound: caller's A-law, then the others',
//	            with a key as nonce and AES-GCM text
//	hash    32  of the hash before, the header and the payload: HMAC-SHA-256
//	            with a key of the recording's own, which the head names
//
// Numbers are big-endian. The chain makes a changed, missing or moved block
// show, and nobody makes one that fits without the key. A file that was cut
// short ends at its last whole block; where a finished one ends stands in the
// index, under the same key. Files whose head names no key are older, or of a
// library without keys: their hashes are plain SHA-256, and whoever has disk
// and index can make them again.
const (
	headerSize = 32
	hashSize   = sha256.Size
	flagSealed = 1
	// maxPayload and maxLength bound what a damaged header can make us do.
	maxPayload = 1 << 20
	maxLength  = 24 * 3600 * Rate
)

var magic = [4]byte{'Z', 'X', 'R', '1'}

type kind byte

const (
	kindHead  kind = 1
	kindSound kind = 2
	kindGap   kind = 3
)

// head is the payload of the first block.
type head struct {
	ID       string    `json:"id"`
	CallID   string    `json:"call"`
	District string    `json:"district"`
	Start    time.Time `json:"start"`
	Rate     int       `json:"rate"`
	Codec    string    `json:"codec"`
	KeyID    string    `json:"key,omitempty"`   // of the sound, empty when it is not encrypted
	Chain    string    `json:"chain,omitempty"` // of the hashes
}

// block is one piece of the file.
type block struct {
	kind    kind
	sealed  bool
	seq     uint32
	from    int64
	samples int64
	payload []byte
	hash    []byte
}

func (b *block) header() []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic[:]...)
	flags := byte(0)
	if b.sealed {
		flags |= flagSealed
	}
	h = append(h, byte(b.kind), flags, 0, 0)
	h = binary.BigEndian.AppendUint32(h, b.seq)
	h = binary.BigEndian.AppendUint32(h, uint32(len(b.payload)))
	h = binary.BigEndian.AppendUint64(h, uint64(b.from))
	return binary.BigEndian.AppendUint64(h, uint64(b.samples))
}

// link makes the hashes of a chain: its key, nil for plain SHA-256.
type link []byte

func (l link) hash(parts ...[]byte) []byte {
	s := sha256.New()
	if l != nil {
		s = hmac.New(sha256.New, l)
	}
	for _, p := range parts {
		s.Write(p)
	}
	return s.Sum(nil)
}

// sum is a block's hash after the one before it.
func (l link) sum(prev []byte, b *block) []byte { return l.hash(prev, b.header(), b.payload) }

// end is what the index keeps of a finished recording: without it, whoever cuts
// blocks off the end has a chain that fits.
func (l link) end(last []byte, samples int64) []byte {
	if l == nil {
		return last
	}
	return l.hash(last, binary.BigEndian.AppendUint64([]byte("end"), uint64(samples)))
}

// bytes is the block as it stands in the file.
func (b *block) bytes(prev []byte, l link) []byte {
	b.hash = l.sum(prev, b)
	return bytes.Join([][]byte{b.header(), b.payload, b.hash}, nil)
}

// errCut says that the file ends within a block: a crash, not an attack.
var errCut = errors.New("the file ends within a block")

// readBlock reads the next block without judging its hash. The end of the
// file is io.EOF.
func readBlock(r io.Reader) (*block, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errCut
		}
		return nil, err
	}
	size := binary.BigEndian.Uint32(h[12:])
	if !bytes.Equal(h[:4], magic[:]) || size > maxPayload {
		return nil, fmt.Errorf("block header: %w", ErrBroken)
	}
	b := &block{
		kind: kind(h[4]), sealed: h[5]&flagSealed != 0, seq: binary.BigEndian.Uint32(h[8:]),
		from: int64(binary.BigEndian.Uint64(h[16:])), samples: int64(binary.BigEndian.Uint64(h[24:])),
	}
	if b.from < 0 || b.samples < 0 || b.from > maxLength || b.samples > maxLength {
		return nil, fmt.Errorf("block header: %w", ErrBroken)
	}
	rest := make([]byte, int(size)+hashSize)
	if _, err := io.ReadFull(r, rest); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errCut
		}
		return nil, err
	}
	b.payload, b.hash = rest[:size], rest[size:]
	return b, nil
}

// chain walks a file from its head and holds every block to the hashes.
type chain struct {
	r    io.Reader
	head head
	link link
	aead cipher.AEAD
	prev []byte
	seq  uint32
	end  int64 // bytes of whole, good blocks
}

// openChain reads the head and holds it to the key that it names itself.
func openChain(r io.Reader, keys Keys) (*chain, error) {
	c := &chain{r: r}
	b, err := readBlock(c.r)
	if err == nil && b.kind != kindHead {
		err = ErrBroken
	}
	if err == nil && json.Unmarshal(b.payload, &c.head) != nil {
		err = ErrBroken
	}
	if err == nil && c.head.Chain != "" {
		c.link, err = derive(keys, chainUse(c.head.ID), c.head.Chain)
	}
	if err == nil {
		err = c.take(b)
	}
	if err != nil {
		return nil, fmt.Errorf("read recording's head: %w", err)
	}
	return c, nil
}

// openSound is openChain for who decrypts as well.
func openSound(r io.Reader, keys Keys) (*chain, error) {
	c, err := openChain(r, keys)
	if err != nil || c.head.KeyID == "" {
		return c, err
	}
	key, err := derive(keys, keyUse(c.head.ID), c.head.KeyID)
	if err != nil {
		return nil, fmt.Errorf("key of recording %s: %w", c.head.ID, err)
	}
	c.aead, err = newAEAD(key)
	return c, err
}

func derive(keys Keys, use, id string) (key []byte, err error) {
	if keys == nil {
		return nil, ErrNoKey
	}
	_, key, err = keys.Derive(use, id)
	return key, err //nolint:wrapcheck // the caller says whose key it is
}

// next gives the next block, its hash checked and its payload as stored.
func (c *chain) next() (*block, error) {
	b, err := readBlock(c.r)
	if err != nil {
		return nil, err
	}
	return b, c.take(b)
}

// take holds a block to the chain. Sound that is not sealed where all of it is
// was put there by somebody else.
func (c *chain) take(b *block) error {
	foreign := c.head.KeyID != "" && b.kind == kindSound && !b.sealed
	if foreign || b.seq != c.seq || !hmac.Equal(b.hash, c.link.sum(c.prev, b)) {
		return fmt.Errorf("block %d: %w", c.seq, ErrBroken)
	}
	c.prev, c.seq = b.hash, c.seq+1
	c.end += int64(headerSize + len(b.payload) + hashSize)
	return nil
}

// plain gives a block's payload as it was before encryption.
func (c *chain) plain(b *block) ([]byte, error) {
	if !b.sealed {
		return b.payload, nil
	}
	if c.aead == nil {
		return nil, ErrNoKey
	}
	n := c.aead.NonceSize()
	if len(b.payload) < n {
		return nil, fmt.Errorf("decrypt block %d: %w", b.seq, ErrBroken)
	}
	out, err := c.aead.Open(nil, b.payload[:n], b.payload[n:], aad(b))
	if err != nil {
		return nil, fmt.Errorf("decrypt block %d: %w", b.seq, ErrBroken)
	}
	return out, nil
}

// keyUse makes a key for each recording: few blocks, so random nonces do.
func keyUse(id string) string { return "recording " + id }

// chainUse makes the key of its hashes.
func chainUse(id string) string { return "recording chain " + id }

func newAEAD(key []byte) (cipher.AEAD, error) {
	a, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("recording cipher: %w", err)
	}
	g, err := cipher.NewGCM(a)
	if err != nil {
		return nil, fmt.Errorf("recording cipher: %w", err)
	}
	return g, nil
}

// aad binds place and length to the ciphertext.
func aad(b *block) []byte {
	a := binary.BigEndian.AppendUint64([]byte{byte(b.kind)}, uint64(b.from))
	return binary.BigEndian.AppendUint64(a, uint64(b.samples))
}

// tape writes a file. Only the recorder's goroutine uses it.
type tape struct {
	f    file
	aead cipher.AEAD
	link link
	prev []byte
	seq  uint32
	good int64 // length of the file up to its last whole block
	torn bool  // a failed write may have left a piece behind
}

// file is what a tape needs of *os.File; tests make it fail.
type file interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
	Seek(offset int64, whence int) (int64, error)
	Close() error
}

// add appends a block. After an error the block is not in the file.
func (t *tape) add(b *block) error {
	if err := t.mend(); err != nil {
		return err
	}
	b.seq = t.seq
	if t.aead != nil && b.kind == kindSound {
		b.sealed = true
		nonce := make([]byte, t.aead.NonceSize())
		_, _ = rand.Read(nonce) // never fails: crypto/rand ends the process instead
		b.payload = t.aead.Seal(nonce, nonce, b.payload, aad(b))
	}
	data := b.bytes(t.prev, t.link)
	if _, err := t.f.Write(data); err != nil {
		t.torn = true
		return fmt.Errorf("write recording: %w", err)
	}
	t.prev, t.seq, t.good = b.hash, t.seq+1, t.good+int64(len(data))
	return nil
}

// mend cuts off what a failed write left, so that the chain stays whole.
func (t *tape) mend() error {
	if !t.torn {
		return nil
	}
	if err := t.f.Truncate(t.good); err != nil {
		return fmt.Errorf("mend recording: %w", err)
	}
	if _, err := t.f.Seek(t.good, io.SeekStart); err != nil {
		return fmt.Errorf("mend recording: %w", err)
	}
	t.torn = false
	return nil
}

// addGap appends a gap.
func (t *tape) addGap(g store.Gap) error {
	payload, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("write gap: %w", err)
	}
	return t.add(&block{kind: kindGap, from: g.From, samples: g.To - g.From, payload: payload})
}
