// Package exam runs an examination at the seat: the written paper with its clock, and simulated callers who speak through
// the trainee's own headset. session owns a Desk and calls it from its one goroutine; nothing here is safe for two. It needs
// neither hub nor recogniser. It promises that what was written is in the box at most three seconds later, that time which
// was not the trainee's (a crash, a dead microphone, a full disk) is not counted, that there is no way out of a sitting but
// handing it in, and that the machine proposes and gives no total.
package exam

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"zuoxi/rules/exam"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// Headset is what a simulated call needs of the phone. None of it blocks.
type Headset interface {
	// Wear opens the microphone towards Mic, or shuts it.
	Wear(on bool)
	// Mic gives what the trainee says, Rate samples a second; full, it drops the newest.
	Mic() <-chan []int16
	// Play plays a line into the ear in place of what is played now; nil hushes it.
	Play(pcm []int16)
	// Air sends what both say to the hub, for who examines; nil ends it.
	Air(pcm []int16)
}

// Rate of all sound here, samples a second.
const Rate = 8000

// Box keeps what must not be lost; *outbox.Box is one.
type Box interface {
	Put(e outbox.Entry) error
	SaveDraft(key string, v any) error
	LoadDraft(key string, v any) (bool, error)
	Drafts(prefix string) []string
	DropDraft(key string) error
}

// Config of a desk.
type Config struct {
	Head  Headset                           // nil: no simulated calls here
	Voice func(name string) ([]byte, error) // a spoken line, A-law
	Send  func(outbox.Entry)                // has the hub told, now or later; it is in the box already
	Say   func(line string)                 // one line for the person
	Now   func() time.Time
	Log   *slog.Logger
}

// Desk is one person's examinations at this seat.
type Desk struct {
	cfg     Config
	box     Box
	agent   string
	papers  []held
	results []wire.ExamReport
	sit     *sitting
	trouble string // of the headset, from the phone
	last    time.Time
	dirty   bool
	due     time.Time
	unsaved []outbox.Entry // what a full disk did not take
	audience
}

// audience is who follows the sitting from elsewhere: the examiner who watches, a recogniser that hears the trainee.
type audience struct {
	watcher   string // agent number, empty: nobody
	led       bool   // the watcher speaks for the caller
	listening bool
}

// held is a paper in the box.
type held struct {
	wire.ExamPaper
	Public []byte
}

// What is saved, and how soon.
const (
	saveEvery  = 3 * time.Second
	paperDraft = "paper-"
	sitDraft   = "sitting"
)

// New makes a desk that nobody sits at.
func New(cfg Config) *Desk {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{cfg: cfg}
}

// Sit begins for a person with what the box holds: papers, and a sitting that was cut off.
func (d *Desk) Sit(agent string, box Box) {
	if d.box != nil {
		return
	}
	d.agent, d.box = agent, box
	for _, key := range box.Drafts(paperDraft) {
		var p held
		if ok, err := box.LoadDraft(key, &p); err == nil && ok {
			d.papers = append(d.papers, p)
		}
	}
	var s sitting
	if ok, err := box.LoadDraft(sitDraft, &s); err == nil && ok {
		d.sit, d.last = &s, d.cfg.Now()
		s.note(d.cfg.Now(), "restart", "程序重新启动，停下的时间不计")
		if s.Saved.After(d.cfg.Now()) {
			s.note(d.cfg.Now(), "clock", "电脑时钟被调回")
		}
		if s.Phase == PhaseTalk || s.Phase == PhaseRing { // a call cannot be gone on with: its caller has hung up
			s.drop(d.cfg.Now())
		}
		d.save()
	}
}

// Loose is how much of a sitting the disk did not take: it ends with the program.
func (d *Desk) Loose() int {
	n := len(d.unsaved)
	if d.sit != nil && d.sit.diskFull {
		n++
	}
	return n
}

// Retry puts on the disk what it did not take before.
func (d *Desk) Retry() {
	d.save()
	d.keep()
}

// Leave ends; the sitting, if there is one, waits in the box.
func (d *Desk) Leave() {
	d.Retry()
	if d.sit != nil && d.sit.call != nil {
		d.wear(false)
	}
	cfg := d.cfg
	*d = Desk{cfg: cfg}
}

// Busy tells whether a sitting is under way: then there is no way back to live calls.
func (d *Desk) Busy() bool { return d.sit != nil }

// Held are the ids of the papers in the box.
func (d *Desk) Held() []string {
	ids := make([]string, 0, len(d.papers))
	for _, p := range d.papers {
		ids = append(ids, p.ID)
	}
	return ids
}

