package sqlite

import (
	"strings"

	"zuoxi/hub/store/query"
)

// index is full text by FTS5. Its rows come newest first by themselves, so a
// page costs as much as it is far from the newest, not as much as there is.
var index = query.Index{
	Put: func(seq int64, terms []string) (string, []any) {
		return "INSERT OR REPLACE INTO found_text (rowid, terms) VALUES (?, ?)", []any{seq, strings.Join(terms, " ")}
	},
	From: "found_text CROSS JOIN found ON found.seq = found_text.rowid",
	Seq:  "found_text.rowid",
	Match: func(all []string, oneOf [][]string, not []string) (string, any) {
		groups := []string{and(all)}
		if len(oneOf) > 0 {
			parts := make([]string, len(oneOf))
			for i, g := range oneOf {
				parts[i] = and(g)
			}
			groups = append(groups, "("+strings.Join(parts, " OR ")+")")
		}
		if groups[0] == "" {
			groups = groups[1:]
		}
		expr := strings.Join(groups, " AND ")
		for _, t := range not {
			expr = "(" + expr + ") NOT " + term(t)
		}
		return "found_text MATCH ?", expr
	},
}

func and(terms []string) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = term(t)
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// term quotes a term: it is letters and digits, or it would be a part of the language.
func term(t string) string {
	if body, more := strings.CutSuffix(t, "*"); more {
		return `"` + body + `" *`
	}
	return `"` + t + `"`
}
