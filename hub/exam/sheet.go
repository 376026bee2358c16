package exam

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"zuoxi/media/g711"
	"zuoxi/media/wav"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

//go:embed sheet.html
var sheetText string

var sheetPage = template.Must(template.New("sheet").Funcs(template.FuncMap{
	"clock": func(ms int64) string { return fmt.Sprintf("%02d:%02d.%d", ms/60000, ms/1000%60, ms/100%10) },
	"sec":   func(ms int64) float64 { return float64(ms) / 1000 },
	"half":  func(h int) string { return fmt.Sprintf("%g", float64(h)/2) },
	"join":  strings.Join,
}).Parse(sheetText))

// printed is what the report shows.
type printed struct {
	exam.Row
	Room    string
	Result  *exam.Result
	Outcome *exam.Outcome
	Open    []string
	Dispute *exam.Dispute
	Written []printedItem
	Short   []exam.ShortWork
	Calls   []printedCall
	Printed string
}

type printedItem struct {
	Stem, Given, Right, KB, Explain string
	Got, Of                         string
	Full                            bool
}

type printedCall struct {
	exam.CallWork
	Parts    []printedPart
	Points   []printedPoint
	Record   [][2]string
	Sound    template.URL
	Figures  []string
	Articles []Article
}

type printedPart struct {
	Name  string
	Sum   string
	Items []printedScore
}

type printedScore struct {
	ID, Name, How, Proposal, Points, Note, By string
	Of                                        int
}

type printedPoint struct {
	exam.PointWork
	Title string
}

// Sheet writes the report of a sitting as one HTML file that prints: the marks by 25, 40 and 35, what was said when, what
// was written, and what the articles say. With sound, the recordings are in it and each mark of the timeline plays from
// there.
func (o *Office) Sheet(ctx context.Context, w io.Writer, id string, sound bool) error {
	e, p, err := o.load(ctx, id)
	if err != nil {
		return err
	}
	if p.Result == nil {
		return refuse(wire.CodeImpossible, "还没有收到答卷 · 没有报告 · 请等答卷送到")
	}
	work := o.work(e, p)
	out := printed{Row: work.Row, Room: e.Room, Result: p.Result, Outcome: p.Outcome, Open: work.Open, Dispute: p.Dispute, Short: work.Short, Printed: o.cfg.Now().Format("2006-01-02 15:04")}
	if out.Outcome == nil && len(work.Open) == 0 {
		sum, err := o.outcome(p)
		if err != nil {
			return err
		}
		out.Outcome = &sum
	}
	out.Written = o.printedItems(p)
	for _, c := range work.Calls {
		one, err := o.printedCall(ctx, id, c, sound)
		if err != nil {
			return err
		}
		out.Calls = append(out.Calls, one)
	}
	if err := sheetPage.Execute(w, out); err != nil {
		return fmt.Errorf("writing the report of %s: %w", id, err)
	}
	return nil
}

func (o *Office) printedItems(p paper) []printedItem {
	var out []printedItem
	for _, a := range p.Handout.Items {
		q, _ := o.Material().Question(a.ID)
		half, ok := q.Marked(p.Result.Answers[a.ID])
		if !ok {
			continue
		}
		out = append(out, printedItem{
			Stem: a.Stem, Given: words(a, p.Result.Answers[a.ID]), Right: words(a, q.Right()), KB: q.KB, Explain: q.Explain,
			Got: fmt.Sprintf("%g", float64(half)/2), Of: fmt.Sprint(a.Points), Full: int(half) == 2*a.Points,
		})
	}
	return out
}

// words are answers as they were read on the paper.
func words(a exam.Asked, keys []string) string {
	var out []string
	for _, k := range keys {
		if i := slices.IndexFunc(a.Options, func(o exam.Option) bool { return o.Key == k }); i >= 0 {
			k = fmt.Sprintf("%d %s", i+1, a.Options[i].Text)
		}
		out = append(out, k)
	}
	return strings.Join(out, "；")
}

func (o *Office) printedCall(ctx context.Context, id string, c exam.CallWork, sound bool) (printedCall, error) {
	out := printedCall{CallWork: c, Parts: printedParts(c), Figures: figures(c)}
	for _, q := range c.Points {
		title := ""
		if o.cfg.Articles != nil {
			if a, ok := o.cfg.Articles.Article(q.KB); ok {
				title = a.Title
				if !slices.ContainsFunc(out.Articles, func(b Article) bool { return b.ID == a.ID }) {
					out.Articles = append(out.Articles, a)
				}
			}
		}
		out.Points = append(out.Points, printedPoint{q, title})
	}
	var record map[string]string
	if json.Unmarshal(c.Record, &record) == nil {
		for _, k := range slices.Sorted(maps.Keys(record)) {
			out.Record = append(out.Record, [2]string{k, record[k]})
		}
	}
	if !sound {
		return out, nil
	}
	alaw, err := o.Sound(ctx, id, c.Scenario)
	if err != nil || len(alaw) == 0 {
		return out, err
	}
	data, err := wave(alaw)
	out.Sound = template.URL("data:audio/wav;base64," + base64.StdEncoding.EncodeToString(data)) //nolint:gosec // our own bytes in base64
	return out, err
}

