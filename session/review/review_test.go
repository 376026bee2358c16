package review

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/media/g711"
	"zuoxi/rules/quality"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a desk with a hub and an ear made of functions.
type rig struct {
	*Desk
	now    time.Time
	caller []byte
	rest   []byte
	asked  []string
	played [][]int16
	said   []string
	refuse string
	hold   bool // pieces do not arrive
	taken  bool // a call has the ear
	wait   []func()
}

func newRig(seconds int) *rig {
	r := &rig{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	pcm := [2][]int16{make([]int16, seconds*Rate), make([]int16, seconds*Rate)}
	for i := range pcm[0] {
		pcm[0][i] = int16(8000 * math.Sin(2*math.Pi*200*float64(i)/Rate))
		pcm[1][i] = int16(4000 * math.Sin(2*math.Pi*500*float64(i)/Rate))
	}
	r.caller, r.rest = make([]byte, len(pcm[0])), make([]byte, len(pcm[1]))
	g711.EncodeALaw(r.caller, pcm[0])
	g711.EncodeALaw(r.rest, pcm[1])
	r.Desk = New(Config{
		Ask: r.ask, Play: func(pcm []int16) { r.played = append(r.played, pcm) }, Say: func(l string) { r.said = append(r.said, l) },
		Now: func() time.Time { return r.now }, Taken: func() bool { return r.taken },
	})
	return r
}

func (r *rig) ask(cmd string, args any, answered func(json.RawMessage, string)) {
	raw, _ := json.Marshal(args)
	r.asked = append(r.asked, cmd+" "+string(raw))
	if r.refuse != "" {
		answered(nil, r.refuse)
		return
	}
	var out any
	switch cmd {
	case "quality.show", "quality.score":
		out = quality.Work{Row: quality.Row{ID: "s1", Call: "c1", Mark: -1}, Marks: []quality.MarkView{{AtMS: 20000, Kind: "dead_air", Text: "冷场\x1b[2J"}}}
	case "recording.open":
		out = opening{Recording: "r1", Call: "c1", Samples: len(r.caller), Marks: []quality.MarkView{{AtMS: 5000, Kind: "hold", Text: "保持"}}}
	case "quality.list":
		l := quality.List{Rows: []quality.Row{{ID: "s1"}}, Count: map[string]int{quality.StateDrawn: 2}, Next: "drawn:x"}
		if strings.Contains(string(raw), `"after":"drawn:x"`) {
			l.Rows[0].ID, l.Next = "s2", ""
		}
		out = l
	case "quality.models":
		out = []quality.Example{{ID: "s1", Title: "讲得清楚\x1b[2J", Mark: 98}}
	case "model.open":
		out = opening{Recording: "model/s1", Samples: len(r.caller), Marks: []quality.MarkView{{AtMS: 9000, Text: "复述"}}}
	case "model.piece":
		out = piece{Recording: "model/s1", Caller: r.caller, Rest: r.rest}
	case "recording.mark":
		out = opening{Recording: "r1", Marks: []quality.MarkView{{AtMS: 5000, Kind: "hold", Text: "保持"}, {AtMS: 7000, Text: "这里", By: "1007"}}}
	case "recording.piece":
		var in struct{ From int }
		_ = json.Unmarshal(raw, &in)
		to := min(in.From+3*Rate, len(r.caller))
		out = piece{Recording: "r1", From: in.From, Caller: r.caller[in.From:to], Rest: r.rest[in.From:to]}
		if r.hold {
			data, _ := json.Marshal(out)
			r.wait = append(r.wait, func() { answered(data, "") })
			return
		}
	case "quality.check":
		out = map[string]any{"same": true, "now": 5}
	case "quality.spread":
		out = []deviation{{"1008", 2, "-2.0", "2.0", []string{"C2"}}}
	case "sheet.appeal", "sheet.give":
		out = struct{}{}
	case "report.make":
		out = map[string]any{"name": "agents"}
	default:
		out = []any{}
	}
	data, _ := json.Marshal(out)
	answered(data, "")
}

func (r *rig) at(t *testing.T, want time.Duration) {
	t.Helper()
	if got := r.View().Player.At; got != want {
		t.Fatalf("at %s, want %s", got, want)
	}
}

func (r *rig) last() []int16 { return r.played[len(r.played)-1] }

// tone is the strength of a frequency in a piece of sound.
func tone(pcm []int16, hz float64) float64 {
	var re, im float64
	for i, v := range pcm {
		re += float64(v) * math.Cos(2*math.Pi*hz*float64(i)/Rate)
		im += float64(v) * math.Sin(2*math.Pi*hz*float64(i)/Rate)
	}
	return 2 * math.Hypot(re, im) / float64(max(1, len(pcm)))
}

// TestPlayer: play, pause, move, jump to marks of timeline and sheet, one side alone, faster at the same pitch.
func TestPlayer(t *testing.T) {
	t.Parallel()
	r := newRig(30)
	r.Do(Toggle{})
	if len(r.said) != 1 || len(r.played) != 0 {
		t.Fatalf("played nothing: %v", r.said)
	}
	r.Do(Open{ID: "s1"})
	v := r.View()
	if v.Player.Length != 30*time.Second || v.Player.Got != v.Player.Length || len(v.Player.Marks) != 2 || strings.Contains(v.Player.Marks[1].Text, "\x1b") {
		t.Fatalf("%+v", v.Player.Marks)
	}
	r.Do(Toggle{})
	if n := len(r.last()); n != 30*Rate || tone(r.last(), 200) < 7000 || tone(r.last(), 500) < 3500 {
		t.Fatalf("%d samples, %.0f %.0f", n, tone(r.last(), 200), tone(r.last(), 500))
	}
	r.now = r.now.Add(3 * time.Second)
	r.at(t, 3*time.Second)
	r.Do(Side{})
	if tone(r.last(), 500) > 200 || tone(r.last(), 200) < 7000 || len(r.last()) != 27*Rate {
		t.Error("the caller is not alone")
	}
	r.Do(Jump{})
	r.at(t, 5*time.Second)
	r.Do(Jump{})
	r.at(t, 20*time.Second)
	r.Do(Jump{Back: true})
	r.at(t, 5*time.Second)
	r.Do(Seek{By: -time.Minute})
	r.at(t, 0)
	for range 3 { // 1.25, 1.5, 2
		r.Do(Speed{})
	}
	if n := len(r.last()); n < 14*Rate || n > 16*Rate || tone(r.last()[Rate:5*Rate], 200) < 5000 {
		t.Errorf("at double speed %d samples, the tone at %.0f", n, tone(r.last()[Rate:5*Rate], 200))
	}
	r.now = r.now.Add(4 * time.Second)
	r.at(t, 8*time.Second)
	r.Do(Toggle{})
	if r.last() != nil {
		t.Error("a pause does not hush")
	}
	r.now = r.now.Add(time.Hour)
	r.at(t, 8*time.Second)
	r.Do(Toggle{})
	r.now = r.now.Add(time.Minute)
	r.Tick()
	r.at(t, 30*time.Second)
	if r.View().Player.Playing {
		t.Error("it plays beyond the end")
	}
}

// TestPlayAsItComes: what has arrived is heard at once, and goes on as the rest comes.
func TestPlayAsItComes(t *testing.T) {
	t.Parallel()
	r := newRig(12)
	r.hold = true
	r.Do(Listen{Call: "c1"})
	next := func() {
		w := r.wait[0]
		r.wait = r.wait[1:]
		w()
	}
	next()
	r.Do(Toggle{})
	if len(r.last()) != 3*Rate {
		t.Fatalf("%d samples", len(r.last()))
	}
	r.now = r.now.Add(2 * time.Second)
	next()
	if len(r.last()) != 4*Rate { // from 2 s on, 6 s have come
		t.Fatalf("%d samples", len(r.last()))
	}
	r.at(t, 2*time.Second)
	r.Do(Close{})
	for len(r.wait) > 0 {
		next() // late pieces of a recording that was put away
	}
	if v := r.View(); v.Player.Recording != "" || v.Player.Got != 0 {
		t.Errorf("%+v", v.Player)
	}
}

// TestYield: a call that rings hushes the recording; the place is kept through the call, and playing goes on from it.
func TestYield(t *testing.T) {
	t.Parallel()
	r := newRig(30)
	r.Do(Listen{Call: "c1"})
	r.Yield()
	if len(r.said)+len(r.played) != 0 {
		t.Fatalf("nothing played, and yet: %v", r.said)
	}
	r.Do(Toggle{})
	r.now, r.taken = r.now.Add(7*time.Second), true
	r.Yield()
	if r.last() != nil || r.View().Player.Playing || !strings.Contains(r.said[0], "00:07") {
		t.Fatalf("the ear still has %d samples; said %v", len(r.last()), r.said)
	}
	n := len(r.played)
	r.now = r.now.Add(3 * time.Minute)
	r.Do(Toggle{})
	r.Tick()
	if len(r.played) != n || r.View().Player.Playing || len(r.said) != 2 {
		t.Fatalf("it played into the call: %v", r.said)
	}
	r.at(t, 7*time.Second)
	r.taken = false
	r.Do(Toggle{})
	if len(r.last()) != 23*Rate {
		t.Fatalf("%d samples after the call", len(r.last()))
	}
	r.at(t, 7*time.Second)
}

func TestWishes(t *testing.T) {
	t.Parallel()
	r := newRig(1)
	r.Do(Submit{})
	if len(r.asked) != 0 {
		t.Error("something was scored without a sheet")
	}
	r.Do(Open{ID: "s1"})
	for v, want := range map[Verb]string{
		Give{"A2", 4}: `quality.score {"id":"s1","items":{"A2":4}}`, Person{true}: `quality.score {"id":"s1","person":{"spoke":true}}`, Person{}: `quality.score {"id":"s1","person":{"spoke":false}}`, Give{"A2", -1}: `quality.score {"excluded":["A2"],"id":"s1"}`, Accept{}: `quality.score {"accept":true,"id":"s1"}`,
		Submit{}: `quality.score {"id":"s1","submit":true}`, Settle{"s1", -1, ""}: `quality.settle {"id":"s1","why":""}`, Settle{"s1", 0, "x"}: `quality.settle {"id":"s1","mark":0,"why":"x"}`,
		Appeal{"s1", "x"}: `quality.appeal {"id":"s1","text":"x"}`, Second{"s1", "x"}: `quality.second {"id":"s1","text":"x"}`, Mark{"听这里"}: `quality.score {"id":"s1","mark":{"at_ms":0,"text":"听这里","by":""}}`,
		Find{Line: "工号:8001"}: `"line":"工号:8001"`, Draw{"2026-11-01", "2026-11-02", 3}: `quality.draw {"each":3,"from":"2026-11-01"`, Report{"calls", "a", "b", "city"}: `report.make {"by":"city"`,
	} {
		r.asked = nil
		r.Do(v)
		if len(r.asked) == 0 || !strings.Contains(r.asked[0], want) {
			t.Errorf("%+v asks %q", v, r.asked)
		}
	}
	r.refuse = "没有权限 · 没有执行 · 请找有权限的人"
	r.Do(Sheets{})
	if v := r.View(); v.Refused != r.refuse || v.Busy != 0 || fmt.Sprint(r.said[len(r.said)-1]) != r.refuse {
		t.Errorf("%+v", v)
	}
	r.Leave()
	if v := r.View(); v.Work != nil || v.Player.Recording != "" {
		t.Error("somebody else sees what was open")
	}
}

// TestModels: a call put forward is listed, fetched by its own commands and played.
func TestModels(t *testing.T) {
	t.Parallel()
	r := newRig(12)
	r.Do(Models{})
	if m := r.View().Models; len(m) != 1 || m[0].Title != "讲得清楚" {
		t.Errorf("%+v", m)
	}
	r.Do(Hear{"s1"})
	r.Do(Toggle{})
	if v := r.View().Player; v.Recording != "model/s1" || v.Call != "" || v.Got != 12*time.Second || !v.Playing || len(v.Marks) != 1 {
		t.Errorf("%+v", v)
	}
	for _, a := range r.asked {
		if strings.HasPrefix(a, "recording.") {
			t.Errorf("asked %s", a)
		}
	}
}

// TestNote: a recording without a sheet is marked where it is heard.
func TestNote(t *testing.T) {
	t.Parallel()
	r := newRig(12)
	r.Do(Note{"没有打开"})
	if len(r.asked) != 0 {
		t.Errorf("asked %q", r.asked)
	}
	r.Do(Listen{"c1"})
	r.Do(Seek{7 * time.Second})
	r.Do(Note{"这里"})
	if last := r.asked[len(r.asked)-1]; last != `recording.mark {"at_ms":7000,"id":"r1","text":"这里"}` {
		t.Error(last)
	}
	if m := r.View().Player.Marks; len(m) != 2 || m[1].By != "1007" {
		t.Errorf("%+v", m)
	}
}

// TestMonthSheet: after a step the sheet is made anew, as it was asked for.
func TestMonthSheet(t *testing.T) {
	t.Parallel()
	r := newRig(1)
	r.Do(Report{Name: "agents", From: "2026-10-01", To: "2026-10-31"})
	r.Do(Sheet{Step: SheetAppeal, Month: "2026-10", Text: "少算了", Knowledge: -1, Discipline: -1})
	r.Do(Sheet{Step: SheetGive, Month: "2026-10", Agent: "3027", Knowledge: 80, Discipline: 0})
	made := `report.make {"by":"","from":"2026-10-01","name":"agents","to":"2026-10-31"}`
	want := []string{made, `sheet.appeal {"month":"2026-10","text":"少算了"}`, made, `sheet.give {"agent_no":"3027","discipline":0,"knowledge":80,"month":"2026-10"}`, made}
	if !slices.Equal(r.asked, want) || len(r.said) != 2 || r.View().Report == nil {
		t.Errorf("%q, said %q", r.asked, r.said)
	}
}

// TestHonest: the draw of the open sheet is checked, its call laid out for several scorers, and their deviation said.
func TestHonest(t *testing.T) {
	t.Parallel()
	r := newRig(1)
	r.Do(Check{})
	if len(r.asked) != 0 {
		t.Errorf("without a sheet: %q", r.asked)
	}
	r.Do(Open{"s1"})
	r.asked, r.said = nil, nil
	r.Do(Check{})
	r.Do(Calibrate{Expert: "1007", Scorers: "1008 1009"})
	r.Do(Spread{})
	want := []string{`quality.check {"id":"s1"}`, `quality.standard {"calls":["c1"],"expert":"1007","scorers":["1008","1009"]}`, `quality.list {"after":"","limit":200,"state":""}`, `quality.spread {}`}
	if !slices.Equal(r.asked, want) || len(r.said) != 3 || !strings.Contains(r.said[0], "从 5 通里再抽") || !strings.Contains(r.said[2], "1008 2 通偏 -2.0") {
		t.Errorf("%q, said %q", r.asked, r.said)
	}
}

// TestListGoesOn: the list is taken up where it ended, once, and what is done to a sheet leaves the filter as it is.
func TestListGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(1)
	r.Do(Sheets{State: quality.StateDrawn})
	for range 2 {
		r.Do(Sheets{State: quality.StateDrawn, More: true})
	}
	if v := r.View().Sheets; len(v.Rows) != 2 || v.Rows[1].ID != "s2" || len(r.asked) != 2 {
		t.Errorf("%+v after %q", v, r.asked)
	}
	r.Do(Open{ID: "s1"})
	r.Do(Submit{})
	if last := r.asked[len(r.asked)-1]; last != `quality.list {"after":"","limit":200,"state":"drawn"}` {
		t.Error(last)
	}
}

