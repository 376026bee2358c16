package main

import (
	"strings"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the analyzer measured

	"zuoxi/kb/bench/measure"
)

const batchSize = 2000

func buildBleve(dir, corpus string) error {
	docs, err := measure.Corpus(corpus)
	if err != nil {
		return err
	}
	mapping := bleve.NewIndexMapping()
	mapping.ScoringModel = "bm25"
	mapping.DefaultAnalyzer = "cjk"
	fields := bleve.NewDocumentStaticMapping()
	for _, name := range []string{"title", "body"} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = "cjk"
		f.Store, f.IncludeTermVectors, f.IncludeInAll, f.DocValues = false, false, false, false
		fields.AddFieldMappingsAt(name, f)
	}
	mapping.DefaultMapping = fields
	index, err := bleve.New(dir, mapping)
	if err != nil {
		return err
	}
	defer index.Close()
	batch := index.NewBatch()
	for i, d := range docs {
		if err := batch.Index(d.ID, map[string]string{"title": d.Title, "body": d.Body}); err != nil {
			return err
		}
		if batch.Size() == batchSize || i+1 == len(docs) {
			if err := index.Batch(batch); err != nil {
				return err
			}
			batch = index.NewBatch()
		}
	}
	return nil
}

type bleveEngine struct{ bleve.Index }

func openBleve(dir string) (measure.Engine, error) {
	index, err := bleve.Open(dir)
	return bleveEngine{index}, err
}

func (b bleveEngine) Search(query string, n int) (ids []string, err error) {
	if strings.TrimSpace(query) == "" {
		return nil, nil
	}
	title, body := bleve.NewMatchQuery(query), bleve.NewMatchQuery(query)
	title.SetField("title")
	title.SetBoost(titleWeight)
	body.SetField("body")
	res, err := b.Index.Search(bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(title, body), n, 0, false))
	if err != nil {
		return nil, err
	}
	for _, h := range res.Hits {
		ids = append(ids, h.ID)
	}
	return ids, nil
}
