package story

import (
	order "encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/rogpeppe/go-internal/testscript"

	"zuoxi/media/g711"
)

func init() {
	commands["trunkto"], commands["far"], commands["callee"], commands["accept"] = cmdTrunkTo, cmdFar, cmdCallee, cmdAccept
}

// far is the far side of the trunk: where the hub's own calls go.
type far struct {
	port string
	free func() // gives the port up for TCP, which is held for a telephone
	cmd  *exec.Cmd
	done chan struct{}
}

var fars sync.Map // of *far by *World

// farOf is the world's far side; its port is found before the hub starts.
func farOf(ts *testscript.TestScript) *far {
	if f, ok := fars.Load(world(ts)); ok {
		return f.(*far)
	}
	port, free, err := phonePorts()
	ts.Check(err)
	f := &far{port: strconv.Itoa(port), free: free}
	fars.Store(world(ts), f)
	ts.Defer(func() { f.stop(); f.free(); fars.Delete(world(ts)) })
	return f
}

// trunkto: the hub's own calls go to the far side of this world. It comes
// before the hub is started. Nights are not quiet, whenever the story is told.
func cmdTrunkTo(ts *testscript.TestScript, _ bool, _ []string) {
	cmdSet(ts, false, []string{"ZUOXI_HUB_SIP_PROXY=127.0.0.1:" + farOf(ts).port, "ZUOXI_HUB_OUTGOING_QUIET_FROM=00:00", "ZUOXI_HUB_OUTGOING_QUIET_TO=00:00"})
}

// far SCENARIO|none [OLD NEW…]: from now on this scenario of the tester answers
// the hub's calls, with words of it replaced. Its sound is a tone of 1000 Hz,
// with key 1 pressed in every second of talk.pcap and never in silent.pcap.
func cmdFar(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "far SCENARIO|none [OLD NEW…]")
	f := farOf(ts)
	f.stop()
	if a[0] != "none" {
		ts.Check(f.start(ts.MkAbs("."), a[0], a[1:]...))
	}
}

// start lets a scenario answer, with words of it replaced: old, new, old, new.
func (f *far) start(dir, scenario string, words ...string) error {
	text, err := os.ReadFile(scenarios + scenario + ".xml")
	if err != nil {
		return fmt.Errorf("far side: %w", err)
	}
	for i := 0; i+1 < len(words); i += 2 {
		if !strings.Contains(string(text), words[i]) {
			return fmt.Errorf("far side: %s does not hold %q", scenario, words[i])
		}
	}
	for name, data := range map[string][]byte{
		"far.xml": []byte(strings.NewReplacer(words...).Replace(string(text))), "talk.pcap": speech(60, true), "silent.pcap": speech(60, false),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return fmt.Errorf("far side: %w", err)
		}
	}
	for range 5 { // between the finding of a port and its use, and with its neighbours, somebody else may be quicker
		if err = f.launch(dir); !errors.Is(err, errFarEnded) {
			return err
		}
	}
	return err
}

var errFarEnded = errors.New("the far side ended at once")

// launch starts the tester on sound ports of the moment.
func (f *far) launch(dir string) error {
	sound, err := FreePort()
	if err != nil {
		return err
	}
	f.cmd = exec.Command("sipp", "-sf", "far.xml", "-i", "127.0.0.1", "-p", f.port, "-mp", strconv.Itoa(sound&^1), "-nostdin")
	f.cmd.Dir, f.cmd.Env = dir, append(os.Environ(), "TERM=dumb")
	if err := f.cmd.Start(); err != nil {
		return fmt.Errorf("far side: %w", err)
	}
	cmd, done := f.cmd, make(chan struct{})
	f.done = done
	go func() { _ = cmd.Wait(); close(done) }()
	return listening(f.port, done)
}

// listening waits until a tester's port is taken, or the tester has ended. The
// kernel is asked: to try the port would be to take it.
func listening(at string, ended <-chan struct{}) error {
	port, err := strconv.Atoi(at)
	if err != nil {
		return fmt.Errorf("far side: %w", err)
	}
	ours := fmt.Sprintf(" 0100007F:%04X ", port)
	deadline := time.After(patience)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		if open, err := os.ReadFile("/proc/net/udp"); err != nil || strings.Contains(string(open), ours) {
			return err
		}
		select {
		case <-ended:
			return errFarEnded
		case <-deadline:
			return errors.New("nobody listens at the tester's port")
		case <-poll.C:
		}
	}
}

func (f *far) stop() {
	if f.cmd != nil {
		_ = f.cmd.Process.Kill()
		<-f.done
		f.cmd = nil
	}
}

// callee NAME NUMBER MOUTH.wav: a telephone that takes the hub's calls to its
// number by itself, at the place of the far side; with ! it rings until accept.
func cmdCallee(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 3, "callee NAME NUMBER MOUTH.wav")
	f, w := farOf(ts), world(ts)
	f.stop()
	f.free()
	port, err := strconv.Atoi(f.port)
	ts.Check(err)
	c, err := StartCitizen(CitizenConfig{
		Dir: filepath.Join(w.Dir, "citizen-"+a[0]), Port: port, Number: a[1], Mouth: ts.MkAbs(a[2]), Answers: !neg,
	})
	ts.Check(err)
	w.phones[a[0]] = c
}

// accept NAME: the telephone that rings is taken.
func cmdAccept(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "accept NAME")
	ts.Check(phone(ts, a[0]).Accept())
}

// speech is a capture of what a gateway sends: a tone, with or without key 1 in
// the middle of every second.
func speech(seconds int, keys bool) []byte {
	out := order.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	out = append(out, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = order.LittleEndian.AppendUint32(out, 65535)
	out = order.LittleEndian.AppendUint32(out, 1)
	for i := range seconds * 50 {
		out = captured(out, i*20, packet(i, keys))
	}
	return out
}

func packet(i int, keys bool) rtp.Packet {
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(i * 160), SSRC: 1, Marker: i == 0}}
	const press, pressed = 20, 8 // packets of a second in which the key is down
	if n := i%50 - press; keys && n >= 0 && n < pressed {
		p.PayloadType, p.Timestamp, p.Marker = 101, uint32((i-n)*160), n == 0
		p.Payload = []byte{1, 10, 0, 0}
		order.BigEndian.PutUint16(p.Payload[2:], uint16((n+1)*160))
		if n >= pressed-3 {
			p.Payload[1] |= 0x80
		}
		return p
	}
	pcm := make([]int16, 160)
	for j := range pcm {
		pcm[j] = int16(8000 * math.Sin(2*math.Pi*1000*float64(i*160+j)/8000))
	}
	p.Payload = make([]byte, 160)
	g711.EncodeALaw(p.Payload, pcm)
	return p
}

// captured puts a packet into the capture, as if it had come over Ethernet.
func captured(out []byte, ms int, p rtp.Packet) []byte {
	body, _ := p.Marshal() // every packet of ours is a valid one
	frame := append(make([]byte, 12), 8, 0, 0x45, 0)
	frame = order.BigEndian.AppendUint16(frame, uint16(28+len(body)))
	frame = append(frame, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1)
	for _, n := range []int{6000, 6000, 8 + len(body), 0} {
		frame = order.BigEndian.AppendUint16(frame, uint16(n))
	}
	frame = append(frame, body...)
	for _, n := range []int{ms / 1000, ms % 1000 * 1000, len(frame), len(frame)} {
		out = order.LittleEndian.AppendUint32(out, uint32(n))
	}
	return append(out, frame...)
}
