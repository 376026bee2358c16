package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
)

// crashDir makes the test program a hub that is going to be killed.
const crashDir = "ZUOXI_TEST_WRITE_UNTIL_KILLED"

// writeUntilKilled writes records by command, twice each, and calls that it
// leaves open; it prints what was acknowledged.
func writeUntilKilled(dir string) {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, dir)
	for n := 1; err == nil; n++ {
		r := storetest.NewRecord(n)
		order := store.Command{Agent: "8001", ID: r.No, District: "130100", Kind: "record.create", At: storetest.Day}
		for range 2 {
			_, _, err = s.Commands.Once(ctx, order, func(p store.Ports) ([]byte, error) {
				kept, err := p.Records.Create(ctx, r, storetest.By(n, "create"))
				return []byte(kept.ID), err
			})
		}
		k := storetest.NewCall(n)
		if err == nil {
			err = s.Calls.Open(ctx, k)
		}
		if err == nil {
			fmt.Println("ok", r.No, r.ID, k.ID)
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

func TestNothingIsLostByAKill(t *testing.T) {
	for round := range 3 {
		dir := t.TempDir()
		acknowledged := killAfter(t, dir, 20+round*37)
		s := open(t, dir)
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		records := 0
		for f := (store.RecordFilter{Page: store.Page{Limit: 1000}}); ; {
			rows, next, err := s.Records.List(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			records += len(rows)
			if f.After = next; next == "" {
				break
			}
		}
		// One more may have been kept without its acknowledgement going out.
		if n := len(acknowledged); records < n || records > n+1 {
			t.Errorf("%d records, %d acknowledged", records, n)
		}
		for _, a := range acknowledged {
			if r, err := s.Records.Get(t.Context(), a[1]); err != nil || r.No != a[0] {
				t.Fatalf("record %s: %v", a[0], err)
			}
			if _, err := s.Calls.Get(t.Context(), a[2]); err != nil {
				t.Fatalf("call of record %s: %v", a[0], err)
			}
		}
		closed, err := s.Calls.CloseOrphans(t.Context(), storetest.Day, "hub_restart")
		again, err2 := s.Calls.CloseOrphans(t.Context(), storetest.Day, "hub_restart")
		if err != nil || err2 != nil || len(closed) < len(acknowledged) || len(again) != 0 {
			t.Errorf("closed %d and again %d calls, %v, %v", len(closed), len(again), err, err2)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// killAfter lets a child write, kills it and returns what it had acknowledged.
func killAfter(t *testing.T, dir string, n int) [][]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) != 4 || f[0] != "ok" {
			t.Fatalf("the child says %q", lines.Text())
		}
		if got = append(got, f[1:]); len(got) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	return got
}
