package session

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
)

// proof is the password that signed in, as far as it takes to know it again at
// this desk: it leaves memory with the sign-out and is never written.
type proof struct {
	salt [16]byte
	sums [][sha256.Size]byte
}

// newProof also knows a password without the one-time code behind it, which
// is worth nothing the second time.
func newProof(typed string) *proof {
	p := &proof{}
	_, _ = rand.Read(p.salt[:]) // never fails: crypto/rand ends the process instead
	p.sums = append(p.sums, p.sum(typed))
	if head, code := codeOff(typed); code && len(head) >= leastSecret {
		p.sums = append(p.sums, p.sum(head))
	}
	return p
}

const (
	leastSecret = 8
	codeDigits  = 6
)

// codeOff takes six digits off the end.
func codeOff(typed string) (head string, had bool) {
	if len(typed) <= codeDigits {
		return typed, false
	}
	for _, r := range typed[len(typed)-codeDigits:] {
		if r < '0' || r > '9' {
			return typed, false
		}
	}
	return typed[:len(typed)-codeDigits], true
}

func (p *proof) sum(s string) [sha256.Size]byte {
	return sha256.Sum256(append(append([]byte(nil), p.salt[:]...), s...))
}

// Knows tells whether password is the one that signed in here; it may be asked
// from any goroutine, and knows none while nobody is signed in.
func (s *Session) Knows(password string) bool {
	p := s.proof.Load()
	if p == nil {
		return false
	}
	got, ok := p.sum(password), 0
	for _, want := range p.sums {
		ok |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return ok == 1
}
