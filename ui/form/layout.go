package form

import (
	"zuoxi/rules/ticket"
	"zuoxi/ui/field"
)

// option is one value of a choice.
type option struct{ value, label string }

// short are the labels of the fields where the rules' own are too long for the
// column; the long one stands in the empty field.
var short = map[string]string{
	"id_number": "证号", "complainant": "姓名", "reporter": "姓名", "name": "称呼", "contact": "回电", "employer": "单位", "employer_address": "地址",
	"responsible": "负责", "period": "期间", "amount": "金额", "persons": "人数", "other_procedure": "仲裁", "told_others": "曾向",
	"proposal": "建议", "addressee": "提给", "what": "求助", "where": "地点", "danger": "危险", "told_whom": "已告", "office": "单位",
	"person": "被诉", "when": "时间", "item": "事项", "shown": "已供", "printed": "打印", "urgency": "级别", "due": "时限",
}

// noContact is said where no number has been left.
const noContact = "不需要就空着"

// lay gives the items of a kind in the order of a talk: what it is about, who
// asks, what is wanted, what the kind needs, what was told, how it goes on. A
// record that the hub has goes on by steps, so its form ends before that.
func lay(k ticket.Kind, kept bool) []item {
	defs := map[string]ticket.Field{}
	var own []ticket.Field
	for _, d := range ticket.Fields(k) {
		defs[d.Code] = d
		if !placed[d.Code] {
			own = append(own, d)
		}
	}
	out := []item{fieldItem(defs["category"]), fieldItem(defs["topic"])}
	if kept {
		out = append(out, choiceItem("urgency", urgency...))
	} else {
		out = append(out, item{code: "kind", label: "方式", picks: kinds(), rows: 1}, choiceItem("urgency", urgency...))
	}
	out = append(out, fieldItem(defs["region"]), fieldItem(who(k, defs)), fieldItem(defs["summary"]))
	for _, d := range own {
		out = append(out, fieldItem(d))
	}
	out = append(out, fieldItem(ticket.Answer))
	if !kept && k != ticket.KindConduct && k != ticket.KindInquiry {
		out = append(out, choiceItem("handling", option{string(ticket.OnSpot), atOnce(k)}, option{string(ticket.Forward), "转办"}),
			fieldItem(ticket.Field{Code: "dept", Label: "转办", Input: ticket.InputLine, Max: 60}))
	}
	if d, ok := defs["contact"]; ok {
		out = append(out, fieldItem(d))
	}
	if !kept {
		out = append(out, fieldItem(ticket.Field{Code: "due", Label: "时限", Input: ticket.InputLine, Max: 40}))
	}
	return out
}

// placed are the fields that have a place of their own in every form.
var placed = map[string]bool{
	"category": true, "topic": true, "region": true, "summary": true, "urgency": true, "answer": true, "contact": true,
	"complainant": true, "reporter": true, "solved": true, // solved is what 处理 says
}

// who is the field for the caller's name.
func who(k ticket.Kind, defs map[string]ticket.Field) ticket.Field {
	for _, code := range []string{"complainant", "reporter"} {
		if d, ok := defs[code]; ok {
			return d
		}
	}
	return ticket.Field{Code: "name", Label: "称呼", Input: ticket.InputLine, Max: 40, Sealed: true}
}

// atOnce is what it is called to be done with a kind in the call.
func atOnce(k ticket.Kind) string {
	switch k {
	case ticket.KindComplaint, ticket.KindReport:
		return "只作解释"
	case ticket.KindSuggestion:
		return "先登记"
	case ticket.KindHelp:
		return "当场办结"
	}
	return "当场答复"
}

var urgency = []option{{"", "普通"}, {"紧急", "加急"}}

func choiceItem(code string, picks ...option) item {
	label := short[code]
	if code == "handling" {
		label = "处理"
	}
	return item{code: code, label: label, picks: picks, rows: 1}
}

// fieldItem is the item of a field as the rules describe it.
func fieldItem(d ticket.Field) item {
	it := item{code: d.Code, label: d.Label, rows: 1, seal: d.Sealed, input: d.Input}
	o := field.Options{Max: d.Max}
	if s, ok := short[d.Code]; ok {
		it.label = s
		if s != d.Label {
			o.Hint = d.Label
		}
	}
	if d.Code == "contact" && !d.Required {
		o.Hint = noContact
	}
	switch d.Input {
	case ticket.InputChoice:
		for _, c := range d.Choices {
			it.picks = append(it.picks, option{c, c})
		}
		return it
	case ticket.InputYesNo:
		it.picks = []option{{ticket.Yes, "是"}, {ticket.No, "否"}}
		return it
	case ticket.InputText:
		o.Kind, it.rows = field.Area, 2
		if d.Code == "summary" || d.Code == "answer" {
			it.rows = 3
		}
	case ticket.InputPhone, ticket.InputID, ticket.InputNumber, ticket.InputMoney:
		o.Kind, o.Max = field.Number, 20
	}
	it.text = field.New(o)
	return it
}

// kinds are those that an agent opens from a call.
func kinds() []option {
	var out []option
	for _, k := range ticket.Kinds {
		if k != ticket.KindVoicemail && k != ticket.KindTransaction {
			out = append(out, option{string(k), k.Label()})
		}
	}
	return out
}
