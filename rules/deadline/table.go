package deadline

// Code names a deadline in records and settings.
type Code string

// The deadlines of domain.md section 5.
const (
	ReplyCall         Code = "reply_call"
	ReplyMessage      Code = "reply_message"
	ComplaintAccept   Code = "complaint_accept"
	Investigation     Code = "investigation"
	BreachPursued     Code = "breach_pursued"
	ArbitrationClaim  Code = "arbitration_claim"
	ArbitrationAccept Code = "arbitration_accept"
	ArbitrationDecide Code = "arbitration_decide"
	PetitionRegister  Code = "petition_register"
	PetitionObject    Code = "petition_object"
	PetitionDone      Code = "petition_done"
	InjuryEmployer    Code = "injury_employer"
	InjuryWorker      Code = "injury_worker"
	InjuryAccept      Code = "injury_accept"
	InjuryDecide      Code = "injury_decide"
	InjuryClear       Code = "injury_decide_clear"
	DisabilityGrade   Code = "disability_grade"
	DisabilityAgain   Code = "disability_again"
	PensionDone       Code = "pension"
	UnemploymentDone  Code = "unemployment"
	MaternityDone     Code = "maternity"
	Disclosure        Code = "disclosure"
	ComplaintDone     Code = "complaint_done"
)

// Rule is one deadline. Length is a default that a centre may change where Setting is true.
type Rule struct {
	Code    Code
	Name    string
	Length  Span
	More    Span   // how much it may be extended once, nil: not at all
	From    string // the event it is counted from
	Source  string
	Setting bool // the centre may change it
	Off     bool // not used unless the centre says so
}

// Rules is the table. [L] in the source marks a statute whose text was read, [P] another public source, [S] the
// hotline newsletter.
var Rules = []Rule{
	{ReplyCall, "疑难问题答复（来电）", Days(3), nil, "record", "[S] 杭州；单位未注明，由中心设定", true, false},
	{ReplyMessage, "留言答复", Workdays(3), nil, "received", "[S] 杭州", true, false},
	{ComplaintAccept, "投诉受理答复", Workdays(5), nil, "received", "[P] 关于实施《劳动保障监察条例》若干规定第18条", false, false},
	{Investigation, "监察调查", Workdays(60), Workdays(30), "case_filed", "[L] 劳动保障监察条例第17条", false, false},
	{BreachPursued, "违法行为追究", Years(2), nil, "act_end", "[L] 劳动保障监察条例第20条", false, false},
	{ArbitrationClaim, "仲裁时效", Years(1), nil, "knowledge", "[L] 劳动争议调解仲裁法第27条", false, false},
	{ArbitrationAccept, "仲裁受理", Days(5), nil, "filing", "[L] 劳动争议调解仲裁法第29条", false, false},
	{ArbitrationDecide, "仲裁裁决", Days(45), Days(15), "acceptance", "[L] 劳动争议调解仲裁法第43条", false, false},
	{PetitionRegister, "信访登记转送告知", Days(15), nil, "received", "[L] 信访工作条例第22、23条", false, false},
	{PetitionObject, "信访异议", Workdays(5), nil, "received", "[L] 信访工作条例第23条", false, false},
	{PetitionDone, "信访办结", Days(60), Days(30), "acceptance", "[L] 信访工作条例第34条", false, false},
	{InjuryEmployer, "单位申请工伤认定", Days(30), nil, "accident", "[L] 工伤保险条例第17条", false, false},
	{InjuryWorker, "职工申请工伤认定", Years(1), nil, "accident", "[L] 工伤保险条例第17条", false, false},
	{InjuryAccept, "工伤认定受理", Days(15), nil, "papers_complete", "[L] 工伤认定办法第8条", false, false},
	{InjuryDecide, "工伤认定决定", Days(60), nil, "acceptance", "[L] 工伤认定办法第18条", false, false},
	{InjuryClear, "工伤认定决定（事实清楚）", Days(15), nil, "acceptance", "[L] 工伤认定办法第21条", false, false},
	{DisabilityGrade, "劳动能力鉴定", Days(60), Days(30), "application", "[L] 劳动能力鉴定管理办法第10条", false, false},
	{DisabilityAgain, "申请再次鉴定", Days(15), nil, "result", "[L] 劳动能力鉴定管理办法第19条", false, false},
	{PensionDone, "养老保险待遇核定", Workdays(20), nil, "application", "[L] 社会保险经办条例第18条", false, false},
	{UnemploymentDone, "失业保险待遇核定", Workdays(10), nil, "application", "[L] 社会保险经办条例第24条", false, false},
	{MaternityDone, "生育津贴核定", Workdays(10), nil, "application", "[L] 社会保险经办条例第20条", false, false},
	{Disclosure, "政府信息公开答复", Workdays(20), Workdays(20), "request", "[L] 政府信息公开条例第33条", false, false},
	{ComplaintDone, "投诉办结", Workdays(15), nil, "received", "无法规依据，仅见于地方12345规定；默认不用", true, true},
}

// Find returns the rule of a code.
func Find(code Code) (Rule, bool) {
	for _, r := range Rules {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
