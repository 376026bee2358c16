package trunk

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
)

// sipp is a run of the SIP tester, a peer nobody here wrote. It sends sound through a raw socket, which takes root.
type sipp struct {
	dir, port string
	args      []string
}

func newSipp(t testing.TB, scenario string, args ...string) *sipp {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"talk.pcap": talk(), "callers.csv": []byte("SEQUENTIAL\n13900000042;\n13900000043;\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	signalling, sound := freePorts(t)
	fixed := []string{"-sf", file, "-i", "127.0.0.1", "-p", signalling, "-mp", sound, "-nostdin", "-trace_err", "-error_file", "errors.log"}
	return &sipp{dir: dir, port: signalling, args: append(fixed, args...)}
}

// start runs sipp; the channel gives its end. What it wrote is shown only when it failed.
func (s *sipp) start(t testing.TB) <-chan error {
	t.Helper()
	name, args := "sipp", s.args
	if os.Geteuid() != 0 {
		name, args = "sudo", append([]string{"-n", "sipp"}, args...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TERM=dumb")
	var said bytes.Buffer
	cmd.Stderr = &said
	ended := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		defer cancel()
		err := cmd.Wait()
		if err != nil {
			log, _ := os.ReadFile(filepath.Join(s.dir, "errors.log")) // there is none when it failed to start
			err = fmt.Errorf("%w\n%s%s", err, said.String(), log)
		}
		ended <- err
	}()
	return ended
}

// calling runs a scenario that calls the trunk n times.
func (r *rig) calling(scenario, network string, n int, more ...string) <-chan error {
	r.t.Helper()
	args := append([]string{r.Addr(network), "-s", "12333", "-inf", "callers.csv", "-m", strconv.Itoa(n)}, more...)
	if network == "tcp" {
		args = append(args, "-t", "t1")
	}
	return newSipp(r.t, scenario, args...).start(r.t)
}

// freePorts finds an even port for sound, with its neighbours free, and one for signalling. They lie below the range
// the system gives out by itself, so nobody takes them before sipp does.
func freePorts(t testing.TB) (signalling, sound string) {
	t.Helper()
	for range 1000 {
		base := 20000 + 4*rand.IntN(2500)
		if free(base) && free(base+1) && free(base+2) && free(base+3) {
			return strconv.Itoa(base + 3), strconv.Itoa(base)
		}
	}
	t.Fatal("no free ports")
	return "", ""
}

func free(port int) bool {
	addr := "127.0.0.1:" + strconv.Itoa(port)
	c, err := net.ListenPacket("udp4", addr)
	if err != nil {
		return false
	}
	defer c.Close()
	l, err := net.Listen("tcp4", addr)
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// talk is a capture of what a gateway sends: a second of a tone, with key 1 pressed in the middle.
func talk() []byte {
	out := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	out = append(out, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = binary.LittleEndian.AppendUint32(out, 65535)
	out = binary.LittleEndian.AppendUint32(out, 1)
	for i := range 50 {
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(i * 160), SSRC: 1, Marker: i == 0}}
		if i >= 20 && i < 28 {
			p.PayloadType, p.Timestamp, p.Marker = 101, 20*160, i == 20
			p.Payload = []byte{1, 10, 0, 0}
			binary.BigEndian.PutUint16(p.Payload[2:], uint16((i-19)*160))
			if i == 27 {
				p.Payload[1] |= 0x80
			}
		} else {
			pcm := make([]int16, 160)
			for j := range pcm {
				pcm[j] = int16(8000 * math.Sin(2*math.Pi*1000*float64(i*160+j)/8000))
			}
			p.Payload = make([]byte, 160)
			g711.EncodeALaw(p.Payload, pcm)
		}
		out = appendFrame(out, i*20, p)
	}
	return out
}

func appendFrame(out []byte, ms int, p rtp.Packet) []byte {
	body, _ := p.Marshal()
	frame := append(make([]byte, 12), 8, 0)
	frame = append(frame, 0x45, 0)
	frame = binary.BigEndian.AppendUint16(frame, uint16(28+len(body)))
	frame = append(frame, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1)
	frame = binary.BigEndian.AppendUint16(frame, 6000)
	frame = binary.BigEndian.AppendUint16(frame, 6000)
	frame = binary.BigEndian.AppendUint16(frame, uint16(8+len(body)))
	frame = append(append(frame, 0, 0), body...)
	for _, n := range []int{ms / 1000, ms % 1000 * 1000, len(frame), len(frame)} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	return append(out, frame...)
}

// TestSippCitizen: a caller by another hand, over UDP and TCP.
func TestSippCitizen(t *testing.T) {
	t.Parallel()
	answer := func(t *testing.T, l *Leg) {
		if err := l.Ring(); err != nil {
			t.Error(err)
		}
		if err := l.Answer(context.Background()); err != nil {
			t.Error(err)
		}
	}
	cases := []struct {
		scenario string
		serve    func(*testing.T, *Leg) // what the hub does with the call, nil when there is none
		want     End
	}{
		{"citizen_talk", func(t *testing.T, l *Leg) {
			keys, sounds := make(chan byte, 4), make(chan int, 256)
			l.OnKey(func(k byte, _ time.Time) { keys <- k })
			l.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- len(p.Payload) })
			answer(t, l)
			if k := wait(t, keys, "key"); k != '1' {
				t.Errorf("key %c", k)
			}
			if n := wait(t, sounds, "sound"); n != 160 {
				t.Errorf("%d bytes of sound", n)
			}
		}, End{By: ByCaller, Cause: CauseNormal}},
		{"citizen_wait_hub_ends", func(t *testing.T, l *Leg) {
			sounds := make(chan int, 256)
			l.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- len(p.Payload) })
			answer(t, l)
			wait(t, sounds, "sound") // sipp is past its own sending and waits for us
			if err := l.Hangup(CauseNormal); err != nil {
				t.Error(err)
			}
		}, End{By: ByHub, Cause: CauseNormal}},
		{"citizen_gives_up", answer, End{By: ByCaller, Cause: CauseNormal}},
		{"citizen_cancels", func(t *testing.T, l *Leg) {
			if err := l.Ring(); err != nil {
				t.Error(err)
			}
		}, End{By: ByCaller, Cause: CauseCancelled, SIPCode: 487}},
		{"citizen_burst", answer, End{By: ByCaller, Cause: CauseNormal}},
		{"citizen_holds", answer, End{By: ByCaller, Cause: CauseNormal}},
		{"gateway_ping", nil, End{}},
	}
	for _, network := range networks {
		for _, c := range cases {
			t.Run(network+"/"+c.scenario, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, func(c *Config) { c.T1 = 500 * time.Millisecond })
				done := r.calling(c.scenario, network, 1)
				if c.serve != nil {
					l := r.leg()
					if n := l.Caller().Number; n != "13900000042" && n != "13900000043" {
						t.Errorf("caller %q", n)
					}
					c.serve(t, l)
					if e := ended(t, l); e.By != c.want.By || e.Cause != c.want.Cause || e.SIPCode != c.want.SIPCode {
						t.Errorf("ended %+v", e)
					}
				}
				if err := wait(t, done, "end of sipp"); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestSippProves: digest with a peer that wrote its own.
func TestSippProves(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Auth = Auth{User: "gw", Password: "secret"} })
	done := r.calling("citizen_proves", "udp", 1)
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, done, "end of sipp"); err != nil {
		t.Error(err)
	}
}

