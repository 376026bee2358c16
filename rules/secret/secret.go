// Package secret is what proves a person at sign-in: the rules for a password
// and the one-time code of RFC 6238. The hub uses it; it keeps nothing and
// knows no clock. It promises that a password which passes is not among the
// first that anybody tries, and that a code is good for one 30-second step and
// its neighbours, once.
package secret

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Lengths of a password, in characters.
const (
	MinLength  = 8
	LongEnough = 16 // from here on the classes of characters no longer matter
	MaxLength  = 128
	classes    = 3
)

// first are words that are tried first, alone or with digits around them.
var first = []string{
	"password", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "asdfgh", "zxcvbn", "1qaz2wsx", "abc123", "admin", "root", "letmein", "iloveyou",
	"woaini", "zuoxi", "shebao", "renshe", "mima", "test", "user", "123qwe", "qwe123", "a1b2c3",
}

// Fault says in one Chinese line why a password will not do, or nothing.
func Fault(password, agentNo string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinLength || n > MaxLength || !utf8.ValidString(password):
		return "口令要 8 到 128 个字符 · 没有设置 · 请换一个口令"
	case strings.ContainsFunc(password, unicode.IsControl):
		return "口令里有控制字符 · 没有设置 · 请换一个口令"
	case n < LongEnough && kinds(password) < classes:
		return "口令要有大写、小写、数字、符号中的三种，或者长到 16 个字符 · 没有设置 · 请换一个口令"
	case easy(password, agentNo):
		return "口令太容易猜（常用词、重复、顺序或工号） · 没有设置 · 请换一个口令"
	}
	return ""
}

func kinds(s string) int {
	var upper, lower, digit, other int
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return upper + lower + digit + other
}

// easy tells whether little is left of a password without what anybody tries:
// the well-known words, the 工号, digits at the ends, repetitions and runs.
func easy(password, agentNo string) bool {
	s := strings.ToLower(password)
	if agentNo != "" {
		s = strings.ReplaceAll(s, strings.ToLower(agentNo), "")
	}
	for _, w := range first {
		s = strings.ReplaceAll(s, w, "")
	}
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	fresh := 0
	var last rune
	for _, r := range s {
		if d := r - last; d != 0 && d != 1 && d != -1 {
			fresh++
		}
		last = r
	}
	return fresh < 4
}

// TOTP of RFC 6238 with the parameters that every authenticator knows: SHA-1,
// six digits, 30 s.
const (
	Step       = 30 * time.Second
	SecretSize = 20
	digits     = 1_000_000
	around     = 1 // steps that a clock may be off
)

// Code is the one-time code of a step.
func Code(key []byte, step int64) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], uint64(step))
	m := hmac.New(sha1.New, key)
	m.Write(msg[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%digits)
}

// StepAt is the step that holds t.
func StepAt(t time.Time) int64 { return t.Unix() / int64(Step/time.Second) }

// Check finds the step that a code is of, after the step that was used last.
func Check(key []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	here := StepAt(now)
	for s := here - around; s <= here+around; s++ {
		if s > last && subtle.ConstantTimeCompare([]byte(Code(key, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// URL is what an authenticator reads as a QR code or a link.
func URL(key []byte, account string) string {
	return "otpauth://totp/zuoxi:" + account + "?secret=" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key) + "&issuer=zuoxi"
}

// Split takes the six digits off the end of what was typed.
func Split(typed string) (password, code string) {
	if len(typed) <= 6 {
		return typed, ""
	}
	head, tail := typed[:len(typed)-6], typed[len(typed)-6:]
	for _, r := range tail {
		if r < '0' || r > '9' {
			return typed, ""
		}
	}
	return strings.TrimSuffix(head, " "), tail
}
