package voiceline

import (
	"io"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reported is the jitter in a receiver report, after packets of a payload type
// that each say a second more than the one before, and come at once.
func reported(t *testing.T, pt uint8, packets int) uint32 {
	t.Helper()
	h, err := honestFactory{}.NewInterceptor("")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	from := h.BindRemoteStream(nil, interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		if n++; n > packets {
			return 0, a, io.EOF
		}
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: uint16(n), Timestamp: uint32(n * ClockOf(pt))}}
		size, err := p.MarshalTo(b)
		return size, a, err
	}))
	for err = nil; err == nil; {
		_, _, err = from.Read(make([]byte, MostMessage), nil)
	}
	report := &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{Jitter: 1}, {Jitter: 2}}}
	to := h.BindRTCPWriter(interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) { return 0, nil }))
	if _, err := to.Write([]rtcp.Packet{&rtcp.SenderReport{}, report}, nil); err != nil {
		t.Fatal(err)
	}
	if report.Reports[0].Jitter != report.Reports[1].Jitter {
		t.Errorf("payload type %d: %+v", pt, report.Reports)
	}
	return report.Reports[0].Jitter
}

// TestReportsCountInOneClock: the same packets are as uneven in either codec,
// in units of 1/8000 s.
func TestReportsCountInOneClock(t *testing.T) {
	for pt, name := range map[uint8]string{PayloadALaw: "A-law", PayloadOpus: "Opus"} {
		// A second too early, 200 times: RFC 3550's mean is all but a second.
		if got := reported(t, pt, 200); got < ALawRate*99/100 || got > ALawRate {
			t.Errorf("%s: jitter of %d/8000 s, want a second", name, got)
		}
	}
	if got := reported(t, PayloadALaw, 1); got != 0 {
		t.Errorf("one packet: jitter %d", got)
	}
}

func TestReportsAreToldFromVoice(t *testing.T) {
	report, err := (&rtcp.SenderReport{SSRC: 7}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	app, err := (&rtcp.ApplicationDefined{SSRC: 7, Name: AskName, Data: []byte{1, 2, 3, 4}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{report, app} {
		if !IsRTCP(b) {
			t.Errorf("% x is taken for voice", b)
		}
	}
	for _, pt := range []uint8{PayloadALaw, PayloadOpus} {
		for _, marker := range []bool{false, true} {
			voice, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: pt, Marker: marker}}).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if IsRTCP(voice) {
				t.Errorf("% x is taken for a report", voice)
			}
		}
	}
	if IsRTCP([]byte{0x80}) {
		t.Error("half a word is taken for a report")
	}
}
