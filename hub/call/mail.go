package call

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/conf"
	"zuoxi/media/g711"
	fsm "zuoxi/rules/call"
)

// LeastMessage is how long a message must be to count as service.
const LeastMessage = 3 * time.Second

// MessageBegan is the line of a timeline that a message begins with. It names
// the recording, by which a hub that was killed finds what no list has yet.
const MessageBegan = "message"

// startVoicemail lets the caller leave a message. A caller who hangs up after
// speaking has left one: the message is kept whoever ends the call.
func (c *Call) startVoicemail() {
	c.flow.wraps++ // the log waits for the message
	c.unguide()
	ctx, stop := context.WithCancel(c.life)
	ear := &earpiece{call: c, message: true}
	c.flow.stop, c.flow.ear = stop, ear
	m := Left{Call: c.id, District: c.ex.District, Region: c.caller.region, Number: c.caller.sealed}
	v, kept := c.visit(), false
	v.Keep = func(recording string, length time.Duration) bool {
		m.Recording, m.Length, m.At = recording, length, c.ex.Now()
		kept = c.keepMessage(m)
		return kept
	}
	c.side(func() {
		defer stop()
		left := c.ex.Guide.Message(ctx, ear, v)
		worth := left.Recording != "" && left.Voiced > 0 && left.Length >= LeastMessage
		if worth && m.Recording == "" { // hung up, as most do
			v.Keep(left.Recording, left.Length)
		}
		c.box.Put(c.life, func() { c.messageLeft(kept, worth) })
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

// messageLeft ends the message: it was kept, or was worth it and could not be.
func (c *Call) messageLeft(kept, worth bool) {
	c.flow.wraps--
	switch {
	case kept:
		c.facts.served = true
		c.remark("voicemail", "留言已保存", nil)
	case worth:
		c.ex.Floor.TellLeads("error", c.caller.sealed.Masked+" 的留言没有列进清单 · 录音在，却没有人会收到 · 请听这通电话的录音并回电，请管理员检查数据库", c.district())
		c.remark("voicemail", "留言已录音，没有列进清单", nil)
	}
	c.save()
	if c.state.Phase == fsm.StateClosed {
		c.flow.over = c.flow.wraps <= 0
		return
	}
	c.try(fsm.EventMessageLeft, "")
}

// Record implements Ear: what the caller says goes to a recording of its own,
// until ctx ends. It counts from the first word, however long the file takes.
func (l *earpiece) Record(ctx context.Context) (Message, error) {
	c := l.call
	tape, open := c.tapeLate(c.ex.District)
	said := &capture{tape: tape, start: c.ex.Now()}
	c.flow.tap.Store(said)
	c.side(func() {
		if open() == nil && l.message {
			id, _ := tape.id()
			c.box.Post(func() { c.remark(MessageBegan, "开始留言", map[string]any{"recording": id}) })
		}
	})
	select {
	case <-ctx.Done():
	case <-tape.opened:
		if _, err := tape.id(); err == nil {
			<-ctx.Done()
		}
	}
	speaks := ctx.Err() == nil
	c.flow.tap.CompareAndSwap(said, nil)
	said.stop()
	end, cancel := context.WithTimeout(c.ex.disk, tapeLimit)
	defer cancel()
	closed := tape.close(end)
	id, err := tape.id()
	if id == "" {
		if speaks || said.voiced > 0 {
			c.box.Post(l.deaf)
		}
		return Message{}, cmp.Or(err, closed)
	}
	if closed != nil { // what was said is in the file, and can be heard
		c.log.Error("closing the recording of what was said", "err", closed)
	}
	return Message{Recording: id, Length: said.length(), Voiced: said.voiced}, nil
}

// deaf tells, once, that a message could not be recorded: somebody must call back.
func (l *earpiece) deaf() {
	if !l.message || l.told {
		return
	}
	l.told = true
	c := l.call
	c.ex.Floor.TellLeads("error", c.caller.sealed.Masked+" 的留言无法录音 · 没有录上 · 请给他回电，请管理员检查磁盘", c.district())
	c.remark("recording", "留言无法录音", nil)
}

// capture writes one leg's voice to a recording, from its read goroutine.
type capture struct {
	mu     sync.Mutex
	tape   *lateTape
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

// Voiced is how much of a channel is not silence.
func Voiced(alaw []byte) (d time.Duration) {
	var pcm [conf.FrameSamples]int16
	for frame := range slices.Chunk(alaw, len(pcm)) {
		if n := g711.DecodeALaw(pcm[:], frame); loud(pcm[:n]) {
			d += time.Duration(n) * time.Second / 8000
		}
	}
	return d
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
