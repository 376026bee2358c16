package ticket

// Input is how a field is typed and checked.
type Input string

// The inputs of the forms.
const (
	InputLine   Input = "line"
	InputText   Input = "text"
	InputPhone  Input = "phone"
	InputID     Input = "id"
	InputDate   Input = "date"
	InputNumber Input = "number"
	InputMoney  Input = "money"
	InputChoice Input = "choice"
	InputYesNo  Input = "yes_no"
)

// Yes and No are the values of InputYesNo.
const (
	Yes = "yes"
	No  = "no"
)

// Field is one line of a form. Required is what the record needs before its first step.
type Field struct {
	Code     string
	Label    string
	Input    Input
	Max      int // runes
	Required bool
	Sealed   bool // personal: encrypted at rest, masked on the screen
	Choices  []string
}

func line(code, label string, max int) Field {
	return Field{Code: code, Label: label, Input: InputLine, Max: max}
}
func text(code, label string) Field {
	return Field{Code: code, Label: label, Input: InputText, Max: 4000}
}
func typed(code, label string, in Input) Field {
	return Field{Code: code, Label: label, Input: in, Max: 40}
}
func choice(code, label string, choices ...string) Field {
	return Field{Code: code, Label: label, Input: InputChoice, Max: 40, Choices: choices}
}
func need(f Field) Field   { f.Required = true; return f }
func sealed(f Field) Field { f.Sealed = true; return f }

// common is what every record has on its form. Ids, agent, calls, times, deadlines and history are kept by the hub.
var common = []Field{
	need(choice("category", "业务", Categories...)),
	line("topic", "细目", 40),
	need(line("region", "地区", 40)),
	need(text("summary", "诉求")),
	choice("urgency", "级别", "一般", "紧急"),
}

// own are the fields of each kind, after the common ones.
var own = map[Kind][]Field{
	KindConsult: {
		text("answer", "答复"), choice("solved", "是否当场解决", "是", "否"), sealed(typed("contact", "回电号码", InputPhone)),
	},
	KindInquiry: {
		need(line("item", "查询事项", 40)), text("answer", "答复"), line("shown", "已提供项目", 200), typed("printed", "是否打印", InputYesNo),
	},
	KindComplaint: {
		need(sealed(line("complainant", "投诉人姓名", 40))), need(sealed(typed("id_number", "身份证号码", InputID))),
		need(sealed(typed("contact", "联系电话", InputPhone))), need(line("employer", "用人单位全称", 100)),
		need(line("employer_address", "单位地址", 200)), sealed(line("responsible", "负责人", 40)), need(text("facts", "事实")),
		line("period", "发生期间", 60), typed("amount", "涉及金额（元）", InputMoney), typed("persons", "涉及人数", InputNumber),
		text("evidence", "证据"), text("wish", "要求"), choice("other_procedure", "是否仲裁或诉讼", "否", "已申请仲裁", "已起诉"),
		line("told_others", "已向何处反映", 100),
	},
	KindReport: {
		need(line("employer", "被举报单位", 100)), need(text("facts", "事实")), text("evidence", "证据"),
		sealed(line("reporter", "举报人姓名（可不填）", 40)), sealed(typed("contact", "联系电话（可不填）", InputPhone)),
	},
	KindSuggestion: {
		need(text("proposal", "建议内容")), line("addressee", "提给谁", 60), sealed(typed("contact", "联系电话", InputPhone)),
	},
	KindHelp: {
		need(text("what", "求助事项")), need(line("where", "所在地点", 200)), need(typed("danger", "是否有人身危险", InputYesNo)),
		line("told_whom", "已通知何处", 100), sealed(typed("contact", "联系电话", InputPhone)),
	},
	KindConduct: {
		need(line("office", "被投诉单位", 100)), sealed(line("person", "被投诉人或工号", 40)), line("when", "发生时间", 60),
		need(text("facts", "事实")), sealed(typed("contact", "联系电话（可不填）", InputPhone)),
	},
	KindVoicemail: {
		sealed(typed("contact", "来电号码", InputPhone)), text("heard", "听记"),
	},
	KindTransaction: {
		need(choice("type", "业务类型", "社会保障卡临时挂失", "资料索取", "其他")), need(line("verification", "核验方式", 60)),
		line("effect", "效力说明", 200), line("valid", "有效期", 60),
	},
}

// Fields returns the form of a kind. A voicemail needs no category before it is heard.
func Fields(k Kind) []Field {
	out := make([]Field, 0, len(common)+len(own[k]))
	for _, f := range common {
		if k == KindVoicemail || k == KindTransaction {
			f.Required = false
		}
		out = append(out, f)
	}
	return append(out, own[k]...)
}

// Missing returns the required fields that have no value. An anonymous complaint is none: without a name it is a report.
func Missing(k Kind, values map[string]string) []Field {
	var out []Field
	for _, f := range Fields(k) {
		if f.Required && values[f.Code] == "" {
			out = append(out, f)
		}
	}
	return out
}
