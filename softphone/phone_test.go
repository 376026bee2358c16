package softphone

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/g711"
	"zuoxi/media/jitter"
	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/speex"
	"zuoxi/media/tone"
	"zuoxi/softphone/device"
	"zuoxi/softphone/lane"
	"zuoxi/softphone/ringer"
	"zuoxi/softphone/rtc"
)

// sine is a microphone's sound at a device's rate.
func sine(rate int, hz, seconds float64) []float32 {
	out := make([]float32, int(float64(rate)*seconds))
	for i := range out {
		out[i] = float32(0.3 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return out
}

// next forgets what the hub has heard and returns the next n packets.
func (h *hub) next(t *testing.T, n int) []rtp.Packet {
	t.Helper()
	for len(h.heard) > 0 {
		<-h.heard
	}
	var got []rtp.Packet
	for len(got) < n {
		select {
		case p := <-h.heard:
			got = append(got, p)
		case <-time.After(30 * time.Second):
			t.Fatalf("%d of %d packets came", len(got), n)
		}
	}
	return got
}

func decode(packets []rtp.Packet) []int16 {
	var all []int16
	for _, p := range packets {
		pcm := make([]int16, len(p.Payload))
		g711.DecodeALaw(pcm, p.Payload)
		all = append(all, pcm...)
	}
	return all
}

// follow proves that packets are whole, in order and step timestamps apart.
func follow(t *testing.T, packets []rtp.Packet, step uint32) {
	t.Helper()
	for i, k := range packets {
		if k.PayloadType != voiceline.PayloadALaw || len(k.Payload) != 160 {
			t.Fatalf("packet of type %d, %d bytes", k.PayloadType, len(k.Payload))
		}
		if i > 0 && (k.SequenceNumber != packets[i-1].SequenceNumber+1 || k.Timestamp != packets[i-1].Timestamp+step) {
			t.Fatalf("packet %d does not follow: %+v after %+v", i, k.Header, packets[i-1].Header)
		}
	}
}

func TestVoiceOut(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{48000, 44100, 16000, 8000} {
		d := device.NewDriven(rate, "headset")
		clockwork(t, d)
		p := newPhone(t, Config{Devices: d})
		h := newHub(t)
		connect(t, p, h)
		d.Say("headset", sine(rate, 700, 60))

		packets := h.next(t, 10)
		follow(t, packets, 160)
		if l := tone.Level(decode(packets), 8000, 700); l > -60 {
			t.Fatalf("%d Hz: the shut microphone is heard at %.1f dBFS", rate, l)
		}
		p.SetTalk(true)
		await(t, p, Spoke)
		follow(t, h.next(t, 20), 160)
		spoken(t, h, fmt.Sprint("the open microphone at ", rate, " Hz"))
		p.SetMute(true)
		h.next(t, 5)
		if l := tone.Level(decode(h.next(t, 10)), 8000, 700); l > -60 {
			t.Fatalf("%d Hz: the muted microphone is heard at %.1f dBFS", rate, l)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRest: an unused phone pauses its devices and still shows the hub that it
// lives; the next call finds everything as it was.
func TestRest(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	h := newHub(t)
	connect(t, p, h)
	until(t, "rest", func() bool { return d.Running("headset") == 0 })
	h.next(t, 1)
	follow(t, h.next(t, 5), 160*uint32(pulseEvery/(20*time.Millisecond)))
	if in, out := p.Levels(); in.RMS != level.Floor || out.RMS != level.Floor {
		t.Fatalf("levels at rest: %+v, %+v", in, out)
	}
	d.Say("headset", sine(48000, 700, 60))
	p.SetTalk(true)
	await(t, p, Spoke)
	follow(t, h.next(t, 20), 160)
	spoken(t, h, "the voice after the rest")
	p.SetTalk(false)
	until(t, "rest again", func() bool { return d.Running("headset") == 0 })
}

// TestHearsWithoutTalking: who only listens, to a call or to a recording, hears
// it to its end, also if the devices were at rest.
func TestHearsWithoutTalking(t *testing.T) {
	t.Parallel()
	const long = 2 * restAfter
	clip := make([]int16, int(long.Seconds())*asideRate)
	tone.New(asideRate, -12, 700).Fill(clip)
	voice := tone.New(8000, -12, 700)
	for name, way := range map[string]struct {
		begin, goOn func(t *testing.T, p *Phone, h *hub)
	}{
		"line": {func(*testing.T, *Phone, *hub) {}, func(t *testing.T, _ *Phone, h *hub) { h.say(t, voice) }},
		"clip": {func(_ *testing.T, p *Phone, _ *hub) { p.Say(clip) }, func(*testing.T, *Phone, *hub) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := device.NewDriven(48000, "headset")
			clockwork(t, d)
			p := newPhone(t, Config{Devices: d})
			h := newHub(t)
			connect(t, p, h)
			until(t, "rest", func() bool { return d.Running("headset") == 0 })
			way.begin(t, p, h)
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			from := time.Now()
			var first, last time.Duration
			for since := time.Duration(0); since < long; since = time.Since(from) {
				<-tick.C
				way.goOn(t, p, h)
				if _, out := p.Levels(); out.RMS > -20 {
					last = since
				} else if last == 0 {
					first = since
				}
			}
			if first > long/10 || last < long*9/10 {
				t.Fatalf("of %v it was heard from %v to %v", long, first, last)
			}
			until(t, "rest again", func() bool { return d.Running("headset") == 0 })
		})
	}
}

func TestCodingChangesOnTheRunningLine(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	h := newHub(t)
	connect(t, p, h)
	p.SetTalk(true)
	d.Say("headset", sine(48000, 700, 60))
	first := h.next(t, 3)
	p.SetCoding(Coding{Opus: true, Packet: 40 * time.Millisecond, Bitrate: 12000, FEC: true, Expected: 10})
	var last rtp.Packet
	for _, k := range h.next(t, 20) {
		if int16(k.SequenceNumber-first[0].SequenceNumber) < 0 {
			t.Fatal("the sequence began anew")
		}
		if last.PayloadType == voiceline.PayloadOpus && k.PayloadType == voiceline.PayloadOpus && k.Timestamp-last.Timestamp != 1920 {
			t.Fatalf("Opus' clock moved by %d in 40 ms", k.Timestamp-last.Timestamp)
		}
		last = k
	}
	if last.PayloadType != voiceline.PayloadOpus || len(last.Payload) > 120 {
		t.Fatalf("type %d with %d bytes after the change", last.PayloadType, len(last.Payload))
	}
	p.SetCoding(Plain())
	h.next(t, 5)
	spoken(t, h, "the voice, back to A-law,")
}

func TestVoiceIn(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{48000, 44100} {
		d := device.NewDriven(rate, "headset")
		clockwork(t, d)
		p := newPhone(t, Config{Devices: d})
		h := newHub(t)
		connect(t, p, h)
		g := tone.New(8000, -10, 900)
		ticker := time.NewTicker(20 * time.Millisecond)
		near(t, fmt.Sprint("the citizen at ", rate, " Hz"), -10, func() float64 {
			for range 60 {
				<-ticker.C
				h.say(t, g)
			}
			heard := d.Heard("headset")
			tail := heard[len(heard)-rate/4:]
			pcm := make([]int16, len(tail))
			for i, v := range tail {
				pcm[i] = int16(v * 32767)
			}
			return tone.Level(pcm, rate, 900)
		})
		ticker.Stop()
		until(t, "the figures of a second", func() bool { return p.Stats().Recent.MOS > 3 })
		s := p.Stats()
		if s.Heard.Received < 50 || s.Sent == 0 {
			t.Fatalf("after a second of speech: %+v", s)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCallOutlivesTheHeadset: the hub gets its packets whatever the devices do,
// and the headset is found again when it is back.
func TestCallOutlivesTheHeadset(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d, Selection: Selection{Input: "headset", Output: "headset"}})
	h := newHub(t)
	connect(t, p, h)
	p.SetTalk(true)
	d.Unplug("headset")
	e := await(t, p, DeviceMissing)
	if e.Text == "" {
		t.Fatal("no words for the agent")
	}
	until(t, "the headset missed", func() bool { s := p.Status(); return s.Problem != "" && s.Path == Up })
	h.next(t, 10)
	d.Plug("headset")
	await(t, p, DeviceBack)
	until(t, "both streams", func() bool { return d.Running("headset") == 2 })
	until(t, "the headset back", func() bool { s := p.Status(); return s.Problem == "" && s.Input == "headset" })
	d.Say("headset", sine(48000, 700, 60))
	h.next(t, 5)
	spoken(t, h, "the voice after the change")
}

// TestTheDefaultComesBack: the system's default is the device that it was. When
// that goes another stands in, and when it is back it is taken again, in a call.
func TestTheDefaultComesBack(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset", "built-in")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	until(t, "the headset", func() bool { return d.Running("headset") == 2 })
	p.SetTalk(true)
	d.Unplug("headset")
	if e := await(t, p, DeviceMissing); e.Text == "" {
		t.Fatal("no words for the agent")
	}
	until(t, "the other one", func() bool { return d.Running("built-in") == 2 })
	until(t, "that it stands in", func() bool {
		s := p.Status()
		return s.Input == "built-in" && strings.Contains(s.Problem, "暂用“built-in”")
	})
	d.Plug("headset") // no more the first of the list: it is not the default
	await(t, p, DeviceBack)
	until(t, "the headset again", func() bool { return d.Running("headset") == 2 && d.Running("built-in") == 0 })
	until(t, "that it is told", func() bool { s := p.Status(); return s.Input == "headset" && s.Output == "headset" && s.Problem == "" })
	again := func() {
		if err := p.do(func(o *owner) { o.rebuild(); o.scanned() }); err != nil {
			t.Fatal(err)
		}
	}
	again() // the default is still the one that stood in, which nobody chose
	if s := p.Status(); s.Input != "headset" || s.Output != "headset" || d.Running("headset") != 2 {
		t.Errorf("looked for again, and left: %+v", s)
	}
	d.Prefer("desk") // this somebody did
	again()
	if s := p.Status(); s.Input != "desk" || s.Output != "desk" || s.Problem != "" {
		t.Errorf("another default was not taken: %+v", s)
	}
}

// TestTheDefaultStandsInForAChosenDevice: until the chosen one is back, in a
// call, though the system shows it a moment after it has told of it.
func TestTheDefaultStandsInForAChosenDevice(t *testing.T) {
	t.Parallel()
	d := &late{Driven: device.NewDriven(48000, "built-in", "headset")}
	clockwork(t, d.Driven)
	p := newPhone(t, Config{Devices: d, Selection: Selection{Input: "headset", Output: "headset"}})
	until(t, "the headset", func() bool { return d.Running("headset") == 2 })
	p.SetTalk(true)
	d.Unplug("headset")
	if e := await(t, p, DeviceMissing); e.Text == "" {
		t.Fatal("no words for the agent")
	}
	until(t, "the default", func() bool { return d.Running("built-in") == 2 })
	until(t, "that it stands in", func() bool {
		s := p.Status()
		return s.Input == "built-in" && s.Output == "built-in" && strings.Contains(s.Problem, "“headset”不见了 · 暂用“built-in”")
	})
	d.hidden.Store(1)
	d.Plug("headset")
	await(t, p, DeviceBack)
	until(t, "the headset again", func() bool { return d.Running("headset") == 2 && d.Running("built-in") == 0 })
	until(t, "that it is told", func() bool { s := p.Status(); return s.Input == "headset" && s.Output == "headset" && s.Problem == "" })
}

// untold is a sound system that never says that devices came or went.
type untold struct{ *device.Driven }

func (untold) Changed() <-chan struct{} { return nil }

// TestADeviceIsLookedForWhereNobodyTells: with the default in its place too, in a call, every so often.
func TestADeviceIsLookedForWhereNobodyTells(t *testing.T) {
	t.Parallel()
	d := untold{device.NewDriven(48000, "built-in", "headset")}
	clockwork(t, d.Driven)
	p := newPhone(t, Config{Devices: d, Selection: Selection{Input: "headset", Output: "headset"}})
	until(t, "the headset", func() bool { return d.Running("headset") == 2 })
	p.SetTalk(true)
	d.Unplug("headset")
	until(t, "that it stands in", func() bool { return strings.Contains(p.Status().Problem, "暂用“built-in”") })
	d.Plug("headset")
	if err := p.do(func(o *owner) { o.looked = o.looked.Add(-lookBesides) }); err != nil { // so long ago
		t.Fatal(err)
	}
	until(t, "the headset again", func() bool { return d.Running("headset") == 2 && p.Status().Problem == "" })
}

// late is a sound system that does not know a device yet when it is first asked
// for it.
type late struct {
	*device.Driven
	hidden atomic.Int64 // times to be asked
}

func (l *late) Open(dir device.Direction, name string, prepare device.Prepare) (device.Stream, error) {
	if name == "headset" && l.hidden.Add(-1) >= 0 {
		return nil, device.ErrNoDevice
	}
	return l.Driven.Open(dir, name, prepare)
}

// TestAnotherDefaultIsTakenAtRest: in a call a new device is left alone; when the
// phone rests the list is read, and what the system now prefers is used.
func TestAnotherDefaultIsTakenAtRest(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "built-in")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	until(t, "the built-in one", func() bool { return d.Running("built-in") == 2 })
	p.SetTalk(true)
	d.Prefer("headset")
	until(t, "the notice", func() bool {
		var owed bool
		return p.do(func(o *owner) { owed = o.owed }) == nil && owed
	})
	if d.Running("built-in") != 2 || p.Status().Problem != "" {
		t.Fatalf("a call was disturbed by a new device: %+v", p.Status())
	}
	p.SetTalk(false)
	// It is one's own choice, and no problem; the microphone's silence was the old one's.
	until(t, "what is preferred", func() bool {
		s := p.Status()
		return s.Output == "headset" && s.Input == "headset" && s.Problem == ""
	})
}

// counted counts how often the list is read afresh.
type counted struct {
	*device.Driven
	rescans atomic.Int64
}

func (c *counted) Rescan() error { c.rescans.Add(1); return c.Driven.Rescan() }

// frozen is a sound system that takes its time over the list.
type frozen struct {
	*device.Driven
	begun, thaw chan struct{}
	once        sync.Once
}

func (f *frozen) Rescan() error {
	f.once.Do(func() { close(f.begun); <-f.thaw })
	return f.Driven.Rescan()
}

// TestTheHubHearsOfUsWhileTheSoundSystemHangs: the list of devices takes as long
// as it takes, in a call, and packets go on; so does a new connection, and no
// silence is called the microphone's.
func TestTheHubHearsOfUsWhileTheSoundSystemHangs(t *testing.T) {
	t.Parallel()
	d := &frozen{Driven: device.NewDriven(48000, "headset"), begun: make(chan struct{}), thaw: make(chan struct{})}
	clockwork(t, d.Driven)
	p := newPhone(t, Config{Devices: d, Selection: Selection{Input: "headset", Output: "headset"}})
	h := newHub(t)
	connect(t, p, h)
	p.SetTalk(true)
	until(t, "the headset", func() bool { return d.Running("headset") == 2 })
	d.Unplug("headset")
	<-d.begun
	before := p.Stats().Sent
	until(t, "half a second of packets", func() bool { return p.Stats().Sent > before+25 })
	h.next(t, 1)
	again := newHub(t)
	sdp, err := p.Offer(t.Context(), false)
	if err == nil {
		err = p.Answer(again.answer(t, sdp))
	}
	if err != nil {
		t.Fatal(err)
	}
	again.next(t, 3)
	if s := p.Status(); s.Warning != "" {
		t.Errorf("warns of %q", s.Warning)
	}
	close(d.thaw)
	await(t, p, DeviceMissing)
	d.Plug("headset")
	await(t, p, DeviceBack)
}

// TestWhoWantsNoDeviceStartsNoLibrary: a device that comes is news for a phone
// that looks for one; one on silence leaves the sound library alone, which does
// not bear being started twice in one program.
func TestWhoWantsNoDeviceStartsNoLibrary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		selection Selection
		reads     bool
	}{{Selection{Input: "null", Output: "null", Ringer: "null"}, false}, {Selection{Input: "null", Output: "headset"}, true}} {
		d := &counted{Driven: device.NewDriven(48000)}
		clockwork(t, d.Driven)
		p := newPhone(t, Config{Devices: d, Selection: c.selection})
		until(t, "silence", func() bool { return p.Status().Output == "null" })
		before := d.rescans.Load()
		d.Plug("headset")
		until(t, "the notice", func() bool { return len(d.Changed()) == 0 })
		if err := p.do(func(o *owner) { o.scanned() }); err != nil { // after what the notice led to
			t.Fatal(err)
		}
		if n := d.rescans.Load() - before; (n > 0) != c.reads {
			t.Errorf("%+v: the list was read %d times", c.selection, n)
		}
	}
}

func TestDevicesAreChosen(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset", "speaker")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	if err := p.SetDevices(Selection{Input: "headset", Output: "headset", Ringer: "speaker"}); err != nil {
		t.Fatal(err)
	}
	p.Ring(true) // the ringer's device runs for nothing else
	until(t, "three streams", func() bool { return d.Running("headset") == 2 && d.Running("speaker") == 1 })
	until(t, "the ring", func() bool { return loudest(d.Heard("speaker")) > 0.05 })
	if loudest(d.Heard("headset")) > 0 {
		t.Fatal("it rings in the headset too")
	}
	d.Unplug("speaker")
	until(t, "the ring in the headset", func() bool { return loudest(d.Heard("headset")) > 0.05 })
	p.SetTalk(true)
	if err := p.SetDevices(Selection{Input: "another", Output: "headset"}); !errors.Is(err, device.ErrNoDevice) {
		t.Fatalf("choosing what is not there: %v", err)
	}
	if s := p.Status(); s.Input != "headset" || !strings.Contains(s.NoInput, "暂用“headset”") {
		t.Fatalf("instead of what is not there: %+v", s)
	}
	if all, err := p.Devices(); err != nil || len(all) != 1 {
		t.Fatalf("devices %v, %v", all, err)
	}
}

func loudest(x []float32) float32 {
	var top float32
	for _, v := range x {
		top = max(top, v)
	}
	return top
}

func TestSelfCheck(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	until(t, "the headset", func() bool { return d.Running("headset") == 2 })
	c, err := p.SelfCheck(t.Context())
	if err != nil || c.Mic.OK || !c.Ear.OK {
		t.Fatalf("with a dead microphone: %+v, %v", c, err)
	}
	if l := loudest(d.Heard("headset")); l < 0.09 || l > 0.11 {
		t.Fatalf("the tone peaks at %.3f", l)
	}
	d.Say("headset", sine(48000, 300, 60))
	if c, err = p.SelfCheck(t.Context()); err != nil || !c.Mic.OK {
		t.Fatalf("with a good microphone: %+v, %v", c, err)
	}
	p2 := newPhone(t, Config{Devices: device.NewDriven(48000)})
	until(t, "silence to stand in", func() bool { return p2.Status().Problem != "" })
	if c, err = p2.SelfCheck(t.Context()); err != nil || c.Mic.OK || c.Ear.OK {
		t.Fatalf("without a headset: %+v, %v", c, err)
	}
}

func TestSilentMicrophoneIsTold(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	p.SetTalk(true) // or the phone may rest before a slow machine has heard three seconds of silence
	await(t, p, MicSilent)
	if p.Status().Problem != micSilentText {
		t.Fatalf("status says %q", p.Status().Problem)
	}
	d.Say("headset", sine(48000, 300, 0.5))
	await(t, p, MicAlive)
	loud := sine(48000, 300, 2)
	for i := range loud {
		loud[i] *= 10
	}
	d.Say("headset", loud)
	if e := await(t, p, Clipping); e.Text == "" {
		t.Fatal("no words for the agent")
	}
	if s := p.Status(); !s.Clipping || s.Warning != clippingText {
		t.Fatalf("clipping: %+v", s)
	}
}

// TestCleaningIsSwitchedOnTheRunningLine, and what cannot be had is said once.
func TestCleaningIsSwitchedOnTheRunningLine(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(voiceRate, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	h := newHub(t)
	connect(t, p, h)
	p.SetTalk(true)
	hiss := mediatest.Noise(60*voiceRate, -30, 1)
	sound := make([]float32, len(hiss))
	for i, v := range hiss {
		sound[i] = float32(v) / 32768
	}
	d.Say("headset", sound)
	h.next(t, 10)
	before := level.RMS(decode(h.next(t, 25)))
	p.SetClean(Clean{Noise: true})
	h.next(t, 50) // the library learns the noise
	clean := level.RMS(decode(h.next(t, 25)))
	p.SetClean(Clean{})
	h.next(t, 10)
	after := level.RMS(decode(h.next(t, 25)))
	if clean > before-8 || math.Abs(after-before) > 2 {
		t.Fatalf("noise at %.1f dBFS, suppressed %.1f, switched off again %.1f", before, clean, after)
	}
}

func TestMissingCleanerIsSaid(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(voiceRate, "headset")
	p := newPhone(t, Config{Devices: d})
	p.mic.clean.open = func(int, time.Duration, Clean) (*speex.Cleaner, error) { return nil, speex.ErrUnavailable }
	p.SetClean(Clean{Echo: true})
	clockwork(t, d)
	if e := await(t, p, CleanMissing); !strings.Contains(e.Text, "libspeexdsp") {
		t.Fatalf("said %q", e.Text)
	}
	d.Say("headset", sine(voiceRate, 300, 60))
	until(t, "the sound as it is", func() bool { in, _ := p.Levels(); return in.RMS > -20 })
}

func TestNewOfferReplacesTheLine(t *testing.T) {
	t.Parallel()
	p := newPhone(t, Config{Devices: device.NewDriven(48000), Selection: Selection{"null", "null", ""}})
	first, second := newHub(t), newHub(t)
	connect(t, p, first)
	first.next(t, 3)
	if _, err := p.Offer(t.Context(), false); err != nil { // never answered
		t.Fatal(err)
	}
	first.next(t, 3)
	offer, err := p.Offer(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(second.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	second.next(t, 3)
	offer, err = p.Offer(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(second.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	second.next(t, 20)
	if s := p.Status(); s.Path != Up || s.Via != "udp" {
		t.Fatalf("%+v", s)
	}
}

func TestClosedPhone(t *testing.T) {
	t.Parallel()
	p := newPhone(t, Config{Devices: device.NewDriven(48000)})
	if err := p.Answer(""); !errors.Is(err, ErrNoOffer) {
		t.Fatalf("an answer to nothing: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Offer(t.Context(), false); !errors.Is(err, ErrClosed) {
		t.Fatalf("offer of a closed phone: %v", err)
	}
	if err := p.SetDevices(Selection{}); !errors.Is(err, ErrClosed) {
		t.Fatalf("devices of a closed phone: %v", err)
	}
	p.SetTalk(true)
	p.Ring(true)
	if _, err := p.SelfCheck(t.Context()); !errors.Is(err, ErrClosed) {
		t.Fatalf("check of a closed phone: %v", err)
	}
}

func TestMOSFallsWithLossAndDelay(t *testing.T) {
	t.Parallel()
	at := func(concealed int64, depth float64, rtt time.Duration) float64 {
		now := jitter.Stats{Codec: "PCMA", Received: 10, Played: 100, Concealed: concealed, DepthMS: depth}
		return recent(jitter.Stats{}, now, rtc.Report{RTT: rtt}, Plain()).MOS
	}
	clean, lossy, late := at(0, 20, 10*time.Millisecond), at(10, 20, 10*time.Millisecond), at(0, 200, 400*time.Millisecond)
	if clean < 4.2 || clean > 4.5 || lossy > 3.6 || late > 3.8 {
		t.Fatalf("clean %.2f, 10%% lost %.2f, late %.2f", clean, lossy, late)
	}
	low := recent(jitter.Stats{}, jitter.Stats{Codec: "Opus", Received: 10, Played: 100}, rtc.Report{}, Coding{Bitrate: 8000}).MOS
	if high := recent(jitter.Stats{}, jitter.Stats{Codec: "Opus", Received: 10, Played: 100}, rtc.Report{}, Coding{Bitrate: 24000}).MOS; high <= low {
		t.Fatalf("8 kbit/s %.2f, 24 kbit/s %.2f", low, high)
	}
	if r := recent(jitter.Stats{}, jitter.Stats{}, rtc.Report{}, Plain()); r != (Recent{}) {
		t.Fatalf("of nothing heard: %+v", r)
	}
}

// TestCallbacksAllocateNothing is the gate for what runs in the device's thread.
func TestCallbacksAllocateNothing(t *testing.T) {
	codecs, err := jitter.Telephone(voiceRate)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := jitter.New(jitter.Config{Rate: voiceRate, Codecs: codecs})
	if err != nil {
		t.Fatal(err)
	}
	bell, err := lane.NewBell()
	if err != nil {
		t.Fatal(err)
	}
	defer bell.Close()
	side := newSideTone(25, func() bool { return true })
	e := &ear{ring: ringer.New(voiceRate), meter: level.New(voiceRate), clean: newCleaning(Clean{Echo: true}), side: side}
	e.ring.Set(true)
	e.here.Store(true)
	e.line.Store(&line{sound: sound})
	e.overheard.Store(&overheard{ring: lane.NewSamples(overheardRing)})
	out, in := e.prepare(48000), (&mic{bell: bell, side: side}).prepare(48000)
	block, payload := make([]float32, 480), make([]byte, 160)
	seq := uint16(0)
	if n := testing.AllocsPerRun(500, func() { in(block) }); n != 0 {
		t.Errorf("input: %v allocations", n)
	}
	if n := testing.AllocsPerRun(500, func() {
		seq++
		sound.Push(jitter.Packet{PT: voiceline.PayloadALaw, Seq: seq, TS: uint32(seq) * 160, Payload: payload}, jitter.Now())
		out(block)
		out(block)
	}); n != 0 {
		t.Errorf("output: %v allocations", n)
	}
}

func BenchmarkInputCallback(b *testing.B) {
	v, err := newVoice(func() *line { return nil })
	if err != nil {
		b.Fatal(err)
	}
	m, err := newMic(v, Clean{}, 25)
	if err != nil {
		b.Fatal(err)
	}
	defer m.bell.Close()
	in := m.prepare(48000)
	block := sine(48000, 440, 0.01)
	b.ReportAllocs()
	for b.Loop() {
		in(block)
		m.source.Load().ring.Discard(0)
	}
}

func BenchmarkPacket(b *testing.B) {
	v, err := newVoice(func() *line { return nil })
	if err != nil {
		b.Fatal(err)
	}
	m, err := newMic(v, Clean{}, 25)
	if err != nil {
		b.Fatal(err)
	}
	defer m.bell.Close()
	in := m.prepare(48000)
	block := sine(48000, 440, 0.01)
	b.ReportAllocs()
	for b.Loop() {
		in(block)
		m.turn()
		in(block)
		m.turn()
	}
}
