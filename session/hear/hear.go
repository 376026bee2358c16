// Package hear is the seat's ear for words: the port to a speech recogniser, and its one driver, an external process that
// speaks the line protocol of docs/recogniser.md.
//
// A stream is one voice of one talk: the trainee of a simulated call, the agent or the caller of a live one. Whoever has
// the voice opens a stream and pushes samples; what was heard comes back as events for all streams. The package knows
// neither exam nor knowledge base. It promises that Push never waits, that a recogniser which is slow, dies or writes
// rubbish costs words and nothing else, and that Close leaves no process behind. A recogniser is never required.
package hear

import (
	"bufio"

	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Event is something that the recogniser said.
type Event struct {
	Stream string
	Text   string
	From   int // samples of the stream, from its beginning
	To     int
	Final  bool // false: a guess that may still change
	// Ready and Problem are of the recogniser itself, with an empty Stream: it listens, or one line why it does not.
	Ready   bool
	Problem string
}

// Config of a driver.
type Config struct {
	Command []string // program and arguments
	Log     *slog.Logger
}

// Bounds. A line of the recogniser is a sentence; sound is queued for as long as a busy computer may stall.
const (
	maxLine   = 64 << 10
	maxQueue  = 400 // pushed pieces of sound
	maxEvents = 64
	firstWait = time.Second
	lastWait  = time.Minute
	grace     = 2 * time.Second // to end by itself
	cleanText = 2000            // bytes of one hearing that are kept
)

// Process is the driver. Any goroutine may use it.
type Process struct {
	cfg     Config
	lines   chan line  // size maxQueue; full: the newest sound is dropped and counted
	events  chan Event // size maxEvents; full: guesses are dropped, finals wait
	dropped atomic.Int64
	stop    context.CancelFunc
	ended   sync.WaitGroup
}

// line is one message to the recogniser.
type line struct {
	Type   string `json:"type"`
	Stream string `json:"stream,omitempty"`
	Rate   int    `json:"rate,omitempty"`
	Lang   string `json:"lang,omitempty"`
	PCM    string `json:"pcm,omitempty"` // base64 of 16-bit little-endian samples, one channel
}

// said is one message from the recogniser.
type said struct {
	Type   string `json:"type"` // ready, partial, final, error
	Stream string `json:"stream"`
	Text   string `json:"text"`
	FromMS int    `json:"from_ms"`
	ToMS   int    `json:"to_ms"`
}

// Start starts the recogniser and keeps it running until Close.
func Start(cfg Config) *Process {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Process{cfg: cfg, lines: make(chan line, maxQueue), events: make(chan Event, maxEvents), stop: stop}
	p.ended.Go(func() { p.keep(ctx) })
	return p
}

// Close ends the recogniser and waits for its end. Events are closed then.
func (p *Process) Close() {
	p.stop()
	p.ended.Wait()
}

// Events is what was heard, in order.
func (p *Process) Events() <-chan Event { return p.events }

// Dropped counts the pieces of sound and guesses that found no room.
func (p *Process) Dropped() int64 { return p.dropped.Load() }

// Open begins a stream of so many samples a second.
func (p *Process) Open(stream string, rate int) {
	p.put(line{Type: "start", Stream: stream, Rate: rate, Lang: "zh-CN"})
}

// Push gives the next samples of a stream. It never waits.
func (p *Process) Push(stream string, pcm []int16) {
	raw := make([]byte, 0, 2*len(pcm))
	for _, v := range pcm {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
	}
	p.put(line{Type: "audio", Stream: stream, PCM: base64.StdEncoding.EncodeToString(raw)})
}

// End ends a stream; what was still to be heard of it may come afterwards.
func (p *Process) End(stream string) { p.put(line{Type: "end", Stream: stream}) }

func (p *Process) put(l line) {
	select {
	case p.lines <- l:
	default:
		p.dropped.Add(1)
	}
}

// keep starts the program again when it dies, more and more slowly. A program that cannot be found is not tried again.
func (p *Process) keep(ctx context.Context) {
	defer close(p.events)
	for wait := firstWait; ctx.Err() == nil; wait = min(2*wait, lastWait) {
		began := time.Now()
		err := p.run(ctx)
		if ctx.Err() != nil {
			return
		}
		p.cfg.Log.Warn("recogniser ended", "err", err, "after", time.Since(began).Round(time.Second))
		p.tell(ctx, Event{Final: true, Problem: "语音识别停了 · 考试和通话照常，只是没有文字 · 请看坐席日志"})
		if errors.Is(err, exec.ErrNotFound) {
			return
		}
		if time.Since(began) > lastWait {
			wait = firstWait
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// run is one life of the program.
func (p *Process) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, p.cfg.Command[0], p.cfg.Command[1:]...) //nolint:gosec // the administrator's own configuration
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("recogniser's input: %w", err)
	}
	cmd.Cancel = in.Close // it ends when its input does
	cmd.WaitDelay = grace
	cmd.Stderr = &logged{log: p.cfg.Log}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("recogniser's output: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the recogniser: %w", err)
	}
	var both sync.WaitGroup
	both.Go(func() { p.write(ctx, in) })
	p.read(ctx, out)
	stop()
	both.Wait()
	err = cmd.Wait()
	return fmt.Errorf("recogniser %s: %w", p.cfg.Command[0], errors.Join(err, io.EOF))
}

func (p *Process) write(ctx context.Context, w io.Writer) {
	enc := json.NewEncoder(w)
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-p.lines:
			if enc.Encode(l) != nil {
				return // its end is seen by the reader
			}
		}
	}
}

func (p *Process) read(ctx context.Context, r io.Reader) {
	scan := bufio.NewScanner(r)
	scan.Buffer(make([]byte, 4096), maxLine)
	for scan.Scan() {
		if e, ok := parse(scan.Bytes()); ok {
			p.tell(ctx, e)
		}
	}
}

// streamRate is the rate of the times that a recogniser tells: they are milliseconds, and the seat's voice has 8000 samples
// a second.
const streamRate = 8

// parse takes a line apart; what cannot be understood is nothing.
func parse(raw []byte) (Event, bool) {
	var s said
	if json.Unmarshal(raw, &s) != nil {
		return Event{}, false
	}
	s.Text = tidy(s.Text)
	switch s.Type {
	case "ready":
		return Event{Ready: true, Final: true}, true
	case "error":
		return Event{Problem: "语音识别报告：" + s.Text, Final: true}, true
	case "partial", "final":
		e := Event{Stream: s.Stream, Text: s.Text, From: max(0, s.FromMS) * streamRate, To: max(0, s.ToMS) * streamRate, Final: s.Type == "final"}
		return e, s.Stream != "" && s.Text != ""
	}
	return Event{}, false
}

// tell hands an event on: what is final waits for room, a guess does not.
func (p *Process) tell(ctx context.Context, e Event) {
	if !e.Final {
		select {
		case p.events <- e:
		default:
			p.dropped.Add(1)
		}
		return
	}
	select {
	case p.events <- e:
	case <-ctx.Done():
	}
}

// tidy keeps what can be shown: no control characters, no more than a few sentences.
func tidy(s string) string {
	if len(s) > cleanText {
		s = s[:cleanText]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// logged writes what the program complains about into our log.
type logged struct{ log *slog.Logger }

func (l *logged) Write(b []byte) (int, error) {
	l.log.Info("recogniser", "says", tidy(string(b)))
	return len(b), nil
}
