// Command kbpeers measures stock search engines on the yardstick of the knowledge search: SQLite FTS5 over pairs of
// characters, bleve with its CJK analyzer, and plain BM25F in memory.
package main

import (
	"fmt"
	"os"

	"zuoxi/kb/bench/measure"
)

// titleWeight is what a hit in the title counts against one in the body, the best of those tried for each engine.
const titleWeight = 3

func main() {
	err := measure.Main(map[string]measure.Maker{
		"fts5-bigram": {Build: buildFTS, Open: openFTS},
		"bleve-cjk":   {Build: buildBleve, Open: openBleve},
		"bm25f":       {Build: keepCorpus, Open: openMemory},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
