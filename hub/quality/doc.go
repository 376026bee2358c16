// Package quality is the quality office: it draws samples, turns a recording and its call's log into facts and proposals,
// keeps sheets, second scores, appeals and model calls. The hub hands in who asks and has checked the right to. It promises
// that a machine only proposes, that nobody scores an own call, that who scored what is never lost, and that a draw can be
// done again by anybody.
package quality

import (
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// States of a sheet.
const (
	StateDrawn     = "drawn"     // nobody has scored it
	StateOpen      = "open"      // being scored
	StatePublished = "published" // the agent sees it
	StateAppealed  = "appealed"  // the agent objects, or a second score was asked for
	StateSecond    = "second"    // a second scorer has scored; the two are to be reconciled
	StateSettled   = "settled"
)

var stateLabels = map[string]string{
	StateDrawn: "待检", StateOpen: "评分中", StatePublished: "已公布", StateAppealed: "申诉中", StateSecond: "待裁定", StateSettled: "已裁定",
}

// Purposes of a sheet.
const (
	PurposeSample      = "sample"
	PurposeCalibration = "calibration"
	PurposeMystery     = "mystery"
)

// Verdict is what becomes of a call beside its points.
const (
	VerdictPass    = "pass"
	VerdictRetrain = "retrain"
	VerdictModel   = "model"
)

// body is what stands in a sheet's document.
type body struct {
	Draw    *draw       `json:"draw,omitempty"`
	First   marking     `json:"first"`
	Second  *marking    `json:"second,omitempty"`
	Settled *settled    `json:"settled,omitempty"`
	Appeal  *appeal     `json:"appeal,omitempty"`
	Verdict string      `json:"verdict,omitempty"`
	Note    string      `json:"note,omitempty"`
	Marks   []Note      `json:"marks,omitempty"`
	Expert  string      `json:"expert,omitempty"` // of a calibration: whose sheet counts
	Group   string      `json:"group,omitempty"`
	Mystery *Mystery    `json:"mystery,omitempty"`
	Heard   *heard      `json:"heard,omitempty"`
	Model   *modelEntry `json:"model,omitempty"`
}

// draw is the audit of how a call was chosen: with it anybody can choose again.
type draw struct {
	ID         string    `json:"id"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Seed       string    `json:"seed"`
	Population string    `json:"population"` // fingerprint of the calls drawn from
	Of         int       `json:"of"`
	N          int       `json:"n"`
}

// marking is one person's sheet.
type marking struct {
	rules.Sheet
	By     string        `json:"by,omitempty"`
	At     time.Time     `json:"at,omitzero"`
	Result *rules.Result `json:"result,omitempty"` // only of a sheet that was handed in
}

type settled struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Mark int       `json:"mark"` // points of 100
	Mean bool      `json:"mean"` // the mean of both; else a person decided
	Why  string    `json:"why,omitempty"`
}

type appeal struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// modelEntry puts a call forward for training, without names and numbers.
type modelEntry struct {
	Title string    `json:"title"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Note is a mark that a person set in the recording.
type Note struct {
	AtMS int64  `json:"at_ms"`
	Text string `json:"text"`
	By   string `json:"by"`
}

// Mystery is what a call to another centre was like before anybody spoke.
type Mystery struct {
	Region   string `json:"region"`
	City     string `json:"city,omitempty"`
	Question string `json:"question"`
	Opened   bool   `json:"opened"` // somebody or something answered
	Manual   bool   `json:"manual"` // a person spoke
	WaitMS   int64  `json:"wait_ms"`
	Tries    int    `json:"tries"`
	Note     string `json:"note,omitempty"`
}

// heard is what the machine found in the recording, once.
type heard struct {
	Facts rules.Facts  `json:"facts"`
	Marks []rules.Mark `json:"marks"`
}

// Refusal is what cannot be done, for the person.
type Refusal struct {
	Code wire.Code
	Text string
}

func (r *Refusal) Error() string { return r.Text }

// ForPerson gives code and line for whoever asked.
func (r *Refusal) ForPerson() (wire.Code, string) { return r.Code, r.Text }

func refuse(code wire.Code, format string, args ...any) error {
	return &Refusal{code, fmt.Sprintf(format, args...)}
}

func unpack(s store.Sheet) (b body, err error) {
	if err := json.Unmarshal(s.Body, &b); err != nil {
		return b, fmt.Errorf("reading sheet %s: %w", s.ID, err)
	}
	return b, nil
}
