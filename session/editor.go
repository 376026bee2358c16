package session

import (
	"encoding/json"
	"regexp"
	"time"

	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// Verbs of the editors' desk.
type (
	// ListKB asks for one of the lists of the editors' desk; the answer is View.Editor.Rows.
	ListKB struct{ List, Query string }
	// OpenKB asks for an entry or an article; the answer is View.Editor.Entry. An empty ID puts it away.
	OpenKB struct{ ID string }
	// SaveKB keeps a text as a draft: of the entry that was opened in that version, or a new one.
	SaveKB struct {
		Entry   string
		Version int64
		Text    string
	}
	// StepKB takes a step of an entry, as it was seen.
	StepKB struct {
		ID        string
		Version   int64
		Step, Why string
	}
	// SettleKB closes a report or a missed wording with what was done about it.
	SettleKB struct {
		ID      string
		Version int64
		Answer  string
	}
)

// Verbs by which the hotline tells its editors. They wait in the outbox while the link is cut.
type (
	// TellKB reports that an article's answer is wrong, or a question that has none.
	TellKB struct {
		Kind    string // wrong, question
		Article string
		Version int
		Text    string
	}
	// SearchedKB tells what was searched, which article was opened after it, and how many were shown.
	SearchedKB struct {
		Text, Opened string
		Found        int
	}
)

func (ListKB) verb()     {}
func (OpenKB) verb()     {}
func (SaveKB) verb()     {}
func (StepKB) verb()     {}
func (SettleKB) verb()   {}
func (TellKB) verb()     {}
func (SearchedKB) verb() {}

// The kinds of TellKB.
const (
	TellWrong    = wire.KBTellWrong
	TellQuestion = wire.KBTellQuestion
)

// The lists of the editors' desk.
const (
	KBWork      = wire.KBListWork
	KBPublished = wire.KBListPublished
	KBToday     = wire.KBListToday
	KBCalendar  = wire.KBListCalendar
	KBMisses    = wire.KBListMisses
	KBQuestions = wire.KBListQuestions
	KBWrong     = wire.KBListWrong
	KBArticles  = wire.KBListArticles
)

// EditorView is what is open at the editors' desk. Error is one Chinese line for what was asked last.
type EditorView struct {
	List  string // whose rows these are
	Query string
	Busy  bool
	Rows  []EditorRow
	Entry *EditorEntry
	Done  int // grows with each save or step that the hub took
	Saves int // grows with each save that was answered, or could not be sent
	Error string
}

// EditorRow is a line of a list.
type EditorRow struct {
	ID, Article, Title, State, Label, Who string

	At      time.Time
	Times   int
	Version int64
}

// EditorEntry is an entry, or an article without one: then Entry is empty.
type EditorEntry struct {
	Entry    string
	Version  int64
	Article  string
	Number   int
	Standard bool
	State    string
	Label    string
	Author   string
	Batch    int // entries of an import that go together: then Text lists them
	Text     string
	Marks    []string
	Allowed  []EditorMove
	Steps    []EditorStep
	EditorPast
}

// EditorPast is what came before: the difference to the version Base, and the versions that can be shown.
type EditorPast struct {
	Base     int
	Diff     []string // lines that begin with +, - or =
	Versions []int
}

// EditorMove is a step that may be taken now.
type EditorMove struct {
	Step, Label string
	Why         bool // a reason must be given
}

// EditorStep is a step that was taken.
type EditorStep struct {
	At             time.Time
	By, Label, Why string
}

// doKB carries out a verb of the knowledge base; false for all others.
func (s *Session) doKB(v Verb) bool {
	e := &s.view.Editor
	switch v := v.(type) {
	case ListKB:
		e.List, e.Query, e.Rows = v.List, v.Query, nil
		s.askKB(&wire.KBAsk{List: v.List, Query: v.Query})
	case OpenKB:
		e.Entry, e.Error, s.opened = nil, "", s.editorAsk+1
		if v.ID != "" {
			s.askKB(&wire.KBOpen{ID: v.ID})
		}
	case SaveKB:
		s.askKB(&wire.KBSave{Entry: v.Entry, Version: v.Version, Markdown: v.Text})
	case StepKB:
		s.askKB(&wire.KBStep{ID: v.ID, Version: v.Version, Step: v.Step, Why: v.Why})
	case SettleKB:
		s.askKB(&wire.KBSettle{ID: v.ID, Version: v.Version, Answer: v.Answer})
	case TellKB:
		s.keepNote(&wire.KBTell{Kind: v.Kind, Article: v.Article, Number: v.Version, Call: s.callID(), Text: v.Text, At: s.cfg.Now()})
		s.notify(NoticeInfo, "已告诉知识库管理员 · 通话不受影响 · 处理后条目会更新")
	case SearchedKB:
		s.keepNote(&wire.KBAsked{Text: withoutNumbers(v.Text), Opened: v.Opened, Found: v.Found, At: s.cfg.Now()})
	default:
		return false
	}
	return true
}

// askKB asks the editors' desk; only the answer to the last question is shown.
func (s *Session) askKB(b wire.Body) {
	s.editorAsk++
	n := s.editorAsk
	s.view.Editor.Busy, s.view.Editor.Error = true, ""
	if !s.ask(b, func(m wire.Message) { s.editorAnswer(n, b, m) }) {
		s.view.Editor.Busy = false
		s.view.Editor.saved(b)
	}
}

// saved counts a save that nobody waits for any longer.
func (e *EditorView) saved(asked wire.Body) {
	if _, ok := asked.(*wire.KBSave); ok {
		e.Saves++
	}
}

func (s *Session) editorAnswer(n int, asked wire.Body, m wire.Message) {
	e := &s.view.Editor
	if n == s.editorAsk {
		e.Busy = false
	}
	e.saved(asked)
	switch a := m.Body.(type) {
	case *wire.KBRows:
		// the hub may answer an earlier question later
		if q, ok := asked.(*wire.KBAsk); ok && q.List == e.List && q.Query == e.Query {
			e.Rows = s.editorRows(a.Rows)
		}
	case *wire.KBEntry:
		if _, opened := asked.(*wire.KBOpen); !opened {
			e.Done++
		}
		if n >= s.opened { // else another was opened meanwhile, or this one put away
			e.Entry = s.editorEntry(a)
		}
	case *wire.Ack:
		switch {
		case a.Code == wire.CodeOK:
			e.Done++
		case a.Code == wire.CodeUnreachable:
			e.Error = "与中心的连接中断 · 没有送出，您写的还在屏幕上 · 恢复后请再按一次"
		default:
			e.Error = orElse(a.Text, "中心没有接受这一步 · 没有改动 · 请刷新再看")
		}
	}
}

func (s *Session) editorRows(rows []wire.KBRow) []EditorRow {
	out := make([]EditorRow, len(rows))
	for i, r := range rows {
		r.At = s.local(r.At)
		out[i] = EditorRow(r)
	}
	return out
}

// deskMoved looks again at what is open, because somebody changed something at the editors' desk. What stands on the
// screen stays until the answer is there.
func (s *Session) deskMoved() {
	e := &s.view.Editor
	list, query := e.List, e.Query
	if list == "" {
		return
	}
	s.ask(&wire.KBAsk{List: list, Query: query}, func(m wire.Message) {
		if a, ok := m.Body.(*wire.KBRows); ok && e.List == list && e.Query == query {
			e.Rows = s.editorRows(a.Rows)
		}
	})
	if e.Entry == nil || e.Entry.Entry == "" {
		return
	}
	s.ask(&wire.KBOpen{ID: e.Entry.Entry}, func(m wire.Message) {
		if a, ok := m.Body.(*wire.KBEntry); ok && e.Entry != nil && e.Entry.Entry == a.Entry {
			e.Entry = s.editorEntry(a)
		}
	})
}

func (s *Session) editorEntry(a *wire.KBEntry) *EditorEntry {
	out := &EditorEntry{
		Entry: a.Entry, Version: a.Version, Article: a.Article, Number: a.Number, Standard: a.Standard, State: a.State, Label: a.Label,
		Author: a.Author, Batch: a.Batch, Text: a.Markdown, Marks: a.Marks, EditorPast: EditorPast(a.KBPast),
	}
	for _, v := range a.Allowed {
		out.Allowed = append(out.Allowed, EditorMove(v))
	}
	for _, v := range a.Steps {
		v.At = s.local(v.At)
		out.Steps = append(out.Steps, EditorStep(v))
	}
	return out
}

// What is sent for the editors: nobody at this seat waits for it.
const (
	kindTell  = "kb.tell"
	kindAsked = "kb.asked" // of which the person does not even know
)

func isNote(kind string) bool { return kind == kindTell || kind == kindAsked }

// hasTime tells what goes when no call is on the desk: on a narrow line it would
// make the voice wait.
func (s *Session) hasTime(kind string) bool {
	return kind == kindAsked && s.desk.Call != nil && s.box != nil
}

// keepNote sends through the outbox what must not be lost while the link is cut.
func (s *Session) keepNote(b wire.Body) {
	raw, err := json.Marshal(b)
	if err != nil {
		s.cfg.Log.Error("note for the editors not packed", "err", err)
		return
	}
	e := outbox.Entry{ID: newID(), Kind: b.Type(), Body: raw}
	if s.box != nil {
		if err := s.box.Put(e); err != nil {
			s.cfg.Log.Error("note for the editors not kept", "err", err)
		}
	}
	s.sendEntry(e)
	s.countUnsent()
}

// noted takes a note that the hub has answered out of the box.
func (s *Session) noted(e outbox.Entry, m wire.Message) {
	a, ok := m.Body.(*wire.Ack)
	if !ok || a.Code == wire.CodeUnreachable || a.Code == wire.CodeBusy {
		return // flush sends it again
	}
	if a.Code != wire.CodeOK && e.Kind == kindTell {
		s.notify(NoticeError, orElse(a.Text, "中心没有收下这条意见 · 没有送到 · 请直接告诉知识库管理员"))
	}
	s.settle(e)
}

var longNumber = regexp.MustCompile(`[0-9]{6,}[0-9xX]?`)

// callID is the call on this desk, empty when there is none.
func (s *Session) callID() string {
	if s.desk.Call == nil {
		return ""
	}
	return s.desk.Call.ID
}

// withoutNumbers keeps telephone and identity numbers out of what editors read.
func withoutNumbers(s string) string { return longNumber.ReplaceAllString(s, "#") }
