package citizen

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/dtmf"
	"zuoxi/media/g711"
)

const (
	frame   = 20 * time.Millisecond
	samples = 160
	pcma    = 8
	pcmu    = 0
)

// sound is a citizen's mouth and ear. One goroutine sends a frame every 20 ms from the answer to the end, silence
// included, as a gateway does; one reads.
type sound struct {
	conn   *net.UDPConn
	record io.Writer
	spoke  io.Writer // gets what is sent
	work   sync.WaitGroup
	done   chan struct{}
	end    sync.Once

	mu      sync.Mutex
	remote  *net.UDPAddr
	codec   uint8
	events  uint8
	queue   []byte // A-law waiting to be spoken
	keys    dtmf.Sender
	spoken  chan struct{} // closed when the queue ran empty
	heard   ear
	packets int
	lost    int
}

var errSDP = errors.New("the answer has no sound we can hear")

func openSound(local string, record io.Writer) (*sound, error) {
	for range 32 {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(local)})
		if err != nil {
			return nil, fmt.Errorf("opening a citizen's sound: %w", err)
		}
		if conn.LocalAddr().(*net.UDPAddr).Port%2 == 0 {
			return &sound{conn: conn, record: record, done: make(chan struct{}), events: 101, codec: pcma}, nil
		}
		_ = conn.Close()
	}
	return nil, errors.New("no even port for a citizen's sound")
}

// offer is the citizen's session description.
func (s *sound) offer() []byte {
	a := s.conn.LocalAddr().(*net.UDPAddr)
	family := "IP4"
	if a.IP.To4() == nil {
		family = "IP6"
	}
	return fmt.Appendf(nil, "v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"+
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n", family, a.IP, family, a.IP, a.Port)
}

// start reads the answer and begins to speak and to hear.
func (s *sound) start(answer []byte) error {
	host, port, codec := "", 0, uint8(0xFF)
	for line := range strings.Lines(string(answer)) {
		line = strings.TrimSpace(line)
		if f := strings.Fields(line); strings.HasPrefix(line, "c=IN ") && len(f) == 3 {
			host = f[2]
		} else if strings.HasPrefix(line, "m=audio ") && len(f) >= 4 {
			port, _ = strconv.Atoi(f[1])
			if n, err := strconv.ParseUint(f[3], 10, 7); err == nil {
				codec = uint8(n)
			}
		}
	}
	ip := net.ParseIP(host)
	if ip == nil || port <= 0 || port > 65535 || (codec != pcma && codec != pcmu) {
		return errSDP
	}
	s.mu.Lock()
	s.remote, s.codec = &net.UDPAddr{IP: ip, Port: port}, codec
	s.mu.Unlock()
	s.work.Go(s.speak)
	s.work.Go(s.hear)
	return nil
}

// stop ends both goroutines.
func (s *sound) stop() {
	s.end.Do(func() {
		close(s.done)
		_ = s.conn.Close()
	})
	s.work.Wait()
}

// say queues A-law and returns a channel that closes when it was spoken.
func (s *sound) say(alaw []byte) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, alaw...)
	if s.spoken == nil {
		s.spoken = make(chan struct{})
	}
	return s.spoken
}

// press queues keys and returns a channel that closes when they were sent.
func (s *sound) press(keys string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range len(keys) {
		s.keys.Press(keys[i])
	}
	if s.spoken == nil {
		s.spoken = make(chan struct{})
	}
	return s.spoken
}

// speak sends a frame every 20 ms.
func (s *sound) speak() {
	tick := time.NewTicker(frame)
	defer tick.Stop()
	seq, ts, ssrc := uint16(rand.Uint32()), rand.Uint32(), rand.Uint32()
	for first := true; ; first = false {
		p := s.frame(ts, first)
		s.keepSpoken(&p)
		p.SequenceNumber, p.SSRC = seq, ssrc
		if b, err := p.Marshal(); err == nil {
			s.mu.Lock()
			to := s.remote
			s.mu.Unlock()
			_, _ = s.conn.WriteTo(b, to) // a lost packet, as on any line
		}
		seq, ts = seq+1, ts+samples
		select {
		case <-tick.C:
		case <-s.done:
			return
		}
	}
}

// keepSpoken writes what is sent to who wants it; a key is silence there.
func (s *sound) keepSpoken(p *rtp.Packet) {
	if s.spoke == nil {
		return
	}
	out := make([]byte, samples)
	for i := range out {
		out[i] = g711.SilenceALaw
	}
	switch p.PayloadType {
	case pcma:
		copy(out, p.Payload)
	case pcmu:
		g711.ULawToALaw(out, p.Payload)
	}
	_, _ = s.spoke.Write(out) // as with what is heard
}

// frame is what is sent now: a key, the next piece of speech, or silence.
func (s *sound) frame(ts uint32, first bool) rtp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: s.codec, Timestamp: ts, Marker: first}}
	if k, ok := s.keys.Next(ts); ok {
		p.PayloadType, p.Timestamp, p.Marker, p.Payload = s.events, k.TS, k.Marker, k.Payload[:]
		return p
	}
	p.Payload = make([]byte, samples)
	n := copy(p.Payload, s.queue)
	for i := n; i < samples; i++ {
		p.Payload[i] = g711.SilenceALaw
	}
	s.queue = s.queue[n:]
	if len(s.queue) == 0 && !s.keys.Busy() && s.spoken != nil {
		close(s.spoken)
		s.spoken = nil
	}
	if s.codec == pcmu {
		g711.ALawToULaw(p.Payload, p.Payload)
	}
	return p
}

// hear reads what the hotline sends.
func (s *sound) hear() {
	buf := make([]byte, 1500)
	pcm := make([]int16, len(buf))
	var p rtp.Packet
	for {
		n, _, err := s.conn.ReadFrom(buf)
		if err != nil {
			select {
			case <-s.done:
				return
			default:
				continue
			}
		}
		if p.Unmarshal(buf[:n]) != nil || (p.PayloadType != pcma && p.PayloadType != pcmu) || n >= 2 && buf[1] >= 192 && buf[1] <= 223 {
			continue
		}
		if p.PayloadType == pcmu {
			g711.ULawToALaw(p.Payload, p.Payload)
		}
		got := pcm[:g711.DecodeALaw(pcm, p.Payload)]
		s.note(p.SequenceNumber, got, time.Now())
		if s.record != nil {
			_, _ = s.record.Write(p.Payload) // a full disk ends the recording, not the call
		}
	}
}
