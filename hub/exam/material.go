// Package exam is the hub's examination office: the question bank, the simulated callers with their voices, papers drawn by
// rule and sealed until the invigilator gives the code, the results as they come in, and their marking by people.
//
// The hub hands it requests of seats and administrators; it knows no connection. It promises that material with a fault is
// refused as a whole with file and line, that a paper is what was drawn (signed) and is read by nobody before its code is
// given, that a result is kept once however often it is sent, and that no total exists before a person has marked.
package exam

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"zuoxi/rules/exam"
)

// The spoken lines are made by `go generate` from the texts of the scenarios, each named after scenario and text: a
// changed line cannot keep its old sound.
//
//go:generate go run ./render
//go:embed bank/*.yaml scenario/*.yaml voice/*.al
var files embed.FS

// ErrMaterial is a fault in a bank or scenario; the error names file and line.
var ErrMaterial = errors.New("考试材料有错")

// Material is what papers are drawn from. It does not change.
type Material struct {
	Bank      exam.Bank
	Scenarios []exam.Scenario
	voice     func(name string) ([]byte, error)
	imported  map[string]bool // names of spoken lines that did not ship
}

// Builtin is the material that the program brings along.
func Builtin() (*Material, error) { return Load(files) }

// Load reads bank/*.yaml, scenario/*.yaml and voice/*.al. All faults are reported at once.
func Load(from fs.FS) (*Material, error) {
	m := &Material{voice: func(name string) ([]byte, error) { return fs.ReadFile(from, "voice/"+path.Base(name)+".al") }}
	var errs []error
	for _, part := range []struct {
		glob string
		read func(file string, data []byte) []error
	}{{"bank/*.yaml", m.bank}, {"scenario/*.yaml", m.scenario}} {
		names, err := fs.Glob(from, part.glob)
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", part.glob, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", name, err)
			}
			errs = append(errs, part.read(name, data)...)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return m, nil
}

// ReadBank reads and checks the questions of one file. The place of each is given for whoever checks more.
func ReadBank(file string, data []byte) (exam.Bank, func(exam.Question) Place, []error) {
	var b exam.Bank
	if err := yaml.UnmarshalWithOptions(data, &b, yaml.Strict()); err != nil {
		return b, nil, []error{parseFault(file, err)}
	}
	at := func(q exam.Question) Place { return Place{file, lineOf(data, q.ID)} }
	return b, at, checkBank(b.Questions, at)
}

// Place is where something stands.
type Place struct {
	File string
	Line int
}

func (p Place) fault(err error) error { return faultAt(p.File, p.Line, err) }

func checkBank(list []exam.Question, at func(exam.Question) Place) []error {
	var errs []error
	seen := map[string]bool{}
	for _, q := range list {
		if err := q.Check(); err != nil {
			errs = append(errs, at(q).fault(err))
		}
		if seen[q.ID] {
			errs = append(errs, at(q).fault(fmt.Errorf("question %s is there twice", q.ID)))
		}
		seen[q.ID] = true
	}
	return errs
}

// bank takes the questions of one file; the rule of the first file that has one counts.
func (m *Material) bank(file string, data []byte) []error {
	b, at, errs := ReadBank(file, data)
	if len(errs) > 0 {
		return errs
	}
	if m.Bank.Paper.Total == 0 {
		m.Bank.Paper, m.Bank.Reviewed = b.Paper, b.Reviewed
	}
	for _, q := range b.Questions {
		if _, twice := m.Question(q.ID); twice {
			errs = append(errs, at(q).fault(fmt.Errorf("question %s is there twice", q.ID)))
		}
		m.Bank.Questions = append(m.Bank.Questions, q)
	}
	return errs
}

// scenario takes one caller; every line must have been rendered.
func (m *Material) scenario(file string, data []byte) []error {
	sc, errs := ReadScenario(file, data)
	if len(errs) > 0 {
		return errs
	}
	m.Scenarios = append(m.Scenarios, sc)
	return m.mute(sc, Place{file, 1}, data)
}

// mute finds the lines of a caller that nobody has spoken.
func (m *Material) mute(sc exam.Scenario, at Place, data []byte) []error {
	var errs []error
	for _, line := range sc.Lines() {
		if _, err := m.voice(exam.VoiceName(sc.ID, line)); err != nil {
			at.Line = lineWith(data, line)
			errs = append(errs, at.fault(fmt.Errorf("scenario %s: nobody has spoken “%s”", sc.ID, line)))
		}
	}
	return errs
}

// ReadScenario reads and checks one scenario without its voice.
func ReadScenario(file string, data []byte) (exam.Scenario, []error) {
	var sc exam.Scenario
	if err := yaml.UnmarshalWithOptions(data, &sc, yaml.Strict()); err != nil {
		return sc, []error{parseFault(file, err)}
	}
	var errs []error
	for _, err := range sc.Check() {
		line := 1
		var f *exam.Fault
		if errors.As(err, &f) && f.At != "" {
			line = lineOf(data, f.At)
		}
		errs = append(errs, faultAt(file, line, err))
	}
	return sc, errs
}

// Sound is a spoken line: A-law, 8000 samples a second.
func (m *Material) Sound(name string) ([]byte, error) {
	b, err := m.voice(name)
	if err != nil {
		return nil, fmt.Errorf("这句话没有录音 · 模拟来电人说不出来 · 请重新生成语音: %w", err)
	}
	return b, nil
}

// Question finds a question by its id.
func (m *Material) Question(id string) (exam.Question, bool) {
	i := slices.IndexFunc(m.Bank.Questions, func(q exam.Question) bool { return q.ID == id })
	if i < 0 {
		return exam.Question{}, false
	}
	return m.Bank.Questions[i], true
}

// Scenario finds a scenario by its id.
func (m *Material) Scenario(id string) (exam.Scenario, bool) {
	i := slices.IndexFunc(m.Scenarios, func(s exam.Scenario) bool { return s.ID == id })
	if i < 0 {
		return exam.Scenario{}, false
	}
	return m.Scenarios[i], true
}

func faultAt(file string, line int, err error) error {
	return fmt.Errorf("%w · %s 第 %d 行：%w · 整份没有导入，请改正后重试", ErrMaterial, file, line, err)
}

// parseFault turns the library's error, several lines with a drawing, into one line.
func parseFault(file string, err error) error {
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil && y.GetToken().Position != nil {
		return faultAt(file, y.GetToken().Position.Line, errors.New(strings.SplitN(y.GetMessage(), "\n", 2)[0]))
	}
	return faultAt(file, 1, err)
}

// lineOf is the line of an entry by its id, or of a key of that name.
func lineOf(data []byte, id string) int {
	for i, l := range strings.Split(string(data), "\n") {
		rest, found := strings.CutPrefix(strings.TrimLeft(l, " -{"), "id: "+id)
		if found && strings.TrimLeft(rest, "0123456789abcdefghijklmnopqrstuvwxyz_-") == rest || strings.HasPrefix(l, id+":") {
			return i + 1
		}
	}
	return 1
}

// lineWith is the line that holds a text.
func lineWith(data []byte, text string) int {
	before, _, found := strings.Cut(string(data), text)
	if !found {
		return 1
	}
	return strings.Count(before, "\n") + 1
}
