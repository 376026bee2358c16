package lookup_test

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers each query with one hit that names it.
type echo struct {
	asked []lookup.Query
	hints []kb.Hint
}

func (e *echo) Search(ctx context.Context, q lookup.Query) lookup.Result {
	e.asked = append(e.asked, q)
	if ctx.Err() != nil {
		return lookup.Result{}
	}
	return lookup.Result{Total: 1, Hits: []lookup.Hit{{ID: q.Text, Title: "答" + q.Text}}}
}

func (e *echo) Facets(_ context.Context, q lookup.Query) search.Facets {
	e.asked = append(e.asked, q)
	return search.Facets{Kind: map[string]int{"办事指南": 7, "问题解答": 3}, Level: map[string]int{"国家": 9}}
}

func (*echo) Copy() lookup.Copy { return lookup.Copy{Revision: "1"} }

func (e *echo) Suggest(_ context.Context, h kb.Hint) lookup.Result {
	e.hints = append(e.hints, h)
	return lookup.Result{Hits: []lookup.Hit{{ID: "s1", Title: "荐" + h.Topic + h.Written}}}
}

func (e *echo) Article(string, string, kb.Day) (article.Article, bool) {
	return article.Article{}, false
}

func drawn(p *lookup.Pane) func(canvas.Region, *page.Env) page.Cursor {
	return func(r canvas.Region, e *page.Env) page.Cursor { return p.Draw(r, e, true) }
}

func TestOnlyTheLastAnswerIsShown(t *testing.T) {
	lib := &echo{}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	var answers []tea.Cmd
	for _, c := range "ylj" {
		_, cmd := p.Update(sample.Msg(string(c)), &d.Env)
		answers = append(answers, cmd)
	}
	for _, i := range []int{2, 0, 1} { // the answers overtake each other
		p.Update(answers[i](), &d.Env)
	}
	if got, _ := d.Draw(drawn(p), 50, 20); !strings.Contains(got, "答ylj") {
		t.Errorf("%s", got)
	}
	if used, _ := lookup.New(lib).Update(answers[2](), &d.Env); used {
		t.Error("another pane took the answer")
	}
}

// Articles of the caller's place are looked for, under whatever name a call or a record has it; where the place is not
// known nothing is hidden.
func TestPlaceOfTheCaller(t *testing.T) {
	for _, c := range []struct{ caller, record, want string }{
		{"南京", "", "南京"}, {"南京", "苏州", "苏州"}, {"320100", "", "320100"}, {"省本级", "", "江苏省本级"}, {"南京", "省本级", "江苏省本级"},
		{"玄武区", "", ""}, {"", "", ""},
	} {
		lib := &echo{}
		d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
		d.View.Seat.District = "320100"
		call, record := *d.View.Call, *d.View.Record
		call.Caller.Region, record.Fields.Region = c.caller, c.record
		d.View.Call, d.View.Record = &call, &record
		if cmd := p.Follow(&d.Env); cmd != nil {
			p.Answered(cmd())
		}
		d.Press(p.Update, "y")
		if lib.hints[0].Region != c.want || lib.asked[0].Region != c.want {
			t.Errorf("%+v: asked at %q, offered at %q", c, lib.asked[0].Region, lib.hints[0].Region)
		}
	}
}

// What is read for a record from the list is noted as in a call; what is read for nothing is not.
func TestReadForARecordFromTheList(t *testing.T) {
	for _, open := range []bool{true, false} {
		d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(sample.Shelf{})
		if d.View.Call = nil; !open {
			d.View.Record = nil
		}
		d.Press(p.Update, "ylj", "down", "enter")
		if noted := d.Last() == (session.ArticleShown{ID: "K-1043", Version: "1"}); noted != open {
			t.Errorf("with a record %v: said %v", open, d.Last())
		}
	}
}

