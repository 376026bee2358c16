// Package region knows the places that records and calls name: the code of
// GB/T 2260 and the name people use. Record forms, lists and the search show
// names and take either. It promises that a code it does not know stays as it
// is, and that one name means one place: a county's is said with its city, as
// 朝阳区 alone is in more than one.
package region

import (
	"strings"
)

// Place is one province, city or county.
type Place struct {
	Code string
	Name string // as people say it: 南京, 南京玄武区
}

// Province tells a provincial unit.
func (p Place) Province() bool { return strings.HasSuffix(p.Code, "0000") }

// Places lists the provinces and cities, in the order of their codes.
var Places = read(table)

// read takes the table apart: a line is a province's code and name, then the
// last two digits of each city's four with its name.
func read(table string) []Place {
	var out []Place
	for line := range strings.Lines(table) {
		province := ""
		for i, f := range strings.Fields(line) {
			if i == 0 {
				province = f[:2]
				out = append(out, Place{province + "0000", f[2:]})
				continue
			}
			out = append(out, Place{province + f[:2] + "00", f[2:]})
		}
	}
	return out
}

var byCode, byName = maps()

func maps() (codes, names map[string]Place) {
	codes, names = map[string]Place{}, map[string]Place{}
	for _, p := range Places {
		codes[p.Code], names[p.Name] = p, p
	}
	return codes, names
}

// Name is how a region is shown: the place of a code, of a county that is not
// known the city's with the code behind it, and anything else as it is.
func Name(s string) string {
	if p, ok := byCode[s]; ok {
		return p.Name
	}
	if name, ok := counties[s]; ok {
		return around(s) + name
	}
	if len(s) == 6 && isDigits(s) {
		if p, ok := byCode[s[:4]+"00"]; ok {
			return p.Name + s[4:]
		}
	}
	return s
}

// Find gives the place of a code or name; 市 and 省 at the end of a city or
// province may be left out. A county's name is enough where no other has it.
func Find(s string) (Place, bool) {
	s = strings.TrimSpace(s)
	if p, ok := byCode[s]; ok {
		return p, true
	}
	for _, end := range []string{"", "市", "省", "地区", "自治州", "盟"} {
		if name, cut := strings.CutSuffix(s, end); cut {
			if p, ok := byName[name]; ok {
				return p, true
			}
		}
	}
	return county(s)
}

// Code gives the code of a code, a county's included, or of a name; false for what is neither.
func Code(s string) (string, bool) {
	if p, ok := Find(s); ok {
		return p.Code, true
	}
	if len(s) == 6 && isDigits(s) {
		_, ok := byCode[s[:4]+"00"]
		return s, ok
	}
	return "", false
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
