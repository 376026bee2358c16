package region

import (
	_ "embed" // the counties
	"strings"
)

//go:embed counties.txt
var countyTable string

// counties are the names of the counties by code; countyCodes gives the code of a name that one county in the country has,
// and of each name with what is around it: 玄武区, 南京玄武区.
var counties, countyCodes = readCounties(countyTable)

func readCounties(table string) (names, codes map[string]string) {
	names, codes = map[string]string{}, map[string]string{}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		above := ""
		for i, f := range strings.Fields(line) {
			if i == 0 {
				above = f
				continue
			}
			code, name := above+f[:2], f[2:]
			names[code] = name
			if _, twice := codes[name]; twice {
				codes[name] = "" // nobody can tell which is meant
			} else {
				codes[name] = code
			}
		}
	}
	for code, name := range names {
		codes[around(code)+name] = code
	}
	return names, codes
}

// around is the name of the city that a county is in, or of the province where it is directly below that.
func around(county string) string {
	if p, ok := byCode[county[:4]+"00"]; ok {
		return p.Name
	}
	return byCode[county[:2]+"0000"].Name
}

// county finds a county by its code or name; one name of several counties finds none.
func county(s string) (Place, bool) {
	if name, ok := counties[s]; ok {
		return Place{s, around(s) + name}, true
	}
	code := countyCodes[s]
	if code == "" {
		if p, rest, ok := leading(s, ""); ok { // 江苏省南京市玄武区
			if p.Province() {
				if city, below, ok := leading(rest, p.Code[:2]); ok {
					p, rest = city, below
				}
			}
			code = countyCodes[p.Name+rest]
		}
	}
	if code == "" {
		return Place{}, false
	}
	return Place{code, around(code) + counties[code]}, true
}
