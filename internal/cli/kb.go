package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/internal/clean"
	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/wire"
)

// maxQuery is the longest line that can be a query; a longer one is answered with nothing.
const maxQuery = 4 << 10

func (a *run) kbCommand() *cobra.Command {
	c := &cobra.Command{Use: "kb", Short: "知识库", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	c.AddCommand(a.kbImport(), a.kbCheck(), a.kbExport(), a.kbSearch(), a.kbShow())
	c.AddCommand(a.kbDesk()...)
	return c
}

// kbFolder is the seat's copy of the knowledge base.
func (a *run) kbFolder() string { return filepath.Join(a.seatData(), "kb") }

func (a *run) openBase() (*kb.Base, error) {
	b, err := kb.Open(a.kbFolder(), nil)
	if err != nil {
		return nil, closedBase(a.kbFolder(), err)
	}
	return b, nil
}

func closedBase(folder string, err error) error {
	return &fault{code: wire.CodeInternal, text: "知识库打不开（" + folder + "） · 没有查 · 请登录一次坐席让它重新取回，或用 zuoxi kb import 重新导入", err: err}
}

func (a *run) kbImport() *cobra.Command {
	publish := false
	c := &cobra.Command{
		Use: "import 目录|文件", Short: "导入条目：中心在运行就存成中心的草稿待审，否则导入本机", Args: exactArgs("目录或文件"),
		Long: "认得 .md（带条目信息）、.jsonl、.csv 和 .xlsx（表头见 kb export）、.docx（段落和表格；法规按条拆开）、.txt（法规）。文字可以是 UTF-8 或 GB18030。\n" +
			"有一处不对就什么都不导入，每一处都指出文件和行号。\n" +
			"导入中心的先是草稿，由编辑台提交、别人审核后发布；系统管理员装第一套条目时可以用 --publish 直接发布。",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importArticles(cmd.Context(), args[0], publish)
		},
	}
	c.Flags().BoolVar(&publish, "publish", false, "不经审核，直接发到坐席（只限系统管理员，记入审计）")
	return c
}

// importArticles reads everything first: nothing is taken when one line is wrong.
func (a *run) importArticles(ctx context.Context, path string, publish bool) error {
	progress := a.progress("读取条目")
	batch, err := kb.Load(path)
	if err != nil {
		a.listProblems(err)
		return refused(err)
	}
	progress(1, 1)
	if a.as != "" || socketThere(a.socketPath()) {
		return a.importAtHub(ctx, batch, publish)
	}
	b, damage, err := kb.Rescue(a.kbFolder())
	if err != nil {
		return closedBase(a.kbFolder(), err)
	}
	defer b.Close()
	if damage != nil {
		_, _ = fmt.Fprintln(a.Err, "原来的知识库损坏，已移到 index-damaged · 现在只有这次导入的 · 登录一次坐席会取回中心的全部")
	}
	report, err := b.Import(ctx, newRevision(), batch.Articles)
	if err != nil {
		return refused(err)
	}
	report.Converted = batch.Converted
	return a.importDone(report, false)
}

// refused turns what is wrong with the articles into lines for the person who wrote them.
func refused(err error) error {
	var r *kb.Refusal
	if !errors.As(err, &r) {
		return fmt.Errorf("importing: %w", err)
	}
	return &fault{code: wire.CodeInvalid, text: r.Error(), err: err}
}

// newRevision names a change of the local copy.
func newRevision() string { return time.Now().UTC().Format("20060102T150405.000Z") }

func (a *run) importDone(r kb.Report, drafts bool) error {
	return a.print(r, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "新增 %d 条，修改 %d 条，未变 %d 条\n", r.Added, r.Changed, r.Same)
		listed(w, "新增", r.New, r.Added)
		listed(w, "修改", r.Altered, r.Changed)
		for _, f := range r.Converted {
			_, _ = fmt.Fprintln(w, "已由 GB18030 转换："+f)
		}
		if drafts && r.Added+r.Changed > 0 {
			_, _ = fmt.Fprintln(w, "都是草稿，坐席还看不到；在编辑台或用 zuoxi kb step 提交，由别人审核后发布")
		}
		if r.Batch != "" {
			_, _ = fmt.Fprintln(w, "这一批可以一起提交：zuoxi kb step "+r.Batch+" submit")
		}
	})
}

// namesShown is how many articles a line names.
const namesShown = 20

