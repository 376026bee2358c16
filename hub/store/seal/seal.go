// Package seal owns the hub's keys and everything made with them: sealed
// personal fields, the keyed hashes they are found by, and password hashes.
//
// It is a leaf. The store keeps a Value as it is and cannot open it; whoever
// opens one does so by name and writes an audit row. A Value never holds a
// plain number except in its masked form, and printing one shows only that.
package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// Kind says what a sealed value is. It is bound into the ciphertext, so that
// a sealed name cannot be passed off as a sealed number.
type Kind string

// The kinds of personal data that are sealed.
const (
	KindPhone Kind = "phone"
	KindIDNo  Kind = "idno"
	KindName  Kind = "name"
	KindText  Kind = "text"
)

// Errors of sealing and opening.
var (
	ErrKey    = errors.New("密钥文件里没有这个密钥 · 这条数据打不开 · 请放回当时的密钥文件")
	ErrBroken = errors.New("密文与密钥不符 · 数据被改动或损坏 · 请从备份恢复并查审计日志")
)

// Value is one sealed field. The zero Value means that nothing was given.
type Value struct {
	// Cipher is key id length, key id, nonce and XChaCha20-Poly1305 text.
	Cipher []byte `json:"cipher,omitempty"`
	// Hash is the keyed hash of the normalised whole, Tail of its last four.
	Hash []byte `json:"hash,omitempty"`
	Tail []byte `json:"tail,omitempty"`
	// Masked is what lists and logs may show.
	Masked string `json:"masked,omitempty"`
}

// IsZero reports whether nothing was sealed.
func (v Value) IsZero() bool { return len(v.Cipher) == 0 }

// String shows the masked form only.
func (v Value) String() string { return v.Masked }

// Phone seals a telephone number; an empty number gives the zero Value.
func (k *Keys) Phone(number string) (Value, error) {
	plain := normalPhone(number)
	return k.number(KindPhone, plain, maskPhone(plain))
}

// IDNo seals a citizen's identity number.
func (k *Keys) IDNo(number string) (Value, error) {
	plain := normalIDNo(number)
	return k.number(KindIDNo, plain, maskIDNo(plain))
}

// Name seals a person's name; it is found by the whole, never by a part.
func (k *Keys) Name(name string) (Value, error) {
	plain := fold(name)
	v, err := k.seal(KindName, plain, maskName(plain))
	if err != nil || v.IsZero() {
		return v, err
	}
	v.Hash = k.hash(KindName, plain)
	return v, nil
}

// Text seals free text that nobody searches for.
func (k *Keys) Text(text string) (Value, error) {
	return k.seal(KindText, text, "***")
}

// Hash gives the search key of a whole number as it was typed.
func (k *Keys) Hash(kind Kind, typed string) []byte {
	return k.hash(kind, normal(kind, typed))
}

// TailHash gives the search key of the last four characters.
func (k *Keys) TailHash(kind Kind, typed string) []byte {
	return k.tail(kind, normal(kind, typed))
}

// Open gives the plain text back.
func (k *Keys) Open(kind Kind, v Value) (string, error) {
	if v.IsZero() {
		return "", nil
	}
	id, rest, err := splitCipher(v.Cipher)
	if err != nil {
		return "", err
	}
	key, ok := k.sealing[id]
	if !ok {
		return "", fmt.Errorf("open %s sealed with key %q: %w", kind, id, ErrKey)
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", kind, err)
	}
	if len(rest) < aead.NonceSize() {
		return "", fmt.Errorf("open %s: %w", kind, ErrBroken)
	}
	plain, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], []byte(kind))
	if err != nil {
		return "", fmt.Errorf("open %s: %w", kind, ErrBroken)
	}
	return string(plain), nil
}

func (k *Keys) number(kind Kind, plain, masked string) (Value, error) {
	v, err := k.seal(kind, plain, masked)
	if err != nil || v.IsZero() {
		return v, err
	}
	v.Hash, v.Tail = k.hash(kind, plain), k.tail(kind, plain)
	return v, nil
}

func (k *Keys) seal(kind Kind, plain, masked string) (Value, error) {
	if plain == "" {
		return Value{}, nil
	}
	aead, err := chacha20poly1305.NewX(k.sealing[k.current])
	if err != nil {
		return Value{}, fmt.Errorf("seal %s: %w", kind, err)
	}
	out := make([]byte, 0, 1+len(k.current)+aead.NonceSize()+len(plain)+aead.Overhead())
	out = append(out, byte(len(k.current)))
	out = append(out, k.current...)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the process instead
	out = append(out, nonce...)
	return Value{Cipher: aead.Seal(out, nonce, []byte(plain), []byte(kind)), Masked: masked}, nil
}

func splitCipher(c []byte) (id string, rest []byte, err error) {
	if len(c) < 2 || len(c) < 1+int(c[0]) {
		return "", nil, fmt.Errorf("read key id: %w", ErrBroken)
	}
	n := 1 + int(c[0])
	return string(c[1:n]), c[n:], nil
}

func (k *Keys) hash(kind Kind, plain string) []byte {
	return k.mac("whole", kind, plain)
}

func (k *Keys) tail(kind Kind, plain string) []byte {
	r := []rune(plain)
	if len(r) < 4 {
		return nil
	}
	return k.mac("tail", kind, string(r[len(r)-4:]))
}

func (k *Keys) mac(use string, kind Kind, plain string) []byte {
	if plain == "" {
		return nil
	}
	m := hmac.New(sha256.New, k.hashing)
	_, _ = fmt.Fprintf(m, "%s\x00%s\x00%s", use, kind, plain)
	return m.Sum(nil)
}
