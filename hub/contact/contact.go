// Package contact is the centre's directory: people, windows, departments and
// other hotlines, with the numbers to reach them. It reads a list from CSV or
// XLSX, keeps it, and finds entries by name, pinyin, initials, place and duty.
// The hub's consult and dial boxes use it. It promises that a list is taken as a
// whole or not at all, that what is wrong with it is named by line and column,
// and that no cell of it can act: neither as a formula in somebody's
// spreadsheet nor as a zip file that grows.
package contact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"zuoxi/hub/store"
)

// Entry is somebody who can be reached.
type Entry struct {
	Kind   string `json:"kind"` // 人员, 窗口, 部门, 热线, 联络员 (of the department in Duty)
	Name   string `json:"name"`
	Duty   string `json:"duty,omitempty"`
	Place  string `json:"place,omitempty"`
	Number string `json:"number"`
	Note   string `json:"note,omitempty"`
}

// Liaison is the kind of a department's named person for hard questions.
const Liaison = "联络员"

// Kinds are the kinds of entries.
var Kinds = []string{"人员", "窗口", "部门", "热线", Liaison}

// settingKey is where the list is kept.
const settingKey = "directory"

// Book is the directory. Any goroutine may use it.
type Book struct {
	settings store.Settings
	district string
	now      func() time.Time
	pages    atomic.Pointer[[]page]
}

// page is an entry with the spellings it is found by.
type page struct {
	Entry
	texts []string // lower case: as written, in pinyin, by initials
}

// Open reads the list that was kept, if any.
func Open(ctx context.Context, settings store.Settings, district string, now func() time.Time) (*Book, error) {
	b := &Book{settings: settings, district: district, now: now}
	b.turn(nil)
	kept, err := settings.Get(ctx, settingKey)
	if errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	var list []Entry
	if err := json.Unmarshal([]byte(kept.Value), &list); err != nil {
		return nil, fmt.Errorf("reading the directory: %w: %w", store.ErrCorrupt, err)
	}
	b.turn(list)
	return b, nil
}

// Replace keeps a new list in place of the old one.
func (b *Book) Replace(ctx context.Context, list []Entry) error {
	raw, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("keeping the directory: %w", err)
	}
	old, err := b.settings.Get(ctx, settingKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("keeping the directory: %w", err)
	}
	next := store.Setting{Key: settingKey, District: b.district, Value: string(raw), Updated: b.now(), Version: old.Version}
	if _, err := b.settings.Put(ctx, next); err != nil {
		return fmt.Errorf("keeping the directory: %w", err)
	}
	b.turn(list)
	return nil
}

func (b *Book) turn(list []Entry) {
	pages := make([]page, len(list))
	for i, e := range list {
		pages[i] = page{Entry: e}
		for _, t := range []string{e.Name, e.Duty, e.Place, e.Note} {
			full, initials := Spell(t)
			pages[i].texts = append(pages[i].texts, strings.ToLower(t), full, initials)
		}
		pages[i].texts = append(pages[i].texts, e.Number, e.Kind)
	}
	b.pages.Store(&pages)
}

// All is for Find: however many there are.
const All = -1

// Find lists entries of which every word of the query is a part.
func (b *Book) Find(query string, most int) []Entry {
	words := strings.Fields(strings.ToLower(query))
	var out []Entry
	for _, p := range *b.pages.Load() {
		if len(out) == most {
			break
		}
		if p.fits(words) {
			out = append(out, p.Entry)
		}
	}
	return out
}

func (p page) fits(words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(p.texts, func(t string) bool { return t != "" && strings.Contains(t, w) }) {
			return false
		}
	}
	return true
}

// Named gives the entry of a number.
func (b *Book) Named(number string) (Entry, bool) {
	for _, p := range *b.pages.Load() {
		if p.Number == number {
			return p.Entry, true
		}
	}
	return Entry{}, false
}

// Spell is a text in pinyin and by its initials.
func Spell(text string) (full, initials string) {
	var f, i strings.Builder
	args := pinyin.NewArgs()
	for _, r := range text {
		p := pinyin.SinglePinyin(r, args)
		switch {
		case len(p) > 0 && p[0] != "":
			f.WriteString(p[0])
			i.WriteByte(p[0][0])
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			f.WriteRune(unicode.ToLower(r))
			i.WriteRune(unicode.ToLower(r))
		}
	}
	return f.String(), i.String()
}
