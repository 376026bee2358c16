package starter

import (
	"context"
	"reflect"
	"slices"
	"strings"
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
}

// The starter shows what an article may have: papers that go by text message, an office, what must not be promised, and
// texts of one place. What is local in it is made up, says so, and ends.
func TestStarterShowsLocalTexts(t *testing.T) {
	lists, local := 0, 0
	for _, a := range load(t) {
		if ok, _ := a.Sendable(20261201); ok && a.Message() != "" && len(a.Never) > 0 {
			lists++
		}
		if a.Scope.Region == "全国" {
			if a.Office != nil {
				t.Errorf("%s applies everywhere and sends people to one office", a.ID)
			}
			continue
		}
		local++
		if a.Scope.Expires.IsZero() || a.Office == nil || !strings.HasSuffix(a.Title, "（样例）") || !strings.HasSuffix(a.Office.Phone, "-00000000") ||
			!strings.Contains(a.Office.Address, "样例路") || !strings.Contains(a.Review.Unverified, "虚构") || len(a.Warnings()) == 0 {
			t.Errorf("%s may be taken for a real one: %+v", a.ID, a)
		}
	}
	if lists < 7 || local < 3 {
		t.Errorf("%d lists of papers, %d local texts", lists, local)
	}
	b := filled(t)
	for region, want := range map[string][]string{"江苏省南京市": {"nj-001", "sbk-003"}, "江苏省苏州市": {"sz-001", "sbk-003"}, "河北省石家庄市": {"sbk-003"}} {
		r, err := b.Search(context.Background(), search.Query{Text: "社保卡补领", Region: region, Date: 20261201, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range r.Hits {
			if slices.Contains([]string{"nj-001", "sz-001", "sbk-003"}, h.ID) {
				got = append(got, h.ID)
			}
		}
		if !slices.Equal(got, want) || r.Hits[0].ID != want[0] {
			t.Errorf("in %s: %v", region, titles(r.Hits))
		}
	}
}

// filled is a base of the starter's articles.
func filled(t *testing.T) *kb.Base {
	t.Helper()
	b, err := kb.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if _, err := b.Import(context.Background(), "starter", load(t)); err != nil {
		t.Fatal(err)
	}
	return b
}

// The right article stands in the first three lines, however an agent types.
func TestStarterIsFound(t *testing.T) {
	b := filled(t)
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

// The base has answers without the statutes that they rest on: a number finds the answers, and no article that is named.
func TestStarterIsFoundByArticle(t *testing.T) {
	b := filled(t)
	for typed, document := range map[string]string{"社保法16条": "社会保险法", "工伤条例14条": "工伤保险条例", "劳动合同法47条": "劳动合同法", "社会保险法第十六条第一款": "社会保险法", "法释二19条": "最高人民法院", "延退办法": "国务院关于渐进式延迟"} {
		r, err := b.Search(context.Background(), search.Query{Text: typed, Date: 20261123, Limit: 3})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].Named || !strings.HasPrefix(r.Hits[0].Why[0], "依据 "+document) {
			t.Errorf("%q finds %v, %v", typed, titles(r.Hits), err)
		}
	}
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

// What the articles say nothing of finds nothing, or "nothing was found" would never stand on a screen.
func TestNonsenseFindsNothing(t *testing.T) {
	b := filled(t)
	for _, text := range []string{
		"xqzw", "qxwz", "cxwx", "wqbd", "bppq", "今天天气怎么样", "明天会下雨吗", "火星旅游签证", "红烧肉怎么做", "股票涨停", "篮球比赛直播",
		"游泳健身卡", "高铁票退票改签", "猫粮推荐", "车辆年检", "房产证过户", "kkpp", "asdf", "qwerty", "hjkl", "google", "hello world",
		"中午吃饭去哪里", "一起吃饭吧", "吃饭了吗", "天气", "电影票多少钱", "我爱你", "双色球开奖号码", "孩子不爱写作业怎么办", "的的的",
	} {
		r, err := b.Search(context.Background(), search.Query{Text: text, Date: 20261123, Limit: 3})
		if err != nil || len(r.Hits) > 0 {
			t.Errorf("%q finds %v, %v", text, titles(r.Hits), err)
		}
	}
}
