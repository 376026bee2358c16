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
	for _, family := range [][]promise{doors(), logins(), keeping(), floods(), crashes(), herds(), boards(), terminals(), fuzzing()} {
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
	for i, p := range promises() {
		if p.long && !s.long || !strings.Contains(p.group+" "+p.text, only) {
			continue
		}
		one := s
		one.dir = filepath.Join(base, fmt.Sprint(i))
		if err := os.Mkdir(one.dir, 0o700); err != nil {
			return 0, err
		}
		start := time.Now()
		figure, err := p.measure(&one)
		t.row(p, figure, time.Since(start), err)
		if err := os.RemoveAll(one.dir); err != nil {
			return 0, err
		}
	}
	return t.end(), nil
}
