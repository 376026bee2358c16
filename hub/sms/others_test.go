package sms

import (
	"bufio"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// centre is a short message centre that others have written the protocol of:
// Debian's Net::SMPP, driven by testdata/smsc.pl.
type centre struct {
	t     *testing.T
	addr  string
	lines chan string // all that it says, in order
}

func startCentre(t *testing.T) *centre {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &centre{t: t, addr: l.Addr().String(), lines: make(chan string, 256)}
	_ = l.Close()
	_, port, _ := net.SplitHostPort(c.addr)
	cmd := exec.Command("perl", "testdata/smsc.pl", port)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); c.read(out) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		_ = cmd.Wait()
		if s := said.String(); s != "" {
			t.Errorf("%s· scripts/deps.sh test installs libnet-smpp-perl", s)
		}
	})
	c.until("listening")
	return c
}

func (c *centre) read(out io.Reader) {
	for s := bufio.NewScanner(out); s.Scan(); {
		c.lines <- s.Text()
	}
	close(c.lines)
}

// until reads what it says up to a line that begins so.
func (c *centre) until(begin string) []string {
	c.t.Helper()
	limit := time.After(20 * time.Second)
	var all []string
	for {
		select {
		case line, open := <-c.lines:
			if all = append(all, line); strings.HasPrefix(line, begin) {
				return all
			}
			if !open {
				c.t.Fatalf("the centre ended before %q: %q", begin, all)
			}
		case <-limit:
			c.t.Fatalf("waited 20 s for %q: %q", begin, all)
		}
	}
}

// bind starts a gateway towards the centre.
func (c *centre) bind(password string, in Inbound) *SMPP {
	c.t.Helper()
	g := NewSMPP(SMPPConfig{
		Addr: c.addr, System: "hub", Password: password, Source: "12333", Pause: 20 * time.Millisecond, Enquire: 100 * time.Millisecond, In: in, Log: slog.New(slog.DiscardHandler),
		Refused: func(string) error { return errRefused }, Unsure: func(string) error { return errUnsure },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	c.t.Cleanup(func() { cancel(); <-done })
	return g
}

// unicode is the text of a part as it went over the line: UCS-2, big end first.
func unicode(t *testing.T, line string) (to, text string) {
	t.Helper()
	f := strings.Fields(line)
	if len(f) != 6 || f[0] != "text" || f[2] != "12333" || f[3] != "8" {
		t.Fatalf("the centre took %q", line)
	}
	raw, err := hex.DecodeString(f[5])
	if err != nil {
		t.Fatal(err)
	}
	if f[4] == "1" {
		raw = raw[1+int(raw[0]):]
	}
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return f[1], string(utf16.Decode(units))
}

// TestAnotherImplementation: what we send arrives at a centre that shares no code
// with our library, whole and in Chinese; what it delivers is heard and
// acknowledged; the link is kept alive; a wrong password and a wrong number are
// refused in its words.
func TestAnotherImplementation(t *testing.T) {
	c, in := startCentre(t), &ear{}
	g := c.bind("secret", in)
	c.until("bound hub")
	g.wait(t)
	id, err := g.Submit(t.Context(), "13900000042", "查询结果：请带身份证😀")
	if err != nil || id != "p1" {
		t.Fatalf("%q, %v", id, err)
	}
	lines := c.until("text")
	if to, text := unicode(t, lines[len(lines)-1]); to != "13900000042" || text != "查询结果：请带身份证😀" {
		t.Errorf("the centre took %q for %s", text, to)
	}
	for range 4 { // the receipt, an answer, an answer in two parts
		if l := c.until("heard"); l[len(l)-1] != "heard 0" {
			t.Errorf("acknowledged with %q", l)
		}
	}
	in.mu.Lock()
	said := slices.Clone(in.said)
	in.mu.Unlock()
	if !slices.Equal(said, []string{"p1 arrived", "13900000042 好的", "13900000042 前半后半"}) {
		t.Errorf("heard %q", said)
	}
	long := strings.Repeat("很长的答复，", 30)
	if id, err := g.Submit(t.Context(), "13900000042", long); err != nil || id != "p2" {
		t.Fatalf("%q, %v", id, err)
	}
	whole := ""
	for range 3 {
		l := c.until("text")
		_, part := unicode(t, l[len(l)-1])
		whole += part
	}
	if whole != long {
		t.Errorf("in parts %q", whole)
	}
	if _, err := g.Submit(t.Context(), "13900000000", "一"); err == nil || err.Error() != errRefused.Error() {
		t.Errorf("an impossible number: %v", err)
	}
	c.until("alive")
}

func TestAnotherImplementationRefuses(t *testing.T) {
	c := startCentre(t)
	g := c.bind("wrong", &ear{})
	c.until("refused")
	if _, err := g.Submit(t.Context(), "13900000042", "一"); err == nil {
		t.Error("a text went out without a connection")
	}
}
