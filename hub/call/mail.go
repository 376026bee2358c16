package call

import (
	"context"
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/conf"
	"zuoxi/media/g711"
	fsm "zuoxi/rules/call"
)

// leastMessage is how long a message must be to count as service.
const leastMessage = 3 * time.Second

// startVoicemail lets the caller leave a message. A caller who hangs up after
// speaking has left one: the message is kept whoever ends the call.
func (c *Call) startVoicemail() {
	c.flow.wraps++ // the log waits for the message
	c.unguide()
	ctx, stop := context.WithCancel(c.life)
	ear := &earpiece{call: c}
	c.flow.stop, c.flow.ear = stop, ear
	m := Left{Call: c.id, District: c.ex.District, Region: c.caller.region, Number: c.caller.sealed}
	c.side(func() {
		defer stop()
		left := c.ex.Guide.Message(ctx, ear, c.visit())
		kept := left.Recording != "" && left.Voiced > 0 && left.Length >= leastMessage
		if kept {
			m.Recording, m.Length = left.Recording, left.Length
			kept = c.keepMessage(m)
		}
		c.box.Put(c.life, func() { c.messageLeft(kept) })
	})
}

func (c *Call) keepMessage(m Left) bool {
	ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit)
	defer cancel()
	if err := c.ex.Mail.Keep(ctx, m); err != nil {
		c.log.Error("keeping a message", "err", err)
		return false
	}
	return true
}

func (c *Call) messageLeft(kept bool) {
	c.flow.wraps--
	if kept {
		c.facts.served = true
		c.remark("voicemail", "留言已保存", nil)
	}
	c.save()
	if c.state.Phase == fsm.StateClosed {
		c.flow.over = c.flow.wraps <= 0
		return
	}
	c.try(fsm.EventMessageLeft, "")
}

// Record implements Ear: what the caller says goes to a recording of its own,
// until ctx ends.
func (l *earpiece) Record(ctx context.Context) (Message, error) {
	c := l.call
	start := c.ex.Now()
	tape, err := c.ex.Tapes.Open(ctx, c.id, c.ex.District, start, c.tapeTrouble)
	if err != nil {
		return Message{}, err
	}
	cap := &capture{tape: tape, start: start}
	c.flow.tap.Store(cap)
	<-ctx.Done()
	c.flow.tap.CompareAndSwap(cap, nil)
	cap.stop()
	end, cancel := context.WithTimeout(c.ex.disk, sealLimit)
	defer cancel()
	if err := tape.Close(end); err != nil {
		return Message{}, err
	}
	return Message{Recording: tape.ID(), Length: cap.length(), Voiced: cap.voiced}, nil
}

// capture writes one leg's voice to a recording, from its read goroutine.
type capture struct {
	mu     sync.Mutex
	tape   Tape
	start  time.Time
	base   uint32 // timestamp of sample off
	off    int64
	begun  bool
	end    int64
	voiced time.Duration
	over   bool
	pcm    [conf.FrameSamples * 6]int16
}

// voicedLevel is the mean amplitude above which a packet is speech: -45 dBFS.
const voicedLevel = 184

// write puts a packet where its timestamp says, and jumps with the clock when
// the speaker's own leaves it.
func (t *capture) write(p *rtp.Packet, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over || len(p.Payload) > len(t.pcm) {
		return
	}
	clock := int64(at.Sub(t.start)) * 8000 / int64(time.Second)
	pos := t.off + int64(int32(p.Timestamp-t.base))
	if drift := pos - clock; !t.begun || drift > 8000 || drift < -8000 {
		t.base, t.off, t.begun = p.Timestamp, max(clock, t.end), true
		pos = t.off
	}
	n := g711.DecodeALaw(t.pcm[:], p.Payload)
	if loud(t.pcm[:n]) {
		t.voiced += time.Duration(n) * time.Second / 8000
	}
	t.tape.Write(pos, t.pcm[:n], nil)
	t.end = max(t.end, pos+int64(n))
}

func loud(pcm []int16) bool {
	sum := 0
	for _, v := range pcm {
		sum += max(int(v), -int(v))
	}
	return len(pcm) > 0 && sum/len(pcm) > voicedLevel
}

func (t *capture) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
}

func (t *capture) length() time.Duration { return time.Duration(t.end) * time.Second / 8000 }

// Recorded notes the number of the record about this call.
func (c *Call) Recorded(number string) {
	c.box.Post(func() {
		c.flow.paper = paper{} // the hub has it
		c.remark("record", "受理单 "+number+" 已提交", map[string]any{"record": number})
	})
}
