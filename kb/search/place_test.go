package search

import (
	"context"
	"slices"
	"testing"
)

// local is a base with a guide of a city, its province and another, as editors write their places.
func local() []Doc {
	guide := func(id, level, region, body string) Doc {
		return Doc{ID: id, Title: "社会保障卡补领", Body: body, Kind: KindGuide, Category: "社会保障卡", Level: level, Region: region}
	}
	return append(library()[:5],
		guide("province", "省", "江苏省", "带身份证到服务窗口办理，三个工作日。"),
		guide("city", "市", "江苏省南京市", "带身份证到便民大厅办理，当场制卡。"),
		guide("county", "县", "江苏省南京市鼓楼区", "带身份证到鼓楼的窗口办理，当场制卡。"),
		guide("other", "市", "江苏省苏州市", "带身份证到网点办理，十个工作日。"),
		guide("far", "省", "湖南省", "带身份证到网点办理，五个工作日。"),
	)
}

// Calls name their place in short, records by its name or code, and articles with all that is around it.
func TestPlaceOfACallerChooses(t *testing.T) {
	x := build(t, local())
	for at, want := range map[string][]string{
		"南京":        {"city", "province", "county"},
		"320100":    {"city", "province", "county"},
		"江苏省南京市":    {"city", "province", "county"},
		"南京鼓楼区":     {"county", "city", "province"},
		"苏州":        {"other", "province"},
		"江苏省本级":     {"province"},
		"湖南":        {"far"},
		"湖南省长沙市":    {"far"},
		"内蒙古":       nil,
		"江苏省南京市江宁区": {"city", "province"},
	} {
		if got := ids(t, x, Query{Text: "社保卡补领", Kind: KindGuide, Region: at}); !slices.Equal(got, want) {
			t.Errorf("at %s %v, want %v", at, got, want)
		}
	}
}

// On rights a local text stands behind the law, on amounts before it.
func TestLocalTextsAndTheLaw(t *testing.T) {
	x := build(t, append(library(),
		Doc{ID: "law-19", Title: "劳动合同法第十九条 劳动合同的订立", Body: "劳动合同期限三个月以上不满一年的，试用期不得超过一个月。", Kind: KindPolicy, Level: "国家", Region: "全国"},
		Doc{ID: "local-rule", Title: "试用期最长期限", Body: "试用期期限由单位规定。", Kind: KindPolicy, Level: "省", Region: "江苏省"},
		Doc{ID: "local-answer", Title: "试用期期限", Body: "试用期期限看合同期限。", Kind: KindAnswer, Category: "劳动关系", Level: "市", Region: "江苏省南京市"},
		Doc{ID: "wage-law", Title: "最低工资规定第三条 总则", Body: "最低工资标准由省级人民政府确定。", Kind: KindPolicy, Level: "部", Region: "全国"},
		Doc{ID: "wage-city", Title: "南京市最低工资标准", Body: "月最低工资标准为若干元。", Kind: KindPolicy, Level: "市", Region: "江苏省南京市"},
		Doc{ID: "wage-province", Title: "江苏省最低工资标准", Body: "月最低工资标准分若干类地区。", Kind: KindPolicy, Level: "省", Region: "江苏省"},
	))
	before := func(q Query, first, then string) {
		t.Helper()
		got := ids(t, x, q)
		a, b := slices.Index(got, first), slices.Index(got, then)
		if a < 0 || b < 0 || a > b {
			t.Errorf("%s at %q: %v, want %s before %s", q.Text, q.Region, got, first, then)
		}
	}
	for _, at := range []string{"", "南京"} {
		before(Query{Text: "试用期 期限", Region: at}, "law-19", "local-rule")
		before(Query{Text: "试用期 期限", Region: at}, "law-19", "local-answer")
	}
	before(Query{Text: "最低工资标准", Region: "南京"}, "wage-city", "wage-province")
	before(Query{Text: "最低工资标准", Region: "南京"}, "wage-province", "wage-law")
	if r, err := x.Search(context.Background(), Query{Text: "最低工资标准", Region: "苏州"}); err != nil || r.Hits[0].ID != "wage-province" {
		t.Errorf("%+v, %v", r.Hits, err)
	}
}
