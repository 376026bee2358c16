// Package examiner is the other side of an exam at a seat: the papers and their marking, the sittings under way and what
// the examiner does to one, the way of the trainees.
//
// session owns a Desk and calls it from its one goroutine; nothing here is safe for two. It keeps nothing on disk but one's own
// notes of listening along: what was decided is at the hub, or it is said that it is not. The hub checks every right; the desk only asks.
package examiner

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zuoxi/rules/exam"
)

// Config of a desk.
type Config struct {
	// Ask has the hub carry out a command; answered gets what it said, or one line why not.
	Ask func(cmd string, args any, answered func(data json.RawMessage, refused string))
	// Steer acts on a sitting under way; done gets one line when it did not work.
	Steer func(agent string, do exam.Steer, c exam.Choice, done func(refused string))
	// Hear plays a recording from so many milliseconds on; from < 0 stops it.
	Hear func(alaw []byte, from int)
	Say  func(line string)
	Now  func() time.Time
	// Online tells whether the hub can be asked; nil: it can.
	Online func() bool
	// Keep keeps the notes on this seat, Kept gives those of before; only who wrote them reads them.
	Keep func(notes []Note) error
	Kept func() []Note
	// Files are this machine's; nil: none are opened here.
	Files Files
}

// View is what the screen may know.
type View struct {
	Rows   []exam.Row
	Lives  []exam.Live // sittings under way
	Live   *exam.Live  // the one that is watched
	Work   *exam.Work  // the sitting that is being marked
	Ways   []exam.Way
	Way    *exam.Way
	Beside []exam.Beside // whose live calls one may be at
	Notes  []Note        // of listening along, newest first
	Code   string        // of the room that was opened last
	Marks  map[string]int
	Stale  bool // the sitting that is watched has told nothing for a while
	Loaded time.Time
	Draft  *exam.Draft // what the order that was looked at draws
	Faults []string    // of the file that was refused
}

// Desk is one person's examinations of others.
type Desk struct {
	cfg   Config
	view  View
	open  bool      // the page is looked at
	along bool      // what is looked at is whose calls one may be at
	asked time.Time // when sittings under way were asked for
	watch string    // the agent who is watched
	marks string    // the paper that was opened last to be marked; answers about others come too late
	told  time.Time // when that sitting told something
}

// New makes an empty desk.
func New(cfg Config) *Desk {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Online == nil {
		cfg.Online = func() bool { return true }
	}
	return &Desk{cfg: cfg}
}

// View is the desk now.
func (d *Desk) View() View { return d.view }

// Verb is something that the examiner wants.
type Verb interface{ verb() }

// The verbs.
type (
	// Look reads the lists anew: of papers, sittings and ways, or of whose live calls one may be at.
	Look struct{ Beside bool }
	// Jot writes a note of listening along down.
	Jot struct{ Note }
	// Open gets the code of a paper's room.
	Open struct{ Paper string }
	// Work gets a sitting to be marked.
	Work struct{ Paper string }
	// Mark writes decisions down.
	Mark struct{ exam.Marking }
	// Publish adds up and tells the trainee.
	Publish struct{ Paper string }
	// Withdraw takes a paper back.
	Withdraw struct{ Paper string }
	// Dispute objects to a result.
	Dispute struct{ Paper, Reason string }
	// Attend watches a sitting; an empty agent stops watching.
	Attend struct{ Agent string }
	// Steer acts on the sitting that is watched.
	Steer struct {
		Do     exam.Steer
		Choice exam.Choice
	}
	// Score marks an item of the call that is watched.
	Score struct {
		Item   string
		Points int
	}
	// Hear plays half a minute of a recording from a mark; From < 0 stops it.
	Hear struct {
		Paper, Scenario string
		From            int64 // milliseconds
	}
	// Way gets one trainee's path.
	Way struct{ Agent string }
	// Move takes a trainee one step.
	Move struct {
		Agent string
		Move  exam.Move
		Note  string
	}
	// Close puts the sitting that is being marked away.
	Close struct{}
	// Away leaves the page.
	Away struct{}
)

func (Look) verb()     {}
func (Jot) verb()      {}
func (Open) verb()     {}
func (Work) verb()     {}
func (Mark) verb()     {}
func (Publish) verb()  {}
func (Withdraw) verb() {}
func (Dispute) verb()  {}
func (Attend) verb()   {}
func (Steer) verb()    {}
func (Score) verb()    {}
func (Hear) verb()     {}
func (Way) verb()      {}
func (Move) verb()     {}
func (Close) verb()    {}
func (Away) verb()     {}

