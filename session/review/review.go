// Package review is what looks back at work from a seat: reports, recordings with their player, and the scoring of calls.
//
// session owns a Desk and calls it from its one goroutine; nothing here is safe for two. It keeps nothing on disk: what was
// decided is at the hub, or it is said that it is not. The hub checks every right; the desk only asks. It promises that a
// recording is heard as it was, faster or slower without another pitch, and that nothing is shown as a total before the hub
// has made it.
package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// Config of a desk.
type Config struct {
	// Ask has the hub carry out a command; answered gets what it said, or one line why not.
	Ask func(cmd string, args any, answered func(data json.RawMessage, refused string))
	// Play plays into the ear in place of what is played now; nil hushes it. Nil: this seat has no ear.
	Play func(pcm []int16)
	// Taken tells whether a call has the ear to itself: nothing is played then. Nil: never.
	Taken func() bool
	Say   func(line string)
	Now   func() time.Time
}

// View is what the screen may know.
type View struct {
	Report  *report.Table
	Sheets  quality.List
	Sounds  []Sound // recordings that were found
	Models  []quality.Example
	Work    *quality.Work // the sheet that is open
	Player  PlayerView
	Busy    int    // answers that are waited for
	Refused string // why the last wish was not carried out
	Loaded  time.Time
}

// Sound is a line of the list of recordings.
type Sound struct {
	Call        string    `json:"id"`
	Arrived     time.Time `json:"arrived"`
	Caller      string    `json:"caller"` // masked
	Region      string    `json:"region"`
	Subject     string    `json:"subject"`
	Agent       string    `json:"agent"`
	Disposition string    `json:"disposition"`
	Recording   string    `json:"recording"`
	Seconds     float64   `json:"seconds"`
	Hold        bool      `json:"hold"`
	Purged      bool      `json:"purged"`
	Mark        *int      `json:"mark"`
	Back        time.Time `json:"back"` // on the last line: how far back was looked, when not all the way
}

// Desk is one person's look back.
type Desk struct {
	cfg    Config
	view   View
	player player
	made   Report // what View.Report was asked with
	state  string // what View.Sheets was asked with
	open   string // the sheet that was opened last; answers about others come too late
}

// The steps on a month sheet.
const (
	SheetAppeal  = "appeal"
	SheetAnswer  = "answer"
	SheetGive    = "give"
	SheetPublish = "publish"
)

var stepsDone = map[string]string{
	SheetAppeal: "申诉已提交，班长会答复，答复写在表下", SheetAnswer: "已答复，坐席在自己的绩效表下看得到", SheetGive: "分数已记下", SheetPublish: "绩效已公布，之后不再变，坐席可以申诉",
}

func (v Sheet) args() map[string]any {
	out := map[string]any{"month": v.Month}
	for key, s := range map[string]string{"agent_no": v.Agent, "text": v.Text} {
		if s != "" {
			out[key] = s
		}
	}
	if v.Step == SheetGive {
		out["knowledge"], out["discipline"] = v.Knowledge, v.Discipline
	}
	return out
}

// New makes an empty desk.
func New(cfg Config) *Desk {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Taken == nil {
		cfg.Taken = func() bool { return false }
	}
	return &Desk{cfg: cfg, player: newPlayer()}
}

// View is the desk now.
func (d *Desk) View() View {
	v := d.view
	v.Player = d.player.view(d.cfg.Now())
	return v
}

// Verb is something that the person wants.
type Verb interface{ verb() }

