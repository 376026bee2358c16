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
// an ear, or with both on a sound server.
type Citizen struct {
	cmd   *exec.Cmd
	keys  io.WriteCloser
	dir   string
	port  int
	done  chan struct{}
	mu    sync.Mutex
	log   strings.Builder
	from  int // where the log of the last call begins
	woken chan struct{}
}

// CitizenConfig says who calls and what is said.
type CitizenConfig struct {
	Dir    string // for its files
	Port   int    // own SIP port; the next one is taken too
	Number string // caller's number
	Mouth  string // WAV file, 8 kHz mono
	// Jack is the name it has on the JACK server, in the place of Mouth and ear.
	Jack    string
	Jitter  string // packets in its jitter buffer, "1-3" unless given
	Buffer  string // milliseconds before its ear, such as "20-60"
	Opus    bool   // instead of A-law
	Answers bool   // takes calls by itself
	Secure  bool   // SRTP, the keys in the SDP
}

// file is baresip's own configuration.
func (c CitizenConfig) file() []string {
	lines := []string{
		"poll_method epoll", "sip_listen 127.0.0.1:" + strconv.Itoa(c.Port), "ausrc_channels 1", "auplay_channels 1",
		"rtp_ports 30000-39998", "snd_path " + c.Dir, "module_path /usr/lib/baresip/modules", "net_interface 127.0.0.1",
		"jitter_buffer_delay " + orElse(c.Jitter, "1-3"), "module stdio.so", "module g711.so", "module opus.so",
	}
	if c.Buffer != "" {
		lines = append(lines, "audio_buffer "+c.Buffer)
	}
	if c.Jack != "" {
		lines = append(lines, "audio_source jack,", "audio_player jack,", "ausrc_srate 48000", "auplay_srate 48000", "ausrc_format float",
			"auplay_format float", "auenc_format s16", "audec_format s16", "jack_client_name "+c.Jack, "jack_connect_ports no",
			"module jack.so", "opus_bitrate 28000", "opus_stereo no", "opus_sprop_stereo no", "opus_inbandfec yes",
			"opus_packet_loss 10", "opus_application voip")
	} else {
		lines = append(lines, "audio_source aufile,"+c.Mouth, "audio_player aubridge,none", "ausrc_srate 8000", "auplay_srate 8000",
			"module aufile.so", "module aubridge.so", "module sndfile.so")
	}
	if c.Secure {
		lines = append(lines, "module srtp.so")
	}
	return append(lines, "module_tmp account.so", "module_app menu.so")
}

func (c CitizenConfig) account() string {
	codec, mode, more := "PCMA/8000/1", "manual", ""
	if c.Opus {
		codec = "opus/48000/1" // as the module calls it where it is to be mono
	}
	if c.Answers {
		mode = "auto"
	}
	if c.Secure {
		more = ";mediaenc=srtp-mand"
	}
	return fmt.Sprintf("<sip:%s@127.0.0.1>;regint=0;audio_codecs=%s;answermode=%s;dtmfmode=rtpevent%s\n", c.Number, codec, mode, more)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// StartCitizen starts the telephone; it calls nobody yet.
func StartCitizen(cfg CitizenConfig) (*Citizen, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("citizen's folder: %w", err)
	}
	files := map[string]string{"config": strings.Join(cfg.file(), "\n") + "\n", "accounts": cfg.account(), "contacts": ""}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(cfg.Dir, name), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("citizen's %s: %w", name, err)
		}
	}
	c := &Citizen{dir: cfg.Dir, port: cfg.Port, done: make(chan struct{}), woken: make(chan struct{}, 1)}
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
	if err := c.Await("baresip is ready", readyWait); err != nil {
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

// SIP is where the telephone takes calls.
func (c *Citizen) SIP() string { return "127.0.0.1:" + strconv.Itoa(c.port) }

// Pid is the telephone's process.
func (c *Citizen) Pid() int { return c.cmd.Process.Pid }

// Said tells whether the telephone's log holds text, since the last call began.
func (c *Citizen) Said(text string) bool { return c.count(text) > 0 }

// count tells how often the telephone's log holds text, since the last call began.
func (c *Citizen) count(text string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Count(c.log.String()[c.from:], text)
}

// Await waits for a line of the telephone's log, since the last call began.
func (c *Citizen) Await(text string, limit time.Duration) error { return c.awaitMore(text, 0, limit) }

// awaitMore waits until a line is there more often than it was.
func (c *Citizen) awaitMore(text string, was int, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for c.count(text) <= was {
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
func (c *Citizen) Dial(uri string) error {
	c.mu.Lock()
	c.from = c.log.Len()
	c.mu.Unlock()
	return c.command("/dial " + uri + "\n")
}

// Key presses a telephone key.
func (c *Citizen) Key(k string) error { return c.command(k) }

// Accept takes the call that rings.
func (c *Citizen) Accept() error { return c.command("/accept\n") }

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

// ErrNoSound tells that the telephone kept no sound of the call.
var ErrNoSound = errors.New("no sound file of the citizen")

// Heard is the WAV file of what came to the citizen's ear in the last call.
func (c *Citizen) Heard() (string, error) {
	files, err := filepath.Glob(filepath.Join(c.dir, "dump-*-dec.wav"))
	if err != nil || len(files) == 0 {
		return "", ErrNoSound
	}
	return files[len(files)-1], nil
}
