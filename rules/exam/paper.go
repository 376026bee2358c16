package exam

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// The kinds of questions.
const (
	Single   = "single"
	Multiple = "multiple"
	Judge    = "judge"
	Fill     = "fill"  // one of several wordings
	Short    = "short" // marked by a person
)

// Bank is a question bank.
type Bank struct {
	Paper     PaperRule  `yaml:"paper" json:"paper,omitempty"`
	Reviewed  string     `yaml:"reviewed" json:"reviewed,omitempty"` // 2026-11-23
	Questions []Question `yaml:"questions" json:"questions,omitempty"`
}

// PaperRule says how many questions of a kind are drawn.
type PaperRule struct {
	Single   int    `yaml:"single" json:"single,omitempty"`
	Multiple int    `yaml:"multiple" json:"multiple,omitempty"`
	Judge    int    `yaml:"judge" json:"judge,omitempty"`
	Fill     int    `yaml:"fill" json:"fill,omitempty"`
	Short    int    `yaml:"short" json:"short,omitempty"`
	Total    int    `yaml:"total" json:"total,omitempty"`
	Pass     int    `yaml:"pass" json:"pass,omitempty"`
	Rule     string `yaml:"multiple_rule" json:"multiple_rule,omitempty"` // the rule of multiple choice in words, for the paper

	// Quotas replace the numbers above: so many questions of a kind, a category and a difficulty.
	Quotas []Quota `yaml:"quotas" json:"quotas,omitempty"`
}

// Quota is a number of questions; what is empty does not matter.
type Quota struct {
	Type     string `yaml:"type" json:"type"`
	Category string `yaml:"category" json:"category,omitempty"`
	Level    string `yaml:"level" json:"level,omitempty"`
	Number   int    `yaml:"number" json:"number"`
}

func (u Quota) holds(q Question) bool {
	return q.Type == u.Type && (u.Category == "" || u.Category == q.Subject()) && (u.Level == "" || u.Level == q.Level)
}

// quotas of the rule, in the order of a paper.
func (r PaperRule) quotas() []Quota {
	var out []Quota
	for _, kind := range kinds {
		if len(r.Quotas) == 0 {
			out = append(out, Quota{Type: kind, Number: r.of(kind)})
		}
		for _, u := range r.Quotas {
			if u.Type == kind {
				out = append(out, u)
			}
		}
	}
	return out
}

func (r PaperRule) of(kind string) int {
	return map[string]int{Single: r.Single, Multiple: r.Multiple, Judge: r.Judge, Fill: r.Fill, Short: r.Short}[kind]
}

// kinds in the order of a paper.
var kinds = []string{Single, Multiple, Judge, Fill, Short}

// Question is one item of the bank. Answer is as the file has it: a key, a list of keys or wordings, or true/false.
type Question struct {
	ID      string            `yaml:"id" json:"id,omitempty"`
	Type    string            `yaml:"type" json:"type,omitempty"`
	Points  int               `yaml:"points" json:"points,omitempty"`
	Stem    string            `yaml:"stem" json:"stem,omitempty"`
	Options map[string]string `yaml:"options" json:"options,omitempty"`
	Answer  any               `yaml:"answer" json:"answer,omitempty"`
	KB      string            `yaml:"kb" json:"kb,omitempty"`
	Ref     string            `yaml:"ref" json:"ref,omitempty"`
	Explain string            `yaml:"explain" json:"explain,omitempty"`

	Category string `yaml:"category" json:"category,omitempty"` // empty: that of the article
	Level    string `yaml:"level" json:"level,omitempty"`       // one of Levels, empty: not said
	Reviewed string `yaml:"reviewed" json:"reviewed,omitempty"` // 2026-11-23; empty: with the bank
}

// Levels are the difficulties that an author may give.
var Levels = []string{"易", "中", "难"}

// Kinds lists the kinds of questions in the order of a paper.
var Kinds = kinds

// Subject is the category of a question: its own, or the shelf of its article.
func (q Question) Subject() string {
	if q.Category != "" {
		return q.Category
	}
	shelf, _, _ := strings.Cut(q.KB, "-")
	return shelf
}

