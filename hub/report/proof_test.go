package report

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/report"
)

// off is a store whose counts are off by more than its sums and lists, as often as left says.
type off struct {
	store.Proofs
	store.Sums
	left *atomic.Int64
}

func (o off) more() int64 {
	if o.left.Add(-1) < 0 {
		return 0
	}
	return 1
}

func (o off) Records(ctx context.Context, f store.TopicFilter) (int64, error) {
	n, err := o.Proofs.Records(ctx, f)
	return n + o.more(), err
}

func (o off) Standing(ctx context.Context, f store.TopicFilter, over []store.KindState) (int64, error) {
	n, err := o.Proofs.Standing(ctx, f, over)
	return n + o.more(), err
}

func (o off) Cited(ctx context.Context, f store.TopicFilter) (rules.Cited, error) {
	n, err := o.Proofs.Cited(ctx, f)
	n.Refs += o.more()
	return n, err
}

func (o off) Papers(ctx context.Context, f store.TopicFilter) (map[string]int64, error) {
	n, err := o.Proofs.Papers(ctx, f)
	n["published"] += o.more()
	return n, err
}

func (o off) Sheets(ctx context.Context, f store.TopicFilter, purpose string) (rules.Laid, error) {
	n, err := o.Proofs.Sheets(ctx, f, purpose)
	n.Marks += o.more()
	return n, err
}

func (o off) Calls(ctx context.Context, f store.SumFilter) ([]store.SumRow, rules.Tally, error) {
	rows, tally, err := o.Sums.Calls(ctx, f)
	tally.Human += o.more()
	return rows, tally, err
}

// sittings are examinations that are given.
type sittings []rules.ExamResult

func (s sittings) Results(context.Context, time.Time, time.Time, []string) ([]rules.ExamResult, error) {
	return s, nil
}

// TestProofsAreNotTheTablesOwn: each report is held against a count that does not come from its rows. Where the two stay apart
// the table says so; a difference that is gone when one looks again was a write between two reads.
func TestProofsAreNotTheTablesOwn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	at := time.Date(2026, 10, 7, 9, 0, 0, 0, zone).UTC()
	paper := store.Exam{ID: store.NewID(at), Agent: "8001", District: "320102", Title: "月考", State: "published", Body: []byte("{}"), Created: at, Updated: at}
	if err := o.DB.Exams.Create(t.Context(), paper); err != nil {
		t.Fatal(err)
	}
	o.Exams = sittings{{Agent: "8001", Title: "月考", At: at, Written: -1, State: "published"}}
	o.Scores = scores{{Agent: "8001", Call: "c1", Mark: 91, Stands: true}, {Mystery: true, Region: "江苏", City: "南京", Opened: true, Mark: 88, Stands: true}}
	for i, s := range []store.Sheet{{Agent: "8001", Purpose: "sample", Mark: 91}, {Purpose: "mystery", Mark: 88}} {
		s.ID, s.CallID, s.District, s.State, s.Body, s.Created, s.Updated = store.NewID(at), fmt.Sprint("c", i), "320102", "published", []byte("{}"), at, at
		if err := o.DB.Sheets.Create(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	left := new(atomic.Int64)
	counts := off{o.DB.Proofs, o.DB.Sums, left}
	o.DB.Proofs, o.DB.Sums = counts, counts
	for _, name := range []string{"calls", "wait", "topics", "hot", "agents", "awards", "ageing", "kb", "exams", "quality", "mystery"} {
		for times, proved := range map[int64]bool{0: true, 1: true, 100: false} {
			left.Store(times)
			got, err := o.Make(t.Context(), Ask{Name: name, From: "2026-10-01", To: "2026-10-31"})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Checks) == 0 || got.Proved() != proved {
				t.Errorf("%s, with a count that is off %d times: %+v", name, times, got.Checks)
			}
		}
	}
}
