// Package caller is what an agent may note about somebody who calls, so that
// the next one speaks fittingly: a few marks with an end, no free text. The hub
// keeps them by the keyed hash of the number; offer and talk pages show them. It
// promises that no mark lasts for ever, and that none tells what a call was about.
package caller

import "time"

// Tag is a mark.
type Tag string

// The marks.
const (
	TagHearing  Tag = "hearing"
	TagSlow     Tag = "slow"
	TagDialect  Tag = "dialect"
	TagSpeech   Tag = "speech"
	TagHelper   Tag = "helper"
	TagDistress Tag = "distress"
	TagAbusive  Tag = "abusive"
)

// Rule is a mark with what the agent sees and how long it lasts.
type Rule struct {
	Tag    Tag
	Name   string
	Advice string
	Days   int
	Lead   bool // only a shift lead takes it off
}

const day = 24 * time.Hour

// Rules lists the marks in the order of the menu.
var Rules = []Rule{
	{TagHearing, "听力弱", "慢一点、大声一点，说完请对方复述", 365, false},
	{TagSlow, "要慢慢说", "一次说一件事，留时间记", 365, false},
	{TagDialect, "讲方言", "可以请会方言的同事", 365, false},
	{TagSpeech, "说话不便", "多问能答是或不是的", 365, false},
	{TagHelper, "家人代问", "账户信息只给本人", 90, false},
	{TagDistress, "情绪低落", "先安抚；有危险按 Ctrl+G 两次", 30, false},
	{TagAbusive, "有辱骂记录", "照常接听；再犯先提醒，再终止", 30, true},
}

// Find gives the rule of a mark.
func Find(t Tag) (Rule, bool) {
	for _, r := range Rules {
		if r.Tag == t {
			return r, true
		}
	}
	return Rule{}, false
}

// Until is when a mark that is set now ends.
func (r Rule) Until(now time.Time) time.Time { return now.Add(time.Duration(r.Days) * day) }

// Line is the mark for the offer and talk pages.
func (r Rule) Line(until time.Time) string {
	if r.Tag == TagAbusive {
		return r.Name + "（到 " + until.Format("01-02") + "）：" + r.Advice
	}
	return r.Name + "：" + r.Advice
}
