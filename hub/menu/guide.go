package menu

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/menu"
)

// Ear is the caller's end of a call.
type Ear interface {
	// Play returns nil when the sound was heard out, an error when it was not.
	Play(ctx context.Context, alaw []byte) error
	// Keys gives the keys in order, those pressed earlier included.
	Keys() <-chan byte
	// Record keeps what the caller says until ctx ends.
	Record(ctx context.Context) (Message, error)
}

// Visit is what a Guide may know of a call, and whom to tell what happened.
type Visit struct {
	Call       string
	Number     string // plain; empty when withheld
	Region     string
	Now        func() time.Time
	Disclaimed func(version string)    // the disclaimer was heard out
	Served     func(what string)       // a self-service step was completed
	Mark       func(kind, text string) // a line for the timeline
	// Keep puts a message on the list of those who answer, and tells whether it stands there.
	Keep func(recording string, length time.Duration) bool
	// Graded takes a grade as it is given: what comes after it is often cut short by a hang-up.
	Graded func(store.Rating)
}

// Wish is where a caller wants to go.
type Wish string

// Where a Guide sends a caller.
const (
	WishNone      Wish = ""
	WishQueue     Wish = "queue"
	WishVoicemail Wish = "voicemail"
	WishCallback  Wish = "callback"
	WishEnd       Wish = "end"
)

// Route is how the menu ended.
type Route struct {
	To       Wish
	Region   string
	RegionBy string // "menu" or "number"
	Subject  string
	Place    string // of the number's area
	Keys     []string
	Priority int
	Why      string
}

// Message is what a caller left.
type Message struct {
	Recording string
	Length    time.Duration
	Voiced    time.Duration // how much of it was not silence
}

// Place is where a caller stands in the queue.
type Place struct {
	Ahead    int
	Estimate time.Duration
	Known    bool // false: nobody is on duty
}

// Answer is what a back end says. Route is one of the node's routes, Say a prompt to be played before it is followed.
type Answer struct {
	Route string
	Say   string
	Fill  map[string]string
}

// Service is a back end of self-service. Digits are secret where the menu says so; it must not log them.
type Service func(ctx context.Context, call, digits string) (Answer, error)

// Guide leads callers. One Guide serves all calls at once; each verb runs in the goroutine of its caller and returns
// when the caller of the call has chosen, or when ctx ends.
type Guide struct {
	script   *Script
	prompts  *Prompts
	services map[string]Service
	log      *slog.Logger
	alarmed  sync.Map // years without a calendar that were told already
}

// NewGuide makes a guide; services may be nil.
func NewGuide(s *Script, p *Prompts, services map[string]Service, log *slog.Logger) *Guide {
	return &Guide{script: s, prompts: p, services: services, log: log}
}

// Welcome plays the opening and runs the menu.
func (g *Guide) Welcome(ctx context.Context, e Ear, v Visit) Route {
	for _, name := range g.script.Opening {
		if err := e.Play(ctx, g.prompts.Say(name, nil)); err != nil {
			return Route{Why: "提示没有听完"}
		}
		if name == g.script.Evidence {
			v.Disclaimed(g.script.Version())
		}
	}
	env := rules.Env{Day: g.day(v), Has: map[string]bool{}}
	for name := range g.services {
		env.Has[name] = true
	}
	region := g.regionOf(v.Number)
	s := rules.State{Region: region}
	if region != "" {
		s.RegionBy = "number"
	}
	if g.script.Mode == ModeDirect {
		return g.route(s, direct(env), region)
	}
	r := runner{guide: g, ear: e, visit: v, env: env, fill: map[string]string{"city": region}}
	s, to := r.run(ctx, s)
	return g.route(s, to, region)
}

func direct(env rules.Env) rules.ID {
	if env.Day {
		return rules.OutQueue
	}
	return rules.OutVoicemail
}

var wishes = map[rules.ID]Wish{rules.OutQueue: WishQueue, rules.OutVoicemail: WishVoicemail, rules.OutEnd: WishEnd}

func (g *Guide) route(s rules.State, to rules.ID, place string) Route {
	keys := make([]string, 0, len(s.Keys))
	for _, k := range s.Keys {
		keys = append(keys, strings.TrimSpace(k.Key+" "+k.Label))
	}
	return Route{To: wishes[to], Region: s.Region, RegionBy: s.RegionBy, Subject: s.Subject, Place: place, Keys: keys}
}

