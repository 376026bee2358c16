// Package quality is the quality office: it draws samples, turns a recording and its call's log into facts and proposals,
// keeps sheets, second scores, appeals and model calls. The hub hands in who asks and has checked the right to. It promises
// that a machine only proposes, that nobody scores an own call, that who scored what is never lost, and that a draw can be
// done again by anybody.
package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// body is what stands in a sheet's document.
type body struct {
	Draw    *rules.Drawn   `json:"draw,omitempty"`
	First   marking        `json:"first"`
	Second  *marking       `json:"second,omitempty"`
	Settled *rules.Settled `json:"settled,omitempty"`
	Appeal  *rules.Appeal  `json:"appeal,omitempty"`
	Verdict string         `json:"verdict,omitempty"`
	Note    string         `json:"note,omitempty"`
	Marks   []rules.Note   `json:"marks,omitempty"`
	Expert  string         `json:"expert,omitempty"` // of a calibration: whose sheet counts
	Group   string         `json:"group,omitempty"`
	Mystery *rules.Mystery `json:"mystery,omitempty"`
	Heard   *heard         `json:"heard,omitempty"`
	Model   *rules.Model   `json:"model,omitempty"`
	// Rubric is the version of the marking sheet that it is scored by.
	Rubric string `json:"rubric,omitempty"`
	rubric *rules.Rubric
}

// marking is one person's sheet.
type marking struct {
	rules.Sheet
	By     string        `json:"by,omitempty"`
	At     time.Time     `json:"at,omitzero"`
	Result *rules.Result `json:"result,omitempty"` // only of a sheet that was handed in
}

// heard is what the machine found in the recording, once.
type heard struct {
	Facts rules.Facts  `json:"facts"`
	Marks []rules.Mark `json:"marks"`
	Doubt string       `json:"doubt,omitempty"` // why it is sure of nothing, for people
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

// pack writes the document of a sheet, and beside it what reports need of it.
func (b *body) pack(s *store.Sheet) (err error) {
	if s.Body, err = json.Marshal(b); err == nil {
		s.Brief, err = json.Marshal(b.brief())
	}
	if err != nil {
		return fmt.Errorf("writing sheet %s: %w", s.ID, err)
	}
	return nil
}

func (o *Office) unpack(ctx context.Context, s store.Sheet) (b body, err error) {
	if err := json.Unmarshal(s.Body, &b); err != nil {
		return b, fmt.Errorf("reading sheet %s: %w", s.ID, err)
	}
	if s.State == rules.StateDrawn {
		b.Rubric = o.rubric.Version // nobody has scored yet: by the one in use now
	}
	b.rubric, err = o.sheetOf(ctx, b.Rubric)
	return b, err
}
