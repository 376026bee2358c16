package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
)

func audio(t *testing.T, ms int, v int16) string {
	t.Helper()
	var raw []byte
	for range ms * 8 {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
	}
	line, err := json.Marshal(message{Type: "audio", Stream: "a", PCM: base64.StdEncoding.EncodeToString(raw)})
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

// TestHearsInOrder: one sentence for each utterance, with its times; a cough is none.
func TestHearsInOrder(t *testing.T) {
	t.Parallel()
	in := `{"type":"start","stream":"a","rate":8000}` + "\n" + audio(t, 1000, 0) + audio(t, 600, 3000) + audio(t, 700, 0) + audio(t, 100, 3000) + audio(t, 700, 0) +
		`{"type":"end","stream":"a"}` + "\n"
	var out bytes.Buffer
	if err := listen(strings.NewReader(in), &out, []string{"您好", "再见"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "ready") || !strings.Contains(lines[1], `"text":"您好","from_ms":1000,"to_ms":1600`) {
		t.Errorf("%s", out.String())
	}
	if err := listen(strings.NewReader("rubbish\n"), &out, nil); err == nil {
		t.Error("rubbish is understood")
	}
}
