package story

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// World is one place with a hub, seats and telephones, on ports and in a
// folder of its own.
type World struct {
	Dir    string
	Binary string
	SIP    int      // port of the trunk
	Extra  []string // environment of every program, besides the usual
	Wrap   []string // what the hub is started under, such as a tracer
	voice  string   // the hub's voice port
	status string
	seatWS string
	hub    *exec.Cmd
	ended  chan struct{}
	terms  map[string]*Term
	phones map[string]*Citizen
}

// NewWorld takes a folder and free ports.
func NewWorld(dir, binary string) (*World, error) {
	ports, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	w := &World{Dir: dir, Binary: binary, SIP: ports[0], terms: map[string]*Term{}, phones: map[string]*Citizen{}}
	w.status = "127.0.0.1:" + strconv.Itoa(ports[1])
	w.seatWS = "ws://127.0.0.1:" + strconv.Itoa(ports[2])
	w.voice = "127.0.0.1:" + strconv.Itoa(ports[3])
	conf := fmt.Sprintf(`[hub]
listen = ["%s"]
status = "%s"
[hub.sip]
listen = ["udp://127.0.0.1:%d", "tcp://127.0.0.1:%d"]
[hub.voice]
listen = ["%s"]
[hub.menu]
always = true
[seat]
hub = "%s"
[seat.sound]
input = "null"
output = "null"
ringer = "null"
`, w.seatWS, w.status, w.SIP, w.SIP, w.voice, w.seatWS)
	if err := os.MkdirAll(filepath.Join(dir, "home", "config"), 0o700); err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "home", "config", "config.toml"), []byte(conf), 0o600); err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	return w, nil
}

// given are the ports that were found in this process: none is found twice, or
// two worlds at once would meet.
var given sync.Map

