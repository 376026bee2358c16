package seal

import (
	"strings"
	"unicode/utf8"
)

// normal gives the form that is hashed: two ways to type one number must
// find the same rows.
func normal(kind Kind, typed string) string {
	switch kind {
	case KindPhone:
		return normalPhone(typed)
	case KindIDNo:
		return normalIDNo(typed)
	default:
		return fold(typed)
	}
}

// fold turns full-width letters and digits into plain ones and drops spaces.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == ' ' || r == '\u3000' || r == '\t':
			return -1
		default:
			return r
		}
	}, strings.TrimSpace(s))
}

// normalPhone keeps the digits and drops the country code of our own country.
func normalPhone(s string) string {
	s = fold(s)
	foreign := strings.HasPrefix(s, "+")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	switch {
	case foreign && strings.HasPrefix(digits, "86"):
		digits = digits[2:]
	case foreign:
		return "00" + digits
	case strings.HasPrefix(digits, "0086"):
		digits = digits[4:]
	case len(digits) == 13 && strings.HasPrefix(digits, "861"):
		digits = digits[2:]
	}
	// Gateways put a trunk zero before mobile numbers of other areas.
	if len(digits) == 12 && strings.HasPrefix(digits, "01") && digits[2] >= '3' {
		digits = digits[1:]
	}
	return digits
}

func normalIDNo(s string) string { return strings.ToUpper(fold(s)) }

// maskPhone shows 3+4 of a mobile number, and less of a shorter one.
func maskPhone(s string) string {
	switch n := len(s); {
	case n >= 11:
		return s[:3] + "****" + s[n-4:]
	case n >= 7:
		return "****" + s[n-4:]
	default:
		return strings.Repeat("*", n)
	}
}

// maskIDNo shows the first three and the last four.
func maskIDNo(s string) string {
	if len(s) < 15 || !isASCII(s) {
		return strings.Repeat("*", utf8.RuneCountInString(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-7) + s[len(s)-4:]
}

func maskName(s string) string {
	if s == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "*"
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
