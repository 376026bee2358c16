package app

import (
	"strings"
	"testing"
	"time"

	"zuoxi/kb"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
	"zuoxi/ui/sample"
)

// guides is a library of three articles: one may be sent, one must not, one has nothing to send.
type guides struct{ sample.Shelf }

func (guides) Article(id, _ string, _ kb.Day) (article.Article, bool) {
	a := article.Article{ID: id, Title: id}
	switch id {
	case "补卡":
		a.Papers = "补卡，请带：身份证。"
	case "旧办法":
		a.Papers, a.Held = "旧办法，请带：身份证。", "已失效（2020），不能发"
	}
	return a, true
}

// TestPapersOfTheOpenArticle: only a checklist that holds is offered, for the call and its record.
func TestPapersOfTheOpenArticle(t *testing.T) {
	var said []session.Verb
	v := sample.Talking()
	m := New(Options{Library: guides{}, Do: func(v session.Verb) bool { said = append(said, v); return true }, Now: func() time.Time { return sample.Noon }, Still: true, Stage: &fakeStage{}})
	m.view = v
	m.env.View, m.env.Mode = &m.view, keys.Talk
	for id, want := range map[string]string{"": "没有材料清单", "说明": "没有材料清单", "旧办法": "已失效（2020），不能发 · 没有发短信"} {
		if id != "" {
			m.look.Open(article.Link{ID: id}, &m.env)
		}
		m.sendPapers()
		if m.box != nil || !strings.Contains(m.note.text, want) {
			t.Errorf("%q: %q", id, m.note.text)
		}
		m.look.Open(article.Link{ID: "说明"}, &m.env)
	}
	m.look.Open(article.Link{ID: "补卡"}, &m.env)
	said = nil
	m.sendPapers()
	if _, ok := m.box.(*pop.Papers); !ok || len(said) != 1 || said[0] != (session.AskTexts{}) {
		t.Fatalf("opens %T, said %+v", m.box, said)
	}
	m.view.Texts = []session.TextTemplate{{ID: "list", Text: "需要的材料：{材料}", Blanks: []string{"材料"}}}
	m.box.Act(keys.Save, &m.env)
	if s, ok := said[len(said)-1].(session.SendText); !ok || s.Call != v.Call.ID || s.Record != v.Record.Number || s.Values["材料"] != "补卡，请带：身份证。" {
		t.Errorf("said %+v", said)
	}
}
