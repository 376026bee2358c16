// Package wire is the protocol between seat and hub: the envelope, one file
// per message family, and the error codes. Both ends and older versions share
// it, so it imports nothing but rules (for the names of states) and changes by
// adding only: a name is superseded, never given another meaning. Bytes from
// outside are checked here for size, UTF-8, depth and duplicate keys; the texts
// inside are cleaned by the end that decoded them (session/link, hub/desk).
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"
)

// Subprotocol is what both ends name in the WebSocket handshake.
const Subprotocol = "zuoxi.v1"

// Limits of one message.
const (
	MaxMessage = 256 << 10 // bytes
	MaxDepth   = 32        // nested objects and arrays
	maxID      = 64
)

// Sentinels of decoding; each maps to a Code by CodeOf.
var (
	ErrTooLarge  = errors.New("message larger than 256 KiB")
	ErrNotUTF8   = errors.New("message is not UTF-8")
	ErrMalformed = errors.New("message is not a well-formed envelope")
	ErrUnknown   = errors.New("unknown message type")
	ErrBody      = errors.New("body does not fit its type")
)

// Envelope is one message. ID makes a command idempotent (kept 24 h by the
// hub); a reply carries the ID of what it answers in Re. Session grows with each
// sign-in or move: a lower one is refused. Seq numbers the hub's must-deliver
// messages of one session from 1; lossy ones carry 0.
type Envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Re      string          `json:"re,omitempty"`
	Session uint64          `json:"session,omitempty"`
	Seq     uint64          `json:"seq,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
}

// Body is the typed content of a message.
type Body interface{ Type() string }

// Message is a decoded envelope with its typed body.
type Message struct {
	ID, Re  string
	Session uint64
	Seq     uint64
	Body    Body
}

var makers = map[string]func() Body{}

func register(makersOf ...func() Body) {
	for _, mk := range makersOf {
		t := mk().Type()
		if _, dup := makers[t]; dup {
			panic("wire: type registered twice: " + t)
		}
		makers[t] = mk
	}
}

// Types lists every message type, sorted; docs/protocol.md is checked against it.
func Types() []string {
	out := make([]string, 0, len(makers))
	for t := range makers {
		out = append(out, t)
	}
	sort.Strings(out)
	return out
}

// New gives an empty body of the type, or nil where there is none.
func New(t string) Body {
	if mk, ok := makers[t]; ok {
		return mk()
	}
	return nil
}

// Encode writes m as one JSON text, or as a binary frame where its body holds
// bytes that travel apart.
func Encode(m Message) ([]byte, error) {
	if m.Body == nil {
		return nil, fmt.Errorf("encoding a message without a body: %w", ErrBody)
	}
	body, err := json.Marshal(m.Body)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", m.Body.Type(), err)
	}
	out, err := json.Marshal(Envelope{Type: m.Body.Type(), ID: m.ID, Re: m.Re, Session: m.Session, Seq: m.Seq, Body: body})
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", m.Body.Type(), err)
	}
	if c, ok := m.Body.(carrier); ok && len(*c.apart()) > 0 {
		out, err = beside(out, *c.apart())
	}
	if err != nil || len(out) > MaxMessage {
		return nil, fmt.Errorf("encoding %s: %w", m.Body.Type(), ErrTooLarge)
	}
	return out, nil
}

// Next reads one message from a WebSocket and no more of it than a message may have:
// what comes packed in a few bytes can unpack to any size, and the WebSocket's own
// limit counts them packed.
func Next(ws interface {
	NextReader() (kind int, r io.Reader, err error)
}) (kind int, data []byte, err error) {
	kind, r, err := ws.NextReader()
	if err != nil {
		return kind, nil, err
	}
	data, err = io.ReadAll(io.LimitReader(r, MaxMessage+1))
	if err == nil && len(data) > MaxMessage {
		return kind, nil, ErrTooLarge
	}
	return kind, data, err
}

// Decode reads one message strictly. An unknown type gives ErrUnknown together
// with the ids, so that the refusal can name what it refuses.
func Decode(data []byte) (Message, error) {
	if len(data) > MaxMessage {
		return Message{}, ErrTooLarge
	}
	if !utf8.Valid(data) {
		return Message{}, ErrNotUTF8
	}
	if err := checkShape(data); err != nil {
		return Message{}, err
	}
	var e Envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return Message{}, fmt.Errorf("%w: %s", ErrMalformed, jsonFault(err))
	}
	if e.Type == "" || len(e.ID) > maxID || len(e.Re) > maxID {
		return Message{}, ErrMalformed
	}
	m := Message{ID: e.ID, Re: e.Re, Session: e.Session, Seq: e.Seq}
	body := New(e.Type)
	if body == nil {
		return m, ErrUnknown
	}
	if len(e.Body) > 0 && !bytes.Equal(e.Body, []byte("null")) {
		if err := json.Unmarshal(e.Body, body); err != nil {
			return m, fmt.Errorf("%w %s: %s", ErrBody, e.Type, jsonFault(err))
		}
	}
	m.Body = body
	return m, nil
}

// jsonFault names the fault without quoting the data.
func jsonFault(err error) string {
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &typeErr) {
		return "field " + typeErr.Field + " is not " + typeErr.Type.String()
	}
	return "not JSON"
}
