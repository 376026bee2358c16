// Package theme owns how the screen looks: the tokens that drawing code names,
// the colours they stand for on a dark, a light or a colourless terminal, and
// the glyph sets for terminals that draw ambiguous characters one or two columns
// wide. Everything under ui may use it. It promises that no token means anything
// by colour alone, and that every glyph of a set is one column wide on the
// terminals that the set is for.
package theme

// Token names the role of a piece of text.
type Token uint8

// The tokens. What they look like is decided by New alone.
const (
	Plain Token = iota
	Dim
	Bold
	Title  // caption of a box
	Frame  // border of a box
	Focus  // border of the box that has the keyboard
	Good   // all is well
	Warn   // look at it
	Bad    // act now
	Key    // a key's name in the bottom line
	Select // the chosen line of a list
	Input  // text being written
	Hit    // the part of a hit that matched
	Bar    // the status line
	Ring   // a ringing call
	tokens // count
)

// Mode is what a terminal can show.
type Mode struct {
	Light   bool // light background
	NoColor bool // NO_COLOR, or a terminal without colours
	Glyphs  Set
}

// Theme is a chosen look; it does not change once made.
type Theme struct {
	Mode
	Glyph Glyphs
	sgr   [tokens]string
}

// New makes the look for a terminal.
func New(m Mode) *Theme {
	t := &Theme{Mode: m, Glyph: glyphSets[m.Glyphs]}
	switch {
	case m.NoColor:
		t.sgr = plainSGR
	case m.Light:
		t.sgr = lightSGR
	default:
		t.sgr = darkSGR
	}
	return t
}

// SGR is the parameter string of a token's attributes, empty for the default.
func (t *Theme) SGR(k Token) string {
	if k >= tokens {
		return ""
	}
	return t.sgr[k]
}

var darkSGR = [tokens]string{
	Dim: "90", Bold: "1", Title: "1;36", Frame: "90", Focus: "36", Good: "32", Warn: "33", Bad: "1;31",
	Key: "1;36", Select: "7", Input: "4", Hit: "1;33", Bar: "1", Ring: "1;33",
}

var lightSGR = [tokens]string{
	Dim: "90", Bold: "1", Title: "1;34", Frame: "90", Focus: "34", Good: "32", Warn: "35", Bad: "1;31",
	Key: "1;34", Select: "7", Input: "4", Hit: "1;35", Bar: "1", Ring: "1;35",
}

var plainSGR = [tokens]string{
	Bold: "1", Title: "1", Focus: "1", Warn: "1", Bad: "1", Key: "1", Select: "7", Input: "4", Hit: "1", Bar: "1", Ring: "1;7",
}