// TestFoundPart: of a search that ended before it had looked through all it is said how far it came.
func TestFoundPart(t *testing.T) {
	t.Parallel()
	r := newRig(1)
	r.found([]Sound{{Call: "c1"}, {Call: "c2"}})
	r.found([]Sound{{Call: "c1"}, {Call: "c2", Back: time.Date(2026, 10, 31, 9, 30, 0, 0, time.UTC)}})
	if want := []string{"只查到 2026-10-31 09:30 为止 · 更早的没有列出 · 请加上日期再查"}; !slices.Equal(r.said, want) || len(r.View().Sounds) != 2 {
		t.Errorf("%q", r.said)
	}
}

// TestOneSheetAtATime: while another sheet is on its way none is open, for points
// would go to the one before; an answer about one that was put away comes too
// late; and a sheet is handed in when the hub has its note.
func TestOneSheetAtATime(t *testing.T) {
	t.Parallel()
	type question struct {
		cmd, args string
		answered  func(json.RawMessage, string)
	}
	var asked []question
	d := New(Config{Ask: func(cmd string, args any, answered func(json.RawMessage, string)) {
		raw, _ := json.Marshal(args)
		asked = append(asked, question{cmd, string(raw), answered})
	}})
	answer := func(i int, id string) {
		raw, _ := json.Marshal(quality.Work{Row: quality.Row{ID: id}})
		asked[i].answered(raw, "")
	}
	d.Do(Open{ID: "s1"})
	answer(0, "s1")
	d.Do(Open{ID: "s2"})
	before := len(asked)
	d.Do(Give{"A2", 4})
	if d.View().Work != nil || len(asked) != before {
		t.Errorf("s2 is on its way, open is %+v, asked %+v", d.View().Work, asked[before:])
	}
	d.Do(Open{ID: "s3"})
	answer(before, "s3")
	answer(before-1, "s2")
	if w := d.View().Work; w == nil || w.ID != "s3" {
		t.Fatalf("the late answer shows %+v", w)
	}
	if d.Do(Open{ID: "s3"}); d.View().Work == nil {
		t.Error("the sheet that is open goes when it is opened again, with what was typed on it")
	}
	for _, v := range []Verb{Listen{"c9"}, Hear{"s9"}} {
		asked = nil
		d.Do(Open{ID: "s4"})
		d.Do(v)
		if answer(0, "s4"); d.View().Work != nil {
			t.Errorf("after %T the late answer opens the sheet", v)
		}
	}
	d.Do(Open{ID: "s3"})
	answer(len(asked)-1, "s3")
	asked = nil
	d.Do(Submit{Note: "好", Verdict: "pass"})
	if len(asked) != 1 || asked[0].args != `{"id":"s3","note":"好","verdict":"pass"}` {
		t.Fatalf("asked %+v", asked)
	}
	answer(0, "s3")
	if len(asked) != 2 || asked[1].args != `{"id":"s3","submit":true}` {
		t.Fatalf("asked %+v", asked)
	}
	d.Do(Close{})
	if answer(1, "s3"); d.View().Work != nil {
		t.Error("what was put away is open again")
	}
}
