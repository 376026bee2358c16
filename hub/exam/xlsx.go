package exam

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/xuri/excelize/v2"

	"zuoxi/rules/exam"
)

// columns of the bank as a table, in their order. Answers and wordings are separated by “|”.
var columns = []string{"题号", "题型", "分值", "题干", "A", "B", "C", "D", "E", "F", "答案", "依据条目", "其他依据", "解析", "类别", "难度", "复核日期"}

const (
	firstOption = 4
	lastOption  = 9
	sheetName   = "题库"
	between     = "|"
)

var kindWords = map[string]string{exam.Single: "单选", exam.Multiple: "多选", exam.Judge: "判断", exam.Fill: "填空", exam.Short: "简答"}

// WriteBank writes a bank as a table (xlsx) or as text (yaml) that Import takes again.
func WriteBank(w io.Writer, bank exam.Bank, format string) error {
	if format == "yaml" {
		data, err := yaml.MarshalWithOptions(bank, yaml.Indent(2), yaml.UseLiteralStyleIfMultiline(true))
		if err != nil {
			return fmt.Errorf("writing the bank: %w", err)
		}
		_, err = w.Write(data)
		return err
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", sheetName); err != nil {
		return fmt.Errorf("writing the bank: %w", err)
	}
	rows := [][]any{line(columns)}
	for _, q := range bank.Questions {
		rows = append(rows, tableRow(q))
	}
	for i, r := range rows {
		if err := f.SetSheetRow(sheetName, "A"+strconv.Itoa(i+1), &r); err != nil {
			return fmt.Errorf("writing row %d of the bank: %w", i+1, err)
		}
	}
	err := errors.Join(f.SetColWidth(sheetName, "D", "D", 60), f.SetColWidth(sheetName, "E", "J", 20),
		f.SetPanes(sheetName, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	if err != nil {
		return fmt.Errorf("laying out the bank: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("writing the bank: %w", err)
	}
	return nil
}

func line(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

func tableRow(q exam.Question) []any {
	answer := strings.Join(q.Right(), between)
	if q.Type == exam.Judge {
		answer = map[string]string{"true": "对", "false": "错"}[answer]
	}
	r := []any{q.ID, kindWords[q.Type], q.Points, q.Stem}
	for i := range lastOption - firstOption + 1 {
		r = append(r, q.Options[string(rune('A'+i))])
	}
	return append(r, answer, q.KB, q.Ref, q.Explain, q.Category, q.Level, q.Reviewed)
}

// ReadSheet reads and checks the bank as a table. Faults name the row.
func ReadSheet(file string, data []byte) ([]exam.Question, func(exam.Question) Place, []error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked})
	if err != nil {
		return nil, nil, []error{fmt.Errorf("%w · %s 不是能读的 Excel 文件 · 没有导入，请另存为 .xlsx", ErrMaterial, file)}
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0][:min(firstOption, len(rows[0]))], columns[:firstOption]) {
		return nil, nil, []error{faultAt(file, 1, fmt.Errorf("the first row must be %s", strings.Join(columns, " ")))}
	}
	var list []exam.Question
	var errs []error
	lines := map[string]int{}
	for i, r := range rows[1:] {
		if strings.TrimSpace(strings.Join(r, "")) == "" {
			continue
		}
		q, err := question(rows[0], r)
		if err != nil {
			errs = append(errs, faultAt(file, i+2, err))
			continue
		}
		if _, twice := lines[q.ID]; !twice {
			lines[q.ID] = i + 2
		}
		list = append(list, q)
	}
	at := func(q exam.Question) Place { return Place{file, lines[q.ID]} }
	return list, at, append(errs, checkBank(list, at)...)
}

// question makes one of a row; columns are found by their names, so that they may stand in any order.
func question(head, row []string) (exam.Question, error) {
	cell := func(name string) string {
		if i := slices.Index(head, name); i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	q := exam.Question{
		ID: cell("题号"), Stem: cell("题干"), KB: cell("依据条目"), Ref: cell("其他依据"), Explain: cell("解析"),
		Category: cell("类别"), Level: cell("难度"), Reviewed: cell("复核日期"),
	}
	for kind, word := range kindWords {
		if word == cell("题型") {
			q.Type = kind
		}
	}
	if q.Type == "" {
		return q, fmt.Errorf("question %s: no kind “%s”, there are %s", q.ID, cell("题型"), strings.Join(slices.Sorted(maps.Values(kindWords)), " "))
	}
	points, err := strconv.Atoi(cell("分值"))
	if err != nil {
		return q, fmt.Errorf("question %s: “%s” is no number of points", q.ID, cell("分值"))
	}
	q.Points = points
	for _, key := range columns[firstOption : lastOption+1] {
		if v := cell(key); v != "" {
			if q.Options == nil {
				q.Options = map[string]string{}
			}
			q.Options[key] = v
		}
	}
	q.Answer = answer(q.Type, cell("答案"))
	return q, nil
}

func answer(kind, text string) any {
	if kind == exam.Judge {
		return map[string]any{"对": true, "错": false}[text]
	}
	var out []any
	for _, part := range strings.Split(text, between) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	if kind == exam.Multiple && len(out) == 1 { // ABD
		out = nil
		for _, key := range text {
			out = append(out, string(key))
		}
	}
	return out
}
