// Command bench measures the built program side by side with what people know,
// in one run on one machine, and prints a table of what was measured, what the
// aim is and whether it was held. It never fails for a slow figure: only for
// one that could not be measured. It drives the program from outside as
// internal/story does, on headsets of its package rig; nothing of the product
// uses it. `make bench` and `make bench-voice` start it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

var nan = math.NaN()

// options of a run.
type options struct {
	binary   string
	dir      string // for everything the run leaves, removed at its end
	calls    int
	seeds    int
	speech   string
	articles string
	queries  string
	trainees int
	copied   int
	extra    string // environment of the program
	keep     bool
	only     string // part of the names of what is to be measured
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "build/zuoxi", "the program to be measured")
	flag.IntVar(&o.calls, "calls", 5, "calls for each median")
	flag.IntVar(&o.seeds, "seeds", 3, "seeds of the bad network")
	flag.StringVar(&o.speech, "speech", os.Getenv("ZUOXI_BENCH_SPEECH"), "folder of WAV files with speech; empty: espeak-ng says some")
	flag.StringVar(&o.articles, "articles", "kb/starter", "folder or JSONL file of articles to be searched")
	flag.StringVar(&o.queries, "queries", "", "file with a question a line; empty: some of our own")
	flag.StringVar(&o.extra, "env", "", "more environment for the program, NAME=VALUE,NAME=VALUE")
	flag.StringVar(&o.only, "only", "", "with -voice or -lost: only the parts whose name has this in it, such as 故障, 丢包 or 钥匙串")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder of the run: logs, and what a program that died wrote")
	headset := flag.String("says", "", "be a headset of that name that says one tone, until standard input ends")
	minutes := flag.Int("minutes", 0, "make one call of so many minutes instead, and watch its delay, depth and memory")
	voice := flag.Bool("voice", false, "measure voice over bad networks instead")
	cost := flag.Bool("cost", false, "measure what a call costs the processor instead")
	lost := flag.Bool("lost", false, "measure seats that are cut off or killed, and third parties that join, instead")
	listen := flag.Bool("listen", false, "measure a lead who listens in instead")
	exam := flag.Bool("exam", false, "measure an examination of many at once instead")
	copying := flag.Bool("copy", false, "measure a knowledge base that goes over 64 kbit/s beside a call instead")
	thin := flag.Bool("thin", false, "measure calls that share 32 kbit/s with a screen that is worked on instead")
	flag.IntVar(&o.copied, "copied", copyWhole, "articles of it")
	typed := flag.Bool("keys", false, "measure keys in the search box with the articles at the seat instead")
	flag.IntVar(&o.trainees, "trainees", 1000, "people who sit it")
	flag.Parse()
	what := benchAll
	switch {
	case *copying:
		what = benchCopy
	case *thin:
		what = benchThin
	case *typed:
		what = benchKeys
	case *headset != "":
		what = func(options) error { return says(*headset) }
	case *minutes > 0:
		what = func(o options) error { return benchLong(o, *minutes) }
	case *lost:
		what = benchLost
	case *listen:
		what = benchListen
	case *exam:
		what = benchExam
	case *voice:
		what = benchVoice
	case *cost:
		what = benchCost
	}
	if err := run(o, what); err != nil {
		fmt.Fprintln(os.Stderr, "有的没有测到 · 上面的表不全 ·", err)
		os.Exit(1)
	}
}

func run(o options, what func(options) error) (err error) {
	for _, path := range []*string{&o.binary, &o.articles} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if o.dir, err = os.MkdirTemp("", "zuoxi-bench-"); err != nil {
		return err
	}
	defer func() {
		if o.keep {
			progress("%s", o.dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(o.dir))
	}()
	voices()
	hiss()
	return what(o)
}

// progress tells a waiting person what is being measured.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
