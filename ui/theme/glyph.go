package theme

// Set names a family of glyphs.
type Set uint8

// The sets, chosen by what the terminal answered to the glyph probe.
const (
	Unicode Set = iota // ambiguous characters take one column
	Narrow             // box drawing takes one, marks and quotes take two
	ASCII              // even box drawing takes two
)

// String is the set's name in the configuration and in doctor's report.
func (s Set) String() string { return [...]string{"unicode", "narrow-safe", "ascii"}[s] }

// SetNamed finds a set by its configuration name.
func SetNamed(name string) (Set, bool) {
	for _, s := range []Set{Unicode, Narrow, ASCII} {
		if s.String() == name {
			return s, true
		}
	}
	return Unicode, false
}

// Probe lists what the terminal is asked to measure, box drawing first.
var Probe = []string{"│", "●", "…", "“", "①", "中"}

// Measured chooses the set from the widths that the terminal gave for Probe.
func Measured(widths []int) Set {
	if len(widths) != len(Probe) || widths[5] != 2 {
		return ASCII
	}
	if widths[0] != 1 {
		return ASCII
	}
	for _, w := range widths[1:5] {
		if w != 1 {
			return Narrow
		}
	}
	return Unicode
}

// Glyphs are the signs that drawing code may use. None carries meaning alone.
type Glyphs struct {
	Lines
	Dot, Ring, Half, Hold, Arm string // talking, idle, wrap-up, hold, ringing
	Sel, Off, On, More         string
	Off2                       string // line off
	Levels                     []string
}

// Lines draw boxes: straight ones and corners.
type Lines struct{ H, V, TL, TR, BL, BR string }

var (
	boxLines   = Lines{"─", "│", "┌", "┐", "└", "┘"}
	asciiLines = Lines{"-", "|", "+", "+", "+", "+"}
)

var glyphSets = [...]Glyphs{
	Unicode: {
		Lines: boxLines,
		Dot:   "●", Ring: "○", Half: "◐", Hold: "‖", Arm: "▶", Off2: "×",
		Sel: "▸", Off: "( )", On: "(•)", More: "..",
		Levels: []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	},
	Narrow: {
		Lines: boxLines,
		Dot:   "*", Ring: "o", Half: "~", Hold: "=", Arm: ">", Off2: "x",
		Sel: ">", Off: "( )", On: "(*)", More: "..",
		Levels: []string{"1", "2", "3", "4", "5", "6", "7", "8"},
	},
	ASCII: {
		Lines: asciiLines,
		Dot:   "*", Ring: "o", Half: "~", Hold: "=", Arm: ">", Off2: "x",
		Sel: ">", Off: "( )", On: "(*)", More: "..",
		Levels: []string{"1", "2", "3", "4", "5", "6", "7", "8"},
	},
}
