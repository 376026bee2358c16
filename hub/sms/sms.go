// Package sms is what the hotline writes to citizens by short message, and what
// they write back. It owns the templates, the gateway port with its drivers (a
// file, SMPP 3.4), and the place of both in the records. The hub's seats order
// a text by its template; nobody writes a free one to a number. It promises that
// a number leaves its seal only on its way to the gateway, that an order is sent
// once, and that a reply goes to the record that the last text was about, once
// however often the gateway hands it over.
package sms

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	toml "github.com/pelletier/go-toml/v2"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/clean"
	"zuoxi/rules/mask"
	rule "zuoxi/rules/sms"
)

//go:embed templates.toml
var builtin []byte

// Gateway takes a text to a number. A *post.RefusedError and the like are given
// back by it through the functions of Config.
type Gateway interface {
	// Submit returns the gateway's number for the message.
	Submit(ctx context.Context, number, text string) (receipt string, err error)
	// Run keeps the connection until the context ends.
	Run(ctx context.Context)
}

// Inbound is what a gateway hears.
type Inbound interface {
	// Reply is a message of a citizen's; id is the gateway's, or empty.
	Reply(ctx context.Context, from, text, id string, at time.Time) error
	// Delivered is what became of one of ours.
	Delivered(ctx context.Context, receipt string, ok bool) error
}

// Outbox sends what is ordered; it is the post office of the hub.
type Outbox interface {
	Put(ctx context.Context, p store.Post) (store.Post, error)
	Settle(ctx context.Context, kind, receipt, state string) error
}

// Config of a service.
type Config struct {
	Templates string // file; empty: the built-in ones
	Signature string // 落款
	District  string // of replies that belong to no record
	Now       func() time.Time
	Log       *slog.Logger
	// Replied is told of a reply, with the record and agent it belongs to.
	Replied func(p store.Post)
}

// Service orders texts and takes replies. Any goroutine may use it.
type Service struct {
	cfg       Config
	posts     store.Posts
	keys      *seal.Keys
	out       Outbox
	templates []rule.Template
}

// ErrTemplates tells of a file of templates that cannot be used.
var ErrTemplates = errors.New("短信模板文件读不出来 · 中心没有启动 · 请按行号改正")

// New reads the templates and makes the service.
func New(posts store.Posts, keys *seal.Keys, out Outbox, cfg Config) (*Service, error) {
	raw := builtin
	if cfg.Templates != "" {
		var err error
		if raw, err = os.ReadFile(cfg.Templates); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTemplates, err)
		}
	}
	if cfg.Signature == "" {
		cfg.Signature = "12333"
	}
	if cfg.Replied == nil {
		cfg.Replied = func(store.Post) {}
	}
	var file struct {
		Template []struct{ ID, Title, Text, Legal string }
	}
	if err := toml.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTemplates, err)
	}
	s := &Service{cfg: cfg, posts: posts, keys: keys, out: out}
	for _, f := range file.Template {
		t := rule.Template(f)
		if err := t.Check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTemplates, err)
		}
		s.templates = append(s.templates, t)
	}
	return s, nil
}

// Templates lists them in the order of the file.
func (s *Service) Templates() []rule.Template { return s.templates }

// Own are the blanks that the hub fills by itself.
var Own = []string{"单号", "落款"}

// Order is one text for one citizen.
type Order struct {
	Key              string // of the command: the same is sent once
	Agent, District  string
	RecordID, Number string // of the record; empty: none yet
	To               seal.Value
	Template         string
	Values           map[string]string
}

// body is what a post of ours says.
type body struct {
	Template string `json:"template,omitempty"`
	Text     string `json:"text"`
	Record   string `json:"record,omitempty"` // number of the record that was still being written
}

