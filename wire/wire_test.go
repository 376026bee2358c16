package wire

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden messages anew")

// fill puts a recognisable value into every field, so that a golden message
// shows each field's JSON name and form.
func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToLower(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(`{"n":7}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		one := reflect.New(v.Type().Elem()).Elem()
		fill(one, name)
		v.SetMapIndex(reflect.ValueOf("ready"), one)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 12, 6, 5, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	}
}

func sample(t string) Message {
	b := New(t)
	fill(reflect.ValueOf(b).Elem(), "body")
	if c, ok := b.(carrier); ok {
		*c.apart() = nil // TestGoldenBinaryFrame
	}
	return Message{ID: "0a1b2c", Re: "ffee", Session: 3, Seq: 41, Body: b}
}

// TestGoldenMessages fixes every message on the wire. A changed golden file
// means a changed protocol: older seats are still out there.
func TestGoldenMessages(t *testing.T) {
	for _, typ := range Types() {
		want := sample(typ)
		got, err := Encode(want)
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		path := filepath.Join("testdata", "golden", typ+".json")
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%s has no golden message: %v", typ, err)
			continue
		}
		if string(golden) != string(got)+"\n" {
			t.Errorf("%s is now\n%s\nwas\n%s", typ, got, golden)
		}
		back, err := Decode(golden)
		if err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%s read back: %v\n%+v", typ, err, back)
		}
	}
}

// TestGoldenBinaryFrame fixes the frame whose bytes stand beside the JSON, for
// every body that can be sent so.
func TestGoldenBinaryFrame(t *testing.T) {
	for _, typ := range Types() {
		want := sample(typ)
		c, ok := want.Body.(carrier)
		if !ok {
			continue
		}
		fill(reflect.ValueOf(want.Body).Elem(), "body")
		*c.apart() = []byte{0, 0xff, '{', '\n'}
		got, err := Encode(want)
		if err != nil || !Binary(got) {
			t.Fatalf("%s: binary %v, %v", typ, Binary(got), err)
		}
		path := filepath.Join("testdata", "golden", typ+".bin")
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(golden, got) {
			t.Errorf("%s is now\n%q\nwas\n%q, %v", typ, got, golden, err)
		}
		back, err := DecodeBinary(golden)
		if err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%s read back: %v\n%+v", typ, err, back)
		}
	}
}

func TestDecodeBinaryRefuses(t *testing.T) {
	frame := func(n int, rest string) string { return string([]byte{0, byte(n >> 8), byte(n)}) + rest }
	ping := `{"type":"ping"}`
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"nothing":                {"", ErrMalformed},
		"a text":                 {ping, ErrMalformed},
		"no length":              {"\x00\x00", ErrMalformed},
		"an envelope cut off":    {frame(len(ping)+1, ping), ErrMalformed},
		"no envelope":            {frame(0, "bytes"), ErrMalformed},
		"a length that is short": {frame(len(ping)-1, ping), ErrMalformed},
		"bytes for a ping":       {frame(len(ping), ping+"x"), ErrBody},
		"too large":              {frame(len(ping), ping+strings.Repeat("x", MaxMessage)), ErrTooLarge},
	} {
		if _, err := DecodeBinary([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestDocumentNamesEveryType(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "protocol.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range Types() {
		if !strings.Contains(string(doc), "`"+typ+"`") {
			t.Errorf("docs/protocol.md does not name %s", typ)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat(`[`, MaxDepth+1) + strings.Repeat(`]`, MaxDepth+1)
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"nothing":                 {"", ErrMalformed},
		"no object":               {"7", ErrMalformed},
		"two values":              {`{"type":"ping"}{"type":"ping"}`, ErrMalformed},
		"cut off":                 {`{"type":"ping"`, ErrMalformed},
		"no type":                 {`{"id":"x"}`, ErrMalformed},
		"a key twice":             {`{"type":"ping","type":"bye"}`, ErrMalformed},
		"a key twice in the body": {`{"type":"bye","body":{"code":"ok","code":"stale"}}`, ErrMalformed},
		"too deep":                {`{"type":"ping","body":{"x":` + deep + `}}`, ErrMalformed},
		"long id":                 {`{"type":"ping","id":"` + strings.Repeat("a", maxID+1) + `"}`, ErrMalformed},
		"broken UTF-8":            {"{\"type\":\"bye\",\"body\":{\"text\":\"\xff\"}}", ErrNotUTF8},
		"unknown type":            {`{"type":"coffee"}`, ErrUnknown},
		"body of another form":    {`{"type":"bye","body":{"code":7}}`, ErrBody},
		"too large":               {`{"type":"bye","body":{"text":"` + strings.Repeat("x", MaxMessage) + `"}}`, ErrTooLarge},
	} {
		if _, err := Decode([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestUnknownFieldsAreIgnoredAndKeysMayRepeatInOtherObjects(t *testing.T) {
	m, err := Decode([]byte(`{"type":"ack","re":"1","new":{"type":1,"id":2},"body":{"code":"ok","later":[{"a":1},{"a":2}]}}`))
	if err != nil || m.Body.(*Ack).Code != CodeOK {
		t.Fatalf("%+v, %v", m, err)
	}
}

func TestUnknownTypeKeepsTheIDForTheRefusal(t *testing.T) {
	m, err := Decode([]byte(`{"type":"coffee","id":"c7"}`))
	if !errors.Is(err, ErrUnknown) || m.ID != "c7" || CodeOf(err) != CodeUnknownType {
		t.Fatalf("%+v, %v", m, err)
	}
	if CodeOf(ErrBody) != CodeBadMessage || CodeOf(nil) != CodeOK {
		t.Fatal("codes")
	}
}

func TestEncodeRefusesTooMuchAndNothing(t *testing.T) {
	if _, err := Encode(Message{Body: &Bye{Text: strings.Repeat("x", MaxMessage)}}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
	if _, err := Encode(Message{}); !errors.Is(err, ErrBody) {
		t.Errorf("empty: %v", err)
	}
}

// endless is a WebSocket whose message unpacks for ever.
type endless struct{ read int }

func (e *endless) NextReader() (int, io.Reader, error) { return 1, e, nil }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestNextReadsNoMoreThanAMessage(t *testing.T) {
	var e endless
	if _, _, err := Next(&e); !errors.Is(err, ErrTooLarge) || e.read > MaxMessage+1 {
		t.Errorf("%d bytes were read: %v", e.read, err)
	}
}

// FuzzDecode: whatever comes, no panic; and what is taken can be sent on.
func FuzzDecode(f *testing.F) {
	for _, typ := range Types() {
		data, err := Encode(sample(typ))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		if framed, err := beside(data, []byte("bytes")); err == nil {
			f.Add(framed)
		}
	}
	f.Add([]byte(`{"type":"ping","body":null}`))
	f.Add([]byte("\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		decode := Decode
		if Binary(data) {
			decode = DecodeBinary
		}
		m, err := decode(data)
		if err != nil {
			return
		}
		again, err := Encode(m)
		if err != nil {
			if errors.Is(err, ErrTooLarge) {
				return // escapes may lengthen a message at the limit
			}
			t.Fatalf("taken but not sendable: %v", err)
		}
		decode = Decode
		if Binary(again) {
			decode = DecodeBinary
		}
		if _, err := decode(again); err != nil {
			t.Fatalf("our own message refused: %v", err)
		}
	})
}