func TestOpenArticleStaysWhileSearchingOn(t *testing.T) {
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(sample.Shelf{})
	d.Press(p.Update, "ylj", "down", "enter")
	if d.Last() != (session.ArticleShown{ID: "K-1043", Version: "1"}) {
		t.Errorf("said %v", d.Last())
	}
	d.Press(p.Update, "ctrl+u", "失业")
	got, cur := d.Draw(drawn(p), 50, 24)
	if !strings.Contains(got, "失业保险金异地领取") || !strings.Contains(got, "每月十五日前发放") {
		t.Errorf("%s", got)
	}
	if cur.X != 3+4 || cur.Y != 0 {
		t.Errorf("cursor %+v", cur)
	}
	if !strings.Contains(p.Copy(), "每月十五日前") {
		t.Error("nothing to copy")
	}
	d.Press(p.Update, "ctrl+u", "没有的词")
	if got, _ := d.Draw(drawn(p), 50, 24); !strings.Contains(got, "没有找到") {
		t.Errorf("%s", got)
	}
}

// reasoned finds a title that fits, one that is too long, and one that gives no reason.
type reasoned struct{ echo }

func (*reasoned) Search(context.Context, lookup.Query) lookup.Result {
	return lookup.Result{Total: 3, Hits: []lookup.Hit{
		{ID: "1", Title: "工伤认定", Why: "标题 工伤认定，同义 伤了→工伤"},
		{ID: "2", Title: strings.Repeat("长", 40), Why: "正文 工伤认定"},
		{ID: "3", Title: "别的"},
	}}
}

// Every hit says why it is there, the chosen one with all that is known; a title that is too long gives way to it.
func TestEveryHitSaysWhy(t *testing.T) {
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(&reasoned{})
	d.Press(p.Update, "工")
	got, _ := d.Draw(drawn(p), 48, 20)
	lines := strings.Split(got, "\n")
	for i, want := range []string{"标题 工伤认定", "正文", "别的"} {
		if line := strings.TrimRight(lines[1+i], " "); !strings.HasSuffix(line, want) {
			t.Errorf("hit %d: %q, want %q at its end", i+1, line, want)
		}
	}
	if !strings.Contains(lines[2], "..") || !strings.Contains(lines[4], "标题 工伤认定，同义 伤了→工伤") {
		t.Errorf("\n%s", got)
	}
}

func TestPasteSearches(t *testing.T) {
	d, p := sample.Alone(sample.Idle(), keys.Idle), lookup.New(sample.Shelf{})
	_, cmd := p.Update(tea.PasteMsg{Content: "资格认证\n"}, &d.Env)
	p.Update(cmd(), &d.Env)
	if got, _ := d.Draw(drawn(p), 50, 24); !strings.Contains(got, "待遇领取资格认证") {
		t.Errorf("%s", got)
	}
}

// An answer for one caller is not read out to another: another article than the chosen hit says so, and a new call
// begins with a clean pane, while the same call keeps it.
func TestNewCallStartsClean(t *testing.T) {
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(&shelfEcho{})
	p.Follow(&d.Env)
	d.Press(p.Update, "甲", "enter")
	const other = "先前打开的另一条"
	if got, _ := d.Draw(drawn(p), 70, 20); strings.Contains(got, other) {
		t.Errorf("the chosen hit is open:\n%s", got)
	}
	d.Press(p.Update, "ctrl+u", "乙")
	if got, _ := d.Draw(drawn(p), 70, 20); !strings.Contains(got, other) || !strings.Contains(got, "甲") {
		t.Errorf("another article looks like the chosen hit:\n%s", got)
	}
	p.Follow(&d.Env)
	call := *d.View.Call
	d.View.Call = nil
	p.Follow(&d.Env)
	d.View.Call = &call
	if p.Follow(&d.Env); p.Typed() != "乙" || p.Article().ID != "甲" {
		t.Errorf("the same call lost what was looked up: %q, %q", p.Typed(), p.Article().ID)
	}
	next := call
	next.ID = "another"
	d.View.Call = &next
	if p.Follow(&d.Env); p.Typed() != "" || p.Article().ID != "" || p.Copy() != "" {
		t.Errorf("the next caller gets %q, %q", p.Typed(), p.Article().ID)
	}
	if got, _ := d.Draw(drawn(p), 70, 20); strings.Contains(got, "甲") || strings.Contains(got, "乙") {
		t.Errorf("\n%s", got)
	}
}

