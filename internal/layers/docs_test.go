package layers

import (
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/rules/ticket"
)

var update = flag.Bool("update", false, "write docs/MAP.md and docs/glossary.md")

func fresh(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/%s is stale: run go test ./internal/layers -update", name)
	}
}

// TestEveryRightIsAsked: a right that no code asks for protects nothing, though the matrix shows it.
func TestEveryRightIsAsked(t *testing.T) {
	t.Parallel()
	asked, names := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && from.Name == "access" && !s.test {
					asked[n.Sel.Name] = true
				}
			case *ast.ValueSpec:
				if typ, ok := n.Type.(*ast.Ident); ok && s.pkg == "rules/access" && typ.Name == "Command" {
					names[n.Names[0].Name] = true
				}
			}
			return true
		})
	}
	if len(names) != len(access.Commands) {
		t.Fatalf("found %d rights of %d", len(names), len(access.Commands))
	}
	for name := range names {
		if !asked[name] {
			t.Errorf("access.%s is in the table of rights, and nobody asks for it", name)
		}
	}
}

// TestNamedTestsExist holds the documents to their word: a promise names the test that keeps it.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test {
				have[f.Name.Name] = true
			}
		}
	}
	docs := []string{filepath.Join("..", "..", "SECURITY.md")}
	for _, folder := range []string{"docs", filepath.Join("docs", "adr")} {
		found, err := filepath.Glob(filepath.Join("..", "..", folder, "*.md"))
		if err != nil || len(found) == 0 {
			t.Fatal(folder, err)
		}
		docs = append(docs, found...)
	}
	for _, path := range docs {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(string(text), -1) {
			if !have[m[1]] {
				t.Errorf("%s names %s, which is not there", filepath.Base(path), m[1])
			}
		}
	}
}

func TestMapIsFresh(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, s := range sources(t) {
		if !s.test && s.file.Doc != nil {
			said[s.pkg] = firstSentence(s.file.Doc.Text())
		}
	}
	names := make([]string, 0, len(said))
	for n := range said {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("# Map\n\nWritten by `go test ./internal/layers -update` from the package comments and the import table; do not edit.\n\n## Every package in one line\n\n| package | what it is |\n|---|---|\n")
	for _, n := range names {
		fmt.Fprintf(&b, "| `%s` | %s |\n", n, strings.ReplaceAll(said[n], "|", "\\|"))
	}
	b.WriteString("\n## Who may import whom\n\nThe first line that fits decides; what a test breaks it says why. Own packages only; `...` means everything below.\n\n| package | may import of ours | because |\n|---|---|---|\n")
	for _, r := range Rules {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Room, list(r.May), r.Why)
	}
	fresh(t, "MAP.md", b.String())
}

func list(patterns []string) string {
	if len(patterns) == 0 {
		return "–"
	}
	return "`" + strings.Join(patterns, "` `") + "`"
}

// firstSentence drops the "Package x is" of a package comment.
func firstSentence(doc string) string {
	text := strings.Join(strings.Fields(doc), " ")
	if end := strings.Index(text, ". "); end > 0 {
		text = text[:end]
	}
	text = strings.TrimSuffix(text, ".")
	words := strings.SplitN(text, " ", 3)
	if len(words) == 3 && (words[0] == "Package" || words[0] == "Command") {
		text = words[2]
	}
	return text
}

// term is a word of the hotline with what the code calls it.
type term struct{ word, pinyin, identifier, meaning string }

