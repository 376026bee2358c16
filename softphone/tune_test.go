package softphone

import (
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/g711"
	"zuoxi/media/jitter"
	"zuoxi/media/opus"
	"zuoxi/softphone/rtc"
)

// farHub is the hub at the other end of a line that loses packets, on a clock of
// its own: a step is a second.
type farHub struct {
	t     *testing.T
	o     *owner
	now   time.Duration
	asked Coding
	far   rtc.Report
	dice  *rand.Rand
	enc   *opus.Encoder
	seq   uint16
	ts    uint32 // in samples at 8 kHz
}

func (*farHub) Send(*rtp.Header, []byte) bool { return true }
func (h *farHub) Ask(c Coding)                { h.asked = c }
func (h *farHub) Far() rtc.Report             { return h.far }
func (h *farHub) LastPacket() time.Duration   { return h.now }
func (*farHub) Via() string                   { return "udp" }

// newFarHub makes a phone that is all tuner: no device, no goroutine, no network.
func newFarHub(t *testing.T) *farHub {
	t.Helper()
	h := &farHub{t: t, asked: Plain(), dice: rand.New(rand.NewPCG(7, 1))}
	codecs, err := jitter.Telephone(voiceRate)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := jitter.New(jitter.Config{Rate: voiceRate, Codecs: codecs, Now: func() time.Duration { return h.now }})
	if err != nil {
		t.Fatal(err)
	}
	if h.enc, err = opus.NewEncoder(opus.Settings{Bitrate: 16000, Complexity: 1}); err != nil {
		t.Fatal(err)
	}
	p := &Phone{ear: &ear{}, mic: &mic{}, log: slog.New(slog.DiscardHandler)}
	p.status.Store(&Status{})
	p.recent.Store(&Recent{})
	p.decision.Store(&adapt.Decision{})
	p.pathNow.Store(int32(Up))
	if p.voice, err = newVoice(p.ear.line.Load); err != nil {
		t.Fatal(err)
	}
	p.ear.line.Store(&line{conn: h, sound: sound})
	h.o = newOwner(p)
	return h
}

// packet is the next one of silence, in the coding that was asked for.
func (h *farHub) packet() jitter.Packet {
	p := jitter.Packet{PT: voiceline.PayloadALaw, Seq: h.seq, TS: h.ts, SSRC: 1}
	h.seq++
	h.ts += alawRate / 50
	pcm := make([]int16, voiceRate/50)
	if !h.asked.Opus {
		p.Payload = make([]byte, alawRate/50)
		g711.EncodeALaw(p.Payload, pcm[:alawRate/50])
		return p
	}
	p.PT, p.TS = voiceline.PayloadOpus, p.TS*(opus.Clock/alawRate)
	buf := make([]byte, opus.MaxPacket)
	n, err := h.enc.Encode(buf, pcm)
	if err != nil {
		h.t.Fatal(err)
	}
	p.Payload = buf[:n]
	return p
}

// second is one on a line that loses so much each way.
func (h *farHub) second(up, down float64) Stats {
	lost := 0
	out := make([]int16, voiceRate/50)
	for range 50 {
		if h.dice.Float64() < up {
			lost++
		}
		if p := h.packet(); h.dice.Float64() >= down {
			h.o.ear.line.Load().sound.Push(p, h.now)
		}
		h.o.ear.line.Load().sound.Pull(out)
		h.now += 20 * time.Millisecond
	}
	h.far.Count++
	h.far.Loss, h.far.Lost = float64(lost)/50, h.far.Lost+uint32(lost)
	h.far.RTT = 20 * time.Millisecond
	h.o.tune(time.Unix(0, 0).Add(h.now))
	return h.o.Stats()
}

// TestCodingFollowsTheLine: A-law on a good line, Opus with repetition
// on a lossy one, each way by what that way loses, and back.
func TestCodingFollowsTheLine(t *testing.T) {
	h := newFarHub(t)
	type codings struct{ oursOpus, oursFEC, theirsOpus, theirsFEC bool }
	for _, k := range []struct {
		what     string
		up, down float64
		within   int // seconds
		want     codings
	}{
		{"a good line", 0, 0, 5, codings{}},
		{"only ours loses", 0.15, 0, 5, codings{oursOpus: true, oursFEC: true}},
		{"both lose", 0.15, 0.15, 5, codings{true, true, true, true}},
		{"theirs a little", 0, 0.04, 30, codings{theirsOpus: true, theirsFEC: true}},
		{"good again", 0, 0, 30, codings{}},
	} {
		var got codings
		at := 0
		for got = (codings{oursOpus: !k.want.oursOpus}); got != k.want && at < k.within; at++ {
			s := h.second(k.up, k.down)
			got = codings{s.Coding.Opus, s.Coding.FEC, h.asked.Opus, h.asked.FEC}
		}
		if got != k.want {
			t.Fatalf("%s, after %d s: %+v", k.what, at, got)
		}
		h.second(k.up, k.down)
		if s := h.second(k.up, k.down); (s.Heard.Codec == "Opus") != k.want.theirsOpus {
			t.Fatalf("%s: heard as %s", k.what, s.Heard.Codec)
		}
	}
}

// TestAQueueIsAnsweredAtOnce: before a second is over, wherever it was seen.
func TestAQueueIsAnsweredAtOnce(t *testing.T) {
	thin := Coding{Opus: true, Packet: 60 * time.Millisecond, Bitrate: 12000}
	for what, queue := range map[string]func(*farHub){
		"at the hub": func(h *farHub) { h.far.Width = rtc.Width{Count: 1, Bits: 32_000} },
		"here": func(h *farHub) {
			for n := range 20 {
				h.o.ear.line.Load().width.Add(uint32(160*n), alawRate, 160, time.Duration(n)*54*time.Millisecond)
			}
		},
	} {
		h := newFarHub(t)
		for range 3 {
			h.second(0, 0)
		}
		queue(h)
		h.now += watchEvery
		h.o.tune(time.Unix(0, 0).Add(h.now))
		if s := h.o.Stats(); s.Coding != thin || h.asked != thin || s.Tuned.Narrow == 0 {
			t.Errorf("%s: we send %+v, asked for %+v", what, s.Coding, h.asked)
		}
		wide := false
		for n := 0; n < 600 && !wide; n++ { // told once, it counts once
			h.far.Count++
			h.now += time.Second
			h.o.tune(time.Unix(0, 0).Add(h.now))
			wide = h.o.Stats().Tuned.Narrow == 0
		}
		if !wide {
			t.Errorf("%s: the line stays narrow for ever", what)
		}
	}
}
