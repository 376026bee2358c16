package form

import (
	"strings"

	"zuoxi/rules/region"
	"zuoxi/ui/page"
	"zuoxi/ui/pinyin"
	"zuoxi/ui/text"
)

// regionCode is the field that names a place; it takes the name, pinyin or its
// initials, or the code, and keeps the name.
const regionCode = "region"

// leastLetters of pinyin mean a place.
const leastLetters = 2

// places are what was typed may mean, those of the seat's own province first
// and alone if there are any.
func places(typed, home string) []region.Place {
	typed = strings.TrimSpace(text.Fold(typed))
	if p, ok := region.Find(typed); ok {
		return []region.Place{p}
	}
	if len(typed) < leastLetters {
		return nil
	}
	var near, far []region.Place
	for _, p := range region.Places {
		if !pinyin.Begins(p.Name, typed) {
			continue
		}
		if len(home) >= 2 && strings.HasPrefix(p.Code, home[:2]) {
			near = append(near, p)
		} else {
			far = append(far, p)
		}
	}
	if len(near) > 0 {
		return near
	}
	return far
}

// home is the district of the seat.
func home(e *page.Env) string {
	if e.View == nil {
		return ""
	}
	return e.View.Seat.District
}

// place is what the record keeps of what was typed.
func place(typed string, e *page.Env) string {
	if found := places(typed, home(e)); len(found) == 1 {
		return found[0].Name
	}
	return typed
}

// meant says behind the field what is understood, while it is typed.
func meant(typed, home string) string {
	found := places(typed, home)
	switch {
	case len(found) == 1 && found[0].Name == typed, len(found) == 0:
		return ""
	case len(found) == 1:
		return "→ " + found[0].Name
	}
	var names []string
	for _, p := range found {
		names = append(names, p.Name)
	}
	return "? " + strings.Join(names, " ")
}
