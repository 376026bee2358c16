package sqlite

import (
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/storetest"
)

// TestJudgingDaysKeepsNoTexts: of the statements that stay parsed there is room for some hundred, for as long as the hub runs.
func TestJudgingDaysKeepsNoTexts(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	begin, days := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 5
	for n := range days {
		k, r := storetest.NewCall(n), storetest.NewRecord(n)
		k.Times.Arrive = begin.AddDate(0, 0, n).Add(time.Hour)
		r.Calls = []string{k.ID}
		if err := s.Calls.Open(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Records.Create(t.Context(), r, storetest.By(n, "create")); err != nil {
			t.Fatal(err)
		}
	}
	judged := func(to int) (asked int64, texts int) {
		rows, err := s.Sums.First(t.Context(), store.FirstFilter{Span: store.Span{From: begin, To: begin.AddDate(0, 0, to)}, Days: 1, Now: begin.AddDate(1, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			asked += row.First.Asked
		}
		return asked, len(s.Backend.(*backend).read.known)
	}
	one, texts := judged(1)
	all, more := judged(days)
	if one != 1 || all != int64(days) || texts == 0 || more != texts {
		t.Errorf("%d of %d days judged, with %d texts for one and %d for all", all, days, texts, more)
	}
}