// Take keeps what the hub handed out.
func (d *Desk) Take(m *wire.ExamPapers) {
	if d.box == nil {
		return
	}
	for _, id := range m.Withdrawn {
		d.forget(id)
	}
	for _, p := range m.Papers {
		d.forget(p.ID)
		h := held{p, m.Key}
		if err := d.box.SaveDraft(paperDraft+p.ID, h); err != nil {
			d.cfg.Log.Error("paper not kept", "paper", p.ID, "err", err)
			d.say("试卷没有存到本机 · 断网时不能考 · 请检查磁盘后重新登录")
			continue
		}
		d.papers = append(d.papers, h)
	}
	d.results = m.Results
	d.adopt(m.Missed)
}

func (d *Desk) forget(id string) {
	d.papers = slices.DeleteFunc(d.papers, func(p held) bool { return p.ID == id })
	if err := d.box.DropDraft(paperDraft + id); err != nil {
		d.cfg.Log.Warn("paper not removed", "paper", id, "err", err)
	}
}

// open begins a paper with its code.
func (d *Desk) open(v Open) {
	i := slices.IndexFunc(d.papers, func(p held) bool { return p.ID == v.Paper })
	if i < 0 || d.sit != nil {
		return
	}
	p := d.papers[i]
	s := exam.Sealed{ID: p.ID, Room: p.Room, Agent: p.Agent, Box: p.Box, Sign: p.Sign, Keyed: p.Keyed}
	code := ""
	if p.Keyed {
		code = v.Code
	}
	h, err := s.Unseal(code, ed25519.PublicKey(p.Public))
	switch {
	case errors.Is(err, exam.ErrCode):
		d.say("开卷码不对 · 试卷没有打开，时间没有开始 · 请向监考人核对后重新输入")
		return
	case err != nil:
		d.cfg.Log.Error("paper not opened", "paper", p.ID, "err", err)
		d.say("试卷不是中心发的或已损坏 · 没有打开 · 请联网重新登录取卷，仍不行请告诉监考人")
		return
	case h.Kind == exam.KindExam && h.Agent != d.agent:
		d.say("这份试卷是发给别的工号的 · 没有打开 · 请告诉监考人")
		return
	case len(h.Calls) > 0 && d.cfg.Head == nil:
		d.say("这台电脑没有可用的耳麦 · 不能考模拟来电，没有开始 · 请换一台")
		return
	}
	now := d.cfg.Now()
	d.sit = &sitting{ID: newID(), Handout: h, Began: now, Answers: map[string][]string{}}
	d.sit.Phase = PhaseWritten
	if len(h.Items) == 0 {
		d.sit.Phase = PhaseCalls
	}
	d.last = now
	d.recall()
	d.save()
}

// Do carries out what the person wants.
func (d *Desk) Do(v Verb) {
	if o, ok := v.(Open); ok {
		d.open(o)
		return
	}
	s := d.sit
	if s == nil {
		return
	}
	switch v := v.(type) {
	case Answer:
		d.answer(v)
	case HandIn:
		d.handInPart(v.Part)
	case Done:
		d.done()
	case Noted:
		if text := notedText[v.What]; text != "" && s.Handout.Kind == exam.KindExam && s.Phase != PhaseDone {
			d.Note(v.What, text)
		}
	case Replay:
		d.replay(v)
	case Check:
		d.check(v)
	default:
		d.doCall(v)
	}
}

// answer notes what stands on the paper now.
func (d *Desk) answer(v Answer) {
	s := d.sit
	if s.Phase != PhaseWritten || v.Item < 0 || v.Item >= len(s.Handout.Items) {
		return
	}
	s.Answers[s.Handout.Items[v.Item].ID] = v.Given
	d.touch()
}

// handInPart hands in what was asked about. The time of the written paper may
// have run out since: whoever meant that one has calls to take yet.
func (d *Desk) handInPart(p Phase) {
	s := d.sit
	switch {
	case p == "" || (p == PhaseWritten) == (s.Phase == PhaseWritten):
		d.handIn()
	case s.Phase != PhaseDone:
		d.say("笔试刚才到时，已经交了 · 模拟来电没有交 · 接着考，考完再交卷")
	}
}

// handIn ends the part that is under way: the written paper, or the whole sitting.
func (d *Desk) handIn() {
	s := d.sit
	switch s.Phase {
	case PhaseWritten:
		s.Phase = PhaseCalls
		d.remember()
		s.note(d.cfg.Now(), "handed_in", "笔试交卷")
		if s.next() < 0 {
			d.finish()
			return
		}
	case PhaseCalls, PhaseWrite:
		d.closeCall()
		if s.next() >= 0 && s.Handout.Kind == exam.KindExam {
			s.note(d.cfg.Now(), "left", "还有模拟来电没有接就交卷")
		}
		d.finish()
		return
	default:
		return
	}
	d.save()
}

