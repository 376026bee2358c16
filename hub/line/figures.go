package line

import (
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/emodel"
	"zuoxi/media/jitter"
	"zuoxi/media/opus"
)

// Figures are how a seat's voice came in since they were last asked for: what
// the caller hears of the agent, as far as the hub can tell.
type Figures struct {
	Codec   string // of the newest packet, empty where none came
	Jitter  time.Duration
	Depth   time.Duration // waiting here
	Loss    float64       // share of the seat's packets that never came, 0 to 1
	Missing float64       // share of the sound that was made up here, or handed on as a hole
	coding  emodel.Codec
}

// MOS is how that is heard, with what a round trip between seat and hub takes;
// 0 where nothing came.
func (f Figures) MOS(rtt time.Duration) float64 {
	if f.Codec == "" {
		return 0
	}
	return emodel.Estimate(emodel.Input{OneWay: emodel.Ends + rtt/2 + f.Depth, Loss: f.Missing, Codec: f.coding}).MOS
}

// mostFilled is how many packets the buffer makes up for; after that it is silent.
const mostFilled = int(giveUp / frameTime)

// tally counts what came of a seat, since the beginning.
type tally struct {
	packets, lost int64
	handed, holes int64 // samples handed on, and missing between them
	bytes, length int64 // of Opus; samples
	pt            uint8
}

// missed counts packets that should have come before one that has. Of those
// that went through untouched, and of a long row, nothing took the place.
func (t *tally) missed(n, samples int, untouched bool) {
	t.lost += int64(n)
	if untouched || n > mostFilled {
		t.holes += int64(n * samples)
	}
}

// came counts a packet; one that was overtaken had been taken for lost.
func (t *tally) came(p *rtp.Packet, overtaken, untouched bool) {
	t.packets, t.pt = t.packets+1, p.PayloadType
	if p.PayloadType == voiceline.PayloadOpus {
		t.bytes += int64(len(p.Payload))
		t.length += int64(opus.Duration(p.Payload, alawRate))
	}
	if overtaken {
		t.lost--
		if untouched {
			t.holes -= int64(len(p.Payload))
		}
	}
}

func (t tally) since(old tally) tally {
	return tally{
		t.packets - old.packets, max(0, t.lost-old.lost), t.handed - old.handed, max(0, t.holes-old.holes),
		t.bytes - old.bytes, t.length - old.length, t.pt,
	}
}

// counted is what was counted here and in the buffer.
type counted struct {
	tally
	sound jitter.Stats
}

// ledger counts, and knows what it said last.
type ledger struct {
	tally
	told counted
}

// Figures tells of the time since the last call. One asks: the reader of the
// seat's own reports.
func (l *Line) Figures() Figures { return l.hearing.figures() }

func (h *hearing) figures() Figures {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := counted{tally: h.tally}
	if h.sound != nil {
		now.sound = h.sound.Stats()
	}
	d, made, repaired := now.since(h.told.tally), now.sound.Concealed-h.told.sound.Concealed, now.sound.Repaired-h.told.sound.Repaired
	h.told = now
	if d.packets == 0 {
		return Figures{}
	}
	f := Figures{
		Codec: "PCMA", Jitter: h.arrivals.Jitter(), Loss: float64(d.lost) / float64(d.packets+d.lost),
		Missing: min(1, float64(made+d.holes)/float64(max(1, d.handed+d.holes))), coding: emodel.G711,
	}
	switch {
	case d.pt == voiceline.PayloadOpus:
		f.Codec, f.coding = "Opus", emodel.Coded(int(8*alawRate*d.bytes/max(1, d.length)), repaired > 0)
	case !h.played:
		f.coding = emodel.G711Plain
	}
	if h.played {
		f.Depth = max(0, time.Duration(now.sound.DepthMS*float64(time.Millisecond))-frameTime) // without the frame that leaves
	}
	return f
}
