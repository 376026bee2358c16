// Package reply is how a department without our software handles a record: a
// sheet to print or mail, and a web form behind a link that works once and
// expires. The hub makes the links and serves the form. It promises that a link
// cannot be guessed, that only its hash is kept, that it dies with its first
// answer, that an answer is a step of rules/ticket like any other, and that what
// strangers send is bounded, cleaned, counted and never drawn as markup.
package reply

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"time"

	"zuoxi/hub/store"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// Pair is a line of a sheet.
type Pair struct{ Name, Value string }

// Step is what may be done next.
type Step struct {
	Code, Label string
	Reason      bool // the note is its reason
}

// Line is a line of the thread between hotline and department.
type Line struct{ At, Who, What, Note string }

// Sheet is a record as the department sees it.
type Sheet struct {
	Number, Kind, Subject, Region, Dept, Created string
	Urgent                                       bool
	Question                                     string
	Contacts, Dues                               []string
	Persons, Facts                               []Pair
	Thread                                       []Line
	Steps                                        []Step // empty: it is not the department's any more
}

// Answer is what a department sends.
type Answer struct {
	ID          string // of the link: the same answer is taken once
	Event, Note string
	Who         string // name and telephone of who answered
	Dept        string
}

// Records is the hub's records as this package uses them.
type Records interface {
	// Sheet shows a record, personal data masked.
	Sheet(ctx context.Context, record, dept string) (Sheet, error)
	// Opened writes down who is about to see a sheet: where a link was opened, never by whom.
	// Without it nothing is shown.
	Opened(ctx context.Context, record, dept, from string) error
	// Answer takes a step. refused is one line for who answered.
	Answer(ctx context.Context, record string, a Answer) (refused string, err error)
}

// Config of a service.
type Config struct {
	Base string // https://host of the form, without a slash at the end
	Life time.Duration
	Key  []byte // of the form's tokens against forgery
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
}

// Service makes links and serves forms. Any goroutine may use it.
type Service struct {
	cfg     Config
	posts   store.Posts
	records Records
	calm    *calm
}

// New makes the service.
func New(posts store.Posts, records Records, cfg Config) *Service {
	if cfg.Life == 0 {
		cfg.Life = 7 * 24 * time.Hour
	}
	return &Service{cfg: cfg, posts: posts, records: records, calm: newCalm(cfg.Now)}
}

// Link is a way to answer, once, until Expires.
type Link struct {
	URL     string
	Expires time.Time
}

var tokenText = base32.StdEncoding.WithPadding(base32.NoPadding)

func hashed(token string) string {
	sum := sha256.Sum256([]byte("reply " + token))
	return hex.EncodeToString(sum[:])
}

// Issue makes a link for a record that a department has. Links that were made
// for it before stop working.
func (s *Service) Issue(ctx context.Context, record, district, dept, agent string) (Link, error) {
	now := s.cfg.Now()
	old, _, err := s.posts.List(ctx, store.PostFilter{Kind: store.PostLink, Record: record, State: store.PostSent})
	if err != nil {
		return Link{}, fmt.Errorf("looking for earlier links: %w", err)
	}
	for _, p := range old {
		p.State, p.Updated = store.PostFailed, now
		if _, err := s.posts.Update(ctx, p); err != nil && !errors.Is(err, store.ErrConflict) {
			return Link{}, fmt.Errorf("ending an earlier link: %w", err)
		}
	}
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	token := strings.ToLower(tokenText.EncodeToString(raw[:]))
	p := store.Post{
		ID: store.NewID(now), Kind: store.PostLink, Direction: store.PostOut, Key: hashed(token), RecordID: record, District: district, Agent: agent,
		Route: dept, State: store.PostSent, Next: now.Add(s.cfg.Life), Stamps: store.Stamps{Created: now, Updated: now},
	}
	if p, err = s.posts.Create(ctx, p); err != nil {
		return Link{}, fmt.Errorf("keeping a link: %w", err)
	}
	return Link{URL: s.cfg.Base + path + token, Expires: p.Next}, nil
}

// Print is the sheet as a page of HTML that needs nothing else, with the link.
func (s *Service) Print(sheet Sheet, l Link) ([]byte, error) {
	var b bytes.Buffer
	err := page.Execute(&b, view{Title: "12333 工单 " + sheet.Number, Sheet: &sheet, Link: l.URL, Until: s.until(l.Expires)})
	if err != nil {
		return nil, fmt.Errorf("drawing the sheet of %s: %w", sheet.Number, err)
	}
	return b.Bytes(), nil
}

func (s *Service) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.cfg.Zone).Format("2006年1月2日15:04")
}

// view is what the page draws.
type view struct {
	Title, Fault, Said string
	Sheet              *Sheet
	Link, Until        string
	Events             []Step
	Action, CSRF       string
	Chosen, Note       string
	Name, Phone        string
}

// mark binds a form to the link and the browser that got it.
func (s *Service) mark(token, nonce string) string {
	m := hmac.New(sha256.New, s.cfg.Key)
	_, _ = m.Write([]byte(token + "\x00" + nonce)) // never fails
	return hex.EncodeToString(m.Sum(nil))
}
