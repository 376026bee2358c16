package exam

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/media/g711"
	"zuoxi/rules/exam"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// room is a seat for tests: a clock that the test moves, a headset that remembers, an outbox on disk.
type room struct {
	*Desk
	t     *testing.T
	dir   string
	now   time.Time
	sent  []outbox.Entry
	lines []string
	worn  bool
	ear   []int16
	aired []int16 // towards the hub
	full  bool    // the disk
	rng   *rand.Rand
}

func (r *room) Wear(on bool)        { r.worn = on }
func (r *room) Mic() <-chan []int16 { return nil }
func (r *room) Play(pcm []int16)    { r.ear = pcm }
func (r *room) Air(pcm []int16) {
	if r.aired = append(r.aired, pcm...); pcm == nil {
		r.aired = nil
	}
}

// disk is a box whose disk can be full.
type disk struct {
	*outbox.Box
	r *room
}

var errFull = errors.New("no space left on device")

func (d disk) Put(e outbox.Entry) error {
	if d.r.full {
		return errFull
	}
	return d.Box.Put(e)
}

func (d disk) SaveDraft(key string, v any) error {
	if d.r.full {
		return errFull
	}
	return d.Box.SaveDraft(key, v)
}

// voices are the rendered lines of the shipped scenarios.
func voices(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("..", "..", "hub", "exam", "voice", name+".al"))
}

func newRoom(t *testing.T) *room {
	r := &room{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), rng: rand.New(rand.NewPCG(1, 2))}
	r.arrive()
	return r
}

// sit opens the box anew, as a program that starts does.
func (r *room) arrive() {
	r.t.Helper()
	r.Desk = New(Config{
		Head: r, Voice: voices, Send: func(e outbox.Entry) { r.sent = append(r.sent, e) }, Say: func(l string) { r.lines = append(r.lines, l) },
		Now: func() time.Time { return r.now },
	})
	box, err := outbox.Open(r.dir, make([]byte, 32))
	if err != nil {
		r.t.Fatal(err)
	}
	r.Sit("5001", disk{box, r})
	r.t.Cleanup(func() { _ = box.Close() })
}

// crash loses everything that was only in memory.
func (r *room) crash() {
	_ = r.box.(disk).Close()
	r.arrive()
}

func (r *room) tick(n int) {
	for range n {
		r.now = r.now.Add(time.Second)
		r.Tick()
	}
}

var key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

func (r *room) hand(h exam.Handout, code string) {
	r.t.Helper()
	s, err := exam.Seal("room-"+h.ID, h, code)
	if err != nil {
		r.t.Fatal(err)
	}
	s = s.For(h.ID, h.Agent, key)
	r.Take(&wire.ExamPapers{Key: key.Public().(ed25519.PublicKey), Papers: []wire.ExamPaper{{ID: h.ID, Room: s.Room, Agent: h.Agent, Title: h.Title, Kind: h.Kind, Keyed: s.Keyed, Box: s.Box, Sign: s.Sign}}})
}

func written() exam.Handout {
	return exam.Handout{ID: "p1", Title: "月考", Kind: exam.KindExam, Agent: "5001", Minutes: 20, Items: []exam.Asked{
		{ID: "q1", Type: exam.Single, Points: 2, Stem: "几天", Options: []exam.Option{{Key: "B", Text: "15日"}, {Key: "A", Text: "7日"}}},
		{ID: "q2", Type: exam.Short, Points: 10, Stem: "怎么办"},
	}}
}

// scenario is a small caller with the voices of the shipped s01.
func scenario() exam.Scenario {
	return exam.Scenario{
		ID: "s01", Title: "失业", Caller: exam.Caller{Patience: 8}, Opening: "你好，我在外地上班被裁了，现在想回老家，失业金能不能在老家领啊？",
		Facts: []exam.Fact{{ID: "f3", Text: "户籍在乙省某县", Given: "ask", Ask: []string{"户口"}}},
		Nodes: []exam.Node{
			{ID: "start", Next: []exam.Branch{{When: exam.When{Answered: []string{"p1"}}, To: "bye"}, {When: exam.When{Turns: 2}, To: "bye"}, {When: exam.When{Else: true}, To: "start"}}},
			{ID: "bye", Say: "行，我明白了，谢谢。", End: "caller_hangs_up"},
		},
		Points: []exam.Point{{ID: "p1", Text: "可以", Points: 8, KB: "sy-003", Keys: []string{"户籍地"}}},
		Pass:   exam.Pass{Total: 80},
	}
}

