package device

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A sound server has devices that make no file, Bluetooth headsets for one. It
// tells of them over PulseAudio's native protocol, which PipeWire speaks, too:
// packets of a header and a tagstruct (pulsecore/native-common.h, tagstruct.h).
const (
	pulseHeader  = 20
	pulseVersion = 13
	pulseCookie  = 256
	pulseMost    = 1 << 16 // of a packet; what we ask for is answered in less

	pulseRefusal   = 0
	pulseAuth      = 8
	pulseName      = 9
	pulseSubscribe = 35
	pulseEvent     = 66

	tagNumber = 'L'
	tagBytes  = 'x'
	tagString = 't'
	tagNone   = 'N'
	tagList   = 'P'
)

// What is listened to, and the parts of an event.
const (
	maskSink, maskSource, maskServer = 1, 2, 0x80

	eventWhat                           = 0x0F
	eventSink, eventSource, eventServer = 0, 1, 7
	eventType                           = 0x30
	eventNew, eventChange, eventRemove  = 0, 0x10, 0x20
)

var errPulse = errors.New("not a sound server")

// pulsePath is the server's socket on this machine, empty where none is named.
func pulsePath(env func(string) string) string {
	if s := env("PULSE_SERVER"); s != "" {
		s = strings.TrimPrefix(s[strings.IndexByte(s, '}')+1:], "unix:")
		if filepath.IsAbs(s) {
			return s
		}
		return "" // over the network, and with it the devices
	}
	if d := env("PULSE_RUNTIME_PATH"); d != "" {
		return filepath.Join(d, "native")
	}
	if d := env("XDG_RUNTIME_DIR"); d != "" {
		return filepath.Join(d, "pulse", "native")
	}
	return ""
}

// cookie is what PulseAudio knows its friends by; without it there is no news.
func cookie(env func(string) string) []byte {
	home := env("HOME")
	for _, path := range []string{
		env("PULSE_COOKIE"), filepath.Join(env("XDG_CONFIG_HOME"), "pulse", "cookie"),
		filepath.Join(home, ".config", "pulse", "cookie"), filepath.Join(home, ".pulse-cookie"),
	} {
		if b, err := os.ReadFile(path); err == nil && len(b) == pulseCookie {
			return b
		}
	}
	return make([]byte, pulseCookie)
}

// dialPulse greets the server and asks it to tell of its devices.
func dialPulse(path string, env func(string) string) (net.Conn, error) {
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return nil, err
	}
	auth := append(number(nil, pulseVersion), tagBytes, 0, 0, pulseCookie>>8, pulseCookie&0xFF)
	const name = "zuoxi\x00"
	who := append([]byte{tagList, tagString}, "application.name\x00"...)
	who = append(number(who, uint32(len(name))), tagBytes, 0, 0, 0, byte(len(name)))
	who = append(append(who, name...), tagNone)
	var all []byte
	all = packet(all, pulseAuth, 0, append(auth, cookie(env)...))
	all = packet(all, pulseName, 1, who)
	all = packet(all, pulseSubscribe, 2, number(nil, maskSink|maskSource|maskServer))
	if _, err := conn.Write(all); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// number adds a tagged number.
func number(b []byte, n uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, tagNumber), n)
}

// packet adds a whole packet: its header, the command, its own number, and what
// belongs to it.
func packet(b []byte, command, own uint32, rest []byte) []byte {
	const size = 2 * 5 // of two numbers
	b = binary.BigEndian.AppendUint32(b, uint32(size+len(rest)))
	b = binary.BigEndian.AppendUint32(b, 0xFFFFFFFF) // no stream
	b = append(b, make([]byte, pulseHeader-8)...)
	return append(number(number(b, command), own), rest...)
}

// hearPulse tells of every device that comes or goes, and of another default,
// until the server is gone. One that refuses us, or never says a word, is
// errPulse. What it says besides is read over.
func hearPulse(r io.Reader, tell func()) error {
	in := bufio.NewReader(r)
	for greeted := false; ; greeted = true {
		b, err := nextPacket(in)
		switch {
		case err != nil && !greeted:
			return errors.Join(errPulse, err)
		case err != nil:
			return err
		case len(b) >= 5 && binary.BigEndian.Uint32(b[1:]) == pulseRefusal:
			return errPulse
		case comesOrGoes(b):
			tell()
		}
	}
}

func nextPacket(r io.Reader) ([]byte, error) {
	var head [pulseHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > pulseMost {
		return nil, errPulse
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

// comesOrGoes reads one packet: a device that is new or gone, or a server that
// has changed its mind about the default.
func comesOrGoes(b []byte) bool {
	var n [3]uint32 // command, no number, event
	for i := range n {
		if len(b) < 5 || b[0] != tagNumber {
			return false
		}
		n[i] = binary.BigEndian.Uint32(b[1:])
		b = b[5:]
	}
	if n[0] != pulseEvent {
		return false
	}
	what, kind := n[2]&eventWhat, n[2]&eventType
	switch what {
	case eventSink, eventSource:
		return kind == eventNew || kind == eventRemove
	case eventServer:
		return kind == eventChange
	}
	return false
}
