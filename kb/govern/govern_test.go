package govern

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"zuoxi/kb"
	"zuoxi/rules/access"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	states = []State{StateDraft, StateSubmitted, StateReviewed, StatePublished, StateStanding, StateSuperseded, StateWithdrawn}
	steps  = []Step{StepSubmit, StepApprove, StepReject, StepPublish, StepSupersede, StepStay, StepWithdraw, StepReopen}
	writer = Person{"1001", access.RoleEditor}
	other  = Person{"1002", access.RoleEditor}
	expert = Person{"2001", access.RoleLiaison}
	office = Person{"2002", access.RoleOffice}
	lead   = Person{"3001", access.RoleLead}
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func walk(t *testing.T, e Entry, list ...Done) Entry {
	t.Helper()
	for _, d := range list {
		var err error
		if e, err = Take(e, d.Step, d.By, noon, d.Why); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func TestFromDraftToSuperseded(t *testing.T) {
	e := walk(t, Entry{State: StateDraft, Author: writer.No},
		Done{Step: StepSubmit, By: writer}, Done{Step: StepReject, By: expert, Why: "金额不对"}, Done{Step: StepSubmit, By: writer},
		Done{Step: StepApprove, By: expert}, Done{Step: StepPublish, By: writer}, Done{Step: StepSupersede, By: other})
	if e.State != StateSuperseded || len(e.Steps) != 6 {
		t.Errorf("ends as %+v", e)
	}
}

func TestEveryStateAndStep(t *testing.T) {
	for _, s := range states {
		if s.Label() == "" {
			t.Errorf("state %s has no label", s)
		}
		for _, step := range steps {
			_, inTable := find(s, step)
			allowed := false
			for _, who := range []Person{writer, other, expert, office, lead} {
				e := Entry{State: s, Author: writer.No, Steps: []Done{{Step: StepApprove, By: expert}}}
				after, err := Take(e, step, who, noon, "原因")
				var no *Refused
				switch {
				case err == nil:
					allowed = true
					if after.State == s && step != StepReject || e.State != s || len(e.Steps) != 1 {
						t.Errorf("%s by %s from %s: %+v", step, who.Role, s, after)
					}
				case !errors.As(err, &no) || no.From != s || no.Step != step || strings.Contains(err.Error(), "\n"):
					t.Errorf("%s from %s: %v", step, s, err)
				}
				if slices.Contains(Allowed(e, who), step) != (err == nil) {
					t.Errorf("%s from %s by %s: Allowed differs from Take", step, s, who.Role)
				}
			}
			if allowed != inTable {
				t.Errorf("%s from %s: possible %v, in the table %v", step, s, allowed, inTable)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	submitted := Entry{State: StateSubmitted, Author: expert.No}
	reviewed := Entry{State: StateReviewed, Author: writer.No}
	for name, c := range map[string]struct {
		e    Entry
		step Step
		by   Person
		want string
	}{
		"own review":    {submitted, StepApprove, expert, "自己写的要由别人审"},
		"wrong role":    {submitted, StepApprove, writer, "请联系" + access.RoleLiaison.Label()},
		"no reason":     {Entry{State: StatePublished}, StepWithdraw, lead, "要写明原因"},
		"never seen":    {reviewed, StepPublish, writer, "还没有人审过"},
		"no such step":  {Entry{State: StateDraft}, StepPublish, writer, "“草稿”的条目不能发布"},
		"after changes": {walk(t, Entry{State: StateSubmitted, Author: writer.No}, Done{Step: StepApprove, By: expert}, Done{Step: StepReject, By: expert, Why: "改"}), StepPublish, writer, "没有这一步"},
	} {
		if _, err := Take(c.e, c.step, c.by, noon, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// However people act, nothing is published that its author alone has seen.
func TestFourEyes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := Entry{State: StateDraft, Author: rapid.SampledFrom([]string{writer.No, expert.No}).Draw(r, "author")}
		for range 30 {
			by := rapid.SampledFrom([]Person{writer, other, expert, lead, {expert.No, access.RoleEditor}, {writer.No, access.RoleLiaison}}).Draw(r, "by")
			e, _ = Take(e, rapid.SampledFrom(steps).Draw(r, "step"), by, noon, "原因")
			if e.State != StatePublished {
				continue
			}
			approved := false
			for _, d := range e.Steps {
				switch d.Step {
				case StepReject, StepReopen:
					approved = false
				case StepApprove:
					approved = d.By.No != e.Author
				}
			}
			if !approved {
				r.Fatalf("published unseen: %+v", e.Steps)
			}
		}
	})
}

func TestDifference(t *testing.T) {
	a := kb.Article{Title: "滞纳金", Body: "一\n二\n三", Scope: kb.Scope{Effective: kb.Day{Year: 1999}}}
	b := a
	b.Body, b.Scope.Effective = "一\n二改\n三\n四", kb.Day{Year: 2011}
	want := []Change{{' ', "标题：滞纳金"}, {'-', "施行：1999"}, {'+', "施行：2011"}, {' ', "一"}, {'-', "二"}, {'+', "二改"}, {' ', "三"}, {'+', "四"}}
	if got := Difference(a, b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOf(rapid.SampledFrom([]string{"甲", "乙", "丙"}))
		x, y := words.Draw(r, "x"), words.Draw(r, "y")
		var before, after []string
		for _, c := range lines(x, y) {
			if c.Mark != '+' {
				before = append(before, c.Text)
			}
			if c.Mark != '-' {
				after = append(after, c.Text)
			}
		}
		if !slices.Equal(before, x) || !slices.Equal(after, y) {
			r.Fatalf("%v and %v give %v and %v", x, y, before, after)
		}
	})
}

// Who reviews sees every field that changed.
func TestEveryFieldIsCompared(t *testing.T) {
	day := kb.Day{Year: 2026, Month: 1, Day: 2}
	for name, change := range map[string]func(*kb.Article){
		"title": func(a *kb.Article) { a.Title = "乙" }, "kind": func(a *kb.Article) { a.Kind = "乙" }, "category": func(a *kb.Article) { a.Category = "乙" },
		"level": func(a *kb.Article) { a.Scope.Level = "乙" }, "region": func(a *kb.Article) { a.Scope.Region = "乙" },
		"effective": func(a *kb.Article) { a.Scope.Effective = day }, "expires": func(a *kb.Article) { a.Scope.Expires = day },
		"keywords": func(a *kb.Article) { a.Words.Keywords = []string{"乙"} }, "synonyms": func(a *kb.Article) { a.Words.Synonyms = []string{"乙"} },
		"basis": func(a *kb.Article) { a.Basis[0].Doc = "乙" }, "number": func(a *kb.Article) { a.Basis[0].Number = "乙" },
		"articles": func(a *kb.Article) { a.Basis[0].Articles = []string{"乙"} },
		"verified": func(a *kb.Article) { a.Review.Verified = "乙" }, "unverified": func(a *kb.Article) { a.Review.Unverified = "乙" },
		"reviewed": func(a *kb.Article) { a.Review.Reviewed = day }, "due": func(a *kb.Article) { a.Review.Due = day },
		"related": func(a *kb.Article) { a.Related = []string{"乙"} }, "sources": func(a *kb.Article) { a.Sources = []string{"乙"} },
		"papers": func(a *kb.Article) { a.Papers = []string{"乙"} }, "never": func(a *kb.Article) { a.Never = []string{"乙"} },
		"office": func(a *kb.Article) { a.Office = &kb.Office{Name: "乙"} }, "body": func(a *kb.Article) { a.Body = "乙" },
		"standards": func(a *kb.Article) { a.Standards = []kb.Standard{{ID: "k", Title: "乙"}} },
	} {
		before, after := kb.Article{Basis: []kb.Basis{{Doc: "甲"}}}, kb.Article{Basis: []kb.Basis{{Doc: "甲"}}}
		change(&after)
		if !slices.ContainsFunc(Difference(before, after), func(c Change) bool { return c.Mark == '+' }) {
			t.Errorf("a changed %s is not seen", name)
		}
	}
	a := kb.Standard{Title: "甲", Wording: "一", From: day}
	b := kb.Standard{Title: "甲", Wording: "二", From: day, Articles: []string{"x"}}
	want := []Change{{' ', "标题：甲"}, {'-', "用于："}, {'+', "用于：x"}, {' ', "从：2026-01-02"}, {' ', "到："}, {'-', "一"}, {'+', "二"}}
	if got := DifferenceStandards(a, b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestCalendar(t *testing.T) {
	day := func(y, m, d int) kb.Day { return kb.Day{Year: y, Month: m, Day: d} }
	list := []kb.Article{
		{ID: "late", Review: kb.Review{Due: day(2026, 1, 1)}},
		{ID: "soon", Scope: kb.Scope{Effective: day(2027, 1, 1)}, Review: kb.Review{Due: day(2030, 1, 1)}},
		{ID: "ends", Scope: kb.Scope{Expires: day(2026, 12, 31)}},
		{ID: "ended", Scope: kb.Scope{Expires: day(2020, 12, 31)}, Review: kb.Review{Due: day(2020, 1, 1)}},
		{ID: "left", Scope: kb.Scope{Expires: day(2020, 12, 31)}, Review: kb.Review{Reviewed: day(2021, 3, 1)}},
		{ID: "again", Edition: kb.Edition{Version: 1}, Scope: kb.Scope{Expires: day(2020, 12, 31)}, Review: kb.Review{Due: day(2020, 1, 1)}},
		{ID: "again", Edition: kb.Edition{Version: 2, Previous: 1}, Scope: kb.Scope{Effective: day(2021, 1, 1)}},
	}
	var got []string
	for _, d := range Calendar(list, 20261123, 20270131) {
		got = append(got, d.ID+d.Why)
	}
	if want := []string{"ended应当复核", "ended到期失效", "late应当复核", "ends到期失效", "soon开始施行"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMisses(t *testing.T) {
	got := Misses([]Count{
		{"4050", 1, 0, 0}, {"扣卡", 2, 0, 3}, {"农保", 1, 1, 4}, {"", 3, 0, 0},
	})
	want := []Miss{{"扣卡", 2, false}, {"4050", 1, true}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
