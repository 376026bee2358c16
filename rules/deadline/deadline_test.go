package deadline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var shanghai = time.FixedZone("CST", 8*3600)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// TestVectors runs the vectors that come with the calendar.
func TestVectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			Received time.Time `json:"received"`
			Days     Workdays  `json:"working_days"`
			Due      Date      `json:"due_date"`
			Why      string    `json:"why"`
		} `json:"test_vectors"`
	}
	if err := json.Unmarshal(year2026, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 3 {
		t.Fatalf("%d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		if got := Of(v.Received, v.Days, Builtin()); got.Day != v.Due || got.Guessed {
			t.Errorf("%v + %s = %+v, want %s (%s)", v.Received, v.Days.Label(), got, v.Due, v.Why)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	pause := func(from, to string) Pause { return Pause{From: at(from), To: at(to), Why: "等待法院结论"} }
	tests := []struct {
		name   string
		from   string
		span   Span
		pauses []Pause
		day    string
		at     string
	}{
		{"three days", "2026-10-09 16:00", Days(3), nil, "2026-10-12", "2026-10-13 00:00"},
		{"days do not care for holidays", "2026-09-30 09:00", Days(3), nil, "2026-10-03", "2026-10-04 00:00"},
		{"over a month", "2026-01-30 09:00", Days(30), nil, "2026-03-01", "2026-03-02 00:00"},
		{"hours", "2026-10-09 16:00", Hours(24), nil, "2026-10-10", "2026-10-10 16:00"},
		{"paused hours", "2026-10-09 16:00", Hours(24), []Pause{pause("2026-10-09 20:00", "2026-10-09 22:00"), pause("2026-10-09 21:00", "2026-10-09 23:00")}, "2026-10-10", "2026-10-10 19:00"},
		{"paused days", "2026-10-09 16:00", Days(3), []Pause{pause("2026-10-10 09:00", "2026-10-12 09:00")}, "2026-10-15", "2026-10-16 00:00"},
		{"pause before the start", "2026-10-09 16:00", Days(3), []Pause{pause("2026-10-01 09:00", "2026-10-05 09:00")}, "2026-10-12", "2026-10-13 00:00"},
		{"paused working days", "2026-10-12 09:00", Workdays(2), []Pause{pause("2026-10-13 08:00", "2026-10-14 08:00")}, "2026-10-16", "2026-10-17 00:00"},
		{"a year", "2026-10-09 16:00", Years(1), nil, "2027-10-09", "2027-10-10 00:00"},
		{"a year from a leap day", "2028-02-29 16:00", Years(1), nil, "2029-02-28", "2029-03-01 00:00"},
		{"paused year", "2026-10-09 16:00", Years(1), []Pause{pause("2026-11-01 00:00", "2026-11-11 00:00")}, "2027-10-19", "2027-10-20 00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Of(at(tt.from), tt.span, Builtin(), tt.pauses...)
			if got.Day.String() != tt.day || !got.At.Equal(at(tt.at)) {
				t.Errorf("due %s, too late at %v; want %s, %s", got.Day, got.At, tt.day, tt.at)
			}
			if got.Overdue(got.At.Add(-time.Second)) || !got.Overdue(got.At) {
				t.Error("overdue is not at the stated moment")
			}
		})
	}
}

func TestOpenPause(t *testing.T) {
	t.Parallel()
	got := Of(at("2026-10-09 16:00"), Days(3), Builtin(), Pause{From: at("2026-10-10 09:00")})
	if !got.Paused || got.Overdue(at("2030-01-01 00:00")) {
		t.Errorf("%+v", got)
	}
}

func TestUnknownYear(t *testing.T) {
	t.Parallel()
	got := Of(at("2027-01-01 09:00"), Workdays(2), Builtin()) // a Friday
	if got.Day.String() != "2027-01-05" || !got.Guessed {
		t.Errorf("%+v", got)
	}
	if got := Of(at("2026-12-31 09:00"), Workdays(1), Builtin()); !got.Guessed {
		t.Error("a deadline that runs into an unknown year does not say so")
	}
	if Builtin().Knows(2027) || !Builtin().Knows(2026) {
		t.Error("the shipped calendar knows 2026 only")
	}
}

func TestParseYear(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		`{`, `{"year":1}`, `{"year":2026,"off":[{"from":"2026-02-31","to":"2026-02-31"}]}`,
		`{"year":2026,"off":[{"from":"2026-02-05","to":"2026-02-03"}]}`, `{"year":2026,"off":[{"from":"2026-02-05","to":"2036-02-03"}]}`,
		`{"year":2026,"work":["2026-10-12"]}`,
	} {
		if _, err := ParseYear([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[Code]bool{}
	for _, r := range Rules {
		if seen[r.Code] || r.Name == "" || r.Length == nil || r.From == "" || r.Source == "" {
			t.Errorf("rule %+v is double or has no name, length, event or source", r)
		}
		seen[r.Code] = true
		if !r.Setting && !strings.HasPrefix(r.Source, "[L]") && !strings.HasPrefix(r.Source, "[P]") {
			t.Errorf("%s is fixed without a law: %s", r.Code, r.Source)
		}
		if found, ok := Find(r.Code); !ok || found.Name != r.Name {
			t.Errorf("Find(%s) = %+v, %v", r.Code, found, ok)
		}
	}
	if r, _ := Find(ComplaintDone); !r.Off {
		t.Error("a deadline without a source is on by default")
	}
	if _, ok := Find("nothing"); ok {
		t.Error("an unknown code was found")
	}
}

// TestOrder: more days end later, a pause never ends a deadline earlier, working days never before days.
func TestOrder(t *testing.T) {
	t.Parallel()
	c := Builtin()
	rapid.Check(t, func(t *rapid.T) {
		from := at("2026-01-01 09:00").Add(time.Duration(rapid.IntRange(0, 300*24).Draw(t, "hours")) * time.Hour)
		n := rapid.IntRange(1, 30).Draw(t, "n")
		p := Pause{From: from.Add(time.Duration(rapid.IntRange(-48, 500).Draw(t, "pause")) * time.Hour)}
		p.To = p.From.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "length")) * time.Hour)
		days, work := Of(from, Days(n), c), Of(from, Workdays(n), c)
		if work.Day.Before(days.Day) {
			t.Fatalf("%d working days end before %d days", n, n)
		}
		for _, span := range []Span{Days(n), Workdays(n), Hours(n)} {
			if Of(from, span, c, p).At.Before(Of(from, span, c).At) {
				t.Fatalf("a pause shortened %s", span.Label())
			}
		}
		if !Of(from, Workdays(n+1), c).At.After(work.At) {
			t.Fatal("one working day more ends no later")
		}
	})
}
