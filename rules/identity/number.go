// Package identity checks who is asking for account data.
//
// It owns the citizen identity number (GB 11643), the three elements that must all be right, the blind answer, and the
// limits on failed tries (domain.md section 6). The hub runs the flow; the seat uses the number check while typing.
// It promises that no answer tells which element was wrong, and that three failures end the inquiry on a call.
package identity

import (
	"errors"
	"strings"
	"time"
)

// What is wrong with a number. These may be told to the agent: they say nothing about a file.
var (
	ErrEmpty    = errors.New("还没有身份证号码 · 无法核对 · 请输入来电者报的号码")
	ErrLength   = errors.New("号码位数不对 · 应为18位（或旧的15位） · 请再跟来电者核对一遍")
	ErrDigit    = errors.New("号码里有不能识别的字符 · 只有最后一位可以是X · 请再跟来电者核对一遍")
	ErrRegion   = errors.New("号码前两位不是省级代码 · 可能听错或输错 · 请再跟来电者核对一遍")
	ErrDate     = errors.New("号码里的出生日期不存在 · 可能听错或输错 · 请再跟来电者核对一遍")
	ErrChecksum = errors.New("号码最后一位校验不符 · 可能听错或输错 · 请再跟来电者核对一遍")
)

// Number is a checked identity number of 18 characters.
type Number string

// provinces are the first two digits in use, with Hong Kong, Macao and Taiwan residence permits and permanent foreigners.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91 "

// Parse reads a number as it was typed: full-width digits are folded, spaces and hyphens dropped, x made large. A number
// of 15 digits is brought to 18. Nobody is born after today.
func Parse(s string, today time.Time) (Number, error) {
	n := fold(s)
	switch {
	case n == "":
		return "", ErrEmpty
	case len(n) == 15:
		return parse15(n, today)
	case len(n) != 18:
		return "", ErrLength
	case !isDigits(n[:17]) || !isDigits(n[17:]) && n[17] != 'X':
		return "", ErrDigit
	case !validRegion(n):
		return "", ErrRegion
	case !validBirth(n[6:14], today):
		return "", ErrDate
	case n[17] != checkDigit(n):
		return "", ErrChecksum
	}
	return Number(n), nil
}

func parse15(n string, today time.Time) (Number, error) {
	switch {
	case !isDigits(n):
		return "", ErrDigit
	case !validRegion(n):
		return "", ErrRegion
	case !validBirth("19"+n[6:12], today):
		return "", ErrDate
	}
	long := n[:6] + "19" + n[6:]
	return Number(long + string(checkDigit(long))), nil
}

// checkDigit is the last character for the first 17 (GB 11643, ISO 7064 MOD 11-2).
func checkDigit(n string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(n[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

func validRegion(n string) bool { return strings.Contains(provinces, " "+n[:2]+" ") }

func validBirth(yyyymmdd string, today time.Time) bool {
	t, err := time.Parse("20060102", yyyymmdd)
	return err == nil && t.Year() >= 1880 && !t.After(today)
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// fold drops what people type between digits and makes full-width characters plain. Anything else stays, to be refused.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch {
		case r == ' ' || r == 0x3000 || r == '-' || r == '\t':
			return -1
		case r == 'x':
			return 'X'
		}
		return r
	}, s)
}