// seeker is a file in memory for the WAV writer, which mends its header at the end.
type seeker struct {
	bytes.Buffer
	at int64
}

func (s *seeker) Write(b []byte) (int, error) {
	if n := int64(s.Len()); s.at < n {
		k := copy(s.Bytes()[s.at:], b)
		s.at += int64(k)
		if k == len(b) {
			return k, nil
		}
		m, err := s.Buffer.Write(b[k:])
		s.at += int64(m)
		return k + m, err
	}
	n, err := s.Buffer.Write(b)
	s.at += int64(n)
	return n, err
}

func (s *seeker) Seek(off int64, whence int) (int64, error) {
	base := map[int]int64{io.SeekStart: 0, io.SeekCurrent: s.at, io.SeekEnd: int64(s.Len())}[whence]
	s.at = base + off
	return s.at, nil
}

func wave(alaw []byte) ([]byte, error) {
	var s seeker
	w, err := wav.NewWriter(&s, wav.Format{Rate: 8000, Channels: 2})
	if err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	pcm := make([]int16, len(alaw))
	g711.DecodeALaw(pcm, alaw)
	if err := w.Write(pcm); err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	return s.Bytes(), nil
}

func printedParts(c exam.CallWork) []printedPart {
	r := quality.Ministry2015()
	sum, err := r.Add(c.Scores)
	var out []printedPart
	for _, part := range r.Parts {
		pp := printedPart{Name: part.Name, Sum: fmt.Sprintf("满分 %d", part.Points)}
		if s := sum.Parts[part.ID]; err == nil {
			pp.Sum = fmt.Sprintf("%d / %d（满分 %d）", s.Points, s.Of, part.Points)
		}
		for _, item := range r.Items {
			if item.Part == part.ID {
				pp.Items = append(pp.Items, printedItemScore(c, item))
			}
		}
		out = append(out, pp)
	}
	return out
}

func printedItemScore(c exam.CallWork, item quality.Item) printedScore {
	s := printedScore{ID: item.ID, Name: item.Name, How: item.How.Label(), Of: item.Points, Points: "待评"}
	if i := slices.IndexFunc(c.Proposals, func(p quality.Proposal) bool { return p.Item == item.ID }); i >= 0 {
		p := c.Proposals[i]
		s.Proposal = fmt.Sprintf("%d · %s", p.Points, p.Why)
		if p.Excluded {
			s.Proposal = "不计 · " + p.Why
		}
	}
	if score := c.Scores.Scores[item.ID]; score.By != "" {
		s.Points, s.By, s.Note = fmt.Sprint(score.Points), score.By, score.Note
		if score.Excluded {
			s.Points = "不计"
		}
	}
	return s
}

// figures are what the machine measured, in words.
func figures(c exam.CallWork) []string {
	f := c.Facts
	share := func(d float64) string { return fmt.Sprintf("%.0f%%", 100*d/max(c.Seconds, 1)) }
	first := "没有开口"
	if f.OpeningAfter >= 0 {
		first = fmt.Sprintf("%.1f 秒", f.OpeningAfter.Seconds())
	}
	return []string{
		"接通到第一句：" + first, fmt.Sprintf("最长一次等待：%.0f 秒", f.LongestWait.Seconds()), fmt.Sprintf("冷场：%d 次", f.DeadAir),
		fmt.Sprintf("插话：%d 次", f.Interruptions), fmt.Sprintf("应答间隔：中位 %.1f 秒，慢的 %.1f 秒", f.Median.Seconds(), f.Slowest.Seconds()),
		"说话占比：学员 " + share(c.TalkS) + "，来电人 " + share(c.CallerS),
		fmt.Sprintf("学员音量：%.0f dBFS", f.Level),
	}
}

// Piece is a part of a call's sound, for a marker who listens at the seat.
func (o *Office) Piece(ctx context.Context, id, scenario string, n int) (data []byte, more bool, err error) {
	_, p, err := o.load(ctx, id)
	if err != nil {
		return nil, false, err
	}
	c := p.called(scenario)
	if c == nil || n < 0 || n >= len(c.Parts) {
		return nil, false, refuse(wire.CodeNotFound, "这个来电没有录音 · 听不了 · 请看时间轴和受理单")
	}
	part, err := o.cfg.DB.ExamParts.Get(ctx, partID(id, p.Result.Sitting, c.Parts[n]))
	return part.Data, n+1 < len(c.Parts), err
}
