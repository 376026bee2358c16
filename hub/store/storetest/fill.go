package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

const (
	// RowsVariable sets how many calls and how many records Bench measures
	// with; the promises are for 1,000,000 of each.
	RowsVariable = "ZUOXI_BENCH_ROWS"
	// DirVariable names a folder in which a filled store stays for the next run.
	DirVariable = "ZUOXI_BENCH_DIR"
	// filling names what is in a kept store; a change to it fills a new one.
	filling = "1"
	// filled is the file that says that a kept store has all its rows.
	filled = "filled"
	// together is how many rows are written in one transaction.
	together = 5000
)

// Bed is a database to measure in.
type Bed struct {
	Open Opener
	// Beside opens the database beside the store, for what the store does not do.
	Beside func() (*sql.DB, error)
	// Indexes is the query for name and definition of the indexes that only reads need.
	Indexes string
	// Settle is what the server does by itself in a store that has grown slowly.
	Settle []string
	// Writers is how many may write at the same time.
	Writers int
}

// Rows is how many rows the run is to measure with.
func Rows(b *testing.B) int {
	b.Helper()
	v := os.Getenv(RowsVariable)
	if v == "" {
		return 20000
	}
	rows, err := strconv.Atoi(v)
	if err != nil || rows < 1000 {
		b.Fatalf("%s=%s is no number of rows", RowsVariable, v)
	}
	return rows
}

// BenchDir is the folder for the store of a database: one that is kept, if the
// caller named a place for it, or one that goes with the run.
func BenchDir(b *testing.B, database string) string {
	b.Helper()
	root := os.Getenv(DirVariable)
	if root == "" {
		return b.TempDir()
	}
	dir := filepath.Join(root, database+"-"+strconv.Itoa(Rows(b))+"-"+filling)
	if _, err := os.Stat(filepath.Join(dir, filled)); errors.Is(err, fs.ErrNotExist) {
		if err := os.RemoveAll(dir); err != nil { // half of a filling is none
			b.Fatal(err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	return dir
}

// bench is a filled store with the keys that its numbers were sealed with.
type bench struct {
	*store.Store
	rows int
	keys *seal.Keys
}

// ready opens the store of a folder and fills it, unless an earlier run did.
func ready(b *testing.B, dir string, bed Bed) bench {
	b.Helper()
	k, err := seal.Load(filepath.Join(dir, "bench.key"))
	if err != nil {
		b.Fatal(err)
	}
	done := filepath.Join(dir, filled)
	if _, err := os.Stat(done); errors.Is(err, fs.ErrNotExist) {
		from := time.Now()
		fillBed(b, bed, bench{rows: Rows(b), keys: k})
		b.Logf("filled with %d calls and records in %s", Rows(b), time.Since(from).Round(time.Second))
		if err := os.WriteFile(done, nil, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	s, err := bed.Open()
	if err != nil {
		b.Fatal(err)
	}
	return bench{Store: s, rows: Rows(b), keys: k}
}

// fillBed writes all rows through the store, without the indexes that would be
// changed at a random place for every row; they are made afterwards, as they are.
func fillBed(b *testing.B, bed Bed, f bench) {
	b.Helper()
	var err error
	if f.Store, err = bed.Open(); err != nil { // makes the tables
		b.Fatal(err)
	}
	beside, err := bed.Beside()
	if err != nil {
		b.Fatal(err)
	}
	indexes := takeIndexes(b, beside, bed.Indexes)
	fill(b, f, bed.Writers)
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	for _, def := range append(indexes, bed.Settle...) {
		if _, err := beside.ExecContext(b.Context(), def); err != nil {
			b.Fatalf("%s: %v", def, err)
		}
	}
	if err := beside.Close(); err != nil {
		b.Fatal(err)
	}
}

// takeIndexes drops the indexes that only reads need and returns what makes them.
func takeIndexes(b *testing.B, db *sql.DB, query string) (defs []string) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name, def string
		if err := rows.Scan(&name, &def); err != nil {
			b.Fatal(err)
		}
		names, defs = append(names, name), append(defs, def)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(defs) < 20 {
		b.Fatalf("%d indexes, %v", len(defs), err)
	}
	for _, name := range names {
		if _, err := db.ExecContext(b.Context(), "DROP INDEX "+name); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
	}
	return defs
}

// fill writes the calls and records, so many transactions at the same time.
func fill(b *testing.B, f bench, writers int) {
	b.Helper()
	starts := make(chan int)
	ctx, stop := context.WithCancelCause(b.Context())
	defer stop(nil)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for from := range starts {
				if err := f.fillFrom(ctx, from); err != nil {
					stop(err)
				}
			}
		})
	}
	for from := 0; from < f.rows && ctx.Err() == nil; from += together {
		starts <- from
	}
	close(starts)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		b.Fatal(err)
	}
}

func (f bench) fillFrom(ctx context.Context, from int) error {
	var records []store.Record
	return f.Tx(ctx, func(p store.Ports) error {
		for i := from; i < min(from+together, f.rows); i++ {
			k, r, err := f.busyDay(i)
			if err != nil {
				return err
			}
			records = append(records, r)
			if err := keep(ctx, p, k, i); err != nil {
				return err
			}
		}
		for n, r := range records { // after the calls: an index that grows at its end is quick to fill
			if _, err := p.Records.Create(ctx, r, By(from+n, "create")); err != nil {
				return err
			}
		}
		return nil
	})
}

func keep(ctx context.Context, p store.Ports, k store.Call, i int) error {
	if err := p.Calls.Open(ctx, k); err != nil {
		return err
	}
	if err := p.Timeline.Append(ctx, event(k, 1, "arrive"), event(k, 2, "bridge")); err != nil {
		return err
	}
	k.Times.Closed, k.Outcome.Disposition = k.Times.Arrive.Add(time.Minute), store.DispositionHuman
	if i%5 == 0 {
		k.Outcome = store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}
	}
	_, err := p.Calls.Save(ctx, k)
	return err
}

// number is the telephone of the i-th caller; a thousand rows apart it is another one.
func number(i int) string { return fmt.Sprintf("139%08d", i*7919%100000000) }

var subjects = []string{"养老保险", "失业保险", "工伤保险", "劳动关系"}

// busyDay makes the i-th call and its record: 100 districts, 200 agents.
func (f bench) busyDay(i int) (store.Call, store.Record, error) {
	k, r := NewCall(i), NewRecord(i)
	v, err := f.keys.Phone(number(i))
	k.Caller, r.Party.Phone = v, v
	k.District = fmt.Sprint(130100 + i%100)
	k.Agent = fmt.Sprint(8000 + i%200)
	k.Subject = subjects[i%4]
	r.District, r.Agent, r.Subject, r.Calls = k.District, k.Agent, k.Subject, []string{k.ID}
	r.Body.Summary = strings.Join([]string{"问", asked[i%len(asked)], asked[i/len(asked)%len(asked)]}, "")
	if i%100000 == 77 {
		r.Body.Answer = "冷僻词句"
	}
	if i%50 == 0 {
		r.Kind = "complaint"
	}
	if i%1000 == 1 {
		r.Status.State = "with_dept"
		r.Dues = []store.Due{{Name: "reply", At: r.Created.Add(72 * time.Hour), Unit: "day", Length: 3}}
	}
	return k, r, err
}

// asked is what callers ask about: two of them make a summary.
var asked = []string{"缴费年限", "断缴补缴", "转移接续", "待遇核定", "退休时间", "参保登记", "卡片挂失", "工资拖欠", "单位欠费", "缴费基数", "失业金", "工伤认定", "生育津贴"}
