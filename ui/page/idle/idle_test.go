package idle

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/sample"
)

func TestOpensWhatIsChosen(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	p := New(lookup.New(sample.Shelf{}))
	d.Draw(p.Draw, 120, 36)
	d.Press(p.Update, "down")
	p.Act(keys.OpenTodo, &d.Env)
	if d.Last() != (session.OpenTodo{Number: "0311-3027-109"}) {
		t.Errorf("said %v", d.Last())
	}
	if target, _ := p.Chosen(&d.Env); target != "record:0311-3027-109" {
		t.Errorf("chose %s", target)
	}
	p.Act(keys.Next, &d.Env)
	if target, _ := p.Chosen(&d.Env); target != "voicemail:V1" {
		t.Errorf("chose %s", target)
	}
	d.Press(p.Update, "enter")
	if d.Last() != (session.HearVoicemail{ID: "V1", On: true}) {
		t.Errorf("said %v", d.Last())
	}
	p.Act(keys.Next, &d.Env)
	if target, label := p.Chosen(&d.Env); target != "" || label != "" {
		t.Errorf("the search field chose %s", target)
	}
	n := len(d.Said)
	p.Act(keys.OpenTodo, &d.Env)
	if len(d.Said) != n || !p.Typing() {
		t.Error("F9 in the search field opened something")
	}
}

func TestEmptyListsSaySo(t *testing.T) {
	d := sample.Alone(session.View{}, keys.Idle)
	p := New(lookup.New(nil))
	got, cur := d.Draw(p.Draw, 120, 36)
	if !strings.Contains(got, "没有未结的受理单") || !strings.Contains(got, "没有要听的留言") || cur.On {
		t.Errorf("cursor %+v\n%s", cur, got)
	}
	p.Act(keys.Search, &d.Env)
	d.Press(p.Update, "ylj", "enter")
	if _, cur := d.Draw(p.Draw, 80, 20); !cur.On {
		t.Error("no cursor in the search field")
	}
}

// TestDayGoesOn: the time in a state counts while one is in it.
func TestDayGoesOn(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	d.View.Presence = session.PresenceView{State: agent.StateBreak, Since: d.Env.Now.Add(-10 * time.Second)}
	p := New(lookup.New(sample.Shelf{}))
	if got, _ := d.Draw(p.Draw, 120, 36); !strings.Contains(got, "小休     18:40") {
		t.Errorf("ten seconds into a break after 18:30:\n%s", got)
	}
}

// TestKeysActOnTheChosenRow: what comes in or goes meanwhile moves nothing under
// the cursor, and a message that plays is the one that stops.
func TestKeysActOnTheChosenRow(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	p := New(lookup.New(sample.Shelf{}))
	draw := func() { d.Draw(p.Draw, 120, 36) }
	draw()
	d.Press(p.Update, "down")
	draw()
	d.View.Todo = append([]session.TodoRow{{Number: "0312-3027-99", Who: "新来的"}}, d.View.Todo...)
	draw()
	if target, _ := p.Chosen(&d.Env); target != "record:0311-3027-109" {
		t.Errorf("F3 is about %s", target)
	}
	if d.Press(p.Update, "enter"); d.Last() != (session.OpenTodo{Number: "0311-3027-109"}) {
		t.Errorf("said %v", d.Last())
	}
	p.Act(keys.Next, &d.Env)
	d.Press(p.Update, "enter") // without an arrow before
	d.View.Voicemail[0].Playing = true
	d.View.Voicemail = append([]session.VoicemailRow{{ID: "V0"}}, d.View.Voicemail...)
	draw()
	if d.Press(p.Update, "enter"); d.Last() != (session.HearVoicemail{ID: "V1"}) {
		t.Errorf("said %v", d.Last())
	}
}
