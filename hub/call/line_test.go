package call

import (
	"encoding/json"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// TestLineIsKept: the log has the worst of the call and every five seconds of
// it, whatever a seat says.
func TestLineIsKept(t *testing.T) {
	var f facts
	heard := wire.MediaReport{Jitter: 7, Loss: 0.2, Concealed: 0.2, MOS: 2.6, Codec: "PCMA"}
	good := wire.MediaReport{RTT: 12.4, Jitter: 3, Depth: 18, MOS: 4.34, Codec: "PCMA"}
	bad := wire.MediaReport{RTT: 80, Jitter: 41, Depth: 66, Loss: 0.12, Concealed: 0.04, MOS: 3.21, Codec: "Opus"}
	f.quality(good, wire.MediaReport{}, 5*time.Second)
	before := f.line
	f.quality(bad, heard, 10*time.Second)
	f.quality(good, heard, 15*time.Second)
	q := f.line
	if q.MOS != 3.21 || q.JitterMS != 41 || q.RTTMS != 80 || q.DepthMS != 66 || q.Packets != 750 || q.Lost != 30 || q.Concealed != 200 {
		t.Errorf("%+v", q)
	}
	want := []store.LinePoint{
		{Second: 5, MOS10: 43, RTTMS: 12, JitterMS: 3, DepthMS: 18},
		{Second: 10, MOS10: 32, RTTMS: 80, JitterMS: 41, DepthMS: 66, Loss: 120, Concealed: 40, Codec: 1},
		{Second: 15, MOS10: 43, RTTMS: 12, JitterMS: 3, DepthMS: 18},
	}
	for i, p := range want {
		if q.Points[i] != p {
			t.Errorf("point %d is %+v", i, q.Points[i])
		}
	}
	if up := q.Up; up == nil || up.MOS != 2.6 || up.Packets != 500 || up.Lost != 100 || up.Concealed != 2000 || len(up.Points) != 2 || up.Points[0] != (store.LinePoint{Second: 10, MOS10: 26, JitterMS: 7, Loss: 200, Concealed: 200}) {
		t.Errorf("what the caller heard: %+v", up)
	}
	if before.Up != nil || len(before.Points) != 1 || len(before.Codecs) != 1 {
		t.Errorf("an earlier copy has become %+v", before)
	}
}

func TestLineOfAnEndlessCallIsBounded(t *testing.T) {
	var f facts
	for i := range 3 * store.MostPoints {
		f.quality(wire.MediaReport{RTT: 60_000, Concealed: 1, Codec: string(rune('a' + i%20))}, wire.MediaReport{}, time.Duration(i)*5*time.Second)
	}
	q := f.line
	if len(q.Points) != store.MostPoints || q.Points[0].Second != 2*store.MostPoints*5 || len(q.Codecs) != mostCodecs {
		t.Fatalf("%d points from second %d, %d codecs", len(q.Points), q.Points[0].Second, len(q.Codecs))
	}
	if p := q.Points[9]; p.MOS10 != 0 || p.RTTMS != 60_000 || p.Loss != 0 || p.Concealed != 1000 {
		t.Fatalf("%+v", p)
	}
	if b, err := json.Marshal(q); err != nil || len(b) > 80_000 {
		t.Fatalf("%d bytes in the log, %v", len(b), err)
	}
}