// TestSippBurst: many calls in a short time, none lost, nothing left.
func TestSippBurst(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.T1 = 500 * time.Millisecond })
	const calls = 100
	done := r.calling("citizen_burst", "udp", calls, "-r", "100", "-l", strconv.Itoa(calls))
	for range calls {
		l := r.leg()
		if err := l.Answer(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if e := ended(t, l); e.By != ByCaller {
				t.Errorf("ended %+v", e)
			}
		})
	}
	if err := wait(t, done, "end of sipp"); err != nil {
		t.Error(err)
	}
}

// TestSippFarEnd: called parties by another hand.
func TestSippFarEnd(t *testing.T) {
	t.Parallel()
	cases := []struct {
		scenario string
		want     error
		serve    func(*testing.T, *Leg)
	}{
		{"far_end_answers", nil, func(t *testing.T, l *Leg) {
			sounds := make(chan int, 256)
			l.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- len(p.Payload) })
			wait(t, sounds, "sound")
			if err := l.Hangup(CauseNormal); err != nil {
				t.Error(err)
			}
			if e := ended(t, l); e.By != ByHub {
				t.Errorf("ended %+v", e)
			}
		}},
		{"far_end_hangs_up", nil, func(t *testing.T, l *Leg) {
			if e := ended(t, l); e.By != ByCaller {
				t.Errorf("ended %+v", e)
			}
		}},
		{"far_end_busy", ErrBusy, nil},
		{"far_end_no_answer", ErrNoAnswer, nil},
	}
	for _, network := range networks {
		for _, c := range cases {
			t.Run(network+"/"+c.scenario, func(t *testing.T) {
				t.Parallel()
				args := []string{"-m", "1"}
				if network == "tcp" {
					args = append(args, "-t", "t1")
				}
				s := newSipp(t, c.scenario, args...)
				r := newRig(t, func(c *Config) {
					c.T1 = 500 * time.Millisecond
					c.Outbound = Outbound{Proxy: "sip:127.0.0.1:" + s.port + ";transport=" + network, Number: "12333"}
				})
				done := s.start(t)
				listening(t, network, s.port)
				l, err := r.Dial(context.Background(), "13800000001", DialOpts{RingTimeout: 3 * time.Second})
				if !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
				if c.serve != nil {
					c.serve(t, l)
				}
				if err := wait(t, done, "end of sipp"); err != nil && !strings.Contains(c.scenario, "no_answer") {
					t.Error(err)
				}
			})
		}
	}
}

// listening waits until somebody has bound the port: sipp does not tell when it is ready.
func listening(t *testing.T, network, port string) {
	t.Helper()
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	limit := time.After(patience)
	for {
		table, err := os.ReadFile("/proc/net/" + network)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(table), fmt.Sprintf(":%04X 00000000:0000", n)) {
			return
		}
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("nobody listens on %s", port)
		}
	}
}