// Do carries out what the examiner wants.
func (d *Desk) Do(v Verb) {
	switch v := v.(type) {
	case Look:
		d.along = v.Beside
		d.look()
	case Open:
		ask(d, "exam.open", paper{ID: v.Paper}, func(r exam.Row) {
			d.view.Code = r.Code
			d.cfg.Say(fmt.Sprintf("开卷码 %s · 考场里每一份《%s》都用它开 · 请当场念给学员", r.Code, r.Title))
			d.look()
		})
	case Work:
		if d.marks != v.Paper {
			d.marks, d.view.Work = v.Paper, nil // else marks typed before the answer would go to the paper before
		}
		ask(d, "exam.mark", exam.Marking{ID: v.Paper}, d.work)
	case Mark:
		ask(d, "exam.mark", v.Marking, d.work)
	case Publish:
		ask(d, "exam.report", paper{ID: v.Paper, Publish: true}, func(o exam.Outcome) {
			d.cfg.Say("成绩已公布：" + map[bool]string{true: "合格", false: "不合格"}[o.Passed()] + " · 学员本席马上看得到")
			if d.marks == v.Paper {
				d.marks, d.view.Work = "", nil
			}
			d.look()
		})
	case Withdraw:
		ask(d, "exam.withdraw", paper{ID: v.Paper}, func(exam.Row) { d.look() })
	case Dispute:
		ask(d, "exam.dispute", paper{ID: v.Paper, Reason: v.Reason}, func(exam.Row) {
			d.cfg.Say("已提请复核 · 由另一位阅卷人重评后取平均 · 结果在成绩单里")
		})
	case Close:
		d.view.Work, d.view.Way, d.marks = nil, nil, ""
	case Away:
		d.attend("")
		d.view.Work, d.view.Way, d.marks, d.open = nil, nil, "", false
	case Preview, Make, Import, Export:
		d.doBank(v)
	default:
		d.doMore(v)
	}
}

// doMore is a verb about a trainee or a call.
func (d *Desk) doMore(v Verb) {
	switch v := v.(type) {
	case Attend:
		d.attend(v.Agent)
	case Steer:
		if d.watch != "" {
			d.cfg.Steer(d.watch, v.Do, v.Choice, d.refused)
		}
	case Score:
		d.score(v)
	case Jot:
		d.jot(v.Note)
	case Hear:
		d.hear(v)
	case Way:
		ask(d, "exam.path", map[string]string{"agent_no": v.Agent}, func(w exam.Way) { d.view.Way = &w })
	case Move:
		ask(d, "exam.path", map[string]string{"agent_no": v.Agent, "move": string(v.Move), "note": v.Note}, func(w exam.Way) {
			d.view.Way = &w
			d.cfg.Say(w.Name + " 现在是“" + w.Label + "”")
			d.look()
		})
	}
}

