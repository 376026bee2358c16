package lookup_test

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

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
type echo struct{ asked []lookup.Query }

func (e *echo) Search(ctx context.Context, q lookup.Query) lookup.Result {
	e.asked = append(e.asked, q)
	if ctx.Err() != nil {
		return lookup.Result{}
	}
	return lookup.Result{Total: 1, Hits: []lookup.Hit{{ID: q.Text, Title: "答" + q.Text}}}
}

func (e *echo) Article(string, string) (article.Article, bool) { return article.Article{}, false }

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
	if lib.asked[0].Region != "江苏省南京市鼓楼区" {
		t.Errorf("asked with region %q", lib.asked[0].Region)
	}
	if used, _ := lookup.New(lib).Update(answers[2](), &d.Env); used {
		t.Error("another pane took the answer")
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

func TestPasteSearches(t *testing.T) {
	d, p := sample.Alone(sample.Idle(), keys.Idle), lookup.New(sample.Shelf{})
	_, cmd := p.Update(tea.PasteMsg{Content: "资格认证\n"}, &d.Env)
	p.Update(cmd(), &d.Env)
	if got, _ := d.Draw(drawn(p), 50, 24); !strings.Contains(got, "待遇领取资格认证") {
		t.Errorf("%s", got)
	}
}