// listed names what was taken or changed, where it is more than nothing.
func listed(w io.Writer, label string, ids []string, all int) {
	if all == 0 {
		return
	}
	line := label + "：" + strings.Join(ids[:min(len(ids), namesShown)], "、")
	if all > namesShown {
		line += fmt.Sprintf(" 等 %d 条", all)
	}
	_, _ = fmt.Fprintln(w, line)
}

// importAtHub sends the articles in pieces.
func (a *run) importAtHub(ctx context.Context, batch kb.Batch, publish bool) error {
	data, err := json.Marshal(batch.Articles)
	if err != nil {
		return fmt.Errorf("packing the articles: %w", err)
	}
	c, err := a.dialHub(ctx, a.as)
	if err != nil {
		return err
	}
	defer c.close()
	const piece = 96 << 10
	progress := a.progress("导入中心")
	for at := 0; ; at += piece {
		end := min(at+piece, len(data))
		args := map[string]any{"name": "articles.json", "offset": at, "data": data[at:end], "end": end == len(data), "publish": publish}
		m, err := c.roundTrip(&wire.AdminRequest{Cmd: "kb.import", Args: mustJSON(args)})
		if err != nil {
			return err
		}
		reply, err := replyData(m)
		if err != nil {
			return err
		}
		progress(int64(end), int64(len(data)))
		if end == len(data) {
			var r kb.Report
			if err := json.Unmarshal(reply, &r); err != nil {
				return fmt.Errorf("the hub's report: %w", err)
			}
			return a.importDone(r, !publish)
		}
	}
}

// searchOptions are the flags of kb search.
type searchOptions struct {
	limit          int
	region, date   string
	stdin, expired bool
	facets         bool

	kind, category, level string
}

