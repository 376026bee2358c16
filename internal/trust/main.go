// Command trust proves what SECURITY.md promises: it starts the built program,
// attacks it and breaks what is below it, and prints a table of promise, figure
// and whether it was held. It knows the program by its commands, its screen and
// its protocol; nothing of the product uses it. `make trust` runs what fits a
// test run, `make trust-long` everything. It exits 1 when a promise was broken
// or could not be measured.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// promise is one line of the table. prove gives the figure it measured; an
// error means that the promise was not held, or could not be measured.
type promise struct {
	group string
	text  string // what is promised, with the aim
	long  bool   // only in trust-long
	prove func(*stage) (figure string, err error)
}

// stop is how a proof ends in the middle: with the reason why there is nothing
// more to measure.
type stop struct{ error }

// must ends the proof when err is there.
func (s *stage) must(err error) {
	if err != nil {
		panic(stop{err})
	}
}

// mustWhen does so with what was being done.
func (s *stage) mustWhen(doing string, err error) {
	if err != nil {
		panic(stop{fmt.Errorf("%s: %w", doing, err)})
	}
}

// measure carries out one proof.
func (p promise) measure(s *stage) (figure string, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			err = r.error
		default:
			panic(r)
		}
	}()
	return p.prove(s)
}

// promises of the program, in the order of SECURITY.md.
func promises() []promise {
	var all []promise
	for _, family := range [][]promise{doors(), pages(), logins(), rights(), keeping(), floods(), crashes(), herds(), boards(), terminals(), seats(), texts(), fuzzing(), parts()} {
		all = append(all, family...)
	}
	return all
}

// stage is what every proof is given.
type stage struct {
	binary string
	root   string // of the source tree
	dir    string // of this proof alone, removed at its end
	long   bool
	herd   int // how many seats return at once in the long run
}

// within gives a bound that a promise names: in the long run as it is named, in
// a test run with room for a machine that does other work at the same time. There
// what is held is that the thing comes, and the figure says when it came.
func (s *stage) within(d time.Duration) time.Duration {
	if s.long {
		return d
	}
	return d + patience/4
}

func main() {
	var s stage
	flag.StringVar(&s.binary, "binary", "build/zuoxi", "the program that is attacked")
	flag.BoolVar(&s.long, "long", false, "everything, not only what fits a test run")
	only := flag.String("only", "", "only promises whose group or text holds this")
	flag.IntVar(&s.herd, "herd", 10000, "seats that return at once in the long run")
	seats := flag.String("seats", "", "internal: play the seats of this file")
	flag.Parse()
	if *seats != "" {
		if err := playSeats(*seats); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	broken, err := run(s, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "承诺没有核对完 ·", err)
		os.Exit(1)
	}
	if broken > 0 {
		os.Exit(1)
	}
}

// alone are the groups that need the whole machine: their figures are of load,
// or they keep both processors busy themselves.
var alone = []string{"冲击", "回潮", "看板", "进来的字节"}

// lanes is how many other proofs run at a time; most of them wait.
const lanes = 2

// beside tells whether a proof may have another one beside it. In the long run,
// where times are held to what is promised, none has.
func (s *stage) beside(p promise) bool { return !s.long && !slices.Contains(alone, p.group) }

// proved is what one proof gave.
type proved struct {
	figure string
	took   time.Duration
	err    error
	dirErr error // the proof's folder could not be made or removed
}

// prove carries proofs out, and prints them in their order.
func (s *stage) prove(t *table, base string, list []promise) error {
	next := make(chan int, len(list)) // all of them: filling it never waits
	results := make([]chan proved, len(list))
	for i := range list {
		results[i] = make(chan proved, 1)
		next <- i
	}
	close(next)
	for range lanes {
		go func() {
			for i := range next {
				results[i] <- s.one(base, list[i])
			}
		}()
	}
	var failed error
	for i, p := range list {
		r := <-results[i]
		t.row(p, r.figure, r.took, r.err)
		failed = errors.Join(failed, r.dirErr)
	}
	return failed
}

// one carries a proof out in a folder of its own.
func (s *stage) one(base string, p promise) (r proved) {
	own := *s
	if own.dir, r.dirErr = os.MkdirTemp(base, ""); r.dirErr != nil {
		return r
	}
	start := time.Now()
	r.figure, r.err = p.measure(&own)
	r.took = time.Since(start)
	r.dirErr = os.RemoveAll(own.dir)
	return r
}

// runLimit is what a test run has for all of it.
const runLimit = 5 * time.Minute

func run(s stage, only string) (broken int, err error) {
	if s.binary, err = filepath.Abs(s.binary); err != nil {
		return 0, err
	}
	if s.root, err = os.Getwd(); err != nil {
		return 0, err
	}
	base, err := os.MkdirTemp("", "zuoxi-trust-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(base)) }()
	t := newTable(os.Stdout)
	var list []promise
	for _, p := range promises() {
		if (!p.long || s.long) && strings.Contains(p.group+" "+p.text, only) {
			list = append(list, p)
		}
	}
	for len(list) > 0 {
		n := 1
		for n < len(list) && s.beside(list[0]) && s.beside(list[n]) {
			n++
		}
		if err := s.prove(t, base, list[:n]); err != nil {
			return 0, err
		}
		list = list[n:]
	}
	limit := runLimit
	if s.long {
		limit = 0
	}
	return t.end(limit), nil
}
