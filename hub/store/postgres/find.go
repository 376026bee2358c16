package postgres

import (
	"strings"

	"zuoxi/hub/store/query"
)

// index is a text vector with a GIN index. The vector is written out, so that
// no dictionary and no locale has a say in what a term is.
var index = query.Index{
	Put: func(seq int64, terms []string) (string, []any) {
		quoted := make([]string, len(terms))
		for i, t := range terms {
			quoted[i] = "'" + t + "'"
		}
		return "UPDATE found SET terms = CAST(? AS tsvector) WHERE seq = ?", []any{strings.Join(quoted, " "), seq}
	},
	More: ", terms", Empty: ", CAST('' AS tsvector)",
	From: "found", Seq: "found.seq",
	Match: func(all []string, oneOf [][]string, not []string) (string, any) {
		var parts []string
		if len(all) > 0 {
			parts = append(parts, and(all))
		}
		if len(oneOf) > 0 {
			groups := make([]string, len(oneOf))
			for i, g := range oneOf {
				groups[i] = and(g)
			}
			parts = append(parts, "("+strings.Join(groups, " | ")+")")
		}
		for _, t := range not {
			parts = append(parts, "!"+term(t))
		}
		return "found.terms @@ CAST(? AS tsquery)", strings.Join(parts, " & ")
	},
}

func and(terms []string) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = term(t)
	}
	return "(" + strings.Join(parts, " & ") + ")"
}

// term quotes a term: it is letters and digits, or it would be a part of the language.
func term(t string) string {
	if body, more := strings.CutSuffix(t, "*"); more {
		return "'" + body + "':*"
	}
	return "'" + t + "'"
}
