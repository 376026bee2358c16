// Package app is the workstation's root: it keeps the picture of the session,
// chooses the page, carries out the commands of the key table and draws the
// frame. internal/cli starts it with Run. It promises one status line on row 0
// in every size, the real cursor in the focused field at the end of every frame,
// and that nothing on the screen takes the keyboard by itself.
package app

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/page/editor"
	"zuoxi/ui/page/exam"
	"zuoxi/ui/page/examiner"
	"zuoxi/ui/page/idle"
	"zuoxi/ui/page/lead"
	"zuoxi/ui/page/login"
	"zuoxi/ui/page/offer"
	"zuoxi/ui/page/quality"
	"zuoxi/ui/page/report"
	"zuoxi/ui/page/talk"
	"zuoxi/ui/page/wrapup"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// Options make a Model.
type Options struct {
	Do      func(session.Verb) bool // hands a verb to the session, never blocks
	Library lookup.Library          // nil = no knowledge base
	Keys    *keys.Map               // nil = as shipped
	Copy    func(string) error      // to the desktop's clipboard; nil = there is none, the terminal is asked
	Version string
	Hub     string // shown at login
	Look    Look
	// Notes are lines to show at start, such as warnings about remapped keys.
	Notes []string
	// Wall is the address of the leaders' page, shown on the lead's board.
	Wall string
	// QuitInCall lets Ctrl+X end the call, for the demo.
	QuitInCall bool
	Now        func() time.Time // nil = time.Now
	Stage      Stage            // set by Run
	Ctx        context.Context  // set by Run: ends with the program
	// Idle locks the screen after so long without a key, never in a call; 0
	// does not. Knows tells whether a password is that of who is signed in.
	Idle  time.Duration
	Knows func(password string) bool
	// Still leaves timed redraws to the caller, for tests.
	Still bool
}

// Stage is the output stage as the model speaks to it; it may be called from
// any goroutine.
type Stage interface {
	Measure(glyphs []string) error
	Wide(on bool)
	Sync()
	Repaint(x, y int)
	Redraw()
}

// Look is what is known of the terminal beforehand.
type Look struct {
	Mode  theme.Mode
	Fixed bool // the glyph set comes from the configuration: do not measure
	Mouse bool
}

// ViewMsg brings a new picture of the session.
type ViewMsg struct{ View session.View }

// Model is the root model.
type Model struct {
	opt  Options
	live session.View // as it came last
	view session.View // as it is drawn: background figures may lag
	env  page.Env
	w, h int

	pages pages
	look  *lookup.Pane
	form  *form.Form
	box   pop.Box

	arm   armed
	note  note
	turns turns
	pace  pace
	probe probe
	frame frame
}

// pages are the pages of the workstation.
type pages struct {
	login, idle, offer, talk, wrapup, exam, examiner page.Page
	papers                                           bool // the person has gone to the papers
	marking                                          bool // and to those of others
	floor
	lookBack
	writing
	of string // the agent who was here last
}

// newPages makes them all but the first.
func newPages(login page.Page, look *lookup.Pane, record *form.Form) pages {
	return pages{
		login: login, idle: idle.New(look), offer: offer.New(), talk: talk.New(look, record), wrapup: wrapup.New(look, record), exam: exam.New(look, record), examiner: examiner.New(),
		floor: floor{board: lead.New()}, lookBack: lookBack{quality: quality.New(), report: report.New()}, writing: writing{desk: editor.New()},
	}
}

// armed is an irreversible command waiting for its second press.
type armed struct {
	cmd   keys.Command
	until time.Time
	text  string
	of    string // the call, offer or sheet that it was pressed for
}

// note is a line of the screen's own.
type note struct {
	text  string
	tok   theme.Token
	until time.Time
	no    keys.Command // could not be done, which this line says
}

// frame is the last picture drawn.
type frame struct {
	lock   lock // over all of it
	dirty  bool
	canvas *canvas.Canvas
	cursor page.Cursor
	bells  int // rung so far
	zones  []page.Zone
	offer  string // id of the offer that is on it
	pop    int    // how many screen pops have been drawn, for their titles
	marker atomic.Pointer[marker]
}

// marker ties a window title to the offer that it announces.
type marker struct{ title, offer string }

// New makes the root model.
func New(o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keys == nil {
		o.Keys = keys.Default()
	}
	look, record := lookup.New(o.Library), form.New()
	m := &Model{
		opt: o, w: 80, h: 24, look: look, form: record,
		pages: newPages(login.New(o.Version, o.Hub), look, record),
		frame: frame{dirty: true, canvas: canvas.New(80, 24)},
		probe: probe{mode: o.Look.Mode},
	}
	if o.Ctx == nil {
		o.Ctx = context.Background()
	}
	m.env = page.Env{Ctx: o.Ctx, View: &m.view, Now: o.Now(), Theme: theme.New(o.Look.Mode), Keys: o.Keys, Do: m.do, Zones: &m.frame.zones, Wall: o.Wall,
		Say: func(line string) { m.say(line, theme.Good) }}
	for _, n := range o.Notes {
		m.say(n, theme.Warn)
	}
	m.env.Mode = m.mode()
	return m
}

// do hands a verb to the session and says so when it was not taken.
func (m *Model) do(v session.Verb) {
	if !m.opt.Do(v) {
		m.say("坐席忙不过来 · 刚才的操作没有发出 · 请再按一次", theme.Bad)
	}
}

// say shows a line for a while.
func (m *Model) say(text string, tok theme.Token) {
	m.note = note{text: text, tok: tok, until: m.opt.Now().Add(noteTime)}
}

// Shown is told the window title that has just reached the terminal; when it is
// that of a screen pop, the session learns that the pop is visible. It may be
// called from any goroutine.
func (m *Model) Shown(title string) {
	if k := m.frame.marker.Load(); k != nil && k.title == title {
		m.opt.Do(session.OfferShown{Offer: k.offer})
	}
}

// Init starts the clock and the questions to the terminal.
func (m *Model) Init() tea.Cmd {
	if m.opt.Still {
		return nil
	}
	// The library asks for mode 2026 by itself, but not over ssh.
	return tea.Batch(m.nextTick(m.opt.Now()), tea.RequestBackgroundColor, tea.Raw(ansi.RequestModeSynchronizedOutput))
}
