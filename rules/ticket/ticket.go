// Package ticket is what a record may be: its kinds, their fields, and the steps that each may take.
//
// It owns domain.md section 5 as tables: kinds, fields with what is required and what is sealed, transitions with the
// deadlines that start and stop, and who may see it. The hub steps records; the seat draws its forms from the fields and
// offers only possible steps. It promises that nothing is deleted (a wrong record is voided with a reason), that an
// impossible step is a *StepError, and that the hotline never decides on the acceptance of a complaint by itself.
package ticket

import "fmt"

// Kind is a kind of record.
type Kind string

// The kinds of domain.md section 5.
const (
	KindConsult     Kind = "consult"
	KindInquiry     Kind = "inquiry"
	KindComplaint   Kind = "complaint"
	KindReport      Kind = "report"
	KindSuggestion  Kind = "suggestion"
	KindHelp        Kind = "help"
	KindConduct     Kind = "conduct_complaint"
	KindVoicemail   Kind = "voicemail"
	KindTransaction Kind = "transaction"
)

// Kinds lists all kinds, the commonest first.
var Kinds = []Kind{
	KindConsult, KindInquiry, KindComplaint, KindReport, KindSuggestion, KindHelp, KindConduct, KindVoicemail, KindTransaction,
}

var kindLabels = map[Kind]string{
	KindConsult: "咨询", KindInquiry: "查询", KindComplaint: "投诉", KindReport: "举报", KindSuggestion: "建议", KindHelp: "求助",
	KindConduct: "行风投诉", KindVoicemail: "留言", KindTransaction: "自助业务",
}

// Label is the Chinese name.
func (k Kind) Label() string { return label(kindLabels, k) }

// Secret tells whether subject and persons of the kind are shown to nobody outside the handling body, not even as an
// earlier contact on a screen pop.
func (k Kind) Secret() bool { return k == KindReport || k == KindConduct }

// Categories are the nine subjects of the knowledge base and of records.
var Categories = []string{"养老保险", "医疗保险", "失业保险", "工伤保险", "生育保险", "社会保障卡", "劳动关系", "就业创业", "人事人才"}

// Channel is the way a record came in.
type Channel string

// The channels.
const (
	ChannelCall      Channel = "call"
	ChannelVoicemail Channel = "voicemail"
	ChannelSMS       Channel = "sms"
	ChannelFax       Channel = "fax"
	ChannelWeb       Channel = "web"
	ChannelWeChat    Channel = "wechat"
	ChannelWalkIn    Channel = "walk_in"
	ChannelFrom12345 Channel = "from_12345"
)

// Channels lists all channels.
var Channels = []Channel{ChannelCall, ChannelVoicemail, ChannelSMS, ChannelFax, ChannelWeb, ChannelWeChat, ChannelWalkIn, ChannelFrom12345}

var channelLabels = map[Channel]string{
	ChannelCall: "电话", ChannelVoicemail: "留言", ChannelSMS: "短信", ChannelFax: "传真", ChannelWeb: "网站", ChannelWeChat: "微信",
	ChannelWalkIn: "来访", ChannelFrom12345: "12345转来",
}

// Label is the Chinese name.
func (c Channel) Label() string { return label(channelLabels, c) }

func label[K ~string](labels map[K]string, k K) string {
	if l := labels[k]; l != "" {
		return l
	}
	return string(k)
}

// StepError tells that an event is impossible for a record.
type StepError struct {
	Kind  Kind
	From  Status
	Event Event
	To    Status // where the event would lead, empty when nowhere
	Why   string
}

func (e *StepError) Error() string {
	msg := fmt.Sprintf("ticket: event %s is impossible for a %s in state %s", e.Event, e.Kind, e.From)
	if e.To != "" {
		msg += fmt.Sprintf(" (would lead to %s)", e.To)
	}
	if e.Why != "" {
		msg += ": " + e.Why
	}
	return msg
}
