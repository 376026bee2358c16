package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	"zuoxi/rules/deadline"
	rules "zuoxi/rules/report"
)

// month is what people decided about one month's sheet in one district: points of those who work there, and the sheet that was
// published for it and what it covers.
type month struct {
	Points    map[string]given `json:"points,omitempty"` // by agent
	Published *published       `json:"published,omitempty"`
	Appeals   []Appeal         `json:"appeals,omitempty"`
}

// given are points of 100 that a person entered; -1 where none were.
type given struct {
	Knowledge  int64  `json:"knowledge"`
	Discipline int64  `json:"discipline"`
	By         string `json:"by"`
}

// published is the sheet as it was given out; what changes later does not change it.
type published struct {
	By    string      `json:"by"`
	At    time.Time   `json:"at"`
	Table rules.Table `json:"table"`
}

// Appeal is an agent's objection to a published sheet, and what became of it.
type Appeal struct {
	Agent  string    `json:"agent_no"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
	By     string    `json:"by,omitempty"`
	Done   time.Time `json:"done,omitzero"`
}

// maxText is how much of a text that a person typed is kept, in runes.
const maxText = 500

// AppealLimit is how long after publishing an agent may object unless the centre says otherwise; an assumption of the project.
const AppealLimit deadline.Workdays = 3

// standing is the sheet of a month that counts in a district: the one that was published there or for a district above it,
// the nearest first, with a line of agent where one is named; else the district's own, which is not published yet.
func (o *Office) standing(ctx context.Context, name, district, agent string) (m month, s store.Setting, err error) {
	for i, d := range access.Over(district) {
		got, at, err := o.loadMonth(ctx, name, d)
		if err != nil {
			return m, s, err
		}
		if i == 0 {
			m, s = got, at
		}
		if got.Published != nil && (agent == "" || hasLine(&got.Published.Table, agent)) {
			return got, at, nil
		}
	}
	return m, s, nil
}

func hasLine(t *rules.Table, agent string) bool { _, ok := byAgent(t)[agent]; return ok }

// loadMonth reads what was decided about a month; a span that is no month has nothing.
func (o *Office) loadMonth(ctx context.Context, name, district string) (m month, s store.Setting, err error) {
	s = store.Setting{Key: sheetKey + name + "." + district, District: district}
	if name == "" {
		return m, s, nil
	}
	got, err := o.DB.Settings.Get(ctx, s.Key)
	if errors.Is(err, store.ErrNotFound) {
		return m, s, nil
	}
	if err != nil {
		return m, s, err
	}
	if err := json.Unmarshal([]byte(got.Value), &m); err != nil {
		return m, got, fmt.Errorf("reading the sheet of %s: %w", name, err)
	}
	return m, got, nil
}

// Sheet is a step on the sheet of a month: points entered, published, an appeal or its answer.
type Sheet struct {
	Month      string `json:"month"` // 2026-01
	District   string `json:"district,omitempty"`
	Agent      string `json:"agent_no,omitempty"`
	Knowledge  int64  `json:"knowledge"`
	Discipline int64  `json:"discipline"`
	Text       string `json:"text,omitempty"`
	By         string `json:"-"`
}

// change reads the month's sheet that counts, changes it and writes it back.
func (o *Office) change(ctx context.Context, in Sheet, f func(m *month, j *job) error) error {
	begin, err := time.ParseInLocation("2006-01", in.Month, o.Zone)
	if err != nil {
		return refuse("月份看不懂 · 没有改动 · 请写成 2026-01")
	}
	home := in.District
	if in.Agent != "" { // what is about somebody stands where that one works, whoever does it
		switch one, err := o.DB.Agents.Get(ctx, in.Agent); {
		case err == nil:
			home = one.District
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
	}
	m, s, err := o.standing(ctx, in.Month, home, in.Agent)
	if err != nil {
		return err
	}
	j := &job{Ask: Ask{Name: "agents", District: in.District}, from: begin, to: begin.AddDate(0, 1, 0), now: o.Now()}
	if in.District != "" {
		j.districts = []string{in.District}
	}
	if err := f(&m, j); err != nil {
		return err
	}
	return o.put(ctx, s, m)
}

// Give enters the points that no machine can know.
func (o *Office) Give(ctx context.Context, in Sheet) error {
	if in.Knowledge > 100 || in.Discipline > 100 || in.Knowledge < -1 || in.Discipline < -1 || in.Agent == "" {
		return refuse("分数要在 0 到 100 之间 · 没有记下 · 请重新填写")
	}
	return o.change(ctx, in, func(m *month, _ *job) error {
		if m.Published != nil {
			return refuse("这个月的绩效已经公布 · 没有改动 · 有出入请走申诉")
		}
		if m.Points == nil {
			m.Points = map[string]given{}
		}
		m.Points[in.Agent] = given{in.Knowledge, in.Discipline, in.By}
		return nil
	})
}

// Publish gives the sheet out as it stands.
func (o *Office) Publish(ctx context.Context, in Sheet) error {
	in.Agent = "" // all lines of the district
	return o.change(ctx, in, func(m *month, j *job) error {
		if m.Published != nil {
			return refuse("这个月的绩效已经公布 · 没有再公布 · 查看请用 zuoxi report agents")
		}
		if j.to.After(j.now) {
			return refuse("这个月还没有过完 · 没有公布 · 请在下月初公布")
		}
		t, err := o.sheet(ctx, j)
		if err != nil {
			return err
		}
		m.Published = &published{By: in.By, At: j.now, Table: t}
		return nil
	})
}

// Object is an agent's appeal against the own line of a published sheet.
func (o *Office) Object(ctx context.Context, in Sheet) error {
	if strings.TrimSpace(in.Text) == "" {
		return refuse("申诉要写理由 · 没有提交 · 请写明哪一项、为什么")
	}
	in.Agent = in.By
	return o.change(ctx, in, func(m *month, j *job) error {
		switch {
		case m.Published == nil:
			return refuse("这个月的绩效还没有公布 · 没有提交 · 公布后再申诉")
		case !j.now.Before(deadline.Of(m.Published.At.In(o.Zone), o.Appeal, o.Calendar).At):
			return refuse("已过申诉期（公布后 %s） · 没有提交 · 请找班长", o.Appeal.Label())
		case slices.ContainsFunc(m.Appeals, func(a Appeal) bool { return a.Agent == in.By && a.Done.IsZero() }):
			return refuse("您的申诉还在处理 · 没有再提交 · 请等答复")
		}
		m.Appeals = append(m.Appeals, Appeal{Agent: in.By, Text: clean.Line(in.Text, maxText), At: j.now})
		return nil
	})
}

// Answer settles an agent's appeal. The published sheet stays as it was; the answer stands beside it.
func (o *Office) Answer(ctx context.Context, in Sheet) error {
	return o.change(ctx, in, func(m *month, j *job) error {
		i := slices.IndexFunc(m.Appeals, func(a Appeal) bool { return a.Agent == in.Agent && a.Done.IsZero() })
		if i < 0 || strings.TrimSpace(in.Text) == "" {
			return refuse("没有待答复的申诉，或没有写答复 · 没有记下 · 请核对工号")
		}
		a := &m.Appeals[i]
		a.Answer, a.By, a.Done = clean.Line(in.Text, maxText), in.By, j.now
		return nil
	})
}
