package trunk

import (
	"strings"
	"testing"
	"time"
)

// reply answers a request of the trunk's by what it asked.
func (g *gateway) reply(m message, status string) {
	g.t.Helper()
	g.raw("SIP/2.0 " + status + "\r\nVia: " + m.header["Via"] + "\r\nFrom: " + m.header["From"] + "\r\nTo: " + m.header["To"] + ";tag=far\r\nCall-ID: " +
		m.header["Call-ID"] + "\r\nCSeq: " + m.header["CSeq"] + "\r\nContent-Length: 0\r\n\r\n")
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit := time.After(patience)
	for !is() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-limit:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// TestGatewayIsAsked: the gateway counts as down after two questions without an answer or with 503, any other answer shows that
// it lives, and it is asked again until it does.
func TestGatewayIsAsked(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			r, far := farEnd(t, network, func(c *Config) { c.Ping, c.HangupWait = 20*time.Millisecond, 200*time.Millisecond })
			m := far.next("OPTIONS sip:127.0.0.1")
			if m.header["Max-Forwards"] != "70" || !strings.Contains(m.header["Contact"], "127.0.0.1") || m.header["CSeq"] != "1 OPTIONS" {
				t.Errorf("asked %+v", m.header)
			}
			far.reply(m, "404 Not Found")
			m = far.next("OPTIONS")
			if !r.Down().IsZero() {
				t.Error("a gateway that answers counts as down")
			}
			far.reply(m, "503 Service Unavailable")
			far.reply(far.next("OPTIONS"), "503 Service Unavailable")
			eventually(t, "down", func() bool { return !r.Down().IsZero() })
			for !r.Down().IsZero() { // repeats of a question that was answered are answered too
				far.reply(far.next("OPTIONS"), "200 OK")
			}
			eventually(t, "down again, of silence", func() bool { return !r.Down().IsZero() })
		})
	}
}

// TestGatewayIsNotAsked: a centre that wants none of it, or calls nobody, sends nothing.
func TestGatewayIsNotAsked(t *testing.T) {
	_, far := farEnd(t, "udp", nil)
	if text, err := far.readBy(lateAnswer); err == nil {
		t.Errorf("sent %q", text)
	}
}
