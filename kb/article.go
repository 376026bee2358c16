// Package kb is the knowledge base: articles, the library that holds and finds them, and how they come in and go out.
// It owns the article's form, the Markdown, JSONL and front matter it is written in, and the folder of a library. The
// hub and the seat use it, and the screen reads it; it imports rules, internal/clean and its own packages only. It
// promises that an import takes everything or nothing, that a broken or hostile file is refused with its line in one
// plain sentence, and that what was shown once can be shown again.
package kb

import (
	"slices"
	"strings"

	"zuoxi/kb/search"
)

// Article is one entry of the knowledge base. Only ID and Title are required; an empty field never hides an article.
type Article struct {
	ID string
	Edition
	Title    string
	Kind     string // one of Kinds
	Category string // one of Categories where people wrote it; statutes and collections bring their own
	Scope    Scope
	Words    Words
	Basis    []Basis
	Review   Review
	Related  []string // ids
	Sources  []string
	Papers   []string // what to bring; sent as a text message on request
	Office   *Office
	Never    []string // what must not be promised
	Body     string   // Markdown
}

// Edition is what the library adds to what the author wrote.
type Edition struct {
	Version   int        // 1, 2, 3 … as the library counts them
	Previous  int        // the version that applied before this one does, 0 when none is kept
	Changed   Day        // when this version came into the library
	Standards []Standard `json:",omitempty"` // agreed wordings that go before the article's own
	Ends      *Day       `json:",omitempty"` // the last day that its author gave, where a later version has set another
}

// Scope says where and when an article applies.
type Scope struct {
	Level     string // one of Levels
	Region    string // 全国, or a place with those around it: 湖南省长沙市
	Effective Day    // first day, may lie in the future
	Expires   Day    // last day
}

// Words are what an article is found by beside its text.
type Words struct {
	Keywords []string
	Synonyms []string // citizens' words
}

// Basis is what an article rests on.
type Basis struct {
	Doc      string   // 《社会保险法》
	Number   string   // 主席令第35号
	Articles []string // 第五十八条
	Short    string   `json:",omitempty"` // 社保法, as the register of documents has it
}

// Review tells how far an article can be trusted.
type Review struct {
	Verified   string // full, part, memory: compared with the text of the rules, with excerpts, written from memory
	Unverified string // what is still to be checked
	Reviewed   Day
	Due        Day
}

// Office is where people go.
type Office struct {
	Name    string
	Address string
	Phone   string
	Hours   string
}

// Kinds, categories and levels, in the order they are listed.
var (
	Kinds      = []string{search.KindPolicy, search.KindAnswer, search.KindGuide}
	Categories = []string{"养老保险", "医疗保险", "失业保险", "工伤保险", "生育保险", "社会保障卡", "劳动关系", "就业创业", "人事人才"}
	Levels     = []string{"国家", "部", "省", "市", "县"}
	Trust      = []string{"full", "part", "memory"}
)

// headings under which an article says what may be read out, and what it must not promise.
const (
	headAnswer = "口径"
	headPoints = "要点"
	headAsk    = "要问清"
	headWarn   = "提醒"
)

// Answer is the article's own wording that may be read out to the caller, empty when it has none.
func (a Article) Answer() string { return plain(a.Section(headAnswer)) }

// AnswerOn is the wording to be read out on a day: the standard answer agreed for it, or the article's own.
func (a Article) AnswerOn(day search.Date) (wording string, standard bool) {
	if s, ok := StandardOn(a.Standards, day); ok {
		return s.Wording, true
	}
	return a.Answer(), false
}

// Message is the checklist as it goes out as a text message: what to bring, and where to. It is empty when there is
// nothing to bring.
func (a Article) Message() string {
	if len(a.Papers) == 0 {
		return ""
	}
	text := a.Title + "，请带：" + strings.Join(a.Papers, "；") + "。"
	if o := a.Office; o != nil {
		text += o.line() + "。"
	}
	return text + "以窗口告知为准。"
}

// Points are the main points behind the answer.
func (a Article) Points() []Block { return a.Section(headPoints) }

// Ask is what to find out from the caller first.
func (a Article) Ask() []Block { return a.Section(headAsk) }

// Warnings are what the agent must mind.
func (a Article) Warnings() []Block { return a.Section(headWarn) }

// Section gives the blocks under a heading, up to the next heading of its rank. A heading may go on in brackets.
func (a Article) Section(heading string) []Block {
	blocks := Blocks(a.Body)
	from := slices.IndexFunc(blocks, func(b Block) bool {
		return b.Kind == Heading && (b.Text == heading || strings.HasPrefix(b.Text, heading+"（"))
	})
	if from < 0 {
		return nil
	}
	rest := blocks[from+1:]
	if to := slices.IndexFunc(rest, func(b Block) bool { return b.Kind == Heading && b.Level <= blocks[from].Level }); to >= 0 {
		rest = rest[:to]
	}
	return rest
}

// Readable says whether the answer may be read out on a day, and if not, why not in words for the agent.
func (a Article) Readable(day search.Date) (ok bool, reason string) {
	wording, agreed := a.AnswerOn(day)
	if wording == "" {
		return false, "没有口径，不能照读"
	}
	if why := a.held(day, agreed); why != "" {
		return false, why + "，不能照读"
	}
	return true, ""
}

// Sendable says whether the checklist may go to the caller on a day, and if not, why not in words for the agent.
func (a Article) Sendable(day search.Date) (ok bool, reason string) {
	if len(a.Papers) == 0 {
		return false, "没有材料清单，不能发"
	}
	if why := a.held(day, false); why != "" {
		return false, why + "，不能发"
	}
	return true, ""
}

// held says why the article does not hold on a day. What was agreed on makes up for not being verified.
func (a Article) held(day search.Date, agreed bool) string {
	switch from, until := a.Scope.Effective.First(), a.Scope.Expires.Last(); {
	case until != 0 && until < day:
		return "已失效（" + a.Scope.Expires.String() + "）"
	case from > day:
		return "尚未施行（" + a.Scope.Effective.String() + "起）"
	case a.Review.Verified == "memory" && !agreed:
		return "凭记忆编写、未经核对"
	}
	return ""
}

// Marks are the warnings that stand beside the title on a day.
func (a Article) Marks(day search.Date) (marks []string) {
	switch from, until := a.Scope.Effective.First(), a.Scope.Expires.Last(); {
	case until != 0 && until < day:
		marks = append(marks, "已失效")
	case from > day:
		marks = append(marks, "尚未施行")
	}
	if due := a.Review.Due.Last(); due != 0 && due < day {
		marks = append(marks, "超过复核日期")
	}
	switch a.Review.Verified {
	case "part":
		marks = append(marks, "有几处未核对")
	case "memory":
		marks = append(marks, "未经核对")
	}
	return marks
}

// doc is the article as the index takes it.
func (a Article) doc(id string) search.Doc {
	d := search.Doc{
		ID: id, Title: a.Title, Body: a.Body, Keywords: a.Words.Keywords, Synonyms: a.Words.Synonyms,
		Kind: a.Kind, Category: a.Category, Level: a.Scope.Level, Region: a.Scope.Region,
		From: a.Scope.Effective.First(), Until: a.Scope.Expires.Last(), Stored: encodeRest(a),
	}
	for _, b := range a.Basis {
		line := b.Doc + strings.Join(b.Articles, "、")
		if b.Short != "" {
			line = b.Short + "=" + line
		}
		d.Basis = append(d.Basis, line)
	}
	return d
}
