package editor

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/kb"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func at(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.Local) }

func desk(entry *session.EditorEntry) (*Page, *sample.Desk) {
	v := sample.Idle()
	v.Seat.Role = "kb_editor"
	v.Editor = session.EditorView{List: session.KBWork, Entry: entry, Rows: []session.EditorRow{
		{ID: "e1", Article: "sbk-001", Title: "社保卡补领", State: "draft", Label: "草稿", Who: "6001", At: at(23, 9)},
		{ID: "e2", Article: "yl-001", Title: "缴费年限", State: "submitted", Label: "待审", Who: "6002", At: at(22, 9)},
	}}
	return New(), sample.Alone(v, keys.Desk)
}

func draftEntry() *session.EditorEntry {
	return &session.EditorEntry{
		Entry: "e1", Version: 3, Article: "sbk-001", State: "draft", Label: "草稿", Text: "---\nid: sbk-001\n---\n\n## 口径\n三个工作日\n",
		Marks: []string{"有几处未核对"}, Steps: []session.EditorStep{{At: at(22, 9), By: "7001", Label: "退回修改", Why: "金额不对"}},
		Allowed:    []session.EditorMove{{Step: "submit", Label: "提交审核"}},
		EditorPast: session.EditorPast{Base: 1, Versions: []int{1, 2}, Diff: []string{"=## 口径", "-五个工作日", "+三个工作日"}},
	}
}