func (r *room) result() exam.Result {
	r.t.Helper()
	for _, e := range r.sent {
		if e.Kind == "exam.result" {
			var m wire.ExamResult
			var out exam.Result
			if json.Unmarshal(e.Body, &m) != nil || json.Unmarshal(m.Body, &out) != nil {
				r.t.Fatal("result not readable")
			}
			return out
		}
	}
	r.t.Fatalf("no result was handed in: %q", r.lines)
	return exam.Result{}
}

func TestWrittenPaper(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(written(), "11111-22222")
	r.Do(Open{"p1", "wrong"})
	if r.Busy() || len(r.lines) != 1 || !strings.Contains(r.lines[0], "开卷码不对") {
		t.Fatalf("a wrong code: %q", r.lines)
	}
	r.Do(Open{"p1", "11111-22222"})
	r.Do(Answer{0, []string{"A"}})
	r.Do(Answer{1, []string{"先登记"}})
	r.tick(4)
	r.Do(Answer{0, []string{"B"}})
	r.now = r.now.Add(time.Hour) // the computer is off
	r.crash()
	s := r.View().Sitting
	if s == nil || s.Left != 20*time.Minute-3*time.Second && s.Left != 20*time.Minute-4*time.Second || s.Items[1].Given[0] != "先登记" {
		t.Fatalf("after a crash: %+v", s)
	}
	r.Do(Answer{0, []string{"B"}})
	r.Do(HandIn{})
	got := r.result()
	if got.Answers["q1"][0] != "B" || got.Paper != "p1" || len(r.View().Papers) != 0 || r.View().Sitting.Phase != PhaseDone {
		t.Errorf("%+v", got)
	}
	if got.Notes[0].Kind != "restart" {
		t.Errorf("the restart was not noted: %+v", got.Notes)
	}
	r.Do(Done{})
	if r.Busy() {
		t.Error("the sitting did not end")
	}
}

func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(written(), "")
	r.Do(Open{Paper: "p1"})
	r.Do(Answer{0, []string{"B"}})
	r.tick(20*60 - 1)
	if r.View().Sitting.Phase != PhaseWritten {
		t.Fatal("too early")
	}
	r.tick(1)
	if got := r.result(); got.Answers["q1"][0] != "B" || got.SpentMS != 20*60*1000 {
		t.Errorf("%+v", got)
	}
}

// TestFullDiskStopsTheClock: nothing is lost, no minute is stolen.
func TestFullDiskStopsTheClock(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(written(), "")
	r.Do(Open{Paper: "p1"})
	r.tick(5)
	r.full = true
	r.Do(Answer{0, []string{"B"}})
	r.tick(5)
	before := r.View().Sitting
	r.tick(100)
	if s := r.View().Sitting; s.Left != before.Left || !strings.Contains(s.Paused, "磁盘") {
		t.Errorf("left %v, then %v: %q", before.Left, s.Left, s.Paused)
	}
	r.full = false
	r.tick(10)
	if s := r.View().Sitting; s.Paused != "" || s.Left >= before.Left {
		t.Errorf("does not go on: %+v", s)
	}
	r.Do(HandIn{})
	if r.result().Answers["q1"][0] != "B" {
		t.Error("the answer was lost")
	}
}

// TestResultOnAFullDisk: what was handed in and is not on the disk is not put away, and goes when it is.
func TestResultOnAFullDisk(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(written(), "")
	r.Do(Open{Paper: "p1"})
	r.Do(Answer{0, []string{"B"}})
	r.full = true
	r.Do(HandIn{})
	r.Do(Done{})
	if r.Loose() == 0 || !r.Busy() || !strings.Contains(strings.Join(r.lines, " "), "先不要收起") {
		t.Fatalf("%d loose, busy %v, says %q", r.Loose(), r.Busy(), r.lines)
	}
	r.full = false
	r.tick(5)
	if r.Do(Done{}); r.Loose() != 0 || r.Busy() || r.result().Answers["q1"][0] != "B" {
		t.Errorf("%d loose, busy %v", r.Loose(), r.Busy())
	}
}

func TestClockChangeIsNoted(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(written(), "")
	r.Do(Open{Paper: "p1"})
	r.tick(2)
	left := r.View().Sitting.Left
	r.now = r.now.Add(-time.Hour)
	r.Tick()
	r.now = r.now.Add(2 * time.Hour)
	r.Tick()
	if got := r.View().Sitting.Left; got != left {
		t.Errorf("a changed clock cost %v", left-got)
	}
	r.Do(HandIn{})
	if n := r.result().Notes; len(n) < 2 || n[0].Kind != "clock" || n[1].Kind != "clock" {
		t.Errorf("%+v", n)
	}
}

