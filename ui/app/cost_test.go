package app_test

import (
	"slices"
	"testing"
	"time"

	"zuoxi/ui/sample"
	"zuoxi/ui/uitest"
)

// A letter typed in a call must cost little: the renderer of the library alone
// sends several kilobytes for each.
func TestBytesPerKey(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("f7", "ylj")
	s.Wait("2 条")
	s.Press("enter")
	var form, search, list []int64
	cost := func(key string) int64 {
		s.Sent()
		s.Press(key)
		return s.Sent() - uitest.MarkBytes
	}
	s.Press("ctrl+u")
	for _, c := range "yanglaojin weidaozhang" {
		search = append(search, cost(string(c)))
	}
	s.Press("ctrl+u", "ylj")
	s.Wait("2 条")
	for i := range 20 {
		list = append(list, cost([]string{"down", "up"}[i%2]))
	}
	s.Press("shift+tab", "shift+tab") // through the caller to the end of the form
	for range 5 {
		s.Press("shift+tab")
	}
	for _, c := range "三月份养老金未到账要求核实发放状态并回电" {
		form = append(form, cost(string(c)))
	}
	for name, n := range map[string][]int64{"search": search, "list": list, "form": form} {
		slices.Sort(n)
		t.Logf("%s: p50 %d, max %d bytes", name, n[len(n)/2], n[len(n)-1])
		if n[len(n)/2] > 250 {
			t.Errorf("%s: a key costs %d bytes in the middle", name, n[len(n)/2])
		}
	}
}

// With clock, call time and meters running, the line to the terminal stays thin.
func TestBytesPerSecondOnACall(t *testing.T) {
	for _, focus := range []string{"form", "caller"} {
		s := uitest.Start(t, 120, 40, sample.Talking(), nil)
		if focus == "caller" {
			s.Press("f7", "shift+tab") // no field has the focus: meters move five times a second
		}
		s.Pass(time.Second)
		s.Sent()
		const seconds = 20
		frames := int64(0)
		for i := range seconds {
			for j := range 5 {
				v := sample.Talking()
				v.Sound.InLevel, v.Sound.OutLevel = -float64(10+(i*7+j*13)%50), -float64(10+(i*11+j*17)%50)
				s.Show(v)
				s.Move(200 * time.Millisecond)
				frames++
			}
			s.Pass(0)
			frames++
		}
		if n := (s.Sent() - frames*uitest.MarkBytes) / seconds; n > 400 {
			t.Errorf("%s: %d bytes a second", focus, n)
		} else {
			t.Logf("%s: %d bytes a second", focus, n)
		}
	}
}

// BenchmarkKeyToFrame types into the longest form on a big screen: from the key
// to the frame that shows it on a terminal, two keys a round.
func BenchmarkKeyToFrame(b *testing.B) {
	v := sample.Talking()
	r := *v.Record
	r.Fields.Kind = "complaint"
	v.Record = &r
	s := uitest.Start(b, 200, 60, v, nil)
	var took []time.Duration
	for b.Loop() {
		for _, k := range []string{"养", "backspace"} {
			from := time.Now()
			s.Press(k)
			took = append(took, time.Since(from))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2])/float64(time.Millisecond), "p50-ms")
	b.ReportMetric(float64(took[(len(took)-1)*99/100])/float64(time.Millisecond), "p99-ms")
	b.ReportMetric(10, "limit-ms")
	b.ReportMetric(0, "ns/op")
}
