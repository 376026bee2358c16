package story

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Citizen is a real telephone: baresip with a file for a mouth and a file for
// an ear.
type Citizen struct {
	cmd   *exec.Cmd
	keys  io.WriteCloser
	dir   string
	done  chan struct{}
	mu    sync.Mutex
	log   strings.Builder
	woken chan struct{}
}

// CitizenConfig says who calls and what is said.
type CitizenConfig struct {
	Dir    string // for its files
	Port   int    // own SIP port; the next one is taken too
	Number string // caller's number
	Mouth  string // WAV file, 8 kHz mono
}

// StartCitizen starts the telephone; it calls nobody yet.
func StartCitizen(cfg CitizenConfig) (*Citizen, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("citizen's folder: %w", err)
	}
	conf := []string{
		"poll_method epoll", "sip_listen 127.0.0.1:" + strconv.Itoa(cfg.Port), "audio_source aufile," + cfg.Mouth,
		"audio_player aubridge,none", "ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1", "auplay_channels 1",
		"jitter_buffer_delay 1-3", "rtp_ports 30000-39998", "snd_path " + cfg.Dir, "module_path /usr/lib/baresip/modules",
		"module stdio.so", "module g711.so", "module aufile.so", "module aubridge.so", "module sndfile.so",
		"module_tmp account.so", "module_app menu.so", "net_interface 127.0.0.1",
	}
	files := map[string]string{
		"config":   strings.Join(conf, "\n") + "\n",
		"accounts": fmt.Sprintf("<sip:%s@127.0.0.1>;regint=0;audio_codecs=PCMA/8000/1;answermode=manual;dtmfmode=rtpevent\n", cfg.Number),
		"contacts": "",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(cfg.Dir, name), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("citizen's %s: %w", name, err)
		}
	}
	c := &Citizen{dir: cfg.Dir, done: make(chan struct{}), woken: make(chan struct{}, 1)}
	c.cmd = exec.Command("baresip", "-f", cfg.Dir)
	c.cmd.Dir = cfg.Dir
	c.cmd.Stdout, c.cmd.Stderr = (*citizenLog)(c), (*citizenLog)(c)
	keys, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("citizen's keys: %w", err)
	}
	c.keys = keys
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting baresip: %w", err)
	}
	go func() { _ = c.cmd.Wait(); close(c.done) }()
	if err := c.Await("baresip is ready", 10*time.Second); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

type citizenLog Citizen

// Write implements io.Writer.
func (l *citizenLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log.Write(p)
	select {
	case l.woken <- struct{}{}:
	default:
	}
	return len(p), nil
}

// Log is what the telephone has said of itself.
func (c *Citizen) Log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

// Await waits for a line of the telephone's log.
func (c *Citizen) Await(text string, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for !strings.Contains(c.Log(), text) {
		select {
		case <-c.woken:
		case <-c.done:
			return fmt.Errorf("baresip ended before %q:\n%s", text, c.Log())
		case <-timer.C:
			return fmt.Errorf("baresip did not say %q within %v:\n%s", text, limit, c.Log())
		}
	}
	return nil
}

// Dial calls uri.
func (c *Citizen) Dial(uri string) error { return c.command("/dial " + uri + "\n") }

// Key presses a telephone key.
func (c *Citizen) Key(k string) error { return c.command(k) }

// Hangup ends the call.
func (c *Citizen) Hangup() error { return c.command("/hangup\n") }

func (c *Citizen) command(s string) error {
	if _, err := io.WriteString(c.keys, s); err != nil {
		return fmt.Errorf("telling baresip: %w", err)
	}
	return nil
}

// Stop ends the telephone.
func (c *Citizen) Stop() {
	_ = c.command("/quit\n")
	select {
	case <-c.done:
	case <-time.After(3 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// ErrNoSound: the telephone kept no sound of the call.
var ErrNoSound = errors.New("no sound file of the citizen")

// Heard is the WAV file of what came to the citizen's ear in the last call.
func (c *Citizen) Heard() (string, error) {
	files, err := filepath.Glob(filepath.Join(c.dir, "dump-*-dec.wav"))
	if err != nil || len(files) == 0 {
		return "", ErrNoSound
	}
	return files[len(files)-1], nil
}