// The verbs.
type (
	// Report makes a report; days as 2026-01-31.
	Report struct{ Name, From, To, By string }
	// Sheets reads the list of sheets anew, those of a state or all; More goes on where it ends.
	Sheets struct {
		State string
		More  bool
	}
	// Find looks for recordings by anything that was logged of their calls, as in the search over everything; an empty line
	// lists the newest.
	Find struct{ Line string }
	// Open opens a sheet, and its recording.
	Open struct{ ID string }
	// Listen opens the recording of a call without a sheet.
	Listen struct{ Call string }
	// Models lists the calls put forward for training.
	Models struct{}
	// Hear opens one of them, without names and numbers.
	Hear struct{ ID string }
	// Give scores an item; Points below zero leave it out of the call.
	Give struct {
		Item   string
		Points int
	}
	// Accept confirms the automatic items that the machine is sure of.
	Accept struct{}
	// Person corrects whether a person was reached by the open mystery call; where one was, they begin to speak at what is heard now.
	Person struct{ Spoke bool }
	// Submit sets the note and the verdict, and hands the sheet in.
	Submit struct{ Note, Verdict string }
	// Appeal objects to a published sheet of one's own.
	Appeal struct{ ID, Text string }
	// Second asks for a second score of somebody else's published sheet.
	Second struct{ ID, Text string }
	// Settle reconciles two sheets; Mark below zero takes the mean.
	Settle struct {
		ID   string
		Mark int
		Why  string
	}
	// Sheet is a step on the sheet of a month: the agent's own appeal, or what who manages it does. The sheet is shown anew.
	Sheet struct {
		Step, Month, Agent, Text string
		Knowledge, Discipline    int64
	}
	// Check draws again with the seed of the open sheet.
	Check struct{}
	// Spread tells how far each scorer is from the expert.
	Spread struct{}
	// Calibrate lays the open call out for the expert and the scorers, numbers with spaces between them.
	Calibrate struct{ Expert, Scorers string }
	// Draw draws samples.
	Draw struct {
		From, To string
		Each     int
	}
	// Toggle plays or pauses.
	Toggle struct{}
	// Speed goes to the next speed.
	Speed struct{}
	// Side goes to the next choice of channels: both, caller, agent.
	Side struct{}
	// Seek moves by a while.
	Seek struct{ By time.Duration }
	// Jump goes to the next mark, or with Back to the one before.
	Jump struct{ Back bool }
	// Mark sets a mark where the recording is, on the sheet that is open.
	Mark struct{ Text string }
	// Note sets one on the recording itself: it needs no sheet.
	Note struct{ Text string }
	// Close puts the sheet and the recording away.
	Close struct{}
)

func (Report) verb() {}
func (Sheets) verb() {}
func (Find) verb()   {}
func (Open) verb()   {}
func (Listen) verb() {}
func (Models) verb() {}
func (Hear) verb()   {}
func (Give) verb()   {}
func (Accept) verb() {}
func (Person) verb() {}
func (Submit) verb() {}
func (Appeal) verb() {}
func (Second) verb() {}
func (Settle) verb() {}
func (Draw) verb()   {}

func (Check) verb()     {}
func (Spread) verb()    {}
func (Calibrate) verb() {}

func (Sheet) verb()  {}
func (Toggle) verb() {}
func (Speed) verb()  {}
func (Side) verb()   {}
func (Seek) verb()   {}
func (Jump) verb()   {}
func (Mark) verb()   {}
func (Note) verb()   {}
func (Close) verb()  {}

// Do carries out a wish.
func (d *Desk) Do(v Verb) {
	switch v := v.(type) {
	case Report:
		d.made = v
		ask(d, "report.make", v.args(), func(t report.Table) { d.view.Report = &t })
	case Sheet:
		ask(d, "sheet."+v.Step, v.args(), func(struct{}) {
			d.say(stepsDone[v.Step])
			d.Do(d.made)
		})
	case Sheets:
		d.list(v)
	case Find:
		ask(d, "recording.list", v.args(), d.found)
	case Models:
		ask(d, "quality.models", map[string]any{}, func(rows []quality.Example) { d.view.Models = rows })
	case Draw:
		ask(d, "quality.draw", map[string]any{"from": v.From, "to": v.To, "each": v.Each}, func(s quality.Sample) {
			d.say(s.Line() + " · 种子已记入审计，可以复核")
			d.Do(Sheets{State: d.state})
		})
	case Check, Spread, Calibrate:
		d.calibrate(v)
	default:
		d.sheet(v)
	}
}

// deviation is how far a scorer is from the expert, as the hub says it.
type deviation struct {
	Scorer string   `json:"scorer"`
	Calls  int      `json:"calls"`
	Bias   string   `json:"bias"`
	Spread string   `json:"spread"`
	Items  []string `json:"items"`
}