// speak lets the trainee say something for so long: a voice of harmonics in quiet noise, which the detector takes for one.
func (r *room) speak(seconds float64, voice bool) {
	const n = Rate / 50
	for range int(seconds * 50) {
		pcm := make([]int16, n)
		for i := range pcm {
			v := r.rng.Float64()*20 - 10
			if voice {
				at := float64(r.Desk.sit.call.at + i)
				v += 3000 * math.Sin(at*2*math.Pi*180/Rate) * (0.6 + 0.4*math.Sin(at*2*math.Pi*4/Rate))
				v += 2000 * math.Sin(at*2*math.Pi*900/Rate) * (0.6 + 0.4*math.Sin(at*2*math.Pi*3/Rate))
			}
			pcm[i] = int16(v)
		}
		r.now = r.now.Add(20 * time.Millisecond)
		r.Frame(pcm)
		if r.Desk.sit.call == nil {
			return
		}
	}
}

// quiet waits until the caller has nothing more to say, and a turn's end longer.
func (r *room) quiet() {
	for range 400 {
		c := r.Desk.sit.call
		if c == nil || len(c.mouth.queue) == 0 && c.mouth.since == 0 {
			break
		}
		r.speak(0.1, false)
	}
}

func callOnly() exam.Handout {
	return exam.Handout{ID: "p2", Title: "技能", Kind: exam.KindExam, Agent: "5001", Calls: []exam.Scenario{scenario()}}
}

// TestSimulatedCall: the caller speaks after the greeting, tells what was asked (and noted), ends when answered; the
// recording arrives in parts whose chain holds, and the machine's facts are those of the talk.
func TestSimulatedCall(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(callOnly(), "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	if r.View().Sitting.Phase != PhaseRing || r.worn {
		t.Fatalf("%+v", r.View().Sitting)
	}
	r.Do(Pick{})
	r.speak(0.5, false)
	r.speak(2, true)
	r.speak(1.5, false)
	if len(r.ear) == 0 || len(r.Desk.sit.call.mouth.lines) != 1 {
		t.Fatalf("the caller does not open: %+v", r.Desk.sit.call.timeline)
	}
	r.quiet()
	r.Do(Write{Record{"question": "户口？"}})
	r.speak(2, true)
	r.speak(1.5, false)
	if l := r.Desk.sit.call.mouth.lines; len(l) != 2 || l[1].Text != "户籍在乙省某县" {
		t.Fatalf("the fact was not told: %+v", l)
	}
	r.quiet()
	r.Do(Shown{"sy-003"})
	r.Do(Shown{"gs-001"})
	r.Do(Write{Record{"question": "户口？", "answer": "可以回户籍地领"}})
	r.speak(2, true)
	r.speak(1.5, false)
	r.quiet()
	r.speak(2, false)
	if r.View().Sitting.Phase != PhaseWrite || r.worn {
		t.Fatalf("the caller does not end: %+v", r.Desk.sit.call)
	}
	r.Do(HandIn{})
	got := r.result()
	c := got.Calls[0]
	if c.Progress.Ended != exam.EndCaller || c.Facts.Release != "caller" || c.Facts.Interruptions != 0 || c.Facts.OpeningAfter > time.Second || len(c.Record) == 0 {
		t.Errorf("%+v", c)
	}
	kinds := map[string]int{}
	for _, m := range c.Timeline {
		kinds[m.Kind]++
	}
	if kinds["article"] != 1 || kinds["wrong_article"] != 1 || kinds["caller"] != 3 {
		t.Errorf("%v", kinds)
	}
	r.checkChain(got, c.Seconds)
}

func (r *room) checkChain(got exam.Result, seconds float64) {
	var head []byte
	samples := 0
	for _, e := range r.sent {
		var p wire.ExamPart
		if e.Kind != "exam.part" || json.Unmarshal(e.Body, &p) != nil {
			continue
		}
		head = exam.Chain(head, p.Number, p.Data)
		samples += len(p.Data) / 2
	}
	if string(head) != string(got.Head) || math.Abs(float64(samples)/Rate-seconds) > 0.1 {
		r.t.Errorf("%d samples for %.1f s, chain %x, %x", samples, seconds, head, got.Head)
	}
}

