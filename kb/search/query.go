package search

import (
	"strings"
	"time"
)

// Query is what is asked for.
type Query struct {
	Text     string
	Limit    int    // 0 means 10
	Region   string // the caller's, the widest name first: 湖南省长沙市; empty means anywhere
	Date     Date   // of the facts; 0 means that any version will do
	Category string
	Kind     string
	Level    string

	IncludeSuperseded bool // also what does not apply on the date, marked and after the rest
	IDsOnly           bool // leave out title, snippet and reasons
	Facets            bool // count the matches by kind, category, level and region
}

// Hit is an article found.
type Hit struct {
	ID       string
	Score    float64
	Title    string
	Snippet  string
	Why      []string
	Kind     string
	Category string
	Level    string
	Region   string
	State    State
	Named    bool // it is the article of a statute that the query names by its number
	Stored   []byte
}

// Result is the answer to a query.
type Result struct {
	Hits   []Hit
	Facets Facets
	Took   time.Duration
}

// trimmed removes blanks around the values of a query.
func (q Query) trimmed() Query {
	q.Text = strings.TrimSpace(q.Text)
	if q.Limit <= 0 {
		q.Limit = 10
	}
	return q
}
