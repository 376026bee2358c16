package quality

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
)

// ownRubric is a centre's marking sheet in a file: three parts, one item each.
func ownRubric(t *testing.T, change func(*rules.Rubric)) string {
	t.Helper()
	r := rules.Rubric{
		Version: "centre-1", Total: 100, Caps: []rules.Cap{},
		Parts: []rules.Part{{ID: "A", Name: "礼仪", Points: 5}, {ID: "B", Name: "沟通", Points: 25}, {ID: "C", Name: "解答", Points: 70}},
		Items: []rules.Item{{ID: "A1a", Part: "A", Name: "报工号", Points: 5, Step: 5, How: rules.Auto}, {ID: "X1", Part: "B", Name: "倾听", Points: 25, Step: 1, How: rules.Human}, {ID: "X2", Part: "C", Name: "答对", Points: 70, Step: 1, How: rules.Human}},
	}
	if change != nil {
		change(&r)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rubric.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestReadRubric: what cannot be a marking sheet is refused with one line for the person.
func TestReadRubric(t *testing.T) {
	t.Parallel()
	if r, err := ReadRubric(ownRubric(t, nil)); err != nil || r.Version != "centre-1" {
		t.Errorf("%+v %v", r, err)
	}
	for name, file := range map[string]string{
		"missing":      filepath.Join(t.TempDir(), "none.json"),
		"not adding":   ownRubric(t, func(r *rules.Rubric) { r.Parts[0].Points = 6 }),
		"no version":   ownRubric(t, func(r *rules.Rubric) { r.Version = "" }),
		"a step":       ownRubric(t, func(r *rules.Rubric) { r.Items[1].Step = 7 }),
		"who decides":  ownRubric(t, func(r *rules.Rubric) { r.Items[1].How = "machine" }),
		"twice":        ownRubric(t, func(r *rules.Rubric) { r.Items[2].ID = "X1" }),
		"two parts":    ownRubric(t, func(r *rules.Rubric) { r.Parts, r.Items, r.Total = r.Parts[:2], r.Items[:2], 30 }),
		"not 100":      ownRubric(t, func(r *rules.Rubric) { r.Total, r.Parts[2].Points, r.Items[2].Points = 90, 60, 60 }),
		"unknown part": ownRubric(t, func(r *rules.Rubric) { r.Items[1].Part = "Z" }),
	} {
		_, err := ReadRubric(file)
		if err == nil || strings.Count(err.Error(), " · ") != 2 || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "没有启动") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestScoresKeepTheirRubric: a score that was made by one sheet is read by it for ever, whatever is in use; what nobody has
// scored yet goes by the new one; and a version does not change its meaning.
func TestScoresKeepTheirRubric(t *testing.T) {
	t.Parallel()
	w := newDesk(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.KeepRubric(ctx))
	before := w.sheet("before", rules.StateDrawn)
	later := w.sheet("later", rules.StateDrawn)
	score := func(o *Office, id string, items map[string]int) rules.Work {
		t.Helper()
		work, err := o.Score(ctx, "1007", Score{ID: id, Items: items, Submit: true})
		must(err)
		return work
	}
	all := map[string]int{}
	for _, it := range rules.Ministry2015().Items {
		all[it.ID] = it.Points
	}
	if got := score(w.Office, before, all); got.Mark != 100 {
		t.Fatalf("by the ministry's sheet %d", got.Mark)
	}
	own, err := ReadRubric(ownRubric(t, nil))
	must(err)
	with := func(r *rules.Rubric) *Office {
		c := w.Config
		c.Rubric = r
		return New(c)
	}
	o := with(own)
	must(o.KeepRubric(ctx))
	must(o.KeepRubric(ctx)) // the next start
	if got := score(o, later, map[string]int{"A1a": 5, "X1": 15, "X2": 60}); got.Mark != 80 || len(got.Lines.Items) != 3 {
		t.Fatalf("by the own sheet %d of %+v", got.Mark, got.Lines.Items)
	}
	if got, err := o.Show(ctx, before, "1007"); err != nil || len(got.Lines.Items) != len(all) || got.Mark != 100 {
		t.Errorf("the earlier score: %d in %d lines, %v", got.Mark, len(got.Lines.Items), err)
	}
	third := *own
	third.Version = "centre-2"
	third.Items = append([]rules.Item{}, own.Items...)
	third.Items[1].Name = "耐心倾听"
	if got, err := with(&third).Show(ctx, later, "1007"); err != nil || got.Lines.Items[1].Name != "倾听" {
		t.Errorf("by a third sheet: %+v, %v", got.Lines.Items, err)
	}
	third.Version = "centre-1"
	if err := with(&third).KeepRubric(ctx); err == nil || strings.Count(err.Error(), " · ") != 2 {
		t.Errorf("a version with another meaning: %v", err)
	}
	third.Version = rules.Ministry2015().Version
	if err := with(&third).KeepRubric(ctx); err == nil {
		t.Error("an own sheet goes as the ministry's")
	}
}

// sheet lays out a sheet without a recording.
func (d *desk) sheet(id, state string) string {
	d.t.Helper()
	s := store.Sheet{ID: id, CallID: id, Agent: "8001", District: "320100", Purpose: rules.PurposeSample, State: state, Mark: -1, Body: []byte(`{}`), Created: d.now, Updated: d.now, Version: 1}
	d.must(d.DB.Sheets.Create(d.t.Context(), s))
	return id
}
