package softphone

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
	"zuoxi/softphone/rtc"
)

// carrier carries voice to the hub and back: an rtc.Conn or an rtc.Socket.
type carrier interface {
	Send(h *rtp.Header, payload []byte) bool
	Ask(c Coding)
	Far() rtc.Report
	LastPacket() time.Duration
	Via() string
}

// line is one connection to the hub with the sound that comes from it.
type line struct {
	conn  carrier
	web   *rtc.Conn // conn, where it is one that is offered and answered
	close func() error
	sound *jitter.Buffer
	width adapt.Width

	last  time.Duration // when the last packet came; of the goroutine that reads
	quick int           // packets in a row at the pace of talk
}

// At rest packets come one in pulseEvery; those of somebody to be heard come
// closer together, and a few of them are no accident of the network.
const (
	talkPace = pulseEvery / 2
	talkRow  = 2
)

// newLine makes a line that has only its ear yet.
func newLine() (*line, error) {
	codecs, err := jitter.Telephone(voiceRate)
	if err != nil {
		return nil, fmt.Errorf("voice line: %w", err)
	}
	l := &line{}
	if l.sound, err = jitter.New(jitter.Config{Rate: voiceRate, Codecs: codecs}); err != nil {
		return nil, fmt.Errorf("voice line: %w", err)
	}
	return l, nil
}

// newWeb makes a connection that is not in use yet. A new one takes over when
// it stands, not before: until then the old one goes on.
func (p *Phone) newWeb() (*line, error) {
	l, err := newLine()
	if err != nil {
		return nil, err
	}
	if l.web, err = rtc.New(p.carrying(l)); err != nil {
		return nil, fmt.Errorf("voice line: %w", err)
	}
	l.conn, l.close = l.web, l.web.Close
	return l, nil
}

func (p *Phone) carrying(l *line) rtc.Config {
	return rtc.Config{
		Loopback: p.cfg.Loopback, TCPOnly: p.cfg.TCPOnly, Log: p.log,
		Push: func(k jitter.Packet, at time.Duration) bool {
			p.arrived(l, at)
			l.width.Add(k.TS, voiceline.ClockOf(k.PT), len(k.Payload), at)
			return l.sound.Push(k, at)
		},
		Changed: func(s rtc.State) { p.tell(lineState{l, s}) },
	}
}

// arrived keeps the devices running while there is somebody to be heard, also
// where the agent does not talk: a lead who listens, a voicemail.
func (p *Phone) arrived(l *line, at time.Duration) {
	if l.quick++; at-l.last > talkPace {
		l.quick = 0
	}
	l.last = at
	switch {
	case l.quick < talkRow:
	case p.mic.parked.Load():
		p.stir()
	default:
		p.stirred.Store(int64(at))
	}
}

// UseSocket carries voice over a WebSocket to the hub from now on, which the
// phone closes: the last resort where an Offer leads to PathFailed. The next
// Offer that works takes over again.
func (p *Phone) UseSocket(ws voiceline.Frames) error {
	p.offering.Lock()
	defer p.offering.Unlock()
	l, err := newLine()
	if err != nil {
		return errors.Join(err, ws.Close())
	}
	if err := p.do(func(o *owner) {
		s := rtc.NewSocket(p.carrying(l), ws)
		l.conn, l.close = s, s.Close
		o.adopt(l)
	}); err != nil {
		return errors.Join(err, ws.Close())
	}
	p.next = nil
	return nil
}

// lineState is a change that a connection reports.
type lineState struct {
	line  *line
	state rtc.State
}

// tell hands a change to the owner. The library's goroutine waits for it, as
// endings must not be lost, but not beyond the phone's own end.
func (p *Phone) tell(s lineState) {
	select {
	case p.states <- s:
	case <-p.ctx.Done():
	}
}