func (a *run) kbSearch() *cobra.Command {
	var o searchOptions
	c := &cobra.Command{
		Use: "search 词语…", Short: "在本机的知识库里查（汉字、拼音、首字母、条号）",
		Args: func(cmd *cobra.Command, args []string) error {
			if o.stdin == (len(args) > 0) {
				return &usage{"要么写要查的词语，要么用 --stdin 一行一个 · 什么都没有查 · 用 --help 看写法"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.searchBase(cmd.Context(), o, strings.Join(args, " "))
		},
	}
	f := c.Flags()
	f.IntVar(&o.limit, "limit", 10, "最多几条")
	f.StringVar(&o.region, "region", "", "地区，如 江苏省南京市；空 = 不限")
	f.StringVar(&o.date, "date", "", "事实发生的日子 2026-03-12；空 = 今天")
	f.StringVar(&o.kind, "kind", "", "只要一种：政策法规、问题解答、办事指南")
	f.StringVar(&o.category, "category", "", "只要一类，如 养老保险")
	f.StringVar(&o.level, "level", "", "只要一级：国家、部、省、市、县")
	f.BoolVar(&o.facets, "facets", false, "各有多少条：按种类、类别、层级、地区")
	f.BoolVar(&o.expired, "expired", false, "也列出已失效和尚未施行的")
	f.BoolVar(&o.stdin, "stdin", false, "从标准输入读，一行一个查询")
	return c
}

func (a *run) searchBase(ctx context.Context, o searchOptions, text string) error {
	q := search.Query{
		Limit: o.limit, Region: o.region, IncludeSuperseded: o.expired, Kind: o.kind, Category: o.category, Level: o.level, Facets: o.facets,
	}
	if o.date != "" {
		day, ok := kb.ParseDay(o.date)
		if !ok || day.Day == 0 {
			return &usage{"日期应写成 2026-03-12 · 什么都没有查 · 请改正"}
		}
		q.Date = day.First()
	}
	if o.limit < 1 || o.limit > 1000 {
		return &usage{"--limit 要在 1 到 1000 之间 · 什么都没有查 · 请改正"}
	}
	b, err := a.openBase()
	if err != nil {
		return err
	}
	defer b.Close()
	if o.stdin {
		return a.searchLines(ctx, b, q)
	}
	q.Text = text
	r, err := b.Search(ctx, q)
	if errors.Is(err, kb.ErrNone) {
		return &fault{code: wire.CodeNotFound, text: "本机还没有知识库 · 什么都没有查 · 先用 zuoxi kb import 导入，或登录一次坐席让它同步", err: err}
	}
	if err != nil {
		return fmt.Errorf("searching: %w", err)
	}
	return a.print(answerOf(text, r), func(w io.Writer) {
		if len(r.Hits) == 0 {
			_, _ = fmt.Fprintln(w, "没有找到 · 没有一条真正讲到这个 · 换个说法，或只写两三个字")
		}
		for i, h := range r.Hits {
			_, _ = fmt.Fprintf(w, "%2d  %-10s %s  %s%s\n", i+1, h.ID, h.Title, strings.Join(h.Why, "，"), stateMark(h.State))
		}
		for _, f := range facetsOf(r.Facets) {
			if line := facetLine(f.counts); line != "" {
				_, _ = fmt.Fprintln(w, f.label+"："+line)
			}
		}
		_, _ = fmt.Fprintf(w, "%d 条，%.1f 毫秒\n", len(r.Hits), float64(r.Took.Microseconds())/1000)
	})
}

func stateMark(s search.State) string {
	if s == search.StateValid {
		return ""
	}
	return "（" + s.String() + "）"
}

type facet struct {
	label  string
	counts map[string]int
}

func facetsOf(f search.Facets) []facet {
	return []facet{{"种类", f.Kind}, {"类别", f.Category}, {"层级", f.Level}, {"地区", f.Region}}
}

// facetLine lists the values of a facet, the most frequent first.
func facetLine(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for i, n := range names {
		names[i] = fmt.Sprintf("%s %d", n, counts[n])
	}
	return strings.Join(names, "、")
}

// answer is one line of --json.
type answer struct {
	Query  string    `json:"query"`
	IDs    []string  `json:"ids"`
	Scores []float64 `json:"scores"`
	US     int64     `json:"us"`

	Facets map[string]map[string]int `json:"facets,omitempty"`
}

func answerOf(query string, r search.Result) answer {
	out := answer{Query: query, IDs: []string{}, Scores: []float64{}, US: r.Took.Microseconds()}
	for _, h := range r.Hits {
		out.IDs, out.Scores = append(out.IDs, h.ID), append(out.Scores, h.Score)
	}
	if r.Facets.Kind != nil {
		f := r.Facets
		out.Facets = map[string]map[string]int{"kind": f.Kind, "category": f.Category, "level": f.Level, "region": f.Region}
	}
	return out
}

// searchLines answers every line, an empty or over-long one with nothing.
func (a *run) searchLines(ctx context.Context, b *kb.Base, q search.Query) error {
	in := bufio.NewReaderSize(a.In, 64<<10)
	out := bufio.NewWriter(a.Out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	q.IDsOnly = true
	for {
		line, long, err := readLine(in)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return out.Flush()
			}
			return fmt.Errorf("reading the queries: %w", err)
		}
		q.Text = line
		var r search.Result
		if strings.TrimSpace(line) != "" && !long {
			if r, err = b.Search(ctx, q); err != nil && !errors.Is(err, kb.ErrNone) {
				return fmt.Errorf("searching: %w", err)
			}
		}
		if err := enc.Encode(answerOf(line, r)); err != nil {
			return fmt.Errorf("writing the answers: %w", err)
		}
		if in.Buffered() == 0 { // somebody may be waiting for this answer
			if err := out.Flush(); err != nil {
				return fmt.Errorf("writing the answers: %w", err)
			}
		}
	}
}

// readLine reads a line without its end; of one that is too long it keeps the beginning.
func readLine(in *bufio.Reader) (line string, long bool, err error) {
	var kept []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := maxQuery - len(kept); len(part) > room {
			long = long || len(strings.TrimRight(string(part), "\r\n")) > room
			kept = append(kept, part[:min(room, len(part))]...)
		} else {
			kept = append(kept, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(kept) > 0:
			err = nil
		}
		return strings.ToValidUTF8(strings.TrimRight(string(kept), "\r\n"), ""), long, err
	}
}

// maxShown is the longest text that is printed, in characters.
const maxShown = 400_000

func (a *run) kbShow() *cobra.Command {
	return &cobra.Command{
		Use: "show 编号[@版本]", Short: "一条知识，或它当时的版本", Args: exactArgs("编号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := a.openBase()
			if err != nil {
				return err
			}
			defer b.Close()
			art, ok, err := b.Get(args[0])
			if err != nil {
				return fmt.Errorf("reading the article: %w", err)
			}
			if !ok && a.as != "" {
				return a.showFromHub(cmd.Context(), args[0])
			}
			if !ok {
				return &fault{code: wire.CodeNotFound, text: "本机没有这一条或这个版本：" + args[0] + " · 什么都没有显示 · 请用 kb search 找编号，或加 --as 工号到中心取"}
			}
			return a.print(art, func(w io.Writer) { _, _ = fmt.Fprint(w, clean.Text(art.Text(), maxShown)) })
		},
	}
}