// What was typed in vain is told once, when something else is typed or the call is over; what led to an article is told
// as such, and whole numbers stay a matter of the session.
func TestSearchesAreTold(t *testing.T) {
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(&shelfEcho{})
	told := func() (out []session.SearchedKB) {
		for _, v := range d.Said {
			if s, ok := v.(session.SearchedKB); ok {
				out = append(out, s)
			}
		}
		return out
	}
	d.Press(p.Update, "扣", "卡", "ctrl+u")
	if got := told(); len(got) != 1 || got[0] != (session.SearchedKB{Text: "扣卡", Found: 1}) {
		t.Errorf("after clearing: %+v", got)
	}
	d.Press(p.Update, "农", "保", "enter")
	if got := told(); len(got) != 2 || got[1] != (session.SearchedKB{Text: "农保", Opened: "农保", Found: 1}) {
		t.Errorf("after opening: %+v", got)
	}
	d.Press(p.Update, "ctrl+u", "补", "领")
	d.View.Call = nil
	p.Follow(&d.Env)
	if got := told(); len(got) != 3 || got[2].Text != "补领" || got[2].Opened != "" {
		t.Errorf("after the call: %+v", got)
	}
}

// shelfEcho also opens what it found.
type shelfEcho struct{ echo }

func (*shelfEcho) Article(id, _ string, _ kb.Day) (article.Article, bool) {
	return article.Article{ID: id, Version: "1", Title: id}, true
}

// While nothing is typed the pane offers what fits the call, and asks again only when the call says something new.
func TestOffersForTheCall(t *testing.T) {
	lib := &echo{}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	follow := func() bool {
		cmd := p.Follow(&d.Env)
		if cmd != nil {
			p.Answered(cmd())
		}
		return cmd != nil
	}
	if !follow() || follow() {
		t.Error("asked not once for one state of the call")
	}
	if h := lib.hints[0]; len(h.Menu) == 0 || h.Region == "" {
		t.Errorf("hint %+v", h)
	}
	r := *d.View.Record
	r.Fields.Question = "社保卡丢"
	d.View.Record = &r
	follow()
	asked := len(lib.hints)
	next := r
	next.Fields.Question = "社保卡丢了怎么补，还"
	d.View.Record = &next
	if !follow() || lib.hints[asked].Written != "社保卡丢了怎么补" {
		t.Errorf("hints %+v", lib.hints)
	}
	call := *d.View.Call
	call.Caller.Said = "卡找不到了"
	d.View.Call = &call
	if !follow() || lib.hints[len(lib.hints)-1].Said != "卡找不到了" {
		t.Errorf("what was said: %+v", lib.hints)
	}
	got, _ := d.Draw(drawn(p), 60, 20)
	if !strings.Contains(got, "相关条目") || !strings.Contains(got, "荐") {
		t.Errorf("%s", got)
	}
	d.Press(p.Update, "y")
	if got, _ = d.Draw(drawn(p), 60, 20); strings.Contains(got, "相关条目") || strings.Contains(got, "荐") {
		t.Errorf("while typing:\n%s", got)
	}
	v := sample.Idle()
	d.View = v
	d.Press(p.Update, "backspace")
	follow()
	if got, _ = d.Draw(drawn(p), 60, 20); !strings.Contains(got, "今日更新") {
		t.Errorf("between calls:\n%s", got)
	}
}

// growing is a library whose article changes.
type growing struct {
	shelfEcho
	version string
}

func (g *growing) Copy() lookup.Copy { return lookup.Copy{Revision: g.version} }

func (g *growing) Article(id, version string, _ kb.Day) (article.Article, bool) {
	if version == "" {
		version = g.version
	}
	return article.Article{ID: id, Version: version, Title: id + "第" + version + "版"}, g.version != ""
}

// An article under somebody's eyes does not change; the pane says that there is a newer one.
func TestOpenArticleIsRenewed(t *testing.T) {
	lib := &growing{version: "1"}
	d, p := sample.Alone(sample.Idle(), keys.Idle), lookup.New(lib)
	follow := func() string {
		if cmd := p.Follow(&d.Env); cmd != nil {
			p.Answered(cmd())
		}
		got, _ := d.Draw(drawn(p), 70, 20)
		return got
	}
	follow()
	d.Press(p.Update, "甲", "enter")
	lib.version = "2"
	if got := follow(); !strings.Contains(got, "甲第1版") || !strings.Contains(got, "已更新为第2版") {
		t.Errorf("%s", got)
	}
	d.Press(p.Update, "enter")
	if got := follow(); !strings.Contains(got, "甲第2版") || strings.Contains(got, "已更新") {
		t.Errorf("%s", got)
	}
	lib.version = ""
	if got := follow(); !strings.Contains(got, "已撤下") {
		t.Errorf("%s", got)
	}
}

