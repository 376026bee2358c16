package region

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Provincial is the place of those whose business is with the province itself, not with one of its cities.
const Provincial = "省本级"

// longestName is the most characters of a name in the table.
const longestName = 5

// Path is the way down to a place: 江苏省南京市鼓楼区 and 南京鼓楼区 are 江苏, 南京, 鼓楼区. It takes a code as well, and is
// empty for a place whose province the table does not tell.
func Path(s string) []string {
	s = strings.NewReplacer(" ", "", "　", "", "/", "", "·", "").Replace(s)
	if p, ok := place(s); ok {
		return way(p, counties[s])
	}
	p, rest, ok := leading(s, "")
	if !ok {
		return nil
	}
	if p.Province() {
		if city, below, ok := leading(rest, p.Code[:2]); ok {
			p, rest = city, below
		}
	}
	return way(p, strings.TrimLeft(rest, "0123456789")) // a county's digits stand behind its city
}

// place is the province or city of a code, of a county's the one around it.
func place(code string) (Place, bool) {
	if len(code) != 6 || !isDigits(code) {
		return Place{}, false
	}
	for _, c := range []string{code, code[:4] + "00", code[:2] + "0000"} {
		if p, ok := byCode[c]; ok {
			return p, true
		}
	}
	return Place{}, false
}

func way(p Place, rest string) (out []string) {
	if !p.Province() {
		out = append(out, byCode[p.Code[:2]+"0000"].Name)
	}
	return slices.DeleteFunc(append(out, p.Name, rest), func(s string) bool { return s == "" })
}

// leading is the place that a text begins with, of the province of a code if one is given, and what follows it.
func leading(s, province string) (p Place, rest string, ok bool) {
	for n := min(longestName, utf8.RuneCountInString(s)); n > 1; n-- {
		at := len(string([]rune(s)[:n]))
		p, ok := byName[s[:at]]
		if !ok || !strings.HasPrefix(p.Code, province) {
			continue
		}
		if countyCodes[p.Name+s[at:]] != "" { // 枣庄市中区, 攀枝花东区
			return p, s[at:], true
		}
		if rest, ok := ended(s[at:], p); ok {
			return p, rest, true
		}
	}
	return Place{}, "", false
}

var endings = []string{"特别行政区", "省", "市", "地区", "盟"}

// ended takes the ending off a place's name: 维吾尔自治区, 市. 朝阳区 is not 朝阳: no name ends in the middle of another's.
func ended(s string, p Place) (rest string, ok bool) {
	if s == "" || s == Provincial || isDigits(s) || strings.HasSuffix(p.Name, "市") {
		return s, true
	}
	self := "自治州"
	if p.Province() {
		self = "自治区"
	}
	if people, after, found := strings.Cut(s, self); found && utf8.RuneCountInString(people) <= longestPeoples {
		return after, true
	}
	for _, e := range endings {
		if after, found := strings.CutPrefix(s, e); found {
			return after, true
		}
	}
	if p.Province() { // 江苏南京
		if _, _, city := leading(s, p.Code[:2]); city {
			return s, true
		}
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	return s, utf8.RuneCountInString(s) > 2 && strings.ContainsRune("区县市旗", last)
}

// longestPeoples is the most characters between a name and 自治区 or 自治州: 土家族苗族.
const longestPeoples = 10

// Province is the name of the province that a place is in, empty when that is not known.
func Province(s string) string {
	if way := Path(s); len(way) > 0 {
		return way[0]
	}
	return ""
}