// done puts a finished sitting away.
func (d *Desk) done() {
	if d.sit.Phase != PhaseDone {
		return
	}
	if len(d.unsaved) > 0 {
		d.say("答卷本机存不下，还没有送到中心 · 先不要收起，存下就送 · 请监考人清出空间")
		return
	}
	if err := d.box.DropDraft(sitDraft); err != nil {
		d.cfg.Log.Warn("sitting not removed", "err", err)
	}
	d.sit = nil
}

// finish hands the sitting in: it is in the box before it is called done.
func (d *Desk) finish() {
	s := d.sit
	now := d.cfg.Now()
	s.Phase, s.Ended = PhaseDone, now
	if s.Handout.Kind == exam.KindExam {
		raw, err := json.Marshal(s.result(d.agent))
		if err != nil {
			d.cfg.Log.Error("result not packed", "err", err)
			return
		}
		d.put("exam.result", &wire.ExamResult{Paper: s.Handout.ID, Sitting: s.ID, Body: raw})
		d.forget(s.Handout.ID)
	}
	d.save()
}

// put keeps a message in the box and has it sent. What a full disk does not take stays in memory and is tried again.
func (d *Desk) put(kind string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		d.cfg.Log.Error("message not packed", "kind", kind, "err", err)
		return
	}
	d.unsaved = append(d.unsaved, outbox.Entry{ID: newID(), Kind: kind, Body: raw})
	d.keep()
}

func (d *Desk) keep() {
	for d.box != nil && len(d.unsaved) > 0 {
		e := d.unsaved[0]
		if err := d.box.Put(e); err != nil {
			d.cfg.Log.Error("exam message not kept", "kind", e.Kind, "err", err)
			return
		}
		d.unsaved = d.unsaved[1:]
		d.cfg.Send(e)
	}
}

func (d *Desk) touch() {
	if !d.dirty {
		d.dirty, d.due = true, d.cfg.Now().Add(saveEvery)
	}
}

// save puts the sitting on disk.
func (d *Desk) save() {
	if d.sit == nil || d.box == nil {
		return
	}
	d.sit.Saved = d.cfg.Now()
	if err := d.box.SaveDraft(sitDraft, d.sit); err != nil {
		d.cfg.Log.Error("sitting not saved", "err", err)
		d.due = d.cfg.Now().Add(saveEvery)
		d.sit.diskFull = true
		return
	}
	d.sit.diskFull, d.dirty = false, false
}

// Note writes down what an invigilator should know.
func (d *Desk) Note(kind, text string) {
	if d.sit != nil {
		d.sit.note(d.cfg.Now(), kind, text)
		d.save()
	}
}

// Trouble tells of the headset: a line while something is wrong with it, which stops the clock of a call.
func (d *Desk) Trouble(line string) { d.trouble = line }

// paused says why the clock stands still, empty while it runs.
func (d *Desk) paused() string {
	s := d.sit
	switch {
	case s == nil:
	case s.diskFull || len(d.unsaved) > 0:
		return "本机磁盘写不进去 · 考试已暂停，时间不走，已答的都在 · 请监考人清出空间"
	case s.call != nil && d.trouble != "":
		return d.trouble + " · 考试已暂停，时间不走"
	case s.call != nil && d.cfg.Now().Sub(s.call.heard) > deafAfter:
		return "麦克风没有送来声音 · 考试已暂停，时间不走 · 请检查耳麦"
	}
	return ""
}

// Tick is the session's second: the clock runs, and what was written is saved.
func (d *Desk) Tick() {
	d.keep()
	if d.sit == nil {
		return
	}
	now := d.cfg.Now()
	past := now.Sub(d.last)
	d.last = now
	if past < 0 || past > jump {
		d.sit.note(now, "clock", fmt.Sprintf("电脑时钟跳了 %s", past.Round(time.Second)))
		past = 0
	}
	if d.sit.Phase == PhaseWritten && d.paused() == "" {
		d.sit.Spent += past
		d.touch()
		if d.sit.left() <= 0 {
			d.say("笔试时间到 · 已按现有答案交卷 · 接着是下一部分")
			d.handIn()
		}
	}
	if d.sit != nil && (d.dirty || d.sit.diskFull) && !now.Before(d.due) {
		d.save()
	}
}

// jump is more than a busy computer is late.
const jump = 10 * time.Second

func (d *Desk) say(line string) {
	if d.cfg.Say != nil {
		d.cfg.Say(line)
	}
}

func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	return hex.EncodeToString(b[:])
}
