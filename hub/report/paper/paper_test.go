package paper

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zuoxi/rules/report"
)

func sample() *report.Table {
	s := report.Sums{Classes: report.Classes{Arrived: 1234, Human: 800, Auto: 100, Queue: 334}}
	t := report.Calls(report.CallAsk{Label: "地区", Logged: report.Tally{Inbound: 1234}, Wan: true, Each: 1000, Groups: []report.Group{
		{Name: `=cmd|'/c calc'!A1<script>`, Sums: s}, {Name: "黑龙江", Silent: true},
	}, Imputed: []report.Reported{{Name: "估", Figures: report.Figures{Total: 403000, Answered: 342000}}}})
	t.From, t.To = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	return &t
}

func written(t *testing.T, form string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Formats[form](&b, sample()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSameFigures: every form shows the same figures, marks, proofs and notes, and no name becomes a formula or markup.
func TestSameFigures(t *testing.T) {
	t.Parallel()
	for form, wants := range map[string][]string{
		"csv":  {"\ufeff来电统计表,2026-01-01 至 2026-03-31", "'=cmd|'/c calc'!A1<script>,123.4,90.0,80.0,10.0,33.4", "黑龙江,-,-", "估,40.3*", "核对 来电总量 = 接听总量 + 放弃量：1234 ✓", "说明 自动语音量"},
		"html": {"&lt;script&gt;", "<td>123.4</td>", "<td>40.3*</td>", "核对　", "说明　", `class="sum"`, `class="bad"`},
	} {
		text := written(t, form)
		for _, w := range wants {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", form, w, text)
			}
		}
		if strings.Contains(text, "\n=cmd") || form == "html" && strings.Contains(text, "<script>") {
			t.Errorf("%s: a name is a formula or markup", form)
		}
	}
	var out struct {
		Rows []map[string]any `json:"rows"`
	}
	if err := json.Unmarshal([]byte(written(t, "json")), &out); err != nil {
		t.Fatal(err)
	}
	if r := out.Rows; r[0]["total"] != 123.4 || r[1]["total"] != nil || r[2]["imputed"] == nil {
		t.Errorf("JSON %v", r)
	}
}

func TestSpreadsheet(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(strings.NewReader(written(t, "xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	for at, want := range map[string]string{"A1": "来电统计表　2026-01-01 至 2026-03-31", "B2": "来电总量", "A3": `=cmd|'/c calc'!A1<script>`, "B3": "123.4", "B4": "-", "B5": "40.3*", "A6": "合计"} {
		if got, err := f.GetCellValue(sheetName, at); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", at, got, err, want)
		}
	}
	if kind, err := f.GetCellType(sheetName, "B3"); err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		t.Errorf("a figure is no number: %v %v", kind, err)
	}
	if formula, err := f.GetCellFormula(sheetName, "A3"); err != nil || formula != "" {
		t.Errorf("a name became a formula: %q %v", formula, err)
	}
	var charts int
	f.Pkg.Range(func(k, _ any) bool {
		if name, ok := k.(string); ok && strings.HasPrefix(name, "xl/charts/chart") {
			charts++
		}
		return true
	})
	if charts != 1 {
		t.Errorf("%d charts", charts)
	}
}
