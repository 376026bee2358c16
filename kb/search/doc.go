// Package search finds articles: an index in one file, made for Chinese typed in a hurry. It owns the folding of text,
// pinyin, citizens' words, article numbers, the index file and the ranking. Package kb uses it, and tools that measure
// it; of ours it knows the names of places alone. It promises that a search never changes the index, that many may run
// at once, that a change becomes visible as a whole or not at all, and that an index cut off while being written is
// never opened.
package search

import "time"

// Doc is what the index knows of an article. Only ID and Title are required; an empty field never hides a document.
type Doc struct {
	ID       string
	Title    string
	Body     string
	Keywords []string
	Synonyms []string // in citizens' words
	Kind     string   // 政策法规, 问题解答, 办事指南
	Category string
	Level    string   // 国家, 部, 省, 市, 县
	Region   string   // 全国, or a place and the places around it: 湖南省长沙市
	From     Date     // first day it applies, 0 when not known
	Until    Date     // last day it applies, 0 when open
	Basis    []string // what it rests on: 《社会保险法》第十五条, or with a short name: 社保法=《社会保险法》第十五条
	Stored   []byte   // given back as it is
}

// Kinds of articles that rank differently: what the law says, and what explains it.
const (
	KindPolicy = "政策法规"
	KindAnswer = "问题解答"
	KindGuide  = "办事指南"
)

// Date is a day as yyyymmdd, so that days compare as numbers; 0 is no day.
type Date int32

// DateOf gives the day of t in its own time zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(y*10000 + int(m)*100 + d)
}

// State says whether a document applies on a day.
type State uint8

// What a document is on a day.
const (
	StateValid   State = iota
	StateFuture        // published, does not apply yet
	StateExpired       // superseded or run out
)

func (s State) String() string {
	return [...]string{"现行", "尚未施行", "已失效"}[s]
}

func stateOn(from, until, day Date) State {
	switch {
	case day == 0:
		return StateValid
	case from > day:
		return StateFuture
	case until != 0 && until < day:
		return StateExpired
	}
	return StateValid
}
