package identity

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// made builds a number that looks made up: region, birth and sequence with the right check digit.
func made(first17 string) string { return first17 + string(checkDigit(first17)) }

func TestParse(t *testing.T) {
	t.Parallel()
	good := made("11010119900101000")
	ten := ""
	for i := 0; ten == ""; i++ { // the first made-up number that ends in X
		if n := made("1101011990010100" + string(rune('0'+i))); n[17] == 'X' {
			ten = n
		}
	}
	wrong := good[:17] + map[bool]string{true: "1", false: "2"}[good[17] != '1']
	tests := []struct {
		name, in string
		want     Number
		err      error
	}{
		{"plain", good, Number(good), nil},
		{"in groups", good[:6] + " " + good[6:14] + "-" + good[14:], Number(good), nil},
		{"small x", strings.ToLower(ten), Number(ten), nil},
		{"full-width", strings.Map(func(r rune) rune { return r + 0xFEE0 }, ten), Number(ten), nil},
		{"15 digits", "110101900101000", Number(good), nil},
		{"published example", "11010519491231002X", "11010519491231002X", nil},
		{"empty", " ", "", ErrEmpty},
		{"short", good[:17], "", ErrLength},
		{"X inside", "1101011990X1010009", "", ErrDigit},
		{"letter", good[:17] + "A", "", ErrDigit},
		{"letter in 15", "11010190010100X", "", ErrDigit},
		{"Chinese", strings.Repeat("一", 6), "", ErrDigit},
		{"region", made("99010119900101000"), "", ErrRegion},
		{"region in 15", "990101900101000", "", ErrRegion},
		{"30 February", made("11010119900230000"), "", ErrDate},
		{"not yet born", made("11010120270101000"), "", ErrDate},
		{"30 February in 15", "110101900230000", "", ErrDate},
		{"checksum", wrong, "", ErrChecksum},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tt.in, today)
			if tt.name == "Chinese" {
				if err == nil {
					t.Error("accepted")
				}
				return
			}
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Parse(%q) = %q, %v; want %q, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

// TestSlipsAreFound: one wrong digit or two swapped ones never pass, which is what the check digit is for.
func TestSlipsAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := []byte(made("110101199001" + rapid.StringMatching(`0[1-9][0-9]{3}`).Draw(t, "tail")))
		if _, err := Parse(string(n), today); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		slip := slices.Clone(n)
		slip[i] = '0' + (slip[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := Parse(string(slip), today); err == nil {
			t.Fatalf("%s passes for %s", slip, n)
		}
		swap := slices.Clone(n)
		swap[i], swap[i+1] = swap[i+1], swap[i]
		if _, err := Parse(string(swap), today); err == nil && string(swap) != string(n) {
			t.Fatalf("%s passes for %s", swap, n)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("１１０１０１９００１０１０００")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s, today)
		if (err == nil) != (len(n) == 18) {
			t.Fatalf("Parse(%q) = %q, %v", s, n, err)
		}
		if err == nil {
			if again, err := Parse(string(n), today); again != n || err != nil {
				t.Fatalf("%q is not stable: %q, %v", n, again, err)
			}
		}
	})
}

func TestMissing(t *testing.T) {
	t.Parallel()
	e := Elements{Number: "x", Name: "　"}
	if got := e.Missing(false); !slices.Equal(got, []string{"姓名", "工作单位"}) {
		t.Errorf("missing %v", got)
	}
	if got := e.Missing(true); !slices.Equal(got, []string{"姓名", "替代要素"}) {
		t.Errorf("missing with substitute %v", got)
	}
}

func TestNormal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"买买提•艾力", "买买提·艾力", " 买买提 ・艾力"} {
		if got := Normal(s); got != "买买提·艾力" {
			t.Errorf("Normal(%q) = %q", s, got)
		}
	}
}

// TestEveryPair steps every answer in every phase.
func TestEveryPair(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	states := map[Phase]State{
		StateOpen: {}, StateMatched: {Matched: true}, StateRefused: {Failures: 3, Day: 3}, StateLocked: {Day: 5},
	}
	for phase, s := range states {
		if s.Phase(l) != phase {
			t.Fatalf("%+v is %s, want %s", s, s.Phase(l), phase)
		}
		for _, a := range []Answer{Match, NoMatch, NotFound, "employer_wrong"} {
			next, do, err := Step(s, a, l)
			if phase == StateOpen && a != "employer_wrong" {
				if err != nil || next.Matched != (a == Match) || (next.Failures == 1) == (a == Match) || do[0] != EffectAudit {
					t.Errorf("%s when open: %+v %v %v", a, next, do, err)
				}
				continue
			}
			var step *StepError
			if !errors.As(err, &step) || step.From != phase || next != s || do != nil {
				t.Errorf("%s in %s: %+v %v %v", a, phase, next, do, err)
			}
		}
	}
}

func TestFailuresAddUp(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	s := State{}
	var do []Effect
	for range l.PerCall {
		s, do, _ = Step(s, NoMatch, l)
	}
	if s.Phase(l) != StateRefused || !slices.Contains(do, EffectRefuse) || slices.Contains(do, EffectLock) {
		t.Errorf("after three failures: %s %v", s.Phase(l), do)
	}
	s = State{Day: s.Day} // the same number on the next call
	s, _, _ = Step(s, NotFound, l)
	s, do, _ = Step(s, NoMatch, l)
	if s.Phase(l) != StateLocked || !slices.Contains(do, EffectLock) || !slices.Contains(do, EffectTellLead) {
		t.Errorf("after five failures: %s %v", s.Phase(l), do)
	}
}

// TestBlind: both failures look the same but for their label, so no element can be told from the other.
func TestBlind(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	a, doA, _ := Step(State{}, NoMatch, l)
	b, doB, _ := Step(State{}, NotFound, l)
	if a != b || !slices.Equal(doA, doB) {
		t.Errorf("%+v %v and %+v %v differ", a, doA, b, doB)
	}
	for _, answer := range []Answer{Match, NoMatch, NotFound} {
		if answer.Label() == string(answer) || strings.Contains(answer.Label(), "单位") || strings.Contains(answer.Label(), "姓名") {
			t.Errorf("label %q", answer.Label())
		}
	}
}
