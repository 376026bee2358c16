package find

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zuoxi/rules/call"
)

// Trait is one thing that the log tells of a call, as the index holds it: of what, a dot, and a code.
type Trait string

// Rated is how the caller graded a call. As with the others, of an empty code there is no trait.
func Rated(rating string) Trait { return trait("rating", rating) }

// Ended is who let go first.
func Ended(by string) Trait { return trait("by", by) }

// Result is the class of a call.
func Result(class string) Trait { return trait("class", class) }

// Left is where a caller gave up.
func Left(place string) Trait { return trait("place", place) }

// Because is why a call ended; of a number that was dialled in vain the log says more closely why.
func Because(cause string) Trait {
	if strings.HasPrefix(cause, "dial_") {
		cause = string(call.CauseDialFailed)
	}
	return trait("cause", cause)
}

// Marked is that somebody marked the call's recording.
const Marked Trait = "mark.set"

func trait(of, code string) Trait {
	if code == "" {
		return ""
	}
	return Trait(of + "." + code)
}

// lengths are the minutes that a talk can be asked to be longer or shorter than.
var lengths = []int{1, 3, 5, 10, 15, 20, 30, 60}

// Talked are the traits of a talk's length.
func Talked(long time.Duration) (out []Trait) {
	for _, n := range lengths {
		way := '<'
		if long > time.Duration(n)*time.Minute {
			way = '>'
		}
		out = append(out, length(way, n))
	}
	return out
}

func length(way rune, minutes int) Trait {
	return trait(map[rune]string{'>': "over", '<': "under"}[way], strconv.Itoa(minutes))
}

// happening is what may have happened in a call, with the steps of its timeline that say so.
type happening struct {
	name, code string
	kinds      []string
}

// happenings are what can be asked for. That somebody listened in is none: whether the agent may know is the centre's setting.
var happenings = []happening{
	{"转接", "transfer", []string{string(call.EventTransfer), string(call.EventHandOver)}}, {"盲转", "blind", []string{string(call.EventTransfer)}},
	{"咨询", "consult", []string{string(call.EventConsult)}}, {"三方", "merge", []string{string(call.EventMerge)}}, {"求助", "help", []string{"help"}},
	{"保持", "hold", []string{string(call.EventHold)}}, {"静音", "mute", []string{string(call.EventMute)}}, {"拦截", "take", []string{string(call.EventTakeOver)}},
	{"强拆", "force", []string{string(call.EventForceEnd)}}, {"断线", "lost", []string{string(call.EventSeatLost)}}, {"拒接", "reject", []string{string(call.EventReject)}},
	{"暂停录音", "pause", []string{string(call.EventPauseRec)}}, {"核验", "identity", []string{"identity_begin"}}, {"外呼", "dial", []string{"dial"}},
}

// Steps are the steps of a timeline that something can be asked of.
func Steps() []string {
	var out []string
	for _, h := range happenings {
		out = append(out, h.kinds...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Happened are the traits of a call in whose timeline stand these steps.
func Happened(steps []string) (out []Trait) {
	for _, h := range happenings {
		if slices.ContainsFunc(h.kinds, func(k string) bool { return slices.Contains(steps, k) }) {
			out = append(out, trait("step", h.code))
		}
	}
	return out
}

// The words of a query for what the log has as codes.
var (
	ratings = map[string]Trait{"满意": Rated("good"), "基本满意": Rated("fair"), "不满意": Rated("unhappy"), "未评价": Rated("no_answer")}
	enders  = map[string]Trait{
		"来电人": Ended("caller"), "坐席": Ended("agent"), "中心": Ended("hub"), "班长": Ended("lead"), "线路": Ended("trunk"), "第三方": Ended("third"),
	}
	results = map[string]Trait{
		"人工": Result("human"), "自助": Result("auto"), "放弃": Result("abandoned"),
		"菜单放弃": Left("menu"), "排队放弃": Left("queue"), "振铃放弃": Left("ringing"), "故障放弃": Left("fault"),
	}
	causes = func() map[string]Trait {
		out := map[string]Trait{}
		for _, c := range call.Causes() {
			out[c.Label()] = Because(string(c))
		}
		return out
	}()
	steps = func() map[string]Trait {
		out := map[string]Trait{}
		for _, h := range happenings {
			out[h.name] = trait("step", h.code)
		}
		return out
	}()
)

// traits are the fields of a query that ask for one.
var traits = []struct {
	names []string
	label string
	of    func(v string) (Trait, bool)
	can   func() string // what stands for it
}{
	{[]string{"评价", "pj"}, "评价", in(ratings), words(ratings)}, {[]string{"先挂", "xg"}, "先挂", in(enders), words(enders)},
	{[]string{"结果", "jg"}, "结果", in(results), words(results)}, {[]string{"原因", "yy"}, "结束原因", in(causes), words(causes)},
	{[]string{"发生", "fs"}, "发生", in(steps), words(steps)}, {[]string{"时长", "sc"}, "时长", lengthOf, func() string {
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(lengths), "[]"), " ", "、") + " 分钟，前面写 > 或 <"
	}},
}

func in(of map[string]Trait) func(string) (Trait, bool) {
	return func(v string) (Trait, bool) { t, ok := of[v]; return t, ok }
}

func words(of map[string]Trait) func() string {
	return func() string { return strings.Join(slices.Sorted(maps.Keys(of)), "、") }
}

// lengthOf reads >10分钟.
func lengthOf(v string) (Trait, bool) {
	way, rest := ' ', ""
	if len(v) > 1 {
		way, rest = rune(v[0]), strings.TrimSuffix(strings.TrimSuffix(v[1:], "钟"), "分")
	}
	n, err := strconv.Atoi(rest)
	return length(way, n), err == nil && (way == '>' || way == '<') && slices.Contains(lengths, n)
}

// spoken takes what people say of a call without naming the field: 不满意, 坐席先挂, >10分钟, 有标记.
func (q *Query) spoken(s string) bool {
	by, first := strings.CutSuffix(s, "先挂")
	switch t, ok := lengthOf(s); {
	case ok:
		q.trait("时长 "+s, t)
	case s == "不满意":
		q.trait("评价 "+s, ratings[s])
	case s == "有标记":
		q.trait(s, Marked)
	case first && enders[by] != "":
		q.trait(s, enders[by])
	default:
		return false
	}
	return true
}

func (q *Query) trait(said string, t Trait) {
	q.Traits = append(q.Traits, t)
	q.said(said)
}
