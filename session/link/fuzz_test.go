package link

import (
	"bytes"
	"testing"

	"zuoxi/wire"
)

// FuzzMessage: whatever a hub sends, what is passed on cannot steer a terminal, and cleaning it again changes nothing.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		`{"type":"bye","body":{"code":"moved","text":"\u001b[2J\u202ex"}}`, `{"type":"notice","body":{"text":"\u009b31m"}}`,
		`{"type":"sign.welcome","body":{"name":"\u0000a","settings":{"break_reasons":["\u001b]0;x\u0007"]}}}`,
	} {
		f.Add([]byte(s))
	}
	for _, t := range wire.Types() {
		if data, err := wire.Encode(wire.Message{Body: wire.New(t)}); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		decode := wire.Decode
		if wire.Binary(data) {
			decode = wire.DecodeBinary
		}
		m, err := decode(data)
		if err != nil {
			return
		}
		switch m.Body.(type) {
		case *wire.MediaAnswer, *wire.MediaOffer, *wire.MediaTicket:
			return // never shown
		}
		Clean(m.Body)
		once, err := wire.Encode(m)
		if err != nil {
			return // at the limit of a message
		}
		Clean(m.Body)
		twice, err := wire.Encode(m)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("cleaned again it is another:\n%s\n%s", once, twice)
		}
	})
}
