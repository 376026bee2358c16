// Command bench measures the knowledge search on the yardstick, beside stock engines: `bench run` prints the tables,
// `bench one` is a single measurement in a process of its own.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"zuoxi/kb"
	"zuoxi/kb/bench/measure"
	"zuoxi/kb/search"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == "one" {
		os.Args = append(os.Args[:1], args[1:]...)
		return measure.Main(map[string]measure.Maker{"zuoxi": {Build: build, Open: open, Change: change}})
	}
	if len(args) != 4 || args[0] != "run" {
		return fmt.Errorf("usage: bench run QUERIES SIZES-FOLDER PEERS-PROGRAM")
	}
	return report(args[1], args[2], args[3])
}

func build(dir, corpus string) error {
	batch, err := kb.Load(corpus)
	if err != nil {
		return err
	}
	b, err := kb.Open(dir, nil)
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = b.Import(context.Background(), "bench", batch.Articles)
	return err
}

// library is the engine measured: all that the screen gets, not only the ids.
type library struct {
	*kb.Base
	region string
}

// In implements measure.Placed.
func (l library) In(region string) measure.Engine { return library{l.Base, region} }

func open(dir string) (measure.Engine, error) {
	b, err := kb.Open(dir, nil)
	return library{Base: b}, err
}

func (l library) Search(query string, n int) (ids []string, err error) {
	r, err := l.Base.Search(context.Background(), search.Query{Text: query, Region: l.region, Limit: n})
	for _, h := range r.Hits {
		ids = append(ids, h.ID)
	}
	return ids, err
}

func (l library) Close() error {
	l.Base.Close()
	return nil
}

// change replaces n articles by texts of another length and makes sure that they are found.
func change(e measure.Engine, n int) error {
	var articles []kb.Article
	for i := range n {
		articles = append(articles, kb.Article{
			ID: "changed-" + strconv.Itoa(i), Title: "改过的条目" + strconv.Itoa(i), Kind: search.KindAnswer,
			Body: "当天改过的口径，马上要能查到。",
		})
	}
	if _, err := e.(library).Import(context.Background(), "bench-2", articles); err != nil {
		return err
	}
	ids, err := e.Search("改过的条目", 1)
	if err == nil && (len(ids) == 0 || ids[0][:8] != "changed-") {
		err = fmt.Errorf("the changed articles are not found: %v", ids)
	}
	return err
}
