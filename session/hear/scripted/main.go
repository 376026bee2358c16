// Command scripted is a recogniser that hears what it was told to: for tests, and to see the seat with a recogniser where
// there is none. Its arguments are the sentences; each time a stream has been loud and then quiet for half a second, it
// hears the next one. It speaks the protocol of docs/recogniser.md.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := listen(os.Stdin, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// loud is a sample that is no background; endpoint the silence after which a sentence is over, in milliseconds.
const (
	loud     = 500
	endpoint = 500
	least    = 200
)

type stream struct{ rate, at, from, last, loudFor int }

type message struct {
	Type   string `json:"type"`
	Stream string `json:"stream,omitempty"`
	Rate   int    `json:"rate,omitempty"`
	PCM    string `json:"pcm,omitempty"`
	Text   string `json:"text,omitempty"`
	FromMS int    `json:"from_ms,omitempty"`
	ToMS   int    `json:"to_ms,omitempty"`
}

func listen(in io.Reader, out io.Writer, sentences []string) error {
	enc := json.NewEncoder(out)
	if err := enc.Encode(message{Type: "ready"}); err != nil {
		return fmt.Errorf("answering: %w", err)
	}
	streams := map[string]*stream{}
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 4096), 1<<20)
	for scan.Scan() {
		var m message
		if err := json.Unmarshal(scan.Bytes(), &m); err != nil {
			return fmt.Errorf("reading a message: %w", err)
		}
		switch s := streams[m.Stream]; {
		case m.Type == "start":
			streams[m.Stream] = &stream{rate: m.Rate}
		case m.Type == "end":
			delete(streams, m.Stream)
		case m.Type == "audio" && s != nil:
			raw, err := base64.StdEncoding.DecodeString(m.PCM)
			if err != nil {
				return fmt.Errorf("reading sound: %w", err)
			}
			if !s.push(raw) || len(sentences) == 0 {
				continue
			}
			heard := message{Type: "final", Stream: m.Stream, Text: sentences[0], FromMS: s.ms(s.from), ToMS: s.ms(s.last)}
			sentences = sentences[1:]
			s.from, s.loudFor = 0, 0
			if err := enc.Encode(heard); err != nil {
				return fmt.Errorf("answering: %w", err)
			}
		}
	}
	return scan.Err()
}

func (s *stream) ms(samples int) int { return samples * 1000 / s.rate }

// push takes samples and tells whether a sentence is over.
func (s *stream) push(raw []byte) bool {
	for ; len(raw) >= 2; raw = raw[2:] {
		s.at++
		if v := int16(binary.LittleEndian.Uint16(raw)); v > loud || v < -loud {
			if s.loudFor == 0 {
				s.from = s.at
			}
			s.loudFor++
			s.last = s.at
		}
	}
	return s.ms(s.last-s.from) >= least && s.ms(s.at-s.last) >= endpoint
}