// calibrate is what keeps scorers and draws honest; what comes of it is said.
func (d *Desk) calibrate(v Verb) {
	if s, ok := v.(Spread); ok {
		ask(d, "quality.spread", s, func(rows []deviation) {
			line := "还没有专家和别人都评完的校准 · 没有偏差可看 · 先布置校准"
			for i, r := range rows {
				if i == 0 {
					line = "与专家的偏差："
				}
				line += fmt.Sprintf("%s %d 通偏 %s、幅 %s（%s）  ", r.Scorer, r.Calls, r.Bias, r.Spread, strings.Join(r.Items, "、"))
			}
			d.say(strings.TrimSpace(line))
		})
		return
	}
	w := d.view.Work
	if w == nil {
		d.say("没有打开评分表 · 没有执行 · 先在列表里打开一通")
		return
	}
	if c, ok := v.(Calibrate); ok {
		ask(d, "quality.standard", map[string]any{"calls": []string{w.Call}, "scorers": strings.Fields(c.Scorers), "expert": c.Expert}, func(rows []quality.Row) {
			d.say(fmt.Sprintf("校准已布置 %d 份，各评各的，评完看偏差", len(rows)))
			d.Do(Sheets{State: d.state})
		})
		return
	}
	ask(d, "quality.check", map[string]string{"id": w.ID}, func(r struct {
		Same bool `json:"same"`
		Now  int  `json:"now"`
	}) {
		if r.Same {
			d.say(fmt.Sprintf("用同一个种子从 %d 通里再抽，抽到的还是这一通", r.Now))
		} else {
			d.say(fmt.Sprintf("再抽与当时不同，现在有 %d 通可抽 · 抽样的通话变了 · 请核对审计", r.Now))
		}
	})
}

// found shows recordings, and says where the search ended when there is more.
func (d *Desk) found(rows []Sound) {
	d.view.Sounds = rows
	if n := len(rows); n > 0 && !rows[n-1].Back.IsZero() {
		d.say("只查到 " + rows[n-1].Back.In(d.cfg.Now().Location()).Format("2006-01-02 15:04") + " 为止 · 更早的没有列出 · 请加上日期再查")
	}
}

// listed is how many rows a list on the screen has at most.
const listed = 200

func (d *Desk) list(v Sheets) {
	before := quality.List{}
	if v.More {
		if before = d.view.Sheets; before.Next == "" || d.view.Busy > 0 {
			return // nothing follows, or it is on its way
		}
	}
	d.state = v.State
	ask(d, "quality.list", map[string]any{"state": v.State, "limit": listed, "after": before.Next}, func(l quality.List) {
		l.Rows = slices.Concat(before.Rows, l.Rows)
		d.view.Sheets, d.view.Loaded = l, d.cfg.Now()
	})
}

func (v Report) args() map[string]any {
	return map[string]any{"name": v.Name, "from": v.From, "to": v.To, "by": v.By}
}

func (v Find) args() map[string]any { return map[string]any{"line": v.Line, "limit": listed} }

// sheet is what is done with one sheet.
func (d *Desk) sheet(v Verb) {
	switch v := v.(type) {
	case Open:
		if d.open != v.ID { // else points typed before the answer would go to the sheet before
			d.open, d.view.Work = v.ID, nil
		}
		ask(d, "quality.show", map[string]string{"id": v.ID}, func(w quality.Work) {
			if d.opened(w) {
				d.load(ofCall, w.Call)
			}
		})
	case Appeal:
		ask(d, "quality.appeal", map[string]string{"id": v.ID, "text": v.Text}, func(struct{}) { d.again(v.ID, "申诉已提交，会有另一位质检员复评") })
	case Second:
		ask(d, "quality.second", map[string]string{"id": v.ID, "text": v.Text}, func(struct{}) {
			d.again(v.ID, "已要求复评，由另一位质检员再评，裁定之前这个分不计入平均")
		})
	case Settle:
		args := map[string]any{"id": v.ID, "why": v.Why}
		if v.Mark >= 0 {
			args["mark"] = v.Mark
		}
		ask(d, "quality.settle", args, func(struct{}) { d.again(v.ID, "已裁定，两份评分都保留") })
	case Close:
		d.player.stop(d.cfg.Play)
		d.player, d.view.Work, d.open = newPlayer(), nil, ""
	default:
		d.decide(v)
	}
}