// FreePort finds one that no world of this process has, for TCP and UDP.
func FreePort() (int, error) {
	ports, err := freePorts(1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}

// Ports of worlds are below those that hubs take for the sound of calls, baresip
// for its own and the kernel for connections of its own choice: a port that was
// found is nobody else's before its program listens there, or while one scenario
// of a far side makes room for the next.
const (
	firstPort = 12000
	lastPort  = 19990
)

// freePorts finds ports that are free now, for TCP and UDP.
func freePorts(n int) ([]int, error) {
	var out []int
	for tries := 0; len(out) < n; tries++ {
		if tries > 100*n {
			return nil, errors.New("finding a port: none is free for TCP and UDP")
		}
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		_ = l.Close()
		u, err := net.ListenPacket("udp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		_ = u.Close()
		if _, taken := given.LoadOrStore(port, true); !taken {
			out = append(out, port)
		}
	}
	return out, nil
}

// Env is the environment of every program in this world. No session bus: there
// is no keyring unless a story starts one. The machine believes to be far away:
// the program keeps Beijing time all the same.
func (w *World) Env(extra ...string) []string {
	env := []string{"ZUOXI_HOME=" + filepath.Join(w.Dir, "home"), "HOME=" + w.Dir, "LANG=C.UTF-8", "TZ=America/New_York"}
	for _, k := range []string{"PATH", "TMPDIR", "JACK_DEFAULT_SERVER", "JACK_NO_AUDIO_RESERVATION", "JACK_NO_START_SERVER"} {
		if v := os.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return append(append(env, w.Extra...), extra...)
}

// Run carries out one command of the program and returns what it printed.
func (w *World) Run(extra []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.Binary, args...)
	cmd.Dir, cmd.Env = w.Dir, w.Env(extra...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("zuoxi %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// readyWait only ends a start that went wrong: the machine may be busy.
const readyWait = time.Minute

// StartHub starts the hub and waits until it is ready.
func (w *World) StartHub() error {
	log, err := os.OpenFile(filepath.Join(w.Dir, "hub.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("hub log: %w", err)
	}
	defer func() { _ = log.Close() }()
	argv := append(slices.Clone(w.Wrap), w.Binary, "hub")
	w.hub = exec.Command(argv[0], argv[1:]...)
	w.hub.Dir, w.hub.Env, w.hub.Stdout, w.hub.Stderr = w.Dir, w.Env(), log, log
	if err := w.hub.Start(); err != nil {
		w.hub = nil
		return fmt.Errorf("starting the hub: %w", err)
	}
	ended := make(chan struct{})
	cmd := w.hub
	go func() { _ = cmd.Wait(); close(ended) }()
	w.ended = ended
	return w.awaitReady(readyWait)
}

func (w *World) awaitReady(limit time.Duration) error {
	deadline := time.After(limit)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		resp, err := http.Get("http://" + w.status + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-w.ended:
			return fmt.Errorf("the hub ended:\n%s", w.HubLog())
		case <-deadline:
			return fmt.Errorf("the hub is not ready after %v:\n%s", limit, w.HubLog())
		case <-poll.C:
		}
	}
}

// SeatURL is where seats reach the hub from this machine, in plain text.
func (w *World) SeatURL() string { return w.seatWS }

// Status is the address of the hub's health and metrics.
func (w *World) Status() string { return w.status }

// Ended is closed when the hub that was started last has ended.
func (w *World) Ended() <-chan struct{} { return w.ended }

// HubLog is what the hub has logged.
func (w *World) HubLog() string {
	data, err := os.ReadFile(filepath.Join(w.Dir, "hub.log"))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// HubPid is the hub's process.
func (w *World) HubPid() int { return w.hub.Process.Pid }

// StopHub asks the hub to end; KillHub does not ask.
func (w *World) StopHub() error {
	if w.hub == nil {
		return nil
	}
	_ = w.hub.Process.Signal(syscall.SIGTERM)
	select {
	case <-w.ended:
		w.hub = nil
		return nil
	case <-time.After(45 * time.Second):
		w.KillHub()
		return errors.New("the hub did not end within 45 s")
	}
}

// KillHub ends the hub as a power cut would.
func (w *World) KillHub() {
	if w.hub != nil {
		_ = w.hub.Process.Kill()
		<-w.ended
		w.hub = nil
	}
}

// Agent adds an account that may take calls.
func (w *World) Agent(no, name, role string) error {
	_, err := w.Run([]string{"ZUOXI_PASSWORD=synthetic-" + no}, "agent", "add", no, name, "--role", role, "--own", "--certified",
		"--skill", "*:*:1")
	return err
}

// Seat starts a seat on a terminal under a name.
func (w *World) Seat(name string, cols, rows int, extra ...string) (*Term, error) {
	t, err := StartTerm(w.Dir, w.Env(append(extra, "ZUOXI_SEAT_DATA="+filepath.Join(w.Dir, "seat-"+name))...), cols, rows, w.Binary, "seat")
	if err != nil {
		return nil, err
	}
	w.terms[name] = t
	return t, nil
}

// Citizen starts a telephone under a name.
func (w *World) Citizen(name, number, mouth string) (*Citizen, error) {
	return w.Phone(name, CitizenConfig{Number: number, Mouth: mouth})
}

// Phone starts a telephone under a name, as configured but for folder and port.
func (w *World) Phone(name string, cfg CitizenConfig) (*Citizen, error) {
	port, held, err := phonePorts()
	if err != nil {
		return nil, err
	}
	held()
	cfg.Dir, cfg.Port = filepath.Join(w.Dir, "citizen-"+name), port
	c, err := StartCitizen(cfg)
	if err == nil {
		w.phones[name] = c
	}
	return c, err
}

// phonePorts finds the ports of a telephone: SIP over TLS takes the next one
// too. For TCP they are held until free is called, so that no connection of
// somebody else's gets one meanwhile.
func phonePorts() (port int, free func(), err error) {
	for range 100 {
		ports, err := freePorts(1)
		if err != nil {
			return 0, nil, err
		}
		var held []net.Listener
		free := func() {
			for _, l := range held {
				_ = l.Close()
			}
		}
		for i := range 2 {
			l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(ports[0]+i))
			if err != nil {
				break
			}
			held = append(held, l)
		}
		if len(held) == 2 {
			return ports[0], free, nil
		}
		free()
	}
	return 0, nil, errors.New("no two ports in a row")
}

// Hotline is what a citizen dials.
func (w *World) Hotline() string { return fmt.Sprintf("sip:12333@127.0.0.1:%d", w.SIP) }

// Close ends everything that is still running.
func (w *World) Close() {
	for _, c := range w.phones {
		c.Stop()
	}
	for _, t := range w.terms {
		select {
		case <-t.done:
		default:
			t.Kill()
		}
	}
	w.KillHub()
}
