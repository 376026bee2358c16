package trunk

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

// baresip is a softphone by other people that sends 1000 Hz and records what it hears.
type baresip struct {
	t    *testing.T
	dir  string
	sip  string // its address
	ctrl net.Conn
	out  bytes.Buffer
	cmd  *exec.Cmd
	end  chan struct{}
}

const baresipConfig = `
sip_listen 127.0.0.1:%[2]s
audio_player aubridge,nil
audio_source aufile,%[1]s/tone.wav
audio_alert aubridge,nil
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports %[3]s
snd_path %[1]s
module_path %[5]s
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:%[4]s
`

func newBaresip(t *testing.T, network, codec string) *baresip {
	t.Helper()
	b := &baresip{t: t, dir: t.TempDir(), end: make(chan struct{})}
	sipPort, rtpPort := freePorts(t)
	ctrlPort, _ := freePorts(t)
	low, _ := strconv.Atoi(rtpPort)
	b.sip = "127.0.0.1:" + sipPort
	modules, err := filepath.Glob("/usr/lib/*/baresip/modules")
	if err != nil || len(modules) == 0 {
		modules = []string{"/usr/lib/baresip/modules"}
	}
	b.write("config", fmt.Appendf(nil, baresipConfig, b.dir, sipPort, fmt.Sprintf("%d-%d", low, low+2), ctrlPort, modules[0]))
	b.write("accounts", fmt.Appendf(nil, "<sip:13900000044@127.0.0.1;transport=%s>;regint=0;audio_codecs=%s;answermode=auto\n", network, codec))
	b.write("contacts", nil)
	var sound bytes.Buffer
	w, err := wav.NewWriter(&sound, wav.Format{Rate: 8000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, 8000*60)
	tone.New(8000, -10, 1000).Fill(pcm)
	if err := w.Write(pcm); err != nil {
		t.Fatal(err)
	}
	b.write("tone.wav", sized(sound.Bytes()))
	b.start(ctrlPort)
	return b
}

// sized puts the lengths into the header of a file that was written as a stream: baresip believes them.
func sized(b []byte) []byte {
	put := func(at, n int) { copy(b[at:], []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	put(4, len(b)-8)
	data := bytes.Index(b, []byte("data"))
	put(data+4, len(b)-data-8)
	return b
}

func (b *baresip) write(name string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *baresip) start(ctrlPort string) {
	b.t.Helper()
	b.cmd = exec.Command("baresip", "-f", b.dir)
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.out
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	cmd := b.cmd
	go func() {
		_ = cmd.Wait() // a signal ends it, which counts as an error
		close(b.end)
	}()
	b.t.Cleanup(b.quit)
	listening(b.t, "tcp", ctrlPort)
	conn, err := net.Dial("tcp", "127.0.0.1:"+ctrlPort)
	if err != nil {
		b.t.Fatal(err)
	}
	b.ctrl = conn
}

var quitOnce sync.Mutex // baresip writes its recording when it quits; one at a time keeps the output readable

func (b *baresip) quit() {
	quitOnce.Lock()
	defer quitOnce.Unlock()
	if b.cmd == nil {
		return
	}
	if b.ctrl != nil {
		_ = b.ctrl.Close()
	}
	_ = b.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-b.end:
	case <-time.After(patience):
		_ = b.cmd.Process.Kill()
		<-b.end
	}
	b.cmd = nil
	if b.t.Failed() {
		b.t.Logf("baresip said:\n%s", b.out.String())
	}
}

// command sends a command as if it had been typed.
func (b *baresip) command(name, params string) {
	b.t.Helper()
	msg := fmt.Sprintf(`{"command":%q,"params":%q}`, name, params)
	if _, err := fmt.Fprintf(b.ctrl, "%d:%s,", len(msg), msg); err != nil {
		b.t.Fatal(err)
	}
}

// heard is the recording of what came over the line.
func (b *baresip) heard() []int16 {
	b.t.Helper()
	b.quit()
	names, err := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	if err != nil || len(names) == 0 {
		b.t.Fatalf("no recording (%v) in %s", err, b.dir)
	}
	f, err := os.Open(names[0])
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	pcm, _, err := wav.ReadAll(f, 8000*120)
	if err != nil {
		b.t.Fatal(err)
	}
	return pcm
}

// ear collects what a leg hears.
type ear struct {
	mu   sync.Mutex
	pcm  []int16
	full chan struct{} // closed after a second of sound
}

func listenTo(l *Leg) *ear {
	e := &ear{full: make(chan struct{})}
	once := sync.OnceFunc(func() { close(e.full) })
	l.OnPacket(func(p *rtp.Packet, _ time.Time) {
		e.mu.Lock()
		defer e.mu.Unlock()
		pcm := make([]int16, len(p.Payload))
		g711.DecodeALaw(pcm, p.Payload)
		if e.pcm = append(e.pcm, pcm...); len(e.pcm) >= 8000 {
			once()
		}
	})
	return e
}

func (e *ear) level(hz float64) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return tone.Level(e.pcm[len(e.pcm)/2:], 8000, hz)
}

// sing sends 440 Hz until the leg is over.
func sing(l *Leg) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g := tone.New(8000, -10, 440)
		pcm, alaw := make([]int16, 160), make([]byte, 160)
		tick := time.NewTicker(frameTime)
		defer tick.Stop()
		for first := true; ; first = false {
			g.Fill(pcm)
			g711.EncodeALaw(alaw, pcm)
			_ = l.SendALaw(alaw, first) // held or over
			select {
			case <-tick.C:
			case <-l.Done():
				return
			}
		}
	}()
	return done
}

