// Package starter is the knowledge base that the program brings along: articles in our own words on what callers ask
// most, and the register of the documents they rest on. It owns the files beside it; demo, tests and an empty seat use
// them. It promises that they load.
package starter

import (
	"embed"
	"fmt"

	"zuoxi/kb"
)

//go:embed *.md _documents.yaml
var files embed.FS

// Articles gives the articles.
func Articles() ([]kb.Article, error) {
	b, err := kb.LoadFS(files, "starter")
	if err != nil {
		return nil, fmt.Errorf("load starter articles: %w", err)
	}
	return b.Articles, nil
}
