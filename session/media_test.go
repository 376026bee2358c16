package session

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// TestRemedies: what is tried, and when, by how the path stands; a second
// passes with each letter, "-" says that nothing is done.
func TestRemedies(t *testing.T) {
	word := map[remedy]byte{leaveIt: '-', renewIt: 'r', socket: 's', anew: 'n'}
	for _, c := range []struct {
		path PathState
		want string
	}{
		{PathNone, "------"},
		{PathUp, "------"},
		{PathLost, "r-r-s-n-r-r-s-n"},
		{PathFailed, "s-n-r-r-s-n"},
	} {
		m := &mediaState{path: c.path}
		now := time.Unix(1000, 0)
		for i := range len(c.want) {
			if got := word[m.next(now)]; got != c.want[i] {
				t.Errorf("%q: second %d: %c, want %c", c.path, i, got, c.want[i])
			}
			now = now.Add(time.Second)
		}
	}
}

// TestBackFromTheLastResort: once a minute something better is looked for.
func TestBackFromTheLastResort(t *testing.T) {
	m := &mediaState{path: PathSpare}
	now := time.Unix(1000, 0)
	tried := 0
	for range 300 {
		if m.next(now) == anew {
			tried++
		}
		now = now.Add(time.Second)
	}
	if tried != 5 {
		t.Fatalf("%d tries in five minutes", tried)
	}
	m.busy = true
	if got := m.next(now.Add(time.Hour)); got != leaveIt {
		t.Fatalf("%v while an offer is under way", got)
	}
}

// TestReadyAgainAfterTheHubsRestart: a hub that died has forgotten who was
// ready, and counts its states from the beginning. The seat takes the new
// state, waits with its voice as the hub asks, and is ready by itself.
func TestReadyAgainAfterTheHubsRestart(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	m, _ := expect[*wire.MediaOffer](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.MediaAnswer{SDP: "v=0"}})
	path := func(p PathState) { x.s.later(t.Context(), func() { x.s.phoneEvent(PhoneEvent{Path: p}) }) }
	path(PathUp)
	x.see("ready", func(v View) bool { return v.Presence.State == agent.StateReady })
	path(PathLost)
	h.cut()
	expect[*wire.Resume](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "3027", Name: "李某", HubTime: time.Now(), Resumed: true, SpreadMS: 500}})
	fresh := func(version uint64, state agent.Phase, reason agent.Reason) {
		h.say(wire.Message{Seq: version, Body: desk(version, func(d *wire.DeskState) { d.Presence.State, d.Presence.Reason = string(state), string(reason) })})
	}
	fresh(1, agent.StateNotReady, agent.ReasonSignedIn)
	x.see("the state of a hub that counts anew", func(v View) bool { return v.Presence.Reason == agent.ReasonSignedIn })
	m, _ = expect[*wire.MediaOffer](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.MediaAnswer{SDP: "v=0"}})
	path(PathUp)
	if _, b := expect[*wire.SetPresence](h); b.State != string(agent.StateReady) {
		t.Fatalf("asked for %s", b.State)
	}
	fresh(2, agent.StateReady, "")
	x.see("ready again", func(v View) bool {
		return v.Presence.State == agent.StateReady && strings.Contains(v.Notice.Text, "已自动示闲")
	})
}

// TestHoldKeepsTheLastGoodFigures: on hold the hub sends nothing, which looks like loss; only a lost path is told then,
// and nobody is told to speak.
func TestHoldKeepsTheLastGoodFigures(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State == agent.StateReady })
	line := func(p PathState, word string, mos float64) {
		x.s.later(t.Context(), func() {
			x.s.phoneEvent(PhoneEvent{Path: p, Line: Quality{Word: word, MOS: mos}, Sound: SoundView{Warning: "nobody speaks"}})
		})
	}
	state := func(version uint64, p agent.Phase) {
		h.say(wire.Message{Seq: version, Body: desk(1000+version, func(d *wire.DeskState) { d.Presence.State = string(p) })})
		x.see(string(p), func(v View) bool { return v.Presence.State == p })
	}
	line(PathUp, "良好", 4.3)
	x.see("a good line", func(v View) bool { return v.Link.MOS == 4.3 && v.Sound.Warning != "" })
	state(2, agent.StateHold)
	line(PathUp, "差", 3.2)
	line(PathLost, "差", 0)
	x.see("the path lost, without the silence in between", func(v View) bool {
		if v.Link.MOS == 3.2 {
			t.Error("silence on hold is shown as a bad line")
		}
		return v.Link.Quality == "差" && v.Link.MOS == 0 && v.Sound.Warning == ""
	})
	line(PathUp, "一般", 3.8)
	state(3, agent.StateTalking)
	line(PathUp, "一般", 3.7)
	x.see("the line after the hold", func(v View) bool { return v.Link.MOS == 3.7 && v.Sound.Warning != "" })
}

// TestAHerdsVoiceComesBackInTurn: with a herd to let in, voice of a seat on a
// call comes at once, of a ready one within a quarter of the time, of others later.
func TestAHerdsVoiceComesBackInTurn(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, c := range []struct {
		name     string
		state    agent.Phase
		call     bool
		min, max time.Duration
	}{
		{"on a call", agent.StateTalking, true, 0, 0},
		{"ready", agent.StateReady, false, 0, 5 * time.Second},
		{"not ready", agent.StateNotReady, false, 20 * time.Second, 40 * time.Second},
	} {
		for range 50 {
			s := New(Config{Now: func() time.Time { return now }})
			s.id.media.path = PathLost
			s.view.Presence.State = c.state
			if c.call {
				s.desk.Call = &wire.Call{}
			}
			s.comeBack(20 * time.Second)
			if wait := max(0, s.id.media.rest.Sub(now)); wait < c.min || wait > c.max {
				t.Fatalf("%s waits %v", c.name, wait)
			}
			s.comeBack(0)
			if !s.id.media.rest.IsZero() {
				t.Fatalf("%s waits though there is no herd", c.name)
			}
		}
	}
}