// withPapers is a library whose articles may have a checklist.
type withPapers struct {
	shelfEcho
	papers string
}

func (w *withPapers) Article(id, _ string, _ kb.Day) (article.Article, bool) {
	return article.Article{ID: id, Title: id, Papers: w.papers}, true
}

// The foot of an article with a checklist names the key that sends it, where there is somebody to send it to.
func TestFootNamesTheKeyForTheChecklist(t *testing.T) {
	for _, c := range []struct {
		papers string
		mode   keys.Context
		want   bool
	}{{"请带：照片", keys.Talk, true}, {"", keys.Talk, false}, {"请带：照片", keys.Idle, false}} {
		d, p := sample.Alone(sample.Talking(), c.mode), lookup.New(&withPapers{papers: c.papers})
		p.Open(article.Link{ID: "补卡"}, &d.Env)
		if got, _ := d.Draw(drawn(p), 60, 20); strings.Contains(got, "Ctrl+E 发材料短信") != c.want {
			t.Errorf("%+v:\n%s", c, got)
		}
	}
}

// What an article rests on is opened where the base holds it, and nothing else in its place.
func TestBasisOpensTheArticleOrNothing(t *testing.T) {
	for _, named := range []bool{true, false} {
		said := ""
		d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(&statutes{named: named})
		d.Say = func(s string) { said = s }
		p.Open(article.Link{Label: "依据 《社会保险法》第五十八条", Query: "社会保险法第五十八条"}, &d.Env)
		if opened := p.Article().ID != ""; opened != named || strings.Contains(said, "没有打开") == named {
			t.Errorf("named %v: open %q, said %q", named, p.Article().ID, said)
		}
	}
}

// statutes finds something for every number, the article itself or not.
type statutes struct {
	shelfEcho
	named bool
}

func (s *statutes) Search(context.Context, lookup.Query) lookup.Result {
	return lookup.Result{Total: 1, Hits: []lookup.Hit{{ID: "法条", Title: "法条", Named: s.named}}}
}

// TestEnterWaitsForTheAnswer: Enter right behind the last letter opens nothing
// that was found by other words.
func TestEnterWaitsForTheAnswer(t *testing.T) {
	lib := &echo{}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	told := ""
	d.Say = func(line string) { told = line }
	d.Press(p.Update, "社保")
	_, answer := p.Update(sample.Msg("卡"), &d.Env)
	n := len(d.Said)
	p.Update(sample.Msg("enter"), &d.Env)
	if len(d.Said) != n || !strings.Contains(told, "还在查") {
		t.Errorf("opened %v, told %q", d.Said[n:], told)
	}
	p.Update(answer(), &d.Env)
	if p.Update(sample.Msg("enter"), &d.Env); d.Last() != (session.SearchedKB{Text: "社保卡", Opened: "社保卡", Found: 1}) {
		t.Errorf("said %v", d.Last())
	}
}

// welling offers one article more each time, before the others.
type welling struct {
	echo
	n int
}

func (g *welling) Suggest(context.Context, kb.Hint) lookup.Result {
	g.n++
	var hits []lookup.Hit
	for i := g.n; i > 0; i-- {
		hits = append(hits, lookup.Hit{ID: "s" + string(rune('0'+i)), Title: "荐"})
	}
	return lookup.Result{Hits: append(hits, lookup.Hit{ID: "s0", Title: "荐"})}
}

// TestOffersKeepTheChosenOne: what is offered anew does not come under the cursor.
func TestOffersKeepTheChosenOne(t *testing.T) {
	lib := &welling{}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	p.Answered(p.Follow(&d.Env)())
	d.Press(p.Update, "down") // s0
	r := *d.View.Record
	r.Fields.Question = "社保卡丢了怎么补，还"
	d.View.Record = &r
	p.Answered(p.Follow(&d.Env)())
	d.Draw(drawn(p), 60, 20)
	d.Press(p.Update, "up") // the one above it, in the list as it is now
	if got, _ := d.Draw(drawn(p), 60, 20); !strings.Contains(got, "▸2") && !strings.Contains(got, ">2") {
		t.Errorf("not the second of three:\n%s", got)
	}
}