// decide is what a scorer decides about the open sheet.
func (d *Desk) decide(v Verb) {
	switch v := v.(type) {
	case Give:
		if v.Points < 0 {
			d.score(map[string]any{"excluded": []string{v.Item}})
		} else {
			d.score(map[string]any{"items": map[string]int{v.Item: v.Points}})
		}
	case Accept:
		d.score(map[string]any{"accept": true})
	case Submit:
		d.submit(v)
	case Person:
		p := quality.Person{Spoke: v.Spoke}
		if v.Spoke {
			p.AtMS = d.player.at(d.cfg.Now()).Milliseconds()
		}
		d.score(map[string]any{"person": p})
	case Mark:
		d.score(map[string]any{"mark": quality.Note{AtMS: d.player.at(d.cfg.Now()).Milliseconds(), Text: v.Text}})
	default:
		d.sound(v)
	}
}

// again shows a sheet as it is now.
func (d *Desk) again(id, line string) {
	d.say(line)
	d.Do(Sheets{State: d.state})
	ask(d, "quality.show", map[string]string{"id": id}, func(w quality.Work) { d.opened(w) })
}

// opened shows a sheet as the hub has it now, unless another was opened since.
func (d *Desk) opened(w quality.Work) bool {
	if w.ID != d.open {
		return false
	}
	d.view.Work = &w
	d.player.mark(w.Marks)
	return true
}

// score sends decisions about the open sheet.
func (d *Desk) score(args map[string]any) {
	d.decided(args, func(w quality.Work) { d.opened(w) })
}

func (d *Desk) decided(args map[string]any, then func(quality.Work)) {
	w := d.view.Work
	if w == nil {
		d.say("没有打开评分表 · 没有记下 · 先在列表里打开一通")
		return
	}
	args["id"] = w.ID
	ask(d, "quality.score", args, then)
}

// submit has the hub take note and verdict first: what is asked at once it may
// carry out in another order, and takes nothing of a sheet that was handed in.
func (d *Desk) submit(v Submit) {
	handIn := func() {
		d.decided(map[string]any{"submit": true}, func(w quality.Work) {
			d.opened(w)
			d.say("已提交，得分 " + report.Decimal(int64(w.Row.Mark), 1, 0) + "，坐席可以看到")
			d.Do(Sheets{State: d.state})
		})
	}
	if v.Verdict == "" {
		handIn()
		return
	}
	d.decided(map[string]any{"note": v.Note, "verdict": v.Verdict}, func(w quality.Work) {
		if d.opened(w) {
			handIn()
		}
	})
}

func (d *Desk) say(line string) {
	if d.cfg.Say != nil {
		d.cfg.Say(line)
	}
}

// ask has the hub carry out a command and unpacks its answer.
func ask[T any](d *Desk, cmd string, args any, then func(T)) {
	d.view.Busy++
	d.cfg.Ask(cmd, args, func(data json.RawMessage, refused string) {
		d.view.Busy--
		d.view.Refused = refused
		if refused != "" {
			d.say(refused)
			return
		}
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			d.view.Refused = "中心的回答看不懂 · 没有显示 · 请核对两边的版本"
			d.say(d.view.Refused)
			return
		}
		scrub(&v)
		then(v)
	})
}

// Tick is the desk's second.
func (d *Desk) Tick() { d.player.feed(d.cfg.Play, d.cfg.Now()) }

// Yield gives the ear to a call that rings. The recording stays where it is and goes on from there when it is played again.
func (d *Desk) Yield() {
	p := &d.player
	if p.begun.IsZero() {
		return
	}
	p.from = p.at(d.cfg.Now())
	p.stop(d.cfg.Play)
	d.say("有来电 · 录音停在 " + Clock(p.from) + " · 通话之后再按播放，从这里接着听")
}

// Leave forgets everything: somebody else may sit down.
func (d *Desk) Leave() {
	d.player.stop(d.cfg.Play)
	d.player, d.view, d.made, d.state, d.open = newPlayer(), View{}, Report{}, "", ""
}
