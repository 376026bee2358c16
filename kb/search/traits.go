package search

import "strings"

// Traits of a document that rank it, found once when the index is built.
const (
	traitLocal    = 1 << iota // of a place or a ministry, below the law
	traitJudicial             // interpretation by the highest court or procuratorate
	traitMinor                // rules for carrying out another text, or for the army
	traitDomain               // social insurance, labour, employment: what the hotline is for
	traitCase                 // a reported case
	traitPenalty              // says what breaking the law costs
	traitSettled              // on amounts or formalities: what a place settles for itself
)

var domainWords = strings.Fields(`社会保险 社会保障 劳动 工伤 失业 养老保险 医疗保险 生育保险 就业 人力资源 工资 年休假 农民工 女职工
	社保 职工 用人单位 人事 事业单位 职业技能 职称`)

var domainCategories = map[string]bool{
	"养老保险": true, "医疗保险": true, "失业保险": true, "工伤保险": true, "生育保险": true, "社会保障卡": true,
	"劳动关系": true, "就业创业": true, "人事人才": true,
}

// settledWords tell that a text is on amounts or formalities rather than on rights.
var settledWords = strings.Fields(`标准 基数 比例 费率 金额 多少钱 多少元 最低工资 津贴 补贴 补助 档次
	办理 办事 怎么办 在哪办 申请 材料 手续 流程 窗口 网点 地址 电话 登记 备案 查询 打印 认证 补办 补领 补换`)

var localLevels = map[string]bool{"部": true, "省": true, "市": true, "县": true}

func traitsOf(d Doc, statute, section string) (t uint8) {
	if d.Kind == KindPolicy && localLevels[d.Level] {
		t |= traitLocal
	}
	if strings.HasPrefix(statute, "最高人民法院") || strings.HasPrefix(statute, "最高人民检察院") {
		t |= traitJudicial
	}
	if containsAny(statute, "实施", "军队", "解放军") {
		t |= traitMinor
	}
	if domainCategories[d.Category] || containsAny(statute, domainWords...) {
		t |= traitDomain
	}
	if statute != "" && containsAny(section, "责任", "罚则") {
		t |= traitPenalty
	}
	if d.Kind == KindGuide || containsAny(strings.Join(append(append([]string{d.Title}, d.Keywords...), d.Synonyms...), " "), settledWords...) {
		t |= traitSettled
	}
	if d.Category == "案例" {
		t |= traitCase
	}
	return t
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
