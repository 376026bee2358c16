package device

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// server is a sound server that takes whoever comes and says what it is told to.
type server struct {
	t      *testing.T
	listen net.Listener
}

func newServer(t *testing.T, path string) *server {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return &server{t, l}
}

// greet waits for a listener and reads what it asks for.
func (s *server) greet() net.Conn {
	s.t.Helper()
	conn, err := s.listen.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, want := range []uint32{pulseAuth, pulseName, pulseSubscribe} {
		var head [pulseHeader]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			s.t.Fatal(err)
		}
		b := make([]byte, binary.BigEndian.Uint32(head[:]))
		if _, err := io.ReadFull(conn, b); err != nil {
			s.t.Fatal(err)
		}
		if got := binary.BigEndian.Uint32(b[1:]); got != want {
			s.t.Fatalf("asked for %d, want %d", got, want)
		}
		s.say(conn, packet(nil, 2, 0, nil)) // a reply
	}
	return conn
}

func (s *server) say(conn net.Conn, b []byte) {
	s.t.Helper()
	if _, err := conn.Write(b); err != nil {
		s.t.Fatal(err)
	}
}

func told(event uint32) []byte {
	return packet(nil, pulseEvent, 0xFFFFFFFF, number(number(nil, event), 7))
}

func noticed(t *testing.T, w *watch, what string) {
	t.Helper()
	select {
	case <-w.changed:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s was not noticed", what)
	}
}

// TestTheSoundServerTells of devices that make no file; its end and its return
// are news as well.
func TestTheSoundServerTells(t *testing.T) {
	run := t.TempDir()
	path := filepath.Join(run, "native")
	s := newServer(t, path)
	w := watchOf(func(name string) string { return map[string]string{"PULSE_RUNTIME_PATH": run}[name] })
	defer w.close()
	conn := s.greet()
	s.say(conn, told(eventSink|eventNew))
	noticed(t, w, "a new device")
	_ = conn.Close()
	_ = s.listen.Close()
	noticed(t, w, "the end of the server")
	s = newServer(t, path)
	defer s.listen.Close()
	noticed(t, w, "the server's return")
	conn = s.greet()
	defer conn.Close()
	s.say(conn, told(eventSource|eventRemove))
	noticed(t, w, "a device that went")
}

func TestOnlyComingAndGoingIsNews(t *testing.T) {
	var b bytes.Buffer
	for _, e := range []uint32{eventSink | eventChange, eventSource | eventChange, 2 | eventNew, eventServer | eventNew} {
		b.Write(told(e))
	}
	b.Write(packet(nil, 2, 0, number(nil, 13)))
	quiet := b.Len()
	for _, e := range []uint32{eventSink | eventNew, eventSink | eventRemove, eventSource | eventNew, eventServer | eventChange} {
		b.Write(told(e))
	}
	n := 0
	if err := hearPulse(bytes.NewReader(b.Bytes()[:quiet]), func() { n++ }); !errors.Is(err, io.EOF) || n != 0 {
		t.Fatalf("%d times told of nothing, %v", n, err)
	}
	if err := hearPulse(&b, func() { n++ }); !errors.Is(err, io.EOF) || n != 4 {
		t.Fatalf("told %d times, %v", n, err)
	}
}

func TestWhereTheSoundServerIs(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"}, "/run/user/1000/pulse/native"},
		{map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000", "PULSE_RUNTIME_PATH": "/tmp/p"}, "/tmp/p/native"},
		{map[string]string{"PULSE_SERVER": "{4f2}unix:/run/pulse/native", "XDG_RUNTIME_DIR": "/run"}, "/run/pulse/native"},
		{map[string]string{"PULSE_SERVER": "tcp:sound.example", "XDG_RUNTIME_DIR": "/run"}, ""},
		{nil, ""},
	} {
		if got := pulsePath(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}

// TestARefusalIsTheEnd: who is not let in does not ask for ever.
func TestARefusalIsTheEnd(t *testing.T) {
	refused := packet(nil, pulseRefusal, 0, number(nil, 1))
	for _, b := range [][]byte{refused, nil, append(packet(nil, 2, 0, nil), refused...)} {
		if err := hearPulse(bytes.NewReader(b), func() { t.Error("told of nothing") }); !errors.Is(err, errPulse) {
			t.Errorf("%v: %v", b, err)
		}
	}
}

// FuzzSoundServer: whatever calls itself one, reading it ends.
func FuzzSoundServer(f *testing.F) {
	f.Add(append(packet(nil, 2, 0, nil), told(eventSink|eventNew)...))
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		if err := hearPulse(bytes.NewReader(b), func() { n++ }); err == nil || n > len(b)/(pulseHeader+15) {
			t.Fatalf("told %d times by %d bytes, %v", n, len(b), err)
		}
	})
}