// Send orders a text and returns it as it will be sent.
func (s *Service) Send(ctx context.Context, o Order) (store.Post, string, error) {
	if o.To.IsZero() {
		return store.Post{}, "", &rule.FaultError{Why: "没有来电人的号码"}
	}
	for _, t := range s.templates {
		if t.ID != o.Template {
			continue
		}
		values := map[string]string{"落款": s.cfg.Signature, "单号": o.Number}
		for k, v := range o.Values {
			if values[k] == "" {
				values[k] = clean.Line(v, 500)
			}
		}
		text, err := t.Fill(values)
		if err != nil {
			return store.Post{}, "", err
		}
		b := body{Template: t.ID, Text: text}
		if o.RecordID == "" {
			b.Record = o.Number
		}
		raw, err := json.Marshal(b)
		if err != nil {
			return store.Post{}, "", fmt.Errorf("encoding a text: %w", err)
		}
		p, err := s.out.Put(ctx, store.Post{
			Kind: store.PostSMS, Key: o.Agent + "/" + o.Key, RecordID: o.RecordID, District: o.District, Agent: o.Agent, Route: t.ID, Number: o.To, Body: raw,
		})
		return p, text, err
	}
	return store.Post{}, "", &rule.FaultError{Why: "没有这个模板"}
}

// Text is what a post says.
func Text(p store.Post) string {
	var b body
	_ = json.Unmarshal(p.Body, &b) // an odd one says nothing
	return b.Text
}

// replyAge is how long after a text an answer belongs to its record.
const replyAge = 14 * 24 * time.Hour

// maxReply is how much of a reply is kept, in characters.
const maxReply = 1000

// Reply implements Inbound: it finds the record that was written about last.
func (s *Service) Reply(ctx context.Context, from, text, id string, at time.Time) error {
	number, err := s.keys.Phone(from)
	if err != nil {
		return fmt.Errorf("sealing who replied: %w", err)
	}
	now := s.cfg.Now()
	p := store.Post{ID: store.NewID(now), Kind: store.PostSMS, Direction: store.PostIn, District: s.cfg.District, Number: number, State: store.PostDone, Stamps: store.Stamps{Created: now, Updated: now}}
	last, _, err := s.posts.List(ctx, store.PostFilter{
		Kind: store.PostSMS, Direction: store.PostOut, NumberHash: number.Hash, Span: store.Span{From: now.Add(-replyAge)}, Page: store.Page{Limit: 1},
	})
	if err != nil {
		return fmt.Errorf("finding what a reply is about: %w", err)
	}
	var about body
	if len(last) > 0 {
		p.RecordID, p.District, p.Agent = last[0].RecordID, last[0].District, last[0].Agent
		_ = json.Unmarshal(last[0].Body, &about) // an odd one is about nothing
	}
	text = mask.Text(clean.Text(text, maxReply))
	if p.Body, err = json.Marshal(body{Text: text, Record: about.Record}); err != nil {
		return fmt.Errorf("encoding a reply: %w", err)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{hex.EncodeToString(number.Hash), id, at.UTC().Format(time.RFC3339), text}, "\x00")))
	p.Key = hex.EncodeToString(sum[:16])
	p, err = s.posts.Create(ctx, p)
	if errors.Is(err, store.ErrDuplicate) {
		return nil // the gateway handed it over again
	}
	if err != nil {
		return fmt.Errorf("keeping a reply: %w", err)
	}
	s.cfg.Replied(p)
	return nil
}

// Delivered implements Inbound.
func (s *Service) Delivered(ctx context.Context, receipt string, ok bool) error {
	state := store.PostFailed
	if ok {
		state = store.PostDone
	}
	return s.out.Settle(ctx, store.PostSMS, receipt, state)
}

// Carrier takes posts to a gateway. It knows the plain number for the length of
// one call.
type Carrier struct {
	Keys    *seal.Keys
	Gateway Gateway
}

// Twice implements post.Carrier: a citizen would get the text twice.
func (Carrier) Twice() bool { return false }

// Send implements post.Carrier.
func (c Carrier) Send(ctx context.Context, p store.Post) (string, error) {
	number, err := c.Keys.Open(seal.KindPhone, p.Number)
	if err != nil {
		return "", fmt.Errorf("opening the number of a text: %w", err)
	}
	return c.Gateway.Submit(ctx, number, Text(p))
}