// Offer makes a complete SDP offer. With restart it keeps the connection and
// renews its path; otherwise it makes a new one, which takes over when it
// stands. One Offer replaces an unanswered one before it.
func (p *Phone) Offer(ctx context.Context, restart bool) (string, error) {
	p.offering.Lock()
	defer p.offering.Unlock()
	if restart {
		if l := p.ear.line.Load(); l != nil && l.web != nil {
			p.next = nil
			return l.web.Offer(ctx)
		}
	}
	l, err := p.newWeb()
	if err != nil {
		return "", err
	}
	sdp, err := l.web.Offer(ctx)
	if err != nil {
		return "", errors.Join(err, l.close())
	}
	if err := p.do(func(o *owner) { o.adopt(l) }); err != nil {
		return "", errors.Join(err, l.close())
	}
	p.next = l
	return sdp, nil
}

// Answer takes the hub's answer to the last Offer.
func (p *Phone) Answer(sdp string) error {
	p.offering.Lock()
	defer p.offering.Unlock()
	l := p.next
	if l == nil {
		l = p.ear.line.Load()
	}
	if l == nil || l.web == nil {
		return ErrNoOffer
	}
	p.next = nil
	return l.web.Answer(sdp)
}

// adopt takes charge of a connection that is being made; another one still in
// the making is given up.
func (o *owner) adopt(l *line) {
	if o.coming != nil {
		o.retire(o.coming)
	}
	o.coming, o.since = l, time.Now()
}

// retire closes a connection without waiting for it here.
func (o *owner) retire(l *line) {
	o.work.Go(func() {
		if err := l.close(); err != nil {
			o.log.Warn("closing a voice connection", "err", err)
		}
	})
}

// changed deals with what a connection reports.
func (o *owner) changed(s lineState) {
	if s.line == o.coming {
		if s.state == rtc.Failed {
			o.retire(s.line)
			o.coming = nil
			if o.ear.line.Load() == nil {
				o.path(Failed, Event{Kind: PathFailed})
			}
		}
		if s.state == rtc.Connected {
			o.coming = nil
			if old := o.ear.line.Swap(s.line); old != nil {
				o.retire(old)
			}
			o.up()
		}
		return
	}
	if s.line != o.ear.line.Load() {
		return
	}
	switch s.state {
	case rtc.Connected:
		o.up()
	case rtc.Lost:
		o.path(Lost, Event{Kind: PathLost})
	case rtc.Failed:
		o.path(Failed, Event{Kind: PathFailed})
	}
}

// up begins with empty queues: what waited while nothing came through is old.
func (o *owner) up() {
	o.empty()
	if o.tuner.control != nil {
		o.tuner.control.Moved()
	}
	o.path(Up, Event{Kind: PathUp})
}

// empty forgets the sound that waits in either direction.
func (p *Phone) empty() {
	p.mic.flush()
	if l := p.ear.line.Load(); l != nil {
		l.sound.Reset()
	}
}

func (o *owner) path(to Path, e Event) {
	if Path(o.pathNow.Swap(int32(to))) != to {
		o.emit(e)
	}
}

// closeLines ends every connection.
func (o *owner) closeLines() {
	for _, l := range []*line{o.coming, o.ear.line.Swap(nil)} {
		if l != nil {
			o.retire(l)
		}
	}
	o.coming = nil
}

// Stats is the line in figures, since it was set up.
type Stats struct {
	Heard  jitter.Stats  // what comes from the hub
	Far    rtc.Report    // what the hub says of our voice
	Sent   uint64        // packets
	Stale  uint64        // blocks of the microphone dropped after a freeze
	Quiet  time.Duration // since the last packet from the hub; 0 before the first
	Coding Coding        // how our voice is sent
	Recent Recent        // the last five seconds
	Tuned  adapt.Decision
}

// Stats reads the line.
func (p *Phone) Stats() Stats {
	s := Stats{Sent: p.voice.sent.Load(), Stale: p.mic.stale.Load(), Coding: *p.voice.want.Load(), Recent: *p.recent.Load(), Tuned: *p.decision.Load()}
	l := p.ear.line.Load()
	if l == nil {
		return s
	}
	s.Heard, s.Far = l.sound.Stats(), l.conn.Far()
	if last := l.conn.LastPacket(); last != 0 {
		s.Quiet = jitter.Now() - last
	}
	return s
}
