package exam

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// Articles is the knowledge base that questions and answer points rest on.
type Articles interface {
	// Article is the newest version of an article; ok is false where there is none.
	Article(id string) (a Article, ok bool)
}

// Article is what an examination needs of one.
type Article struct {
	ID       string
	Title    string
	Text     string
	Reviewed time.Time
}

// The kinds of imported material in the store.
const (
	kindQuestion = "question"
	kindScenario = "scenario"
	kindVoice    = "voice"
)

// Reload puts what was imported over what ships.
func (o *Office) Reload(ctx context.Context) error {
	m := &Material{Bank: o.cfg.Material.Bank, Scenarios: slices.Clone(o.cfg.Material.Scenarios), imported: map[string]bool{}}
	m.Bank.Questions = slices.Clone(m.Bank.Questions)
	for kind, take := range map[string]func(store.ExamMaterial) error{kindQuestion: m.takeQuestion, kindScenario: m.takeScenario, kindVoice: m.takeVoice} {
		list, err := o.cfg.DB.Material.All(ctx, kind)
		if err != nil {
			return err
		}
		for _, one := range list {
			if err := take(one); err != nil {
				return fmt.Errorf("imported %s %s: %w", kind, one.ID, err)
			}
		}
	}
	m.voice = func(name string) ([]byte, error) {
		if !m.imported[name] {
			return o.cfg.Material.voice(name)
		}
		one, err := o.cfg.DB.Material.Get(context.WithoutCancel(ctx), voiceID(name))
		return one.Body, err
	}
	o.material.Store(m)
	return nil
}

func (m *Material) takeQuestion(one store.ExamMaterial) error {
	var q exam.Question
	if err := json.Unmarshal(one.Body, &q); err != nil {
		return fmt.Errorf("reading it: %w", err)
	}
	m.Bank.Questions = put(m.Bank.Questions, q, func(o exam.Question) bool { return o.ID == q.ID })
	return nil
}

func (m *Material) takeScenario(one store.ExamMaterial) error {
	sc, errs := ReadScenario(one.ID, one.Body)
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	m.Scenarios = put(m.Scenarios, sc, func(o exam.Scenario) bool { return o.ID == sc.ID })
	return nil
}

func (m *Material) takeVoice(one store.ExamMaterial) error {
	m.imported[strings.TrimPrefix(one.ID, voiceID(""))] = true
	return nil
}

// put puts one in the place of the one it replaces, or at the end.
func put[T any](list []T, one T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = one
		return list
	}
	return append(list, one)
}

func voiceID(name string) string { return kindVoice + "/" + name }

// Freshness tells how a question stands to its article.
type Freshness string

// The answers.
const (
	Fresh   Freshness = ""
	Changed Freshness = "changed" // the article was reviewed after the question
	Missing Freshness = "missing" // the knowledge base has no such article
)

// stale compares a question with its article.
func (o *Office) stale(m *Material, q exam.Question) Freshness {
	if q.KB == "" || o.cfg.Articles == nil {
		return Fresh
	}
	a, ok := o.cfg.Articles.Article(q.KB)
	if !ok {
		return Missing
	}
	day := q.Reviewed
	if day == "" {
		day = m.Bank.Reviewed
	}
	if !a.Reviewed.IsZero() && a.Reviewed.Format(time.DateOnly) > day {
		return Changed
	}
	return Fresh
}

// Reviews are the days on which the articles were looked at last that questions and answer points rest on, by subject.
func (o *Office) Reviews() map[string][]time.Time {
	if o.cfg.Articles == nil {
		return nil
	}
	m, seen, out := o.Material(), map[string]bool{}, map[string][]time.Time{}
	look := func(subject, kb string) {
		if kb == "" || seen[subject+" "+kb] {
			return
		}
		seen[subject+" "+kb] = true
		if a, ok := o.cfg.Articles.Article(kb); ok {
			out[subject] = append(out[subject], a.Reviewed)
		}
	}
	for _, q := range m.Bank.Questions {
		look(q.Subject(), q.KB)
	}
	for _, sc := range m.Scenarios {
		for _, p := range sc.Points {
			shelf, _, _ := strings.Cut(p.KB, "-")
			look(shelf, p.KB)
		}
	}
	return out
}

// batch is what one file brings.
type batch struct {
	questions []exam.Question
	where     map[string]Place // of questions
	scenarios map[string][]byte
	voices    map[string][]byte
}

// Imported tells what an import did.
type Imported struct {
	Questions int `json:"questions"`
	Scenarios int `json:"scenarios"`
	Voices    int `json:"voices"`
}

// Import takes a bank (.yaml, .xlsx), a scenario (.yaml) or both with spoken lines (.zip): all of it or nothing. A fault is
// told with file and line.
func (o *Office) Import(ctx context.Context, name string, data []byte) (any, error) {
	b := batch{where: map[string]Place{}, scenarios: map[string][]byte{}, voices: map[string][]byte{}}
	errs := b.read(name, data)
	if len(errs) == 0 {
		errs = o.check(&b)
	}
	if len(errs) > 0 {
		return nil, refuse(wire.CodeInvalid, faultText(errs))
	}
	now := o.cfg.Now()
	err := o.cfg.DB.Tx(ctx, func(db store.Ports) error { return b.keep(ctx, db.Material, o.cfg.District, now) })
	if err != nil {
		return nil, err
	}
	if err := o.Reload(ctx); err != nil {
		return nil, err
	}
	return Imported{len(b.questions), len(b.scenarios), len(b.voices)}, nil
}

