package lookup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/sample"
)

// ailing is a library whose copy may be damaged.
type ailing struct {
	shelfEcho
	copy lookup.Copy
}

func (a *ailing) Copy() lookup.Copy { return a.copy }

func (a *ailing) Search(ctx context.Context, q lookup.Query) lookup.Result {
	if a.copy.Trouble != lookup.Sound {
		return lookup.Result{Failed: true}
	}
	return a.shelfEcho.Search(ctx, q)
}

func (a *ailing) Article(id, version string, day kb.Day) (article.Article, bool) {
	if a.copy.Trouble != lookup.Sound {
		return article.Article{}, false
	}
	return a.shelfEcho.Article(id, version, day)
}

// What a damaged copy does not find is not called missing: the pane says why and what to do, no editor hears of it, and
// the same words are looked for again when the copy is whole.
func TestDamagedCopyIsNoAnswer(t *testing.T) {
	lib := &ailing{copy: lookup.Copy{Revision: "1"}}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	follow := func() string {
		t.Helper()
		if cmd := p.Follow(&d.Env); cmd != nil {
			run(cmd, p.Answered)
		}
		got, _ := d.Draw(drawn(p), 48, 20)
		return got
	}
	follow()
	d.Press(p.Update, "社", "保", "enter")
	d.Said = nil
	lib.copy = lookup.Copy{Trouble: lookup.Damaged}
	if got := follow(); !strings.Contains(got, "会重新取回 · 查不到不是没有") || !strings.Contains(got, "可能有误") || strings.Contains(got, "答社保") || strings.Contains(got, "已撤下") {
		t.Errorf("after the damage:\n%s", got)
	}
	d.Press(p.Update, "ctrl+u", "工", "伤")
	if got := follow(); !strings.Contains(got, "查不到不是没有") || strings.Contains(got, "没有找到") {
		t.Errorf("searched:\n%s", got)
	}
	said := ""
	d.Say = func(line string) { said = line }
	if p.Open(article.Link{ID: "x", Label: "相关 x"}, &d.Env); !strings.Contains(said, "知识库打不开") {
		t.Errorf("a link: %q", said)
	}
	d.Press(p.Update, "ctrl+u", "工", "伤")
	lib.copy = lookup.Copy{Revision: "2"}
	if got := follow(); !strings.Contains(got, "答工伤") {
		t.Errorf("healed:\n%s", got)
	}
	for _, v := range d.Said {
		if s, ok := v.(session.SearchedKB); ok && s.Found == 0 {
			t.Errorf("told the editors %+v", s)
		}
	}
}

// run carries out a command, or those of a batch.
func run(cmd tea.Cmd, use func(tea.Msg) bool) {
	switch m := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range m {
			run(c, use)
		}
	default:
		use(m)
	}
}

// A copy that was not compared with the hub's for days says so beside the field.
func TestOldCopySaysItsAge(t *testing.T) {
	lib := &ailing{copy: lookup.Copy{Revision: "1"}}
	d, p := sample.Alone(sample.Talking(), keys.Talk), lookup.New(lib)
	for age, want := range map[time.Duration]string{0: "", 23 * time.Hour: "", 75 * time.Hour: "副本 3 天前"} {
		lib.copy.Checked = d.Now.Add(-age)
		got, _ := d.Draw(drawn(p), 48, 20)
		if head, _, _ := strings.Cut(got, "\n"); want == "" && strings.Contains(head, "副本") || !strings.Contains(head, want) {
			t.Errorf("%v: %q", age, head)
		}
	}
}
