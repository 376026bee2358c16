package exam

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"zuoxi/rules/quality"
)

// Kinds of handouts.
const (
	KindExam     = "exam"
	KindPractice = "practice" // with transcript, hints and right answers; never counts
)

// Handout is a paper as a trainee gets it: everything that the seat needs to run it with the hub away.
type Handout struct {
	ID      string     `json:"id"`
	Title   string     `json:"title"`
	Kind    string     `json:"kind"`
	Agent   string     `json:"agent"`
	Minutes int        `json:"minutes"` // for the written part
	Open    bool       `json:"open"`    // the knowledge base may be used in it
	Items   []Asked    `json:"items,omitempty"`
	Calls   []Scenario `json:"calls,omitempty"`
}

// Asked is a question as it is shown. Right, KB and Explain are given in practice only.
type Asked struct {
	ID      string   `json:"id"`
	Type    string   `json:"type"`
	Points  int      `json:"points"`
	Stem    string   `json:"stem"`
	Options []Option `json:"options,omitempty"` // in the order in which they are shown
	Right   []string `json:"right,omitempty"`
	KB      string   `json:"kb,omitempty"`
	Explain string   `json:"explain,omitempty"`
}

// Option is one answer to choose, under its stored key.
type Option struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Ask makes a question of an item; hints gives the answer along.
func (q Question) Ask(keys []string, hints bool) Asked {
	a := Asked{ID: q.ID, Type: q.Type, Points: q.Points, Stem: q.Stem}
	for _, k := range keys {
		a.Options = append(a.Options, Option{k, q.Options[k]})
	}
	if q.Type == Judge {
		a.Options = []Option{{"true", "对"}, {"false", "错"}}
	}
	if hints {
		a.Right, a.KB, a.Explain = q.Right(), q.KB, q.Explain
	}
	return a
}

// Result is what a sitting came to, as the seat hands it in. Recordings travel before it in parts.
type Result struct {
	Paper   string              `json:"paper"`
	Agent   string              `json:"agent"`
	Sitting string              `json:"sitting"`
	Began   time.Time           `json:"began"`
	Ended   time.Time           `json:"ended"`
	SpentMS int64               `json:"spent_ms"` // of the written part, pauses left out
	Answers map[string][]string `json:"answers"`
	Calls   []Called            `json:"calls,omitempty"`
	Notes   []Remark            `json:"notes,omitempty"` // what an invigilator should know
	Parts   int                 `json:"parts"`
	Head    []byte              `json:"head"` // of the chain over the parts
}

// Called is one simulated call.
type Called struct {
	Scenario string          `json:"scenario"`
	Answered time.Time       `json:"answered"`
	Seconds  float64         `json:"seconds"`
	TalkS    float64         `json:"talk_s,omitempty"`   // the trainee spoke
	CallerS  float64         `json:"caller_s,omitempty"` // the caller did
	Progress Progress        `json:"progress"`
	Facts    quality.Facts   `json:"facts"`
	Timeline []Remark        `json:"timeline,omitempty"`
	Record   json.RawMessage `json:"record,omitempty"`
	Parts    []int           `json:"parts,omitempty"` // numbers of the parts with its sound
}

// Remark is something that happened; MS counts from the answer of a call, or from the beginning of the sitting.
type Remark struct {
	MS   int64  `json:"ms"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Chain binds a part of a result to those before it.
func Chain(head []byte, n int, data []byte) []byte {
	h := sha256.New()
	_, _ = h.Write(head) // a hash never fails
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	_, _ = h.Write(data)
	return h.Sum(nil)
}

// Sealed is a handout that only its code opens, signed by the hub for one person. All papers of a room are the same box.
type Sealed struct {
	ID    string
	Room  string
	Agent string // empty: for whoever holds it
	Box   []byte
	Sign  []byte
	Keyed bool // a code is needed
}

// What can be wrong with a sealed paper.
var (
	ErrCode   = errors.New("exam: the code does not open this paper")
	ErrForged = errors.New("exam: the paper is not what the hub signed")
)

// rounds make trying out codes slow (OWASP's figure for PBKDF2 with SHA-256).
const rounds = 600_000

// Seal closes what a room of people will be asked with one code; without one anybody can open it, but nobody change it.
// Each person's paper is made of it by For.
func Seal(room string, h Handout, code string) (Sealed, error) {
	h.ID, h.Agent = "", ""
	plain, err := pack(h)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing the papers of %s: %w", room, err)
	}
	secret, aead, err := lock(room, code)
	if err != nil {
		return Sealed{}, err
	}
	// One key never seals two texts with one nonce: the nonce follows from the text.
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(plain)
	nonce := mac.Sum(nil)[:aead.NonceSize()]
	return Sealed{Room: room, Box: aead.Seal(slices.Clone(nonce), nonce, plain, []byte(room)), Keyed: code != ""}, nil
}

// maxPlain bounds what a small box may become.
const maxPlain = 16 << 20

// pack makes a handout small before it is sealed: a thousand people fetch theirs in the same second, and what is sealed cannot
// be made smaller on the way.
func pack(h Handout) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	if err := json.NewEncoder(w).Encode(h); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return out.Bytes(), nil
}

// unpack reads what pack made, and the bare JSON of boxes that were sealed before there was one.
func unpack(plain []byte, h *Handout) error {
	if !bytes.HasPrefix(plain, []byte("{")) {
		whole, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(plain)), maxPlain))
		if err != nil {
			return fmt.Errorf("unpacking: %w", err)
		}
		plain = whole
	}
	if err := json.Unmarshal(plain, h); err != nil {
		return fmt.Errorf("reading a handout: %w", err)
	}
	return nil
}

// For is the paper of one person, signed.
func (s Sealed) For(id, agent string, key ed25519.PrivateKey) Sealed {
	s.ID, s.Agent = id, agent
	s.Sign = ed25519.Sign(key, s.signed())
	return s
}

// Unseal checks who made a paper and opens it.
func (s Sealed) Unseal(code string, key ed25519.PublicKey) (Handout, error) {
	var h Handout
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, s.signed(), s.Sign) {
		return h, ErrForged
	}
	_, aead, err := lock(s.Room, code)
	if err != nil {
		return h, err
	}
	if len(s.Box) < aead.NonceSize() {
		return h, ErrForged
	}
	plain, err := aead.Open(nil, s.Box[:aead.NonceSize()], s.Box[aead.NonceSize():], []byte(s.Room))
	if err != nil {
		return h, ErrCode
	}
	if err := unpack(plain, &h); err != nil {
		return h, ErrForged
	}
	h.ID, h.Agent = s.ID, s.Agent
	return h, nil
}

// signed is what the hub vouches for: whose paper it is, and what is in it.
func (s Sealed) signed() []byte {
	sum := sha256.Sum256(s.Box)
	return fmt.Appendf(nil, "zuoxi paper\n%q\n%q\n%q\n%x", s.ID, s.Room, s.Agent, sum)
}

func lock(room, code string) ([]byte, cipher.AEAD, error) {
	n := rounds
	if code == "" {
		n = 1
	}
	secret, err := pbkdf2.Key(sha256.New, code, []byte("zuoxi paper "+room), n, 32)
	if err != nil {
		return nil, nil, fmt.Errorf("key of room %s: %w", room, err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, nil, fmt.Errorf("key of room %s: %w", room, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("key of room %s: %w", room, err)
	}
	return secret, aead, nil
}