// Right returns the right answers: keys of options, "true" or "false", or wordings.
func (q Question) Right() []string {
	switch a := q.Answer.(type) {
	case string:
		return []string{a}
	case bool:
		return []string{fmt.Sprint(a)}
	case []string:
		return a
	case []any:
		out := make([]string, 0, len(a))
		for _, v := range a {
			out = append(out, fmt.Sprint(v))
		}
		return out
	}
	return nil
}

// Check finds what is wrong with a question.
func (q Question) Check() error {
	right := q.Right()
	switch {
	case q.ID == "" || q.Stem == "" || q.Points < 1 || !slices.Contains(kinds, q.Type):
		return fmt.Errorf("question %q: id, stem, points or type is missing", q.ID)
	case q.KB == "" && q.Ref == "":
		return fmt.Errorf("question %s: names no article", q.ID)
	case !q.clear(right):
		return fmt.Errorf("question %s: has no clear answer", q.ID)
	case q.Level != "" && !slices.Contains(Levels, q.Level):
		return fmt.Errorf("question %s: level %s does not exist", q.ID, q.Level)
	case q.Type == Single || q.Type == Multiple:
		return q.choices(right)
	}
	return nil
}

// clear tells whether the bank's answer can be marked by.
func (q Question) clear(right []string) bool {
	switch q.Type {
	case Short:
		return true
	case Single:
		return len(right) == 1
	case Judge:
		return len(right) == 1 && (right[0] == "true" || right[0] == "false")
	}
	return len(right) > 0
}

// choices finds what is wrong with a question that gives options.
func (q Question) choices(right []string) error {
	if len(q.Options) < 2 {
		return fmt.Errorf("question %s: has fewer than two options", q.ID)
	}
	for _, key := range right {
		if q.Options[key] == "" {
			return fmt.Errorf("question %s: answer %s is no option", q.ID, key)
		}
	}
	return nil
}

// Item is a question on a paper: Keys are the stored keys in the order in which the options are shown.
type Item struct {
	Question string   `json:"question"`
	Keys     []string `json:"keys,omitempty"`
}

// Draw draws a paper. The same bank, rule and seed give the same paper; skip names questions that must be checked first.
func (b *Bank) Draw(seed uint64, skip func(Question) bool) ([]Item, error) {
	rng := rand.New(rand.NewPCG(seed, 12333))
	var out []Item
	taken := map[string]bool{}
	for _, u := range b.Paper.quotas() {
		var pool []Question
		for _, q := range b.Questions {
			if u.holds(q) && !taken[q.ID] && (skip == nil || !skip(q)) {
				pool = append(pool, q)
			}
		}
		if len(pool) < u.Number {
			return nil, fmt.Errorf("draw a paper: %d %s questions wanted, %d can be used", u.Number, strings.Join([]string{u.Category, u.Level, u.Type}, " "), len(pool))
		}
		rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		for _, q := range pool[:u.Number] {
			taken[q.ID] = true
			out = append(out, Item{Question: q.ID, Keys: shuffled(rng, q)})
		}
	}
	return out, nil
}

func shuffled(rng *rand.Rand, q Question) []string {
	keys := make([]string, 0, len(q.Options))
	for k := range q.Options {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

// HalfPoints is a mark in halves, because an incomplete multiple choice gets half.
type HalfPoints int

// Marked marks an answer given in stored keys. ok is false for what a person has to mark. A multiple choice with a wrong
// key gets nothing, an incomplete one half.
func (q Question) Marked(given []string) (mark HalfPoints, ok bool) {
	full := HalfPoints(2 * q.Points)
	right := q.Right()
	switch q.Type {
	case Short:
		return 0, false
	case Multiple:
		return q.multiple(given, right, full), true
	case Fill:
		if len(given) == 1 && slices.ContainsFunc(right, func(r string) bool { return plain(r) == plain(given[0]) }) {
			return full, true
		}
		return 0, true
	}
	if len(given) == 1 && len(right) == 1 && given[0] == right[0] {
		return full, true
	}
	return 0, true
}

func (q Question) multiple(given, right []string, full HalfPoints) HalfPoints {
	given = slices.Compact(slices.Sorted(slices.Values(given)))
	for _, g := range given {
		if !slices.Contains(right, g) {
			return 0
		}
	}
	switch len(given) {
	case 0:
		return 0
	case len(right):
		return full
	}
	return full / 2
}

// plain leaves out what is no difference in a filled-in answer: spaces, a full stop, and the width of digits.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\u3000' || r == '。' || r == '\n':
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}