// paper names one, as the hub's commands do.
type paper struct {
	ID       string `json:"id"`
	Publish  bool   `json:"publish,omitempty"`
	Scenario string `json:"scenario,omitempty"`
	Number   int    `json:"number,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// ask has the hub carry out a command and takes its answer apart.
func ask[T any](d *Desk, cmd string, args any, answered func(T)) {
	d.cfg.Ask(cmd, args, func(data json.RawMessage, refused string) {
		var v T
		switch {
		case refused != "":
			d.cfg.Say(refused)
		case json.Unmarshal(data, &v) != nil:
			d.cfg.Say("中心的回答看不懂 · 不知道是否已执行 · 请核对两边的版本")
		default:
			answered(v)
		}
	})
}

func (d *Desk) refused(line string) {
	if line != "" {
		d.cfg.Say(line)
	}
}

func (d *Desk) look() {
	d.view.Loaded, d.open = d.cfg.Now(), true
	if d.now(); d.along {
		return
	}
	ask(d, "exam.list", struct{}{}, func(r []exam.Row) { d.view.Rows = r })
	ask(d, "exam.paths", struct{}{}, func(w []exam.Way) { d.view.Ways = w })
}

// now asks for the sittings under way, or for how the seats stand that one may be at.
func (d *Desk) now() {
	d.asked = d.cfg.Now()
	if d.along {
		if d.view.Notes == nil && d.cfg.Kept != nil {
			d.view.Notes = d.cfg.Kept()
		}
		ask(d, "exam.beside", struct{}{}, func(l []exam.Beside) { d.view.Beside = l })
		return
	}
	ask(d, "exam.now", struct{}{}, func(l []exam.Live) { d.view.Lives = l })
}

func (d *Desk) work(w exam.Work) {
	if w.ID == d.marks {
		d.view.Work = &w
	}
}

func (d *Desk) attend(agent string) {
	if d.watch == agent {
		return
	}
	if old := d.watch; old != "" {
		d.cfg.Steer(old, exam.SteerLeave, exam.Choice{}, func(string) {})
	}
	d.watch, d.view.Live, d.view.Marks, d.told = agent, nil, nil, d.cfg.Now()
	if agent == "" {
		return
	}
	if i := slices.IndexFunc(d.view.Lives, func(l exam.Live) bool { return l.Agent == agent }); i >= 0 {
		l := d.view.Lives[i]
		d.view.Live = &l
	}
	d.cfg.Steer(agent, exam.SteerAttend, exam.Choice{}, func(refused string) {
		if refused == "" {
			return
		}
		if d.watch == agent { // else another is watched by now
			d.watch, d.view.Live = "", nil
		}
		d.cfg.Say(refused)
	})
}

// Told takes what the hub tells of sittings under way.
func (d *Desk) Told(lives []exam.Live) {
	for _, l := range lives {
		if l.Agent == d.watch && d.watch != "" {
			if d.view.Live != nil && d.view.Live.Call.Scenario != l.Call.Scenario {
				d.view.Marks = nil
			}
			d.view.Live, d.told, d.view.Stale = &l, d.cfg.Now(), false
		}
		if i := slices.IndexFunc(d.view.Lives, func(o exam.Live) bool { return o.Agent == l.Agent }); i >= 0 {
			d.view.Lives = slices.Clone(d.view.Lives)
			d.view.Lives[i] = l
		}
	}
}

// staleAfter is how long a sitting that is watched may say nothing.
const staleAfter = 5 * time.Second

// nowEvery is how often the list of sittings under way is read while somebody looks at it.
const nowEvery = 3 * time.Second

// Tick is the session's second.
func (d *Desk) Tick() {
	if d.open && d.cfg.Online() && d.cfg.Now().Sub(d.asked) >= nowEvery { // nobody pressed a key: there is nothing to press again
		d.now()
	}
	d.view.Stale = d.watch != "" && d.cfg.Now().Sub(d.told) > staleAfter
}

// Again watches again after the link came back.
func (d *Desk) Again() {
	if d.watch != "" {
		d.cfg.Steer(d.watch, exam.SteerAttend, exam.Choice{}, d.refused)
	}
}

// Leave ends, with the person who signs out.
func (d *Desk) Leave() {
	cfg := d.cfg
	*d = Desk{cfg: cfg}
}

// score marks an item of the call that is watched: it is at the hub before the sitting is handed in.
func (d *Desk) score(v Score) {
	l := d.view.Live
	if l == nil || l.Call.Scenario == "" {
		return
	}
	ask(d, "exam.mark", exam.Marking{ID: l.Paper, Scenario: l.Call.Scenario, Items: map[string]int{v.Item: v.Points}}, func(exam.Row) {
		if now := d.view.Live; now == nil || now.Paper != l.Paper || now.Call.Scenario != l.Call.Scenario {
			return // it is kept, and no mark of the call that is watched now
		}
		marks := map[string]int{v.Item: v.Points}
		for k, n := range d.view.Marks {
			if k != v.Item {
				marks[k] = n
			}
		}
		d.view.Marks = marks
	})
}

// Note is what somebody wrote down who listened along: where to find it in the recording, and the words.
type Note struct {
	At   time.Time
	Seat string
	Call string
	Into time.Duration // since the listening began
	Text string
}

// maxNotes is how many notes are kept: those of some weeks.
const maxNotes = 300

// jot keeps a note before it is shown.
func (d *Desk) jot(n Note) {
	n.At = d.cfg.Now()
	notes := append([]Note{n}, d.view.Notes...)
	notes = notes[:min(len(notes), maxNotes)]
	if err := d.cfg.Keep(notes); err != nil {
		d.cfg.Say("笔记没有存下 · 本机磁盘写不进去 · 请先记在纸上，并联系管理员")
		return
	}
	d.view.Notes = notes
}

// Pieces of sound: eight seconds each, A-law, two channels of 8000 samples a second.
const (
	pieceMS = 8000
	pieces  = 4
)

// hear fetches half a minute from a mark, and plays it.
func (d *Desk) hear(v Hear) {
	if v.From < 0 {
		d.cfg.Hear(nil, -1)
		return
	}
	first := int(v.From / pieceMS)
	var sound []byte
	var fetch func(n int)
	fetch = func(n int) {
		ask(d, "exam.piece", paper{ID: v.Paper, Scenario: v.Scenario, Number: n}, func(p struct {
			Data []byte `json:"data"`
			More bool   `json:"more"`
		}) {
			sound = append(sound, p.Data...)
			if p.More && n+1 < first+pieces {
				fetch(n + 1)
				return
			}
			d.cfg.Hear(sound, int(v.From)-first*pieceMS)
		})
	}
	fetch(first)
}
