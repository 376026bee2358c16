package article

import (
	"strings"

	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

const (
	gap    = 2 // columns between the cells of a table
	narrow = 8 // a column that would be narrower is no column
)

// tableLines lays the rows of a table out: its cells below each other where the width allows, else each row as a list
// of what the head says and the cell. Nothing but spaces is added.
func tableLines(rows [][]string, width int) (out []Line) {
	cols := columns(rows, width)
	if cols == nil {
		return stacked(rows, width)
	}
	for y, row := range rows {
		tok := theme.Plain
		if y == 0 {
			tok = theme.Bold
		}
		cells, high := make([][]string, len(row)), 1
		for i, c := range row {
			cells[i] = text.Wrap(c, cols[i])
			high = max(high, len(cells[i]))
		}
		for n := range high {
			var l strings.Builder
			for i := range cells {
				part := ""
				if n < len(cells[i]) {
					part = cells[i][n]
				}
				l.WriteString(text.Fit(part, cols[i]) + strings.Repeat(" ", gap))
			}
			out = append(out, Line{Text: strings.TrimRight(l.String(), " "), Tok: tok})
		}
	}
	return out
}

// columns gives each column its width: what its widest cell takes, or less where that is too much for all of them. It is
// nil when one would become too narrow.
func columns(rows [][]string, width int) []int {
	var cols []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(cols) {
				cols = append(cols, 0)
			}
			cols[i] = max(cols[i], text.Width(c))
		}
	}
	all := gap * (len(cols) - 1)
	for _, c := range cols {
		all += c
	}
	for ; all > width; all-- {
		widest := 0
		for i, c := range cols {
			if c > cols[widest] {
				widest = i
			}
		}
		if cols[widest]--; cols[widest] < narrow {
			return nil
		}
	}
	return cols
}

func stacked(rows [][]string, width int) (out []Line) {
	for _, row := range rows[1:] {
		for i, c := range row {
			lead, tok := "  ", theme.Plain
			if i == 0 {
				lead, tok = "", theme.Bold
			}
			if i < len(rows[0]) && rows[0][i] != "" {
				c = rows[0][i] + "：" + c
			}
			out = append(out, hang(lead, lead, tok, c, width)...)
		}
	}
	return out
}
