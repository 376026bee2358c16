package exam

import (
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

// Sealed is a handout that only its code opens, signed by the hub.
type Sealed struct {
	ID    string
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

// Seal closes a handout with a code; without one anybody can open it, but nobody change it.
func Seal(h Handout, code string, key ed25519.PrivateKey) (Sealed, error) {
	plain, err := json.Marshal(h)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing paper %s: %w", h.ID, err)
	}
	secret, aead, err := lock(h.ID, code)
	if err != nil {
		return Sealed{}, err
	}
	// One key never seals two texts with one nonce: the nonce follows from the text.
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(plain)
	nonce := mac.Sum(nil)[:aead.NonceSize()]
	box := aead.Seal(slices.Clone(nonce), nonce, plain, []byte(h.ID))
	return Sealed{h.ID, box, ed25519.Sign(key, signed(h.ID, box)), code != ""}, nil
}

// Unseal checks who made a paper and opens it.
func (s Sealed) Unseal(code string, key ed25519.PublicKey) (Handout, error) {
	var h Handout
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, signed(s.ID, s.Box), s.Sign) {
		return h, ErrForged
	}
	_, aead, err := lock(s.ID, code)
	if err != nil {
		return h, err
	}
	if len(s.Box) < aead.NonceSize() {
		return h, ErrForged
	}
	plain, err := aead.Open(nil, s.Box[:aead.NonceSize()], s.Box[aead.NonceSize():], []byte(s.ID))
	if err != nil {
		return h, ErrCode
	}
	if err := json.Unmarshal(plain, &h); err != nil || h.ID != s.ID {
		return h, ErrForged
	}
	return h, nil
}

func signed(id string, box []byte) []byte { return append([]byte("zuoxi paper "+id+"\n"), box...) }

func lock(id, code string) ([]byte, cipher.AEAD, error) {
	n := rounds
	if code == "" {
		n = 1
	}
	secret, err := pbkdf2.Key(sha256.New, code, []byte("zuoxi paper "+id), n, 32)
	if err != nil {
		return nil, nil, fmt.Errorf("key of paper %s: %w", id, err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, nil, fmt.Errorf("key of paper %s: %w", id, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("key of paper %s: %w", id, err)
	}
	return secret, aead, nil
}
