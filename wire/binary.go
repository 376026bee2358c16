package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// A binary frame is a message whose bytes travel beside the JSON instead of as
// base64 in it, which would cost a third more: a zero byte, with which no JSON
// begins, the length of the envelope in two bytes (big endian), the envelope,
// and the bytes. Only the hub sends them, and only to a seat that asked.
const binaryHead = 3

// carrier is a body whose bytes may travel apart.
type carrier interface{ apart() *[]byte }

// Binary tells in which kind of frame an encoded message goes.
func Binary(encoded []byte) bool { return len(encoded) > 0 && encoded[0] == 0 }

// packLeast is from what size on packing pays: below it deflate, which knows
// nothing of the messages before, saves a few bytes and costs more than all the
// rest of sending.
const packLeast = 160

// Packs tells whether an encoded message is worth packing on its way; the bytes
// in a binary one are packed already.
func Packs(encoded []byte) bool { return len(encoded) >= packLeast && !Binary(encoded) }

// beside puts an envelope and the bytes that travel beside it into one frame.
func beside(envelope, cargo []byte) ([]byte, error) {
	if len(envelope) > 0xFFFF {
		return nil, ErrTooLarge
	}
	out := make([]byte, 0, binaryHead+len(envelope)+len(cargo))
	out = binary.BigEndian.AppendUint16(append(out, 0), uint16(len(envelope)))
	return append(append(out, envelope...), cargo...), nil
}

// DecodeBinary reads a binary frame as strictly as Decode reads a text.
func DecodeBinary(data []byte) (Message, error) {
	if len(data) > MaxMessage {
		return Message{}, ErrTooLarge
	}
	if !Binary(data) || len(data) < binaryHead {
		return Message{}, ErrMalformed
	}
	rest, n := data[binaryHead:], int(binary.BigEndian.Uint16(data[1:]))
	if n > len(rest) {
		return Message{}, ErrMalformed
	}
	m, err := Decode(rest[:n])
	if err != nil {
		return m, err
	}
	c, ok := m.Body.(carrier)
	if !ok {
		return m, fmt.Errorf("%w %s: it carries no bytes", ErrBody, m.Body.Type())
	}
	*c.apart() = bytes.Clone(rest[n:])
	return m, nil
}
