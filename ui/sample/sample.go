// Package sample holds pictures of a session, a small knowledge base and the
// surroundings of a page, for tests and for the README's pictures; nothing else
// uses it. All persons and numbers in it are made up.
package sample

import (
	"context"
	"strings"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/lookup"
	"zuoxi/ui/pinyin"
)

// Noon is when all samples take place.
var Noon = time.Date(2026, 3, 12, 14, 5, 0, 0, time.Local)

// SignedOut is the picture before sign-in.
func SignedOut() session.View {
	return session.View{
		Link:   session.LinkView{State: session.LinkOnline, RTT: 38 * time.Millisecond, Since: Noon},
		SignIn: session.SignInView{Agent: "3027", Stored: true, Keyring: true},
		Check: session.SelfCheckView{Rows: []session.CheckRow{
			{Name: "麦克风", OK: true, Done: true, Text: "有声 -24 dB   USB 耳麦"},
			{Name: "耳机", OK: true, Done: true, Text: "已放提示音"},
			{Name: "网络", OK: true, Done: true, Text: "往返 38 ms 丢 0.0% 抖 4 ms 可通话"},
			{Name: "时钟", Done: true, Text: "比中心慢 3 分钟"},
		}},
	}
}

// Idle is a signed-in agent waiting for calls.
func Idle() session.View {
	v := SignedOut()
	v.SignIn = session.SignInView{SignedIn: true, Keyring: true}
	v.Seat = session.SeatView{AgentNo: "3027", Name: "李某", Role: string(access.RoleDistrict), District: "玄武区"}
	v.Presence = session.PresenceView{State: agent.StateReady, Since: Noon.Add(-42 * time.Second)}
	v.Link.Quality, v.Link.MOS, v.Link.Loss, v.Link.Jitter, v.Link.Codec = "良好", 4.2, 0.001, 6*time.Millisecond, "PCMA"
	v.Sound = session.SoundView{In: "USB 耳麦", Out: "USB 耳麦", Ringer: "内置扬声器", InLevel: -90, OutLevel: -90}
	v.Queue = session.QueueView{Waiting: 6, Longest: 161 * time.Second, At: Noon}
	v.Todo = []session.TodoRow{
		{Number: "0312-3027-47", Who: "王某某", Matter: "养老金未到账，要求核实", Due: "2 天", State: "待回电"},
		{Number: "0311-3027-109", Who: "赵某某", Matter: "跨省转移接续材料补正", Due: "1 天", State: "转办中", Overdue: true},
	}
	v.Voicemail = []session.VoicemailRow{
		{ID: "V1", Who: "136****1209", At: Noon.Add(-16 * time.Hour), Seconds: 48, State: "新", Due: Noon.Add(48 * time.Hour)},
	}
	v.Today = session.TodayView{Answered: 38, Closed: 31, Open: 2, TalkMean: 192 * time.Second, WrapMean: 48 * time.Second, Rated: 37, Content: 36,
		InState: map[agent.Phase]time.Duration{agent.StateTalking: 7300 * time.Second, agent.StateReady: 4329 * time.Second, agent.StateBreak: 1110 * time.Second}}
	return v
}

// Caller is the caller of the samples.
func Caller() session.CallerView {
	return session.CallerView{
		Masked: "139****0042", Place: "江苏 南京", Region: "南京", RegionBy: "本人选择", Subject: "养老保险",
		Keys: []string{"南京", "养老保险"}, Waited: 72 * time.Second, Calls24h: 2,
		Earlier: []session.Contact{
			{At: Noon.Add(-5 * time.Hour), Subject: "养老金未到账", Result: "未结", Agent: "3011"},
			{At: Noon.Add(-23 * 24 * time.Hour), Subject: "社保卡补办", Result: "办结", Agent: "3027"},
			{At: Noon.Add(-62 * 24 * time.Hour), Subject: "档案查询、工龄认定", Result: "转办", Agent: "3002"},
		},
		Tags: []string{"听力弱，请放慢语速"},
	}
}

// Ringing is a call offered to the agent.
func Ringing() session.View {
	v := Idle()
	v.Presence = session.PresenceView{State: agent.StateRinging, Since: Noon, Limit: 15 * time.Second}
	v.Offer = &session.OfferView{ID: "offer-1", CallID: "call-1", Caller: Caller(), Expires: Noon.Add(15 * time.Second), Kind: "inbound"}
	return v
}

// Talking is a call, a minute and a half old.
func Talking() session.View {
	v := Idle()
	begin := Noon.Add(-83 * time.Second)
	v.Presence = session.PresenceView{State: agent.StateTalking, Since: begin}
	v.Sound.InLevel, v.Sound.OutLevel = -24, -18
	v.Call = &session.CallView{
		ID: "call-1", Phase: call.StateTalking, Since: begin, Bridged: begin, Caller: Caller(), Recording: "录音",
		Legs:    []session.LegView{{ID: "c", Role: "caller", Who: "139****0042", State: "通话", Since: begin}, {ID: "a", Role: "agent", Who: "3027 李某", State: "通话", Since: begin}},
		Allowed: call.Allowed(call.State{Phase: call.StateTalking}),
		Timeline: []session.TimelineRow{
			{At: begin, Text: "接通 报工号"}, {At: begin.Add(21 * time.Second), Text: "静音 00:04"}, {At: begin.Add(70 * time.Second), Text: "保持 00:08"},
		},
	}
	v.Record = &session.RecordView{Number: "0312-3027-63", Saved: Noon, Missing: []string{"诉求", "答复"},
		Fields: session.RecordFields{Kind: "consult", Subject: "养老保险", Region: "南京", Handling: "on_spot"}}
	return v
}