// TestBaresipCalls: sound both ways, keys, hold and the end, over both networks and in both codecs.
func TestBaresipCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network, codec string
		kind           uint8
	}{{"udp", "pcma", PCMA}, {"tcp", "pcmu", PCMU}} {
		t.Run(c.network+"/"+c.codec, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(c *Config) { c.T1 = 500 * time.Millisecond })
			b := newBaresip(t, c.network, c.codec)
			b.command("dial", "sip:12333@"+r.Addr(c.network)+";transport="+c.network)
			l := r.leg()
			heard, keys, held := listenTo(l), make(chan byte, 8), make(chan bool, 8)
			l.OnKey(func(k byte, _ time.Time) { keys <- k })
			l.OnHold(func(h bool) { held <- h })
			if err := l.Ring(); err != nil {
				t.Fatal(err)
			}
			if err := l.Answer(context.Background()); err != nil {
				t.Fatal(err)
			}
			singing := sing(l)
			wait(t, heard.full, "a second of sound")
			if l.PayloadType() != c.kind || l.Caller().Number != "13900000044" {
				t.Errorf("payload type %d, caller %+v", l.PayloadType(), l.Caller())
			}
			if got, other := heard.level(1000), heard.level(700); got < -16 || other > -40 {
				t.Errorf("1000 Hz at %.1f dBFS, 700 Hz at %.1f", got, other)
			}
			b.command("sndcode", "7")
			if k := wait(t, keys, "key"); k != '7' {
				t.Errorf("key %c", k)
			}
			b.command("hold", "")
			if !wait(t, held, "hold") {
				t.Error("not held")
			}
			b.command("resume", "")
			if wait(t, held, "resumption") {
				t.Error("still held")
			}
			b.command("hangup", "")
			if e := ended(t, l); e.By != ByCaller || e.Cause != CauseNormal {
				t.Errorf("ended %+v", e)
			}
			<-singing
			pcm := b.heard()
			if got, other := tone.Level(pcm[len(pcm)/4:], 8000, 440), tone.Level(pcm[len(pcm)/4:], 8000, 700); got < -25 || other > got-20 {
				t.Errorf("baresip heard 440 Hz at %.1f dBFS, 700 Hz at %.1f", got, other)
			}
		})
	}
}

// TestBaresipCalled: we call, it answers by itself, we hang up.
func TestBaresipCalled(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			b := newBaresip(t, network, "pcma")
			r := newRig(t, func(c *Config) {
				c.T1 = 500 * time.Millisecond
				c.Outbound = Outbound{Proxy: "sip:" + b.sip + ";transport=" + network, Number: "057112333"}
			})
			var heard *ear
			l, err := r.Dial(context.Background(), "13900000044", DialOpts{OnStart: func(l *Leg) { heard = listenTo(l) }})
			if err != nil {
				t.Fatal(err)
			}
			wait(t, heard.full, "a second of sound")
			if got := heard.level(1000); got < -16 {
				t.Errorf("1000 Hz at %.1f dBFS", got)
			}
			if err := l.Hangup(CauseNormal); err != nil {
				t.Fatal(err)
			}
			if e := ended(t, l); e.By != ByHub {
				t.Errorf("ended %+v", e)
			}
		})
	}
}