// TestSilenceHoldAndHangUp: silence is nudged and given up on; a hold is measured; an early hang-up is the trainee's.
func TestSilenceHoldAndHangUp(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(callOnly(), "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	r.Do(Pick{})
	r.speak(5, false)
	r.quiet()
	r.speak(10, false)
	if l := r.Desk.sit.call.mouth.lines; len(l) != 2 || l[1].Text != "喂？您在听吗？" {
		t.Fatalf("no nudge: %+v", l)
	}
	r.quiet()
	r.Do(Hold{true})
	r.speak(70, false)
	r.Do(Hold{false})
	r.Do(HangUp{})
	r.speak(1, false)
	r.Do(HandIn{})
	c := r.result().Calls[0]
	if c.Progress.Ended != exam.EndTrainee || c.Facts.Release != "agent" || c.Facts.LongestWait.Round(time.Second) != 70*time.Second || c.Facts.OpeningAfter >= 0 || c.Facts.DeadAir != 1 {
		t.Errorf("%+v", c)
	}
}

// TestDeadMicrophonePauses: the exam waits for the headset.
func TestDeadMicrophonePauses(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(callOnly(), "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	r.Do(Pick{})
	r.speak(5, false)
	at := r.Desk.sit.call.at
	r.tick(5)
	if p := r.View().Sitting.Paused; !strings.Contains(p, "麦克风") {
		t.Errorf("no frames, %q", p)
	}
	r.Trouble("麦克风不见了 · 对方听不到您 · 请插好")
	r.speak(5, false)
	if r.Desk.sit.call.at != at || r.ear != nil {
		t.Errorf("the call went on for %d samples", r.Desk.sit.call.at-at)
	}
	r.Trouble("")
	r.speak(1, false)
	if r.Desk.sit.call.at == at || len(r.ear) == 0 {
		t.Error("the call does not go on")
	}
}

// TestCutIn: who goes on over the caller is noted.
func TestCutIn(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(callOnly(), "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	r.Do(Pick{})
	r.speak(0.5, false)
	r.speak(1, true)
	r.speak(3, false) // the caller has been speaking for more than a second
	r.speak(2, true)
	r.speak(1, false)
	r.Do(HangUp{})
	r.speak(1, false)
	r.Do(HandIn{})
	c := r.result().Calls[0]
	if c.Progress.CutIns != 1 || c.Facts.Interruptions != 1 {
		t.Errorf("%+v %+v", c.Progress, c.Facts)
	}
}

// TestExamGivesNothingAway: neither answers nor transcript are on the screen of an exam; in practice they are.
func TestExamGivesNothingAway(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{exam.KindExam, exam.KindPractice} {
		r := newRoom(t)
		h := callOnly()
		h.Kind = kind
		r.hand(h, "")
		r.Do(Open{Paper: "p2"})
		r.Do(Next{-1})
		r.Do(Pick{})
		r.speak(5, false)
		practice := kind == exam.KindPractice
		if lines := r.View().Sitting.Talk.Lines; (len(lines) > 0) != practice {
			t.Errorf("%s shows %+v", kind, lines)
		}
		r.Do(HangUp{})
		r.speak(1, false)
		if c := r.View().Sitting.Calls[0]; (len(c.Point) > 0) != practice || (len(c.Lines) > 0) != practice {
			t.Errorf("%s shows %+v", kind, c)
		}
		r.Do(HandIn{})
		if practice && len(r.sent) > 0 {
			t.Errorf("practice was handed in: %d", len(r.sent))
		}
	}
}

func TestVoicesAreThere(t *testing.T) {
	t.Parallel()
	b, err := voices(exam.VoiceName("s01", scenario().Opening))
	if errors.Is(err, fs.ErrNotExist) || len(b) < Rate {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	pcm := make([]int16, len(b))
	g711.DecodeALaw(pcm, b)
}

// TestTimeRunsOutUnderTheQuestion: who says yes to handing in the written paper
// when its time has run out just before does not hand in the calls.
func TestTimeRunsOutUnderTheQuestion(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	h := written()
	h.Calls = []exam.Scenario{scenario()}
	r.hand(h, "")
	r.Do(Open{Paper: "p1"})
	r.tick(20*60 + 1)
	r.Do(HandIn{Part: PhaseWritten})
	if s := r.View().Sitting; s.Phase != PhaseCalls || !strings.Contains(r.lines[len(r.lines)-1], "模拟来电没有交") {
		t.Fatalf("%s, says %q", s.Phase, r.lines)
	}
	r.Do(HandIn{Part: PhaseCalls})
	if s := r.View().Sitting; s.Phase != PhaseDone {
		t.Errorf("%s after all was handed in", s.Phase)
	}
	r.Do(HandIn{Part: PhaseWritten})
}
