package button

import (
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Codes of Linux' input-event-codes.h.
const (
	typeKey = 1 // EV_KEY
	pressed = 1 // 0 is let go, 2 is held

	keyEnter  = 28
	keyA      = 30
	keyMute   = 113
	keyPlay   = 164 // KEY_PLAYPAUSE
	keyPhone  = 169
	keyMedia  = 226
	keyMicOff = 248 // KEY_MICMUTE
	keyPickUp = 0x1bd
	keyHangUp = 0x1be
)

var meaning = map[int]Press{
	keyMute: Mute, keyMicOff: Mute, keyPlay: Single, keyMedia: Single, keyPhone: Hook, keyPickUp: PickUp, keyHangUp: HangUp,
}

// An event is a time of two machine words, type, code and value
// (struct input_event).
const (
	timeSize  = 2 * strconv.IntSize / 8
	eventSize = timeSize + 8
)

// read tells of every press until the stream ends.
func read(r io.Reader, press func(Press)) {
	var b [eventSize]byte
	for {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return
		}
		e := b[timeSize:]
		kind, code := binary.NativeEndian.Uint16(e), binary.NativeEndian.Uint16(e[2:])
		if p := meaning[int(code)]; kind == typeKey && binary.NativeEndian.Uint32(e[4:]) == pressed && p != 0 {
			press(p)
		}
	}
}

// hasButtons tells whether a device has one of the keys, and is no keyboard.
func (at folders) hasButtons(id string) bool {
	keys := bitmap(at.text(id, "capabilities/key"))
	if keys.has(keyEnter) || keys.has(keyA) {
		return false
	}
	return len(at.keys(id)) > 0
}

// keys are what a device has to be pressed.
func (at folders) keys(id string) []Press {
	keys := bitmap(at.text(id, "capabilities/key"))
	var has []Press
	for code, p := range meaning {
		if keys.has(code) && !slices.Contains(has, p) {
			has = append(has, p)
		}
	}
	slices.Sort(has)
	return has
}

// bitmap is a set of codes as sysfs writes it: machine words in hexadecimal, the
// highest first.
type bitmap string

func (b bitmap) has(code int) bool {
	words := strings.Fields(string(b))
	i := len(words) - 1 - code/strconv.IntSize
	if i < 0 {
		return false
	}
	word, err := strconv.ParseUint(words[i], 16, strconv.IntSize)
	return err == nil && word>>(code%strconv.IntSize)&1 == 1
}