// Consulting is the call with a third party on the line.
func Consulting() session.View {
	v := Talking()
	v.Presence.State = agent.StateHold
	v.Call.Phase = call.StateConsulting
	v.Call.Allowed = call.Allowed(call.State{Phase: call.StateConsulting, Third: call.PartySeat})
	v.Call.Legs[0].State, v.Call.Legs[0].Held = "保持中", true
	v.Call.Legs = append(v.Call.Legs, session.LegView{ID: "t", Role: "target", Who: "8012 何某", State: "已接通", Since: Noon.Add(-9 * time.Second)})
	v.Targets = session.TargetsView{Query: "nj sb", List: []session.Target{
		{ID: "desk:8012", Kind: "seat", Who: "8012 何某", Duty: "南京市社保 待遇核定", State: "空闲", Since: Noon.Add(-31 * time.Second)},
		{ID: "desk:8003", Kind: "seat", Who: "8003 吴某", Duty: "南京市社保 待遇核定", State: "通话", Since: Noon.Add(-252 * time.Second)},
		{ID: "number:02512333", Kind: "number", Who: "外线 025-12333", Duty: "南京市人社值班"},
	}}
	return v
}

// WrappingUp is the time after the call.
func WrappingUp() session.View {
	v := Talking()
	end := Noon.Add(-18 * time.Second)
	v.Presence = session.PresenceView{State: agent.StateWrapUp, Since: end, Limit: time.Minute}
	v.Call.Phase, v.Call.Ended, v.Call.EndedBy, v.Call.WrapUntil = call.StateClosed, end, "来电人", end.Add(time.Minute)
	v.Call.Allowed, v.Call.Held = nil, 18*time.Second
	v.Record.Fields.Question = "三月份养老金未到账，要求核实发放状态并回电。"
	v.Record.Missing = []string{"答复"}
	return v
}

// Shelf is a small knowledge base.
type Shelf struct{}

var shelf = []article.Article{
	{ID: "K-1042", Version: "3", Title: "养老金未到账：核查步骤与答复口径", Meta: "2026-03-01 修订  适用：江苏", Blocks: []article.Block{
		{Kind: article.Head, Text: "一、先核对"},
		{Kind: article.Item, Mark: "1.", Text: "是否完成当年领取资格认证；"},
		{Kind: article.Item, Mark: "2.", Text: "社会保障卡金融账户是否激活；"},
		{Kind: article.Item, Mark: "3.", Text: "是否处于调整补发期。"},
		{Kind: article.Head, Text: "二、答复口径"},
		{Kind: article.Speak, Text: "“您的养老金应在每月十五日前发放，我已为您登记核查，两个工作日内回电告知结果。”"},
		{Kind: article.Head, Text: "三、不能承诺"},
		{Kind: article.Never, Text: "不得承诺具体到账时刻。"},
		{Kind: article.Basis, Text: "《社会保险法》第十六条"},
	}},
	{ID: "K-1043", Version: "1", Title: "养老金发放时间与到账银行", Meta: "2025-06-01", Blocks: []article.Block{{Text: "每月十五日前发放到社会保障卡金融账户。"}}},
	{ID: "K-1050", Version: "2", Title: "待遇领取资格认证", Meta: "2025-01-01", Caution: "部分内容未核实", Blocks: []article.Block{{Text: "手机、自助终端或社区均可办理。"}}},
	{ID: "K-2001", Version: "1", Title: "失业保险金异地领取", Meta: "2024-09-01", Blocks: []article.Block{{Text: "先在参保地办理转移。"}}},
}

// Search finds titles by characters, pinyin and initials.
func (Shelf) Search(_ context.Context, q lookup.Query) lookup.Result {
	var r lookup.Result
	for _, a := range shelf {
		ok := true
		var why []string
		for _, word := range strings.Fields(q.Text) {
			ok = ok && pinyin.Match(a.Title, word)
			kind := "首字母 "
			if strings.Contains(a.Title, word) {
				kind = "标题 "
			}
			why = append(why, kind+word)
		}
		if ok {
			r.Hits = append(r.Hits, lookup.Hit{ID: a.ID, Version: a.Version, Title: a.Title, Why: strings.Join(why, "，")})
		}
	}
	r.Total = len(r.Hits)
	return r
}

// Copy is always the same.
func (Shelf) Copy() lookup.Copy { return lookup.Copy{Revision: "1"} }

// Facets counts the same for every query.
func (Shelf) Facets(context.Context, lookup.Query) search.Facets {
	return search.Facets{Kind: map[string]int{"办事指南": 2, "问题解答": 1}, Category: map[string]int{"社会保障卡": 3}}
}

// Suggest offers nothing.
func (Shelf) Suggest(context.Context, kb.Hint) lookup.Result { return lookup.Result{} }

// Article gives one of the shelf.
func (Shelf) Article(id, _ string, _ kb.Day) (article.Article, bool) {
	for _, a := range shelf {
		if a.ID == id {
			return a, true
		}
	}
	return article.Article{}, false
}
