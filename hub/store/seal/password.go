package seal

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Cost is what one password check costs. The values are kept in each hash,
// so they can be raised later without losing the old passwords.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost is OWASP's first argon2id setting: about 30 ms and 19 MiB, so
// that a small server can sign in a whole shift.
var DefaultCost = Cost{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1}

// ErrHash says that a stored password hash cannot be read.
var ErrHash = errors.New("password hash is not in argon2id form")

// HashPassword makes the text that is stored: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func HashPassword(password string, c Cost) string {
	salt := random(saltSize)
	return stored(c, salt, argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, sumSize))
}

// What a hash is made of, in bytes.
const (
	saltSize = 16
	sumSize  = 32
)

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}

func stored(c Cost, salt, sum []byte) string {
	enc := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.MemoryKiB, c.Passes, c.Threads, enc(salt), enc(sum))
}

// nobody is what an unknown agent's password is compared with. It is made without hashing, or the first one to be compared would
// take twice the time.
var nobody = sync.OnceValue(func() string { return stored(DefaultCost, random(saltSize), random(sumSize)) })

// CheckPassword reports whether the password fits the stored hash. Pass an
// empty hash for an unknown agent: it costs the same time and is never right.
func CheckPassword(hash, password string) bool {
	known := hash != ""
	if !known {
		hash = nobody()
	}
	c, salt, want, err := parseHash(hash)
	if err != nil {
		c, salt, want, _ = parseHash(nobody())
		known = false
	}
	got := argon2.IDKey([]byte(password), salt, c.Passes, c.MemoryKiB, c.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && known
}

func parseHash(s string) (c Cost, salt, sum []byte, err error) {
	p := strings.Split(s, "$")
	if len(p) != 6 || p[1] != "argon2id" || p[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, ErrHash
	}
	if _, err = fmt.Sscanf(p[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, errors.Join(ErrHash, err)
	}
	// A hash that asks for more than this was not made here.
	if c.MemoryKiB > 1<<20 || c.Passes == 0 || c.Passes > 16 || c.Threads == 0 {
		return c, nil, nil, ErrHash
	}
	if salt, err = base64.RawStdEncoding.DecodeString(p[4]); err != nil {
		return c, nil, nil, errors.Join(ErrHash, err)
	}
	if sum, err = base64.RawStdEncoding.DecodeString(p[5]); err != nil || len(sum) != sumSize {
		return c, nil, nil, errors.Join(ErrHash, err)
	}
	return c, salt, sum, nil
}