// maxFaults is how many faults of a file are told at once.
const maxFaults = 20

func faultText(errs []error) string {
	var lines []string
	for _, err := range errs[:min(len(errs), maxFaults)] {
		lines = append(lines, err.Error())
	}
	if len(errs) > maxFaults {
		lines = append(lines, fmt.Sprintf("……还有 %d 处", len(errs)-maxFaults))
	}
	return strings.Join(lines, "\n")
}

// read takes one file apart by its ending.
func (b *batch) read(name string, data []byte) []error {
	switch path.Ext(name) {
	case ".xlsx":
		list, at, errs := ReadSheet(name, data)
		b.take(list, at)
		return errs
	case ".yaml", ".yml":
		return b.yaml(name, data)
	case ".al":
		b.voices[strings.TrimSuffix(path.Base(name), ".al")] = data
		return nil
	case ".zip":
		return b.zip(name, data)
	}
	return []error{fmt.Errorf("%w · 不认识的文件 %s · 没有导入，请用 .xlsx、.yaml 或 .zip", ErrMaterial, name)}
}

func (b *batch) take(list []exam.Question, at func(exam.Question) Place) {
	for _, q := range list {
		b.where[q.ID] = at(q)
	}
	b.questions = append(b.questions, list...)
}

func (b *batch) yaml(name string, data []byte) []error {
	if !bytes.Contains(data, []byte("\nstates:")) {
		bank, at, errs := ReadBank(name, data)
		b.take(bank.Questions, at)
		return errs
	}
	sc, errs := ReadScenario(name, data)
	b.scenarios[sc.ID] = data
	return errs
}

// maxUnpacked bounds what a small file may become.
const maxUnpacked = 128 << 20

func (b *batch) zip(name string, data []byte) []error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return []error{fmt.Errorf("%w · %s 打不开 · 没有导入，请重新打包", ErrMaterial, name)}
	}
	var errs []error
	left := int64(maxUnpacked)
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		body, err := unpack(f, left)
		if err != nil {
			return append(errs, fmt.Errorf("%w · %s 里的 %s 读不出或太大 · 没有导入，请重新打包", ErrMaterial, name, f.Name))
		}
		left -= int64(len(body))
		if path.Ext(f.Name) == ".zip" {
			continue
		}
		errs = append(errs, b.read(f.Name, body)...)
	}
	return errs
}

func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", f.Name, err)
	}
	defer func() { _ = r.Close() }()
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(body)) > most {
		err = errors.ErrUnsupported
	}
	return body, err
}

// check holds what came against what is there: articles, spoken lines.
func (o *Office) check(b *batch) []error {
	var errs []error
	if len(b.questions)+len(b.scenarios)+len(b.voices) == 0 {
		return []error{fmt.Errorf("%w · 文件里没有题也没有情景 · 没有导入，请核对文件", ErrMaterial)}
	}
	for _, q := range b.questions {
		if q.KB != "" && !o.has(q.KB) {
			errs = append(errs, b.where[q.ID].fault(fmt.Errorf("question %s: the knowledge base has no article %s", q.ID, q.KB)))
		}
	}
	m := &Material{voice: func(name string) ([]byte, error) {
		if v, ok := b.voices[name]; ok {
			return v, nil
		}
		return o.Material().voice(name)
	}}
	for _, id := range slices.Sorted(maps.Keys(b.scenarios)) {
		data := b.scenarios[id]
		sc, _ := ReadScenario(id+".yaml", data)
		errs = append(errs, m.mute(sc, Place{File: id + ".yaml"}, data)...)
		for _, p := range sc.Points {
			if p.KB != "" && !o.has(p.KB) {
				errs = append(errs, faultAt(id+".yaml", lineOf(data, p.ID), fmt.Errorf("point %s: the knowledge base has no article %s", p.ID, p.KB)))
			}
		}
	}
	return errs
}

func (o *Office) has(article string) bool {
	if o.cfg.Articles == nil {
		return true
	}
	_, ok := o.cfg.Articles.Article(article)
	return ok
}

func (b *batch) keep(ctx context.Context, to store.ExamMaterials, district string, now time.Time) error {
	put := func(id, kind string, body []byte) error {
		return to.Put(ctx, store.ExamMaterial{ID: id, District: district, Kind: kind, Body: body, Updated: now})
	}
	for _, q := range b.questions {
		if q.Reviewed == "" {
			q.Reviewed = now.Format(time.DateOnly)
		}
		body, err := json.Marshal(q)
		if err != nil {
			return fmt.Errorf("packing question %s: %w", q.ID, err)
		}
		if err := put(q.ID, kindQuestion, body); err != nil {
			return err
		}
	}
	for id, data := range b.scenarios {
		if err := put("scenario/"+id, kindScenario, data); err != nil {
			return err
		}
	}
	for name, data := range b.voices {
		if err := put(voiceID(name), kindVoice, data); err != nil {
			return err
		}
	}
	return nil
}

// Voice is a spoken line for a seat that does not have it.
func (o *Office) Voice(name string) (*wire.ExamSound, error) {
	data, err := o.Material().Sound(name)
	if err != nil {
		return nil, refuse(wire.CodeNotFound, "中心没有这句话的录音 · 模拟来电人少一句话 · 请告诉培训员")
	}
	return &wire.ExamSound{Name: name, Data: data}, nil
}
