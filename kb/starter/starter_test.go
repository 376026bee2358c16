package starter

import (
	"context"
	"reflect"
	"testing"

	"zuoxi/kb"
	"zuoxi/kb/search"
)

func load(t *testing.T) []kb.Article {
	t.Helper()
	articles, err := Articles()
	if err != nil {
		t.Fatal(err)
	}
	return articles
}

func TestStarterIsWhole(t *testing.T) {
	articles := load(t)
	ids := map[string]bool{}
	for _, a := range articles {
		ids[a.ID] = true
	}
	for _, a := range articles {
		if a.Answer() == "" || len(a.Basis) == 0 && a.Review.Verified == "full" {
			t.Errorf("%s has no answer to read out, or no basis", a.ID)
		}
		for _, r := range a.Related {
			if !ids[r] {
				t.Errorf("%s: related %s does not exist", a.ID, r)
			}
		}
		text, err := a.Markdown()
		if err != nil {
			t.Fatal(err)
		}
		if b, err := kb.ParseMarkdown(a.ID, text); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s does not survive a round trip: %v", a.ID, err)
		}
	}
	if docs, err := Documents(); err != nil || len(docs) == 0 {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

// The right article stands in the first three lines, however an agent types.
func TestStarterIsFound(t *testing.T) {
	b, err := kb.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Import(context.Background(), "starter", load(t)); err != nil {
		t.Fatal(err)
	}
	missed := 0
	for _, c := range questions {
		r, err := b.Search(context.Background(), search.Query{Text: c.typed, Date: 20261123, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, h := range r.Hits {
			found = found || h.ID == c.id
		}
		if !found {
			missed++
			t.Logf("%q does not find %s but %v", c.typed, c.id, titles(r.Hits))
		}
	}
	if missed > len(questions)/20 {
		t.Errorf("%d of %d questions do not find their article", missed, len(questions))
	}
}

func titles(hits []search.Hit) (out []string) {
	for _, h := range hits {
		out = append(out, h.ID+" "+h.Title)
	}
	return out
}

var questions = []struct{ typed, id string }{
	{"社保卡丢失", "sbk-002"}, {"挂失", "sbk-002"}, {"sbk guashi", "sbk-002"}, {"社保卡补办多久", "sbk-003"},
	{"工伤认定 材料", "gs-002"}, {"gsrd", "gs-002"}, {"下班被撞", "gs-003"}, {"上班路上摔伤", "gs-003"},
	{"停工留薪", "gs-007"}, {"工伤养伤工资", "gs-007"}, {"工亡补助", "gs-009"}, {"包工頭不管", "gs-010"},
	{"拖欠工资", "ldgx-008"}, {"老板跑路不给钱", "ldgx-008"}, {"tqgz", "ldgx-008"}, {"拖前工资", "ldgx-008"},
	{"农民工工资 总包", "ldgx-009"}, {"试用期多长", "ldgx-002"}, {"经济补偿 N", "ldgx-003"}, {"2N赔偿", "ldgx-004"},
	{"违法解除赔偿金", "ldgx-004"}, {"辞职提前三十天", "ldgx-005"}, {"国庆加班几倍", "ldgx-006"}, {"jiabanfei", "ldgx-006"},
	{"最低工资 五险", "ldgx-007"}, {"劳动仲裁时效", "ldgx-011"}, {"zhongcai 费用", "ldgx-011"}, {"年休假", "ldgx-012"},
	{"没签合同两倍工资", "ldgx-001"}, {"医疗期", "ldgx-013"}, {"产假天数", "sh-001"}, {"生育津贴", "sh-002"},
	{"孕妇被开除", "sh-004"}, {"延迟退休年龄", "yl-002"}, {"法定退休年齡", "yl-002"}, {"弹性退休", "yl-003"},
	{"養老保險轉移", "yl-005"}, {"ylbx 跨省转移", "yl-005"}, {"临时账户", "yl-007"}, {"灵活就业参保", "yl-011"},
	{"居民养老和职工养老衔接", "yl-012"}, {"养老金怎么算", "yl-013"}, {"丧葬费", "yl-010"}, {"病退", "yl-015"},
	{"失业金领取条件", "sy-001"}, {"失业金几个月", "sy-002"}, {"失业金停发", "sy-007"}, {"异地就医备案", "yb-004"},
}
