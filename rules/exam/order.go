package exam

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Order is what is to be drawn, and for whom. Zero numbers mean the bank's own rule; Calls may be empty, so may the written part.
type Order struct {
	Agents    []string   `json:"agents"`
	Everybody string     `json:"everybody,omitempty"` // a role instead of Agents: all who have it
	Title     string     `json:"title"`
	Rule      *PaperRule `json:"rule,omitempty"`
	Minutes   int        `json:"minutes"`
	Open      bool       `json:"open"`
	NoWritten bool       `json:"no_written"`
	Monthly   bool       `json:"monthly,omitempty"` // a monthly test: moves nobody along the path
	Calls     []string   `json:"calls,omitempty"`
	Seed      uint64     `json:"seed"`
}

// Draft is what an order draws, for who draws it: nothing of it is kept.
type Draft struct {
	Minutes int          `json:"minutes"`
	Points  int          `json:"points"`
	Pass    int          `json:"pass"` // of 100
	People  int          `json:"people"`
	Items   []DraftItem  `json:"items,omitempty"`
	Calls   []DraftCall  `json:"calls,omitempty"`
	Counts  []DraftCount `json:"counts,omitempty"`
}

// DraftItem is a question that was drawn, with its answer.
type DraftItem struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Category string   `json:"category"`
	Level    string   `json:"level,omitempty"`
	Points   int      `json:"points"`
	Stem     string   `json:"stem"`
	Right    []string `json:"right"`
	KB       string   `json:"kb,omitempty"`
}

// DraftCall is a simulated call of an order.
type DraftCall struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// DraftCount is how many questions of a category were drawn.
type DraftCount struct {
	Category string `json:"category"`
	Number   int    `json:"number"`
}

var kindLabels = map[string]string{Single: "单选", Multiple: "多选", Judge: "判断", Fill: "填空", Short: "简答"}

// KindLabel is the Chinese name of a kind of questions.
func KindLabel(kind string) string { return kindLabels[kind] }

// ReadQuotas reads KIND:CATEGORY:LEVEL=NUMBER; the kind may be said in Chinese, category and level may be empty.
func ReadQuotas(list []string) ([]Quota, error) {
	var out []Quota
	for _, q := range list {
		what, number, _ := strings.Cut(strings.ReplaceAll(q, "：", ":"), "=")
		parts := strings.Split(what+"::", ":")
		n, err := strconv.Atoi(number)
		kind := parts[0]
		for k, l := range kindLabels {
			if l == kind {
				kind = k
			}
		}
		if err != nil || n < 1 || !slices.Contains(Kinds, kind) {
			return nil, fmt.Errorf("quota %q", q)
		}
		out = append(out, Quota{Type: kind, Category: parts[1], Level: parts[2], Number: n})
	}
	return out, nil
}