func TestListsAndOpening(t *testing.T) {
	p, d := desk(nil)
	got, cur := d.Draw(p.Draw, 120, 33)
	for _, want := range []string{"在办", "社保卡补领", "yl-001 待审 6002 2026-11-22", "F3 新起草"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	if !cur.On {
		t.Error("no cursor in the search field")
	}
	d.Press(p.Update, "down", "enter")
	if d.Last() != (session.OpenKB{ID: "e2"}) {
		t.Errorf("opened %+v", d.Last())
	}
	d.Press(p.Update, "right")
	if d.Last() != (session.ListKB{List: session.KBToday}) {
		t.Errorf("asked for %+v", d.Last())
	}
	d.Press(p.Update, "社", "保", "enter")
	if d.Last() != (session.ListKB{List: session.KBToday, Query: "社保"}) {
		t.Errorf("asked for %+v", d.Last())
	}
	d.View.Editor = session.EditorView{}
	p.Follow(&d.Env)
	if _, ok := d.Last().(session.ListKB); !ok {
		t.Errorf("nothing was asked for: %+v", d.Last())
	}
}

func TestReadingAndComparing(t *testing.T) {
	p, d := desk(draftEntry())
	got, _ := d.Draw(p.Draw, 120, 33)
	for _, want := range []string{"有几处未核对", "7001 退回修改 金额不对", "三个工作日", "共 2 版"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	p.Act(keys.KBDiff, &d.Env)
	if got, _ = d.Draw(p.Draw, 120, 33); !strings.Contains(got, "- 五个工作日") || !strings.Contains(got, "+ 三个工作日") || !strings.Contains(got, "与第1版的差异") {
		t.Errorf("%s", got)
	}
	p.Act(keys.KBEarlier, &d.Env)
	if d.Last() != (session.OpenKB{ID: "article:sbk-001@2"}) {
		t.Errorf("opened %+v", d.Last())
	}
	p.Act(keys.Next, &d.Env)
	if got, _ = d.Draw(p.Draw, 80, 12); !strings.Contains(got, "sbk-001") || strings.Contains(got, "知识库编辑") {
		t.Errorf("narrow, the text is not there alone:\n%s", got)
	}
	d.Press(p.Update, "pgdown", "end")
}

func TestWritingIsNotOverwritten(t *testing.T) {
	p, d := desk(draftEntry())
	p.Act(keys.KBEdit, &d.Env)
	if !p.Typing() {
		t.Fatal("not writing")
	}
	d.Press(p.Update, "改")
	said := ""
	d.Say = func(s string) { said = s }
	p.Begin(false, &d.Env)
	p.Act(keys.KBDiff, &d.Env)
	if !strings.Contains(said, "还没有存") || !strings.HasSuffix(p.text.Value(), "改") {
		t.Errorf("said %q, text %q", said, p.text.Value())
	}
	d.View.Editor.Entry.Text = "别的"
	if got, cur := d.Draw(p.Draw, 120, 33); !strings.Contains(got, "还没有存") || strings.Contains(got, "别的") || !cur.On {
		t.Errorf("%s", got)
	}
	p.Act(keys.KBOpen, &d.Env)
	want := session.SaveKB{Entry: "e1", Version: 3, Text: p.text.Value()}
	if d.Last() != want {
		t.Errorf("saved %+v", d.Last())
	}
	d.View.Editor.Error = "第 3 行：缺少标题"
	if got, _ := d.Draw(p.Draw, 120, 33); !strings.Contains(got, "第 3 行") {
		t.Errorf("the fault is not shown:\n%s", got)
	}
	d.View.Editor.Error, d.View.Editor.Done, d.View.Editor.Entry.Version = "", 1, 4
	p.Follow(&d.Env)
	if p.version != 4 || p.Dirty() || !strings.Contains(said, "已存稿") {
		t.Errorf("after saving: version %d, dirty %v, said %q", p.version, p.Dirty(), said)
	}
	// What is published becomes a next version.
	d.View.Editor.Entry.State = "published"
	p.mode = reading
	p.Act(keys.KBEdit, &d.Env)
	if p.entry != "" {
		t.Errorf("writes on the published entry %q", p.entry)
	}
	d.View.Editor.Entry.State, p.mode = "submitted", reading
	p.Act(keys.KBEdit, &d.Env)
	if !strings.Contains(said, "不能再改") {
		t.Errorf("said %q", said)
	}
}

func TestOthersWorkMeanwhile(t *testing.T) {
	p, d := desk(draftEntry())
	d.Press(p.Update, "down")
	d.View.Editor.Rows = append([]session.EditorRow{{ID: "e3", Title: "新来的"}}, d.View.Editor.Rows...)
	p.Follow(&d.Env)
	if r, _ := p.Row(&d.Env); r.ID != "e2" {
		t.Errorf("the choice moved to %+v", r)
	}
	p.Act(keys.KBEdit, &d.Env)
	d.View.Editor.Entry.Version++
	if got, _ := d.Draw(p.Draw, 120, 33); !strings.Contains(got, "别人刚改过这一稿") {
		t.Errorf("not warned:\n%s", got)
	}
	said := ""
	d.Say = func(s string) { said = s }
	p, d2 := desk(&session.EditorEntry{Entry: "batch:1/draft", Article: "一批导入，25 条", State: "draft", Batch: 25, Text: "b-001 甲\n"})
	d2.Say = d.Say
	if p.Act(keys.KBEdit, &d2.Env); !strings.Contains(said, "不能编辑") || p.mode == writing {
		t.Errorf("edits the list of a batch: %q", said)
	}
}

func TestWhatTheHotlineTold(t *testing.T) {
	p, d := desk(nil)
	p.list = 3
	d.View.Editor = session.EditorView{List: session.KBWrong, Rows: []session.EditorRow{{ID: "n1", Article: "sbk-001@2", Title: "金额是去年的", Version: 1}}}
	if _, told := p.Row(&d.Env); !told {
		t.Error("not told by the hotline")
	}
	p.Act(keys.KBOpen, &d.Env)
	if d.Last() != (session.OpenKB{ID: "article:sbk-001"}) {
		t.Errorf("opened %+v", d.Last())
	}
	p.list = 5
	d.View.Editor = session.EditorView{List: session.KBMisses, Rows: []session.EditorRow{{ID: "miss:扣卡", Title: "扣卡", Times: 4, Label: "没有点开"}}}
	if got, _ := d.Draw(p.Draw, 120, 33); !strings.Contains(got, "4 次 没有点开") {
		t.Errorf("%s", got)
	}
	p.Act(keys.KBOpen, &d.Env)
	if d.Last() != (session.ListKB{List: session.KBArticles, Query: "扣卡"}) {
		t.Errorf("looked for %+v", d.Last())
	}
}

// A standard answer is written on a form of its own that the hub takes, for the article that is open.
func TestBlankOfAStandardAnswer(t *testing.T) {
	p, d := desk(draftEntry())
	p.Begin(true, &d.Env)
	text := strings.Replace(p.text.Value(), "standard: ", "standard: kj-1", 1)
	text = strings.Replace(text, `title: ""`, `title: "窗口停办"`, 1) + "请三天后再来。"
	s, err := kb.ParseStandard("口径", []byte(text))
	if err != nil || !kb.IsStandard([]byte(text)) || len(s.Articles) != 1 || s.Articles[0] != "sbk-001" || s.From.String() != sample.Noon.Format(time.DateOnly) {
		t.Errorf("%+v, %v\n%s", s, err, text)
	}
	p, d = desk(nil)
	if p.Begin(false, &d.Env); !strings.Contains(p.text.Value(), "kind: 办事指南") || kb.IsStandard([]byte(p.text.Value())) {
		t.Errorf("%s", p.text.Value())
	}
}

// A key that does nothing says why.
func TestNoEarlierVersion(t *testing.T) {
	standard := draftEntry()
	standard.Standard = true
	first := draftEntry()
	first.Versions = nil
	for want, entry := range map[string]*session.EditorEntry{"没有打开条目": nil, "按 F5": standard, "没有更早的版本": first} {
		p, d := desk(entry)
		said := ""
		d.Say = func(s string) { said = s }
		if p.Act(keys.KBEarlier, &d.Env); !strings.Contains(said, want) {
			t.Errorf("want %q, said %q", want, said)
		}
	}
}

// TestWhatIsTypedWhileItIsKept: the answer keeps what was sent, not what was typed since.
func TestWhatIsTypedWhileItIsKept(t *testing.T) {
	p, d := desk(draftEntry())
	p.Act(keys.KBEdit, &d.Env)
	d.Press(p.Update, "改")
	p.Act(keys.KBOpen, &d.Env)
	d.Press(p.Update, "又")
	said := ""
	d.Say = func(s string) { said = s }
	before := len(d.Said)
	if p.Act(keys.KBOpen, &d.Env); len(d.Said) != before || !strings.Contains(said, "还在存") {
		t.Errorf("saves twice at once, said %q", said)
	}
	d.View.Editor.Saves, d.View.Editor.Done, d.View.Editor.Entry.Version = 1, 1, 4
	p.Follow(&d.Env)
	if !p.Dirty() || p.version != 4 || !strings.Contains(said, "之后写的还没有存") {
		t.Errorf("dirty %v, version %d, said %q", p.Dirty(), p.version, said)
	}
	p.Act(keys.KBOpen, &d.Env)
	d.View.Editor.Done, d.View.Editor.Entry.Version = 2, 5
	if p.Follow(&d.Env); p.Dirty() || said != "已存稿 "+d.View.Editor.Entry.Article {
		t.Errorf("dirty %v, said %q", p.Dirty(), said)
	}
}

// TestSaveThatFails: what was refused is not kept, and can be sent again; so can what was never answered, but then nothing
// counts as kept that may not be.
func TestSaveThatFails(t *testing.T) {
	p, d := desk(draftEntry())
	p.Act(keys.KBEdit, &d.Env)
	d.Press(p.Update, "改")
	p.Act(keys.KBOpen, &d.Env)
	d.View.Editor.Saves, d.View.Editor.Error = 1, "第 3 行：缺少标题"
	p.Follow(&d.Env)
	if p.sent != p.before {
		t.Errorf("counts as sent: %q", p.sent)
	}
	n := len(d.Said)
	p.Act(keys.KBOpen, &d.Env)
	d.Press(p.Update, "又")
	d.Now = d.Now.Add(patience)
	if p.Act(keys.KBOpen, &d.Env); len(d.Said) != n+2 {
		t.Errorf("not sent again: %v", d.Said[n:])
	}
	d.View.Editor.Saves, d.View.Editor.Done = 2, 1
	if p.Follow(&d.Env); !p.Dirty() {
		t.Error("the answer to the first counts for the second")
	}
}
