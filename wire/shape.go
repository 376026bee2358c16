package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Read decodes one JSON text from outside that is no message, such as another
// body's case, as strictly as one: UTF-8, one value, depth within MaxDepth, no
// key twice. Its size is the caller's to bound.
func Read(data []byte, v any) error {
	if !utf8.Valid(data) {
		return ErrNotUTF8
	}
	if err := checkShape(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %s", ErrBody, jsonFault(err))
	}
	return nil
}

// checkShape walks the tokens once: one value, depth within MaxDepth, no key
// twice in one object. encoding/json alone would take the last of two keys,
// which lets two readers see two different messages.
func checkShape(data []byte) error {
	s := shape{dec: json.NewDecoder(bytes.NewReader(data))}
	if err := s.value(0); err != nil {
		return err
	}
	if _, err := s.dec.Token(); !errors.Is(err, io.EOF) {
		return ErrMalformed // something behind the value
	}
	return nil
}

type shape struct{ dec *json.Decoder }

func (s *shape) value(depth int) error {
	tok, err := s.dec.Token()
	if err != nil {
		return ErrMalformed
	}
	delim, nested := tok.(json.Delim)
	if !nested {
		return nil
	}
	if depth == MaxDepth {
		return fmt.Errorf("%w: nested deeper than %d", ErrMalformed, MaxDepth)
	}
	var keys map[string]bool
	if delim == '{' {
		keys = map[string]bool{}
	}
	for s.dec.More() {
		if keys != nil {
			if err := s.key(keys); err != nil {
				return err
			}
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
	}
	if _, err := s.dec.Token(); err != nil { // the closing bracket
		return ErrMalformed
	}
	return nil
}

func (s *shape) key(seen map[string]bool) error {
	tok, err := s.dec.Token()
	key, ok := tok.(string)
	if err != nil || !ok {
		return ErrMalformed
	}
	if seen[key] {
		return fmt.Errorf("%w: a key stands twice", ErrMalformed)
	}
	seen[key] = true
	return nil
}