// terms are the words that are no state, event or role; those are taken from their tables below.
var terms = []term{
	{"坐席 / 座席", "zuòxí", "seat", "workplace of an agent; also the product's name"},
	{"工号", "gōnghào", "agent_no", "public number of an agent, spoken and played"},
	{"远端坐席", "yuǎnduān zuòxí", "remote_seat", "seat outside the hub"},
	{"弹屏", "tánpíng", "screen_pop", "caller context shown on ring"},
	{"示闲 / 示忙 / 小休", "shìxián / shìmáng / xiǎoxiū", "ready / not_ready / break", "agent states"},
	{"话后处理", "huàhòu chǔlǐ", "wrap_up", "after-call work"},
	{"签入 / 签出", "qiānrù / qiānchū", "sign_in / sign_out", "duty begins / ends"},
	{"技能组", "jìnéngzǔ", "skill", "agents by region and subject"},
	{"排队", "páiduì", "queue", "waiting for an agent"},
	{"三方通话", "sānfāng tōnghuà", "three_party", "agent, caller, department together"},
	{"咨询转 / 盲转", "zīxún zhuǎn / máng zhuǎn", "consult, hand_over / blind_transfer", "ask first / hand over unseen"},
	{"监听 / 密语 / 强插", "jiāntīng / mìyǔ / qiángchā", "monitor / whisper / barge", "how a lead takes part"},
	{"强拆 / 拦截", "qiángchāi / lánjié", "force_release / take_over", "how a lead steps in"},
	{"保持 / 静音", "bǎochí / jìngyīn", "hold / mute", "caller hears music / nothing"},
	{"自动语音", "zìdòng yǔyīn", "menu", "self-service part"},
	{"按键", "ànjiàn", "dtmf", "key press"},
	{"留言", "liúyán", "voicemail", "message left out of hours"},
	{"回访 / 回电", "huífǎng / huídiàn", "follow_up / callback", "satisfaction visit / promised return call"},
	{"满意度", "mǎnyìdù", "rating", "caller's grade"},
	{"知识库 / 口径", "zhīshikù / kǒujìng", "kb / standard_answer", "articles / the agreed wording of an answer"},
	{"工单", "gōngdān", "record", "a record in circulation"},
	{"转办 / 交办 / 督办 / 办结 / 归档", "zhuǎnbàn / jiāobàn / dūbàn / bànjié / guīdàng", "forward / assign / supervise / finish / close", "steps of an order"},
	{"首问负责", "shǒuwèn fùzé", "first_contact_duty", "who was asked first stays responsible"},
	{"属地管理", "shǔdì guǎnlǐ", "territorial", "the place of employment decides the office"},
	{"三要素", "sān yàosù", "identity.Elements", "identity number, name and employer, all three right"},
	{"参保人 / 参保地 / 户籍地", "cānbǎorén", "insured / insured_place / household_place", "decide which office and rates"},
	{"疑难问题", "yínán wèntí", "hard_question", "cannot be answered at once"},
	{"工作日", "gōngzuòrì", "deadline.Workdays", "needs the yearly calendar with make-up days"},
	{"来电总量 / 接听总量", "", "total / answered", "total = answered + abandoned; answered = human + auto"},
	{"人工接听量 / 自动语音量 / 放弃量", "", "human / auto / abandoned", "exactly one of them for each call"},
	{"接通率", "jiētōnglǜ", "answer_rate", "always say which"},
	{"转办率", "zhuǎnbànlǜ", "store.FiledRow", "today's records that went on to a department ÷ today's records, voided ones not"},
	{"一次解决率", "yīcì jiějuélǜ", "report.First", "questions settled in the first call ÷ first contacts: answered at once, not passed on, no further call of the same number about the same subject within 7 days (a setting)"},
	{"跟听 / 带教 / 上岗", "gēntīng / dàijiào / shànggǎng", "shadow / mentoring / certified", "training"},
	{"服务禁忌语", "fúwù jìnjìyǔ", "forbidden_phrase", "words that are never said"},
}

func TestGlossaryIsFresh(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# 中文术语 ↔ identifier\n\nWritten by `go test ./internal/layers -update`; states, events, roles and commands come from the tables of `rules`. Do not edit.\n\n## Words of the hotline\n\n| 术语 | pinyin | identifier | meaning |\n|---|---|---|---|\n")
	for _, w := range terms {
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", w.word, w.pinyin, w.identifier, w.meaning)
	}
	section(&b, "Agent states (`rules/agent`)", agent.Phases)
	section(&b, "Reasons for a break (`rules/agent`)", agent.BreakReasons)
	section(&b, "Call states (`rules/call`)", call.Phases)
	section(&b, "Call events (`rules/call`)", call.Kinds)
	section(&b, "Kinds of records (`rules/ticket`)", ticket.Kinds)
	section(&b, "States of records (`rules/ticket`)", recordStates())
	section(&b, "Steps of records (`rules/ticket`)", ticket.Events)
	section(&b, "Channels (`rules/ticket`)", ticket.Channels)
	section(&b, "Roles (`rules/access`)", access.Roles)
	section(&b, "Commands (`rules/access`)", access.Commands)
	fresh(t, "glossary.md", b.String())
}

func recordStates() []ticket.Status {
	var out []ticket.Status
	for _, k := range ticket.Kinds {
		for _, s := range ticket.States(k) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// labelled is a name of the rules with its Chinese label.
type labelled interface {
	~string
	Label() string
}

func section[T labelled](b *strings.Builder, title string, items []T) {
	fmt.Fprintf(b, "\n## %s\n\n| identifier | 中文 |\n|---|---|\n", title)
	for _, i := range items {
		fmt.Fprintf(b, "| `%s` | %s |\n", string(i), i.Label())
	}
}
