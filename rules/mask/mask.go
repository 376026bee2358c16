// Package mask hides personal data that is shown.
//
// It owns what of a number, name or address stays visible (domain.md section 6). Lists, titles, notifications, exports
// and speech all use it; the whole value is shown only by the unmask command, one field at a time. It promises that a
// masked value never holds more than stated here, however short or odd the value is.
package mask

import (
	"strings"
	"unicode"
)

// Phone shows three and four digits of a mobile number (139****0042) and the last four of any other. A number of up to
// six digits is a service number, not a person's, and stays.
func Phone(s string) string {
	d := digits(s)
	switch {
	case len(d) == 0 && s != "":
		return hide(s)
	case len(d) <= 6:
		return d
	case len(d) == 13 && strings.HasPrefix(d, "86"):
		return Phone(d[2:])
	case len(d) == 11 && d[0] == '1':
		return d[:3] + "****" + d[7:]
	case len(d) < 8:
		return stars(len(d))
	}
	return stars(len(d)-4) + d[len(d)-4:]
}

// ID shows the first three and the last four characters of an identity number: 110***********1234.
func ID(s string) string { return ends(s, 3, 4) }

// Card shows the last four digits of a social-security or bank card.
func Card(s string) string { return ends(s, 0, 4) }

// Name shows the first character: 张*.
func Name(s string) string {
	for _, r := range strings.TrimSpace(s) {
		return string(r) + "*"
	}
	return ""
}

// Text masks numbers inside free text: runs of 7 and more digits, with the mask that their length suggests.
func Text(s string) string {
	var b strings.Builder
	rs := []rune(s)
	for i := 0; i < len(rs); {
		n := run(rs[i:])
		if n < 7 {
			n = max(n, 1)
			b.WriteString(string(rs[i : i+n]))
		} else {
			b.WriteString(number(fold(rs[i : i+n])))
		}
		i += n
	}
	return b.String()
}

// run is the length of the number at the start of rs, with the X that may end an identity number.
func run(rs []rune) int {
	n := 0
	for n < len(rs) && unicode.IsDigit(rs[n]) {
		n++
	}
	if n == 17 && n < len(rs) && strings.ContainsRune("XxＸｘ", rs[n]) {
		n++
	}
	return n
}

func number(d string) string {
	switch {
	case len(d) == 15 || len(d) == 18:
		return ID(d)
	case len(d) >= 16:
		return Card(d)
	}
	return Phone(d)
}

// ends keeps so many characters at the start and the end. A value that would show more than half of itself is hidden.
func ends(s string, first, last int) string {
	rs := []rune(strings.TrimSpace(s))
	if len(rs) <= 2*(first+last)-2 {
		return stars(len(rs))
	}
	return string(rs[:first]) + stars(len(rs)-first-last) + string(rs[len(rs)-last:])
}

func hide(s string) string { return stars(len([]rune(s))) }

func stars(n int) string { return strings.Repeat("*", n) }

// digits keeps the digits of a number as typed or sent, full-width ones folded.
func digits(s string) string { return fold([]rune(s)) }

func fold(rs []rune) string {
	var b strings.Builder
	for _, r := range rs {
		switch {
		case r >= '0' && r <= '9' || r == 'X' || r == 'x':
			b.WriteRune(unicode.ToUpper(r))
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case r == 'Ｘ' || r == 'ｘ':
			b.WriteRune('X')
		}
	}
	return b.String()
}
