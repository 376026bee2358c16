package exam

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// Refusal is what cannot be done; Text is for the person.
type Refusal struct {
	Code wire.Code
	Text string
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Text }

// ForPerson is the code and the line.
func (r *Refusal) ForPerson() (wire.Code, string) { return r.Code, r.Text }

func refuse(code wire.Code, text string) error { return &Refusal{code, text} }

// Config of an office. Key is 32 secret bytes of the hub, the same after each start.
type Config struct {
	DB       *store.Store
	Material *Material // what ships; imported material goes over it
	Articles Articles  // nil: no knowledge base to check against
	District string    // of the centre, for its rooms and material
	Key      []byte
	Now      func() time.Time
	Log      *slog.Logger
}

// Office draws, keeps and marks papers. Any goroutine may use it.
type Office struct {
	cfg      Config
	sign     ed25519.PrivateKey
	material atomic.Pointer[Material]
	daily    atomic.Pointer[daily]
	shared   shared
	told     func(agents ...string)
	Stage    // what goes on now
}

// New opens the office with what ships; Reload adds what was imported.
func New(cfg Config) *Office {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	o := &Office{cfg: cfg, told: func(...string) {}, sign: ed25519.NewKeyFromSeed(derive(cfg.Key, "sign"))}
	o.material.Store(cfg.Material)
	return o
}

// Announce has people told that there is something new for them. It is to be called before the office is used.
func (o *Office) Announce(told func(agents ...string)) { o.told = told }

// Material is what papers are drawn from now.
func (o *Office) Material() *Material { return o.material.Load() }

func derive(key []byte, use string) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(use)) // never fails
	return m.Sum(nil)
}

// Part keeps a piece of sound, once.
func (o *Office) Part(ctx context.Context, agent string, m *wire.ExamPart) error {
	e, p, err := o.mine(ctx, agent, m.Paper)
	if err != nil {
		return err
	}
	if p.Result != nil && p.Result.Sitting != m.Sitting {
		return errAnother
	}
	err = o.cfg.DB.ExamParts.Add(ctx, store.ExamPart{
		ID: partID(e.ID, m.Sitting, m.Number), Exam: e.ID, District: e.District, Number: int64(m.Number), Head: m.Head, Data: m.Data,
	})
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}

func partID(paper, sitting string, n int) string { return fmt.Sprintf("%s/%s/%d", paper, sitting, n) }

var errAnother = refuse(wire.CodeConflict, "中心已有这份试卷的另一份答卷 · 这一份没有收 · 请告诉监考人")

func (o *Office) mine(ctx context.Context, agent, id string) (store.Exam, paper, error) {
	e, p, err := o.load(ctx, id)
	if err == nil && e.Agent != agent {
		err = refuse(wire.CodeForbidden, "这份试卷是发给别的工号的 · 没有收 · 请告诉监考人")
	}
	return e, p, err
}

// Result takes a sitting in. The first of a paper counts; the same again is answered the same.
func (o *Office) Result(ctx context.Context, agent string, m *wire.ExamResult) error {
	e, p, err := o.mine(ctx, agent, m.Paper)
	if err != nil {
		return err
	}
	var r exam.Result
	if json.Unmarshal(m.Body, &r) != nil || r.Paper != e.ID || r.Sitting != m.Sitting || r.Agent != agent {
		return refuse(wire.CodeInvalid, "答卷看不懂 · 没有收，本机还留着 · 请告诉管理员")
	}
	tidy(&r)
	switch {
	case p.Result != nil && p.Result.Sitting == r.Sitting:
		return nil
	case p.Result != nil:
		return errAnother
	case e.State == string(exam.PaperWithdrawn):
		return refuse(wire.CodeNotFound, "这份试卷已作废 · 没有收 · 请告诉监考人")
	}
	if note := o.checkChain(ctx, e.ID, &r); note != "" {
		r.Notes = append(r.Notes, exam.Remark{Kind: "chain", Text: note})
	}
	if p.room.State == string(exam.PaperLaid) {
		r.Notes = append(r.Notes, exam.Remark{Kind: "code", Text: "中心没有给出过这份试卷的开卷码"})
	}
	p.Result = &r
	e.State = string(exam.PaperSat)
	o.Stage.gone(agent)
	return o.keep(ctx, e, p)
}

// tidy makes every text of a result safe to store and to draw.
func tidy(r *exam.Result) {
	for id, given := range r.Answers {
		for i := range given {
			given[i] = clean.Text(given[i], maxText)
		}
		r.Answers[id] = given
	}
	remarks := func(list []exam.Remark) {
		for i := range list {
			list[i].Kind, list[i].Text = clean.Line(list[i].Kind, maxWord), clean.Text(list[i].Text, maxText)
		}
	}
	remarks(r.Notes)
	for i := range r.Calls {
		remarks(r.Calls[i].Timeline)
		var record map[string]string
		if json.Unmarshal(r.Calls[i].Record, &record) != nil {
			r.Calls[i].Record = nil
			continue
		}
		for k, v := range record {
			record[k] = clean.Text(v, maxText)
		}
		r.Calls[i].Record, _ = json.Marshal(record) // a map of strings is always JSON
	}
}

// Limits of texts in runes.
const (
	maxWord = 64
	maxText = 8000
)

// checkChain follows the hash chain over the sound; what does not hold is noted for the marker, the result still counts.
func (o *Office) checkChain(ctx context.Context, id string, r *exam.Result) string {
	var head []byte
	for n := 1; n <= r.Parts; n++ {
		part, err := o.cfg.DB.ExamParts.Get(ctx, partID(id, r.Sitting, n))
		if err != nil {
			return fmt.Sprintf("录音缺第 %d 段", n)
		}
		head = exam.Chain(head, n, part.Data)
		if !hmac.Equal(head, part.Head) {
			return fmt.Sprintf("录音第 %d 段被改过", n)
		}
	}
	if r.Parts > 0 && !hmac.Equal(head, r.Head) {
		return "录音与答卷对不上"
	}
	return ""
}

// Sound gives the recording of one simulated call: A-law, two channels, the caller first.
func (o *Office) Sound(ctx context.Context, id, scenario string) ([]byte, error) {
	_, p, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Result == nil {
		return nil, refuse(wire.CodeNotFound, "还没有交卷 · 没有录音 · 请等答卷送到")
	}
	var out []byte
	for _, c := range p.Result.Calls {
		if c.Scenario != scenario {
			continue
		}
		for _, n := range c.Parts {
			part, err := o.cfg.DB.ExamParts.Get(ctx, partID(id, p.Result.Sitting, n))
			if err != nil {
				return nil, err
			}
			out = append(out, part.Data...)
		}
	}
	return out, nil
}
