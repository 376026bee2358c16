package softphone

import (
	"sync/atomic"
	"time"

	"zuoxi/media/level"
	"zuoxi/media/resample"
	"zuoxi/softphone/device"
	"zuoxi/softphone/lane"
)

// voiceRate is what the phone works at between device and codec.
const voiceRate = 16000

// A microphone that has waited longer than this has been frozen: what it holds
// is old and is dropped, or it would stay as delay.
const staleAfter = 100 * time.Millisecond

// The agent is speaking when this many blocks of 10 ms in a row are louder
// than speechDBFS: longer than a click.
const (
	speechDBFS   = -45.0
	speechBlocks = 5
)

// mic is the way from the input device to whole voice packets. The device's
// callback writes, run reads; any goroutine may turn the switches.
type mic struct {
	bell    *lane.Bell
	source  atomic.Pointer[source]
	open    atomic.Bool // the agent talks
	muted   atomic.Bool
	parked  atomic.Bool   // the device is paused: packets only show that we live
	flushes atomic.Uint64 // grows when everything queued is to be forgotten
	meter   *level.Meter
	spoken  atomic.Uint64 // the flush after which speech was first heard, counted
	voiced  atomic.Uint64 // blocks in which the far end is taken to hear speech
	stale   atomic.Uint64 // blocks dropped after a freeze
	aside   atomic.Pointer[aside]
	air     *air
	side    *sideTone
	cutter
}

// cutter is run's own.
type cutter struct {
	src     *source
	flushed uint64
	down    *resample.Resampler
	raw     []float32
	loud    int
	vigil   vigil
	clean   *cleaning
	next    func([]int16) // cleaned, made once
	voice   *voice
	started uint64 // packets tell where talking began
}

// source is one opening of the input device.
type source struct {
	rate int
	ring *lane.Samples
	// silent is how long there has been digital silence, which no live
	// microphone gives, in samples.
	silent atomic.Int64
	alive  atomic.Bool // it has given sound
	// want is how many samples are worth waking run for.
	want atomic.Int64
}

func newMic(v *voice, c Clean, sideDB float64) (*mic, error) {
	bell, err := lane.NewBell()
	if err != nil {
		return nil, err
	}
	m := &mic{bell: bell, meter: level.New(voiceRate), air: newAir(), cutter: cutter{clean: newCleaning(c), voice: v, vigil: newVigil()}}
	m.next = m.cleaned
	m.side = newSideTone(sideDB, m.live)
	return m, nil
}

// prepare is the input device's device.Prepare.
func (m *mic) prepare(rate int) device.Callback {
	s := &source{rate: rate, ring: lane.NewSamples(rate / 2)}
	m.source.Store(s)
	m.side.rate.Store(int64(rate))
	return func(in []float32) {
		s.listen(in)
		m.side.say(in)
		s.ring.Write(in)
		if int64(s.ring.Len()) >= s.want.Load() {
			m.bell.Ring()
		}
	}
}

func (s *source) listen(in []float32) {
	for _, v := range in {
		if v != 0 {
			s.silent.Store(0)
			s.alive.Store(true)
			return
		}
	}
	s.silent.Add(int64(len(in)))
}

// live tells whether the far end hears the agent.
func (m *mic) live() bool { return m.open.Load() && !m.muted.Load() }

// silence is how long the device has given nothing but zeros, and whether it
// gave sound before.
func (m *mic) silence() (d time.Duration, hushed bool) {
	s := m.source.Load()
	if s == nil {
		return 0, false
	}
	d = time.Duration(s.silent.Load()) * time.Second / time.Duration(s.rate)
	return d, d > 0 && s.alive.Load()
}

// flush forgets what is queued between the microphone and the wire.
func (m *mic) flush() { m.flushes.Add(1) }

// run makes packets until the bell is closed. It never waits for anything but
// the device.
func (m *mic) run() {
	for m.bell.Wait() == nil {
		m.turn()
	}
	m.clean.close()
}

// turn deals with what the device has delivered.
func (m *mic) turn() {
	if m.parked.Load() {
		m.voice.pulse()
		return
	}
	s := m.source.Load()
	if s == nil {
		return
	}
	if s != m.src {
		m.src = s
		m.down = resample.New(s.rate, voiceRate)
		m.raw = make([]float32, s.rate/100)
		m.restart(0)
	}
	block := len(m.raw)
	if f := m.flushes.Load(); f != m.flushed {
		m.flushed = f
		m.restart(0)
	}
	if s.ring.Len() > int(staleAfter.Seconds()*float64(s.rate)) {
		m.stale.Add(1)
		m.restart(block)
	}
	for s.ring.Len() >= block {
		s.ring.Read(m.raw)
		m.block()
	}
	s.want.Store(int64(m.blocks() * block))
}

// mostBlocks are put together at most before run is woken: waking costs more
// than what is then done, but meters should follow speech.
const mostBlocks = 2

// blocks is how many more of 10 ms it takes until there is something to send.
func (m *mic) blocks() int {
	if m.clean.busy() {
		return 1 // echo is cancelled block by block, close behind the ear
	}
	return max(1, min(mostBlocks, int((m.voice.lacks()+10*time.Millisecond-1)/(10*time.Millisecond))))
}

// restart begins afresh with at most keep samples of what is queued.
func (m *mic) restart(keep int) {
	m.src.ring.Discard(keep)
	m.down.Reset()
	m.clean.restart()
	m.loud = 0
	// The resampler holds the newest samples back; silence in their place
	// keeps packets in step with the device's blocks, so that one is full the
	// moment its last block comes.
	held := (m.down.Delay()*voiceRate+m.src.rate-1)/m.src.rate + 1
	m.voice.restart(held)
}

// block turns 10 ms from the device into voice.
func (m *mic) block() {
	var wide [voiceRate / 50]float32
	var pcm [voiceRate / 50]int16
	n, _ := m.down.Process(wide[:], m.raw)
	for i, v := range wide[:n] {
		pcm[i] = int16(max(-32768, min(32767, v*32768)))
	}
	m.meter.Push(pcm[:n])
	m.clean.process(pcm[:n], m.next)
}

// cleaned takes what is fit to be sent.
func (m *mic) cleaned(pcm []int16) {
	if a := m.aside.Load(); a != nil {
		a.push(pcm)
	}
	live := m.live()
	if live && m.vigil.hears(pcm) {
		m.voiced.Add(1)
	}
	if !m.air.take(pcm) && !live {
		clear(pcm)
	}
	m.notice(live)
	m.voice.add(pcm)
}

// notice tells when the agent's voice is first heard in a call.
func (m *mic) notice(live bool) {
	if !live || m.meter.Read().RMS < speechDBFS {
		m.loud = 0
		return
	}
	if m.loud++; m.loud == speechBlocks && m.started != m.flushed {
		m.started = m.flushed
		m.spoken.Add(1)
	}
}
