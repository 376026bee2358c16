package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/netem"
	"zuoxi/internal/story"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

// patience bounds every wait; nothing that is measured comes near it.
const patience = 30 * time.Second

// The sounds that are told apart by their frequency. Nothing of the hold music
// is near them.
const (
	announceHz = 2600.0 // in the place of the agent's number
	markerHz   = 1900.0 // the agent's voice
)

const (
	agentNo   = "3027"
	typist    = "3028" // whose seat is only typed on
	citizenNo = "13900000042"
	otherNo   = "13900000043" // who calls the silent seat
	columns   = 120
	rows      = 40
)

// stage is a hub, a seat with a headset and a citizen with one.
type stage struct {
	world   *story.World
	seat    *story.Term
	between *story.Between // nil: nothing lies between
	invite  *netem.Relay   // sees the citizen's INVITE
	mouth   *rig.Headset   // the citizen's
	head    *rig.Headset   // the agent's
	calls   int

	mu      sync.Mutex
	invited time.Time
}

// setStage starts hub and seat; the agent is signed in and at rest.
func setStage(dir string, o options, bad bool) (*stage, error) {
	s, err := newStage(dir, o)
	if err != nil {
		return nil, err
	}
	if err := s.start(bad); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func newStage(dir string, o options) (*stage, error) {
	if err := writePrompts(filepath.Join(dir, "prompts")); err != nil {
		return nil, err
	}
	w, err := story.NewWorld(dir, o.binary)
	if err != nil {
		return nil, err
	}
	w.Extra = []string{
		"ZUOXI_HUB_MENU_MODE=direct", "ZUOXI_HUB_MENU_PROMPTS=" + filepath.Join(dir, "prompts"), "ZUOXI_HUB_QUEUE_WRAP_S=1",
		"ZUOXI_SEAT_SOUND_INPUT=benchSeat", "ZUOXI_SEAT_SOUND_OUTPUT=benchSeat",
	}
	if o.extra != "" {
		w.Extra = append(w.Extra, strings.Split(o.extra, ",")...)
	}
	return &stage{world: w}, nil
}

// house starts the hub with its agents.
func (s *stage) house() error {
	if err := s.world.StartHub(); err != nil {
		return err
	}
	for no, name := range map[string]string{agentNo: "李某", typist: "周某"} {
		if err := s.world.Agent(no, name, "agent"); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) start(bad bool) error {
	var err error
	if s.mouth, err = rig.Open("benchCitizen"); err != nil {
		return err
	}
	if s.head, err = rig.Open("benchSeat"); err != nil {
		return err
	}
	if err := s.house(); err != nil {
		return err
	}
	if s.invite, err = netem.New(netem.Config{Target: "127.0.0.1:" + strconv.Itoa(s.world.SIP), Pass: s.watchInvite}); err != nil {
		return err
	}
	var env []string
	if bad {
		if s.between, err = s.world.Between(1); err != nil {
			return err
		}
		env = append(env, "ZUOXI_SEAT_HUB="+s.between.URL())
	}
	if s.seat, err = s.world.Seat("bench", columns, rows, env...); err != nil {
		return err
	}
	return s.signIn()
}

func (s *stage) signIn() error {
	return follow(s.seat,
		step{"口令", "{" + agentNo + "} <tab> {synthetic-" + agentNo + "} <f9>"},
		step{agentNo + " 李某", ""},
		step{"良好", "<c-t>"},
		step{"空闲", "{1}"},
		step{"空闲 +0?0:0", ""})
}

// silent is a seat like the other, but without sound hardware. It is not given
// the other's calls.
func (s *stage) silent() (*story.Term, error) {
	t, err := s.world.Seat("silent", columns, rows, "ZUOXI_SEAT_SOUND_INPUT=null", "ZUOXI_SEAT_SOUND_OUTPUT=null")
	if err != nil {
		return nil, err
	}
	if err := follow(t, step{"口令", "{" + typist + "} <tab> {synthetic-" + typist + "} <f9>"}, step{"良好", ""}); err != nil {
		t.Kill()
		return nil, err
	}
	return t, nil
}

// beside gives the silent seat a call while the other has one, so that both
// have taken as many and show the same, and reads both in it.
func (s *stage) beside(silent *story.Term) (m twins, err error) {
	if err := follow(silent, step{"", "<c-t>"}, step{"空闲", "{1}"}, step{"空闲 +0?0:0", ""}); err != nil {
		return m, err
	}
	s.calls++
	name := fmt.Sprintf("silentApp%d", s.calls)
	phone, err := s.world.Phone(name, story.CitizenConfig{Number: otherNo, Jack: name})
	if err != nil {
		return m, err
	}
	defer phone.Stop()
	if err := phone.Dial("sip:12333@127.0.0.1:" + strconv.Itoa(s.world.SIP)); err != nil {
		return m, err
	}
	if err := follow(silent, step{"F3 接听", "<f3>"}, step{"● 通话", ""}); err != nil {
		return m, err
	}
	<-time.After(costSettle)
	read, err := usages(s.seat.Pid(), silent.Pid())
	if err != nil {
		return m, err
	}
	m = twins{read[0].anon, read[1].anon}
	if err := phone.Hangup(); err != nil {
		return m, err
	}
	return m, follow(silent, step{"空闲 +0", "<c-t>"}, step{"小休", "{2}"}, step{"小休原因", "{1}"}, step{"小休（休息）", ""})
}

// twins are MiB of two seats that differ in their sound hardware alone.
type twins struct{ voice, silent float64 }

// step is what the screen must show and what is pressed then.
type step struct{ see, press string }

func follow(t *story.Term, steps ...step) error {
	for _, st := range steps {
		if _, err := t.Await(st.see, patience); err != nil {
			return err
		}
		if st.press == "" {
			continue
		}
		if err := t.Press(st.press); err != nil {
			return err
		}
	}
	return nil
}

// watchInvite notes when the first packet of each call passed.
func (s *stage) watchInvite(d netem.Direction, p []byte, at time.Time) []byte {
	if d == netem.Up && len(p) > 6 && string(p[:6]) == "INVITE" {
		s.mu.Lock()
		if s.invited.IsZero() {
			s.invited = at
		}
		s.mu.Unlock()
	}
	return p
}

func (s *stage) lastInvite() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invited
}

// dial starts a telephone of its own for one call and calls the hotline.
func (s *stage) dial(cfg story.CitizenConfig) (*story.Citizen, error) {
	s.mu.Lock()
	s.invited = time.Time{}
	s.mu.Unlock()
	s.calls++
	cfg.Number, cfg.Jack = citizenNo, fmt.Sprintf("callerApp%d", s.calls)
	c, err := s.world.Phone(cfg.Jack, cfg)
	if err != nil {
		return nil, err
	}
	if err := c.Dial("sip:12333@" + s.invite.Addr().String()); err != nil {
		return c, err
	}
	return c, wire(s.mouth, cfg.Jack)
}

var errNotWired = errors.New("the telephone did not open its sound")

// wire connects a telephone to its headset as soon as it shows itself, which
// is when its call begins.
func wire(h *rig.Headset, app string) error {
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	deadline := time.After(patience)
	for !h.Wire(app) {
		select {
		case <-poll.C:
		case <-deadline:
			return fmt.Errorf("%s: %w", app, errNotWired)
		}
	}
	return nil
}

func (s *stage) close() {
	if s.world != nil {
		s.world.Close()
	}
	if s.between != nil {
		_ = s.between.Close()
	}
	if s.invite != nil {
		_ = s.invite.Close()
	}
	for _, h := range []*rig.Headset{s.mouth, s.head} {
		if h != nil {
			h.Close()
		}
	}
}

// writePrompts records what the caller hears so that it can be recognised:
// the agent's number is one tone, all else is short.
func writePrompts(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("prompts: %w", err)
	}
	names := map[string]float64{"agent_no.1": announceHz}
	for d := range 10 {
		names["word-"+strconv.Itoa(d)] = announceHz
	}
	for _, short := range []string{"welcome", "disclaimer", "anti_fraud", "queue_next", "queue_many", "queue_wait"} {
		names[short] = 0
	}
	for name, hz := range names {
		pcm := make([]int16, 1600) // 200 ms, ten packets
		if hz > 0 {
			tone.New(8000, -12, hz).Fill(pcm)
		}
		if err := writeWAV(filepath.Join(dir, name+".wav"), 8000, pcm); err != nil {
			return err
		}
	}
	return nil
}

func writeWAV(path string, rate int, pcm []int16) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing sound: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := wav.NewWriter(f, wav.Format{Rate: rate, Channels: 1})
	if err != nil {
		return fmt.Errorf("writing sound: %w", err)
	}
	return errors.Join(w.Write(pcm), w.Close())
}
