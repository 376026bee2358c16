package exam

import (
	"slices"
	"strings"
)

// phraseWords are the wordings by which a class of phrases is recognised in what was said (domain.md section 7: starters in
// our own words). Every wording is a whole phrase: 不清楚 alone would also hit 我核实清楚再回复您.
var phraseWords = map[string][]string{
	"opening":        {"请问有什么可以帮", "有什么可以帮您"},
	"hold":           {"请您稍等", "请稍等", "稍等一下"},
	"back":           {"让您久等", "久等了"},
	"transfer":       {"为您接通", "请不要挂机"},
	"empathy":        {"您的心情我理解", "您慢慢说", "别着急"},
	"repeat":         {"跟您核对一下", "和您核对一下", "您说的是"},
	"refuse_inquiry": {"需要参保人本人", "为保护个人信息"},
	"limits":         {"核定为准", "政策口径"},
	"callback":       {"日前回复您", "回复您", "给您回电"},
	"closing":        {"还有其他问题吗", "感谢来电", "感谢您的来电"},
	"forbidden": {
		"不归我们管", "你自己去问", "你自己上网查", "我也没办法", "刚才不是说了吗", "你听懂没有", "你急什么", "说重点", "你有完没完",
		"要下班了", "有本事你去告", "这是领导定的", "系统就这样", "随便你", "不是专门为你一个人",
	},
	"push_away":      {"请咨询当地", "去当地问", "打当地电话", "问当地社保"},
	"promise_result": {"一定能要回来", "肯定算工伤", "保证能办"},
	"promise_amount": {"肯定能领", "保证到账", "一定能领"},
	"hint":           {"单位是不是叫", "名字是不是叫"},
}

// Heard lists the classes of phrases in what was said, in the order of Phrases.
func Heard(words string) []string {
	var out []string
	for _, class := range Phrases {
		if slices.ContainsFunc(phraseWords[class], func(w string) bool { return strings.Contains(words, w) }) {
			out = append(out, class)
		}
	}
	return out
}
