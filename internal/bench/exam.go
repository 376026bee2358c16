package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/internal/story"
)

// What an examination of many must hold.
const (
	examStart  = 5.0    // seconds from the order until everybody holds the paper
	examMemory = 1024.0 // MiB of the hub
)

// message is the hub's protocol as a stranger writes it.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Re      string          `json:"re,omitempty"`
	Session uint64          `json:"session,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
}

// sitter is one trainee's connection.
type sitter struct {
	no      string
	ws      *websocket.Conn
	in      chan message // size 64; full: the reader waits
	failed  error        // why in was closed
	writing sync.Mutex
	session uint64
	paper   string
}

// listen reads until the connection ends, and answers pings: a seat that does not is sent away.
func (s *sitter) listen() {
	defer close(s.in)
	for {
		var m message
		if s.failed = s.ws.ReadJSON(&m); s.failed != nil {
			return
		}
		switch m.Type {
		case "ping":
			if s.failed = s.ask(message{Type: "pong"}, m.Body); s.failed != nil {
				return
			}
		case "sign.welcome", "exam.laid", "exam.papers", "ack", "bye":
			s.in <- m
		}
	}
}

func (s *sitter) ask(m message, body any) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return ask(s.ws, m, body)
}

// patient bounds every wait for the hub.
const patient = 3 * time.Minute

// await takes the next message of a type, and its body apart.
func (s *sitter) await(kind string, body any) (message, error) {
	limit := time.After(patient)
	for {
		select {
		case m, open := <-s.in:
			switch {
			case !open:
				return m, fmt.Errorf("waiting for %s: %w", kind, s.failed)
			case m.Type == "bye":
				return m, fmt.Errorf("sent away: %s", m.Body)
			case m.Type == kind:
				return m, json.Unmarshal(m.Body, body)
			}
		case <-limit:
			return message{}, fmt.Errorf("waited for %s in vain", kind)
		}
	}
}

// hall is an examination of many on one hub.
type hall struct {
	world    *story.World
	url      string
	sitters  []*sitter
	signIn   float64 // seconds until all were signed in
	start    float64 // from the order until all held the paper
	handIn   float64 // until every result was acknowledged
	resident float64 // MiB, the highest
}

// benchExam lets so many people sit the same paper at once, each over wss with a connection of its own.
func benchExam(o options) error {
	h := &hall{}
	defer h.close()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"中心", func() error { return h.open(o) }},
		{fmt.Sprintf("建 %d 个工号", o.trainees), func() error { return h.accounts(o.trainees) }},
		{"登录", h.enter},
		{"发卷", h.lay},
		{"交卷", h.hand},
	} {
		progress("%s", step.name)
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w\n%s", step.name, err, h.log())
		}
	}
	n := fmt.Sprint(o.trainees)
	table{title: "考试：" + n + " 人同时考同一份卷（" + machine() + "）", rows: []row{
		plain("全员登录（wss，各自验口令）", figure(h.signIn, "s")),
		limit("从发卷到全员拿到试卷", h.start, examStart, "s", ""),
		plain("全员同时交卷到全部收妥", figure(h.handIn, "s")),
		limit("中心内存峰值", h.resident, examMemory, "MiB", ""),
	}}.print(os.Stdout)
	return nil
}

// log is the end of the hub's log, for who has to find out why.
func (h *hall) log() string {
	if h.world == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(h.world.HubLog()), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

func (h *hall) open(o options) error {
	w, err := story.NewWorld(filepath.Join(o.dir, "hub"), o.binary)
	if err != nil {
		return err
	}
	h.world = w
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("a port: %w", err)
	}
	h.url = "wss://" + l.Addr().String()
	_ = l.Close()
	w.Extra = append(w.Extra, "ZUOXI_HUB_LISTEN="+h.url, "ZUOXI_HUB_TLS_DEVICES=false", "ZUOXI_HUB_SOCKET="+h.socket(),
		fmt.Sprintf("ZUOXI_HUB_TLS_PER_SOURCE=%d", o.trainees+64)) // all of them come from one address, as behind one NAT
	return w.StartHub()
}

// dial opens one connection over TLS; whose certificate the hub has does not matter to a measurement.
func (h *hall) dial() (*websocket.Conn, error) {
	d := websocket.Dialer{
		HandshakeTimeout: time.Minute, Subprotocols: []string{"zuoxi.v1"}, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}, //nolint:gosec // our own hub on this machine
	}
	ws, resp, err := d.Dial(h.url+"/v1/seat", nil)
	if err != nil {
		return nil, fmt.Errorf("dialling the hub: %w", err)
	}
	return ws, resp.Body.Close()
}

func ask(ws *websocket.Conn, m message, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("packing %s: %w", m.Type, err)
	}
	m.Body = raw
	if err := ws.WriteJSON(m); err != nil {
		return fmt.Errorf("sending %s: %w", m.Type, err)
	}
	return nil
}

// await reads the administrator's socket until a message of a type comes, and takes its body apart.
func await(ws *websocket.Conn, kind string, body any) (message, error) {
	_ = ws.SetReadDeadline(time.Now().Add(patient))
	for {
		var m message
		if err := ws.ReadJSON(&m); err != nil {
			return m, fmt.Errorf("waiting for %s: %w", kind, err)
		}
		if m.Type == kind {
			return m, json.Unmarshal(m.Body, body)
		}
	}
}

func (h *hall) socket() string { return filepath.Join(h.world.Dir, "admin.sock") }

// accounts makes the trainees and a trainer at the administrator's socket.
func (h *hall) accounts(n int) error {
	d := websocket.Dialer{HandshakeTimeout: time.Minute, Subprotocols: []string{"zuoxi.v1"}, NetDial: func(string, string) (net.Conn, error) { return net.Dial("unix", h.socket()) }}
	ws, resp, err := d.Dial("ws://hub/v1/seat", nil)
	if err != nil {
		return fmt.Errorf("dialling the administrator's socket: %w", err)
	}
	defer func() { _, _ = ws.Close(), resp.Body.Close() }()
	add := func(no, role string) error {
		args := map[string]any{"agent_no": no, "name": "陈某", "role": role, "password": "synthetic-" + no, "own": true}
		if err := ask(ws, message{Type: "admin.request", ID: no}, map[string]any{"cmd": "agent.add", "args": args}); err != nil {
			return err
		}
		var a struct {
			Code string `json:"code"`
			Text string `json:"text"`
		}
		if _, err := await(ws, "admin.reply", &a); err != nil || a.Code != "ok" {
			return errors.Join(err, fmt.Errorf("adding %s: %s %s", no, a.Code, a.Text))
		}
		return nil
	}
	if err := add("6001", "trainer"); err != nil {
		return err
	}
	for i := range n {
		s := &sitter{no: fmt.Sprint(10000 + i), in: make(chan message, 64)}
		if err := add(s.no, "trainee"); err != nil {
			return err
		}
		h.sitters = append(h.sitters, s)
	}
	return nil
}

// each does something for everybody, so many at once.
func (h *hall) each(width int, do func(*sitter) error) error {
	work := make(chan *sitter)
	errs := make(chan error, len(h.sitters))
	var all sync.WaitGroup
	for range width {
		all.Go(func() {
			for s := range work {
				if err := do(s); err != nil {
					errs <- fmt.Errorf("%s: %w", s.no, err)
				}
			}
		})
	}
	for _, s := range h.sitters {
		work <- s
	}
	close(work)
	all.Wait()
	close(errs)
	var out []error
	for err := range errs {
		if out = append(out, err); len(out) > 3 {
			break
		}
	}
	return errors.Join(out...)
}

func (h *hall) enter() error {
	began := time.Now()
	err := h.each(32, func(s *sitter) (err error) {
		if s.ws, err = h.dial(); err != nil {
			return err
		}
		go s.listen()
		if err := s.ask(message{Type: "sign.in", ID: "1"}, map[string]string{"agent_no": s.no, "password": "synthetic-" + s.no, "device": s.no, "program": "bench"}); err != nil {
			return err
		}
		var w struct {
			Session uint64 `json:"session"`
		}
		if _, err := s.await("sign.welcome", &w); err != nil {
			return err
		}
		s.session = w.Session
		return nil
	})
	h.signIn = time.Since(began).Seconds()
	return err
}

// lay orders the paper for everybody; each seat hears of it and fetches it, all at the same time.
func (h *hall) lay() error {
	began := time.Now()
	made := make(chan error, 1)
	go func() {
		_, err := h.world.Run([]string{"ZUOXI_PASSWORD=synthetic-6001"}, "exam", "make", "--everybody", "trainee", "--title", "月考", "--call", "s03", "--call", "s04",
			"--single", "30", "--multiple", "15", "--judge", "10", "--as", "6001", "--json")
		made <- err
	}()
	err := h.each(len(h.sitters), func(s *sitter) error {
		if _, err := s.await("exam.laid", &struct{}{}); err != nil {
			return err
		}
		if err := s.ask(message{Type: "exam.list", ID: "2", Session: s.session}, struct{}{}); err != nil {
			return err
		}
		var got struct {
			Papers []struct {
				ID   string `json:"id"`
				Kind string `json:"kind"`
				Box  []byte `json:"box"`
			} `json:"papers"`
		}
		if _, err := s.await("exam.papers", &got); err != nil {
			return err
		}
		for _, p := range got.Papers {
			if p.Kind == "exam" && len(p.Box) > 0 {
				s.paper = p.ID
			}
		}
		if s.paper == "" {
			return errors.New("no paper came")
		}
		return nil
	})
	h.start = time.Since(began).Seconds()
	return errors.Join(err, <-made)
}

// hand hands everybody's sitting in at once.
func (h *hall) hand() error {
	began := time.Now()
	err := h.each(len(h.sitters), func(s *sitter) error {
		result := map[string]any{"paper": s.paper, "agent": s.no, "sitting": "s" + s.no, "answers": map[string][]string{"single-01": {"A"}}, "calls": []any{}}
		body := map[string]any{"paper": s.paper, "sitting": "s" + s.no, "body": result}
		if err := s.ask(message{Type: "exam.result", ID: "3", Session: s.session}, body); err != nil {
			return err
		}
		var a struct {
			Code string `json:"code"`
			Text string `json:"text"`
		}
		for {
			m, err := s.await("ack", &a)
			if err != nil {
				return err
			}
			if m.Re != "3" {
				continue
			}
			if a.Code != "ok" {
				return fmt.Errorf("refused: %s %s", a.Code, a.Text)
			}
			return nil
		}
	})
	h.handIn = time.Since(began).Seconds()
	if err != nil {
		return err
	}
	peak, err := peakOf(h.world.HubPid())
	h.resident = peak
	return err
}

// peakOf is the highest resident size of a process, in MiB.
func peakOf(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("process %d: %w", pid, err)
	}
	for line := range strings.Lines(string(text)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			return kb / 1024, nil
		}
	}
	return 0, fmt.Errorf("process %d tells no peak", pid)
}

func (h *hall) close() {
	for _, s := range h.sitters {
		if s.ws != nil {
			_ = s.ws.Close()
		}
	}
	if h.world != nil {
		h.world.Close()
	}
}