// day tells whether people answer now. A missing calendar is told once a year, and noted in every call.
func (g *Guide) day(v Visit) bool {
	now := v.Now()
	open, guessed := g.script.Menu.Hours.Open(now)
	if guessed {
		v.Mark("calendar", "没有"+strconv.Itoa(now.Year())+"年的工作日历，按周一至周五处理")
		if _, told := g.alarmed.LoadOrStore(now.Year(), true); !told {
			g.log.Error("没有今年的工作日历 · 服务时间按周一至周五处理，节假日和调休会出错 · 请放入 workdays-" + strconv.Itoa(now.Year()) + ".json")
		}
	}
	return open
}

// regionOf is the region of a landline's area code; a mobile number tells nothing.
func (g *Guide) regionOf(number string) string {
	number = strings.TrimPrefix(strings.TrimPrefix(number, "+86"), "0086")
	if number != "" && number[0] != '0' && number[0] != '1' {
		number = "0" + number // an international form without the zero of the area code
	}
	for n := 3; n <= 4 && n <= len(number); n++ {
		if region := g.script.Menu.Regions[number[:n]]; region != "" && len(number) > 8 {
			return region
		}
	}
	return ""
}

// Wait tells a waiting caller where they stand, and hears whether they want to go elsewhere. Music plays meanwhile.
func (g *Guide) Wait(ctx context.Context, e Ear, v Visit, place func(context.Context) Place) Wish {
	l := line{ear: e}
	began, said := v.Now(), Place{Ahead: -1}
	for {
		p := place(ctx)
		if ctx.Err() != nil {
			return WishNone
		}
		if !p.Known && v.Now().Sub(began) >= g.script.Times.Unmanned {
			_ = l.play(ctx, g.prompts.Say("no_agent", nil))
			return WishVoicemail
		}
		key, ok := l.say(ctx, g.waiting(p, said))
		said = p
		if !ok {
			key, ok = l.key(ctx, g.nextWord(p))
		}
		switch {
		case ctx.Err() != nil:
			return WishNone
		case ok && key == '4':
			v.Mark("key", "按键 4 留言")
			return WishVoicemail
		case ok && key == '7':
			v.Mark("key", "按键 7 回电")
			return WishCallback
		}
	}
}

func (g *Guide) nextWord(p Place) time.Duration {
	if !p.Known {
		return min(g.script.Times.Wait, g.script.Times.Unmanned)
	}
	return g.script.Times.Wait
}

// waiting is what is said now: the place when it changed, and the ways out.
func (g *Guide) waiting(p, said Place) []byte {
	first := said.Ahead < 0
	moved := p.Known && (first || p.Ahead != said.Ahead)
	out := g.prompts.Say("queue_wait", nil)
	switch {
	case moved && p.Ahead == 0:
		out = g.prompts.Say("queue_next", nil)
	case moved:
		minutes := int((p.Estimate + time.Minute - 1) / time.Minute)
		out = g.prompts.Say("queue_start", map[string]string{"n": strconv.Itoa(p.Ahead), "m": strconv.Itoa(max(minutes, 1))})
	case first:
		out = g.prompts.Say("queue_many", nil)
	}
	if first {
		return out
	}
	return append(append(append([]byte{}, out...), g.prompts.Say("wait_4", nil)...), g.prompts.Say("wait_7", nil)...)
}

// Rating asks for a grade. Silence is no answer, never a good one.
func (g *Guide) Rating(ctx context.Context, e Ear, v Visit) store.Rating {
	grades := map[byte]store.Rating{'1': store.RatingGood, '2': store.RatingFair, '3': store.RatingUnhappy}
	l := line{ear: e}
	l.flush() // keys of the conversation are not grades
	for range 2 {
		key, ok := l.ask(ctx, g.prompts.Say("rating", nil), g.script.Menu.Limits.Key)
		grade, known := grades[key]
		if !ok || !known {
			continue
		}
		v.Graded(grade)
		if grade == store.RatingUnhappy {
			g.reason(ctx, l, v)
		}
		return grade
	}
	return store.RatingNoAnswer
}

// reason keeps why a caller was not content, if they want to say it.
func (g *Guide) reason(ctx context.Context, l line, v Visit) {
	if l.play(ctx, g.prompts.Say("rating_why", nil)) != nil {
		return
	}
	if m, _ := l.record(ctx, g.script.Times.Reason); m.Recording != "" && m.Voiced > 0 {
		v.Mark("rating_why", m.Recording)
	}
}
