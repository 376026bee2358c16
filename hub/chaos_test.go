package hub

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// TestChaos lets everybody do anything at any time, from a seed, and holds the
// hub to its promises: one closed log for each call, the recording as long as
// the talk, no seat in two calls, no caller at two seats, no state older than
// its deadline, no line left up. CHAOS_SEED and CHAOS_N rerun and widen it.
func TestChaos(t *testing.T) {
	seed, n := uint64(1), 3
	if v, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		seed = v
	}
	if v, err := strconv.Atoi(os.Getenv("CHAOS_N")); err == nil {
		n = v
	}
	for i := range uint64(n) {
		t.Run(fmt.Sprint("seed", seed+i), func(t *testing.T) {
			t.Parallel()
			inHouse(t, func(h *house) {
				c := &chaos{house: h, r: rand.New(rand.NewPCG(seed+i, 7))}
				c.run()
			})
		})
	}
}

type chaos struct {
	*house
	r      *rand.Rand
	agents []*agentAt
	phones []*telephone
	away   map[string]bool
	struck map[string]int // how often a seat was struck, by what was on its desk
}

const chaosSteps = 150

func (c *chaos) run() {
	c.away, c.struck = map[string]bool{}, map[string]int{}
	for i := range 3 {
		c.agents = append(c.agents, c.sit(fmt.Sprint(8001+i)))
	}
	c.agents = append(c.agents, c.sit("1001", "lead", "agent"))
	for range chaosSteps {
		c.step()
		c.pass(time.Duration(c.r.IntN(4000)) * time.Millisecond)
		c.nobodyTwice()
	}
	c.quiet()
}

func (c *chaos) step() {
	switch c.r.IntN(6) {
	case 0:
		if len(c.phones) < 40 {
			c.phones = append(c.phones, c.phone(fmt.Sprintf("139000%05d", c.r.IntN(30))))
		}
	case 1:
		if len(c.phones) > 0 {
			c.citizen(c.phones[c.r.IntN(len(c.phones))])
		}
	default:
		c.agent(c.agents[c.r.IntN(len(c.agents))])
	}
}

func (c *chaos) citizen(p *telephone) {
	switch c.r.IntN(4) {
	case 0:
		p.hangup(trunk.ByCaller)
	case 1:
		p.hangup(trunk.ByTrunk)
	default:
		p.press("0123456789*#"[c.r.IntN(12)])
	}
	synctest.Wait()
}

// deeds are the verbs that are tried whether they fit or not.
var deeds = []string{
	wire.DoHold, wire.DoResume, wire.DoRelease, wire.DoConsult, wire.DoSwap, wire.DoMerge, wire.DoHandOver, wire.DoBlind, wire.DoCancel,
	wire.DoPauseRec, wire.DoResumeRec, wire.DoMuted, wire.DoUnmuted, wire.DoLegDrop, wire.DoLegHold, wire.DoEmergency, wire.DoEndWrap,
	wire.DoExtendWrap, wire.DoKeys, wire.DoDismiss, wire.DoConsult, wire.DoConsult, wire.DoMerge, wire.DoAccept, wire.DoLegMute,
}

func (c *chaos) agent(a *agentAt) {
	if c.away[a.no] {
		if c.r.IntN(4) == 0 {
			c.back(a)
		}
		return
	}
	st := a.state()
	switch {
	case st.Offer != nil && c.r.IntN(5) > 0:
		a.say(&wire.OfferShown{Offer: st.Offer.ID, Epoch: st.Offer.Epoch})
		a.say(&wire.Answer{Offer: st.Offer.ID, Epoch: st.Offer.Epoch})
	case st.Offer != nil:
		a.say(&wire.Reject{Offer: st.Offer.ID, Epoch: st.Offer.Epoch, Reason: "忙"})
	case c.r.IntN(12) == 0:
		c.vanish(a)
	case st.Call != nil:
		a.do(deeds[c.r.IntN(len(deeds))], c.verb(st))
	case a.no == "1001" && c.r.IntN(2) == 0:
		c.lead(a)
	case c.r.IntN(8) == 0:
		c.net.mu.Lock()
		c.net.mute, c.net.slow = c.r.IntN(2) == 0, c.r.IntN(2) == 0
		c.net.lag = time.Duration(c.r.IntN(2)) * 20 * time.Millisecond
		c.net.mu.Unlock()
		a.say(&wire.Dial{Target: "number:" + c.outside(), Reason: "回访"})
	default:
		a.say(&wire.SetPresence{State: []string{"ready", "ready", "ready", "break", "training"}[c.r.IntN(5)], Reason: "rest"})
	}
}

// lead does something to the call or seat of a colleague, whether it fits or not.
func (c *chaos) lead(a *agentAt) {
	no := c.agents[c.r.IntN(len(c.agents))].no
	switch c.r.IntN(5) {
	case 0:
		a.say(&wire.TakeOver{Seat: no, Reason: "试"})
	case 1:
		a.say(&wire.CallMove{Do: wire.MovePull, Seat: no, Reason: "试"})
	case 2:
		a.say(&wire.SeatForce{Seat: no, State: "not_ready", Reason: "试"})
	case 3:
		a.say(&wire.Observe{Seat: no, Way: []string{"monitor", "whisper", "barge"}[c.r.IntN(3)]})
	default:
		a.say(&wire.CallMove{Do: wire.MoveEnd, Seat: no, Reason: "试"})
	}
}

func (c *chaos) verb(st *wire.DeskState) wire.CallVerb {
	v := wire.CallVerb{Keys: "1", Target: "desk:" + c.agents[c.r.IntN(len(c.agents))].no}
	if c.r.IntN(3) == 0 {
		v.Target = "number:" + c.outside()
	}
	if n := len(st.Call.Legs); n > 0 {
		v.Leg = st.Call.Legs[c.r.IntN(n)].ID
	}
	return v
}

var fates = []error{
	nil, nil, nil, trunk.ErrNoAnswer, &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}, &trunk.DialError{Outcome: trunk.ErrUnreachable, Code: 503},
}

func (c *chaos) outside() string {
	number := fmt.Sprintf("0251%04d", c.r.IntN(10000))
	c.net.mu.Lock()
	fate := fates[c.r.IntN(len(fates))]
	c.net.fate[number] = fate
	c.net.mu.Unlock()
	if wait := time.Duration(1+c.r.IntN(50)) * time.Second; errors.Is(fate, trunk.ErrNoAnswer) && wait < 25*time.Second { // rings for a while
		go func() {
			<-time.After(wait)
			if p := c.net.of(number); p != nil {
				p.take()
			}
		}()
	}
	if c.r.IntN(2) == 0 { // somebody who answers and presses, or hangs up
		go func() {
			for range 20 {
				<-time.After(time.Second)
				if p := c.net.of(number); p != nil {
					p.press('1')
					<-time.After(time.Duration(20+len(number)) * time.Second)
					p.hangup(trunk.ByCaller)
					return
				}
			}
		}()
	}
	return number
}

// vanish takes away the link, the voice, or both; or the seat's machine is in
// another network from one moment to the next, and comes back by itself.
func (c *chaos) vanish(a *agentAt) {
	on := "nothing"
	if st := a.state(); st.Call != nil {
		on = st.Call.Phase
	}
	c.struck[on]++
	c.away[a.no] = true
	switch c.r.IntN(4) {
	case 0:
		a.pull()
	case 1:
		a.headset().kill()
	case 2:
		a.pull()
		c.pass(time.Duration(c.r.IntN(3000)) * time.Millisecond)
		c.back(a)
	default:
		sc := a.screen
		a.seat.box.Post(func() { a.seat.left(sc) })
	}
	synctest.Wait()
}

func (c *chaos) back(a *agentAt) {
	if err := a.back(); err != nil {
		account, gerr := c.db.Agents.Get(c.t.Context(), a.no)
		if gerr != nil {
			c.t.Fatal(gerr)
		}
		if err := a.connect(arrival{account: account, device: "pc-" + a.no}); err != nil {
			c.t.Fatalf("%s is kept out: %v", a.no, err)
		}
	}
	c.away[a.no] = false
	if c.r.IntN(2) == 0 { // another path for the line that is there
		if _, no := a.say(&wire.MediaOffer{SDP: a.no, Restart: true}).(*wire.Ack); !no {
			return
		}
	}
	a.plugIn()
}

// nobodyTwice checks that no seat is in two calls, no caller at two seats, and
// no call in a state older than its deadline.
func (c *chaos) nobodyTwice() {
	c.t.Helper()
	on, desks := map[string]string{}, map[string]string{}
	for _, k := range c.calls.List() {
		pic, ok := k.Inside(c.t.Context())
		if !ok {
			continue
		}
		for _, no := range pic.Seats {
			if other := on[no]; other != "" {
				c.t.Fatalf("%s is in calls %s and %s", no, other, k.ID())
			}
			on[no] = k.ID()
		}
		desks[k.ID()] = pic.Desk
		if pic.Awry != "" {
			c.t.Fatalf("call %s: %s", k.ID(), pic.Awry)
		}
		c.young(k.ID(), pic)
	}
	for _, a := range c.agents {
		id, _ := actor.Ask(c.t.Context(), a.seat.box, func() string {
			if a.seat.bound.call == nil {
				return ""
			}
			return a.seat.bound.call.ID()
		})
		if id != "" && on[a.no] != id && desks[id] != a.no {
			c.t.Errorf("%s shows call %s and is not in it", a.no, id)
		}
	}
}

// young checks that the state of a call is not older than its deadline.
func (c *chaos) young(id string, in call.Inside) {
	c.t.Helper()
	limit := c.cfg.Limits.Of(in.Phase)
	if in.Phase == fsm.StateConsultDial || in.Phase == fsm.StateTransferring {
		limit *= 2 // again when the party has answered
	}
	if age := c.now().Sub(in.Since); limit > 0 && !restarts[in.Phase] && age > limit+time.Second {
		c.t.Errorf("call %s: %s for %s", id, in.Phase, age)
	}
	if late := c.now().Sub(in.Due); in.Phase != fsm.StateClosed && late > time.Second {
		c.t.Errorf("call %s: %s is overdue by %s", id, in.Phase, late)
	}
}

// restarts are the states that remind somebody at their deadline, and go on.
var restarts = map[fsm.Phase]bool{
	fsm.StateTalking: true, fsm.StateHeld: true, fsm.StateConsulting: true, fsm.StateSwapped: true, fsm.StateThreeParty: true, fsm.StateOutside: true,
}

// quiet lets everything end, and looks at what is left.
func (c *chaos) quiet() {
	for _, p := range c.phones {
		p.hangup(trunk.ByCaller)
	}
	c.net.mu.Lock()
	for _, p := range c.net.made {
		p.hangup(trunk.ByCaller)
	}
	c.net.mu.Unlock()
	c.pass(30 * time.Minute)
	if n := c.calls.Count(); n != 0 {
		c.t.Errorf("%d calls are still there", n)
	}
	if n := c.calls.Live(); n != 0 {
		c.t.Errorf("%d lines are still up", n)
	}
	if n := c.refused.Load(); n != 0 {
		c.t.Errorf("%d events found a full mailbox", n)
	}
	for _, a := range c.agents {
		bound, _ := actor.Ask(c.t.Context(), a.seat.box, func() bool { return a.seat.bound.call != nil || a.seat.bound.wrapOf != nil })
		st := a.seat.status.Load()
		if bound || st.State == agent.StateTalking || st.State == agent.StateHold || st.State == agent.StateRinging {
			c.t.Errorf("%s is %s, bound %v", a.no, st.State, bound)
		}
	}
	in := 0
	for _, l := range c.logs() {
		if l.Direction == store.Inbound {
			in++
		}
		c.recorded(l)
		c.gaps(l)
		legs, err := c.db.Legs.List(c.t.Context(), l.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, g := range legs {
			if g.To.IsZero() {
				c.t.Errorf("call %s: leg %s has no end", l.ID, g.ID)
			}
		}
		for _, r := range c.reels.of(l.ID) {
			if !r.closed {
				c.t.Errorf("call %s: a recording is open", l.ID)
			}
		}
	}
	if in != len(c.phones) {
		c.t.Errorf("%d logs of %d calls", in, len(c.phones))
	}
	c.t.Logf("seats were struck with this on the desk: %v", c.struck)
}

// gaps checks that a recording says of each time that it lacks a seat. One that was lost while it dialled came before.
func (c *chaos) gaps(l store.Call) {
	lost := 0
	_, lines := c.data(l.ID)
	for line := range strings.Lines(lines) {
		if strings.HasPrefix(line, "seat_lost ") && strings.Contains(line, `"phase":"seat_lost"`) {
			lost++
		}
	}
	reels, marked := c.reels.of(l.ID), 0 // besides the talk, what the caller said where no agent was
	for _, r := range reels {
		for _, g := range r.gaps {
			if strings.HasSuffix(g, "坐席断线") {
				marked++
			}
		}
	}
	if l.Direction == store.Inbound && len(reels) > 0 && marked != lost {
		c.t.Errorf("call %s: a seat was lost %d times, the recording says %d", l.ID, lost, marked)
	}
}

// recorded checks that one recording is as long as the whole talk. What is in it, story.TestGale hears.
func (c *chaos) recorded(l store.Call) {
	if l.Outcome.Disposition != store.DispositionHuman {
		return
	}
	talk, covering := l.Times.Release.Sub(l.Times.Bridge), 0
	for _, r := range c.reels.of(l.ID) {
		r.mu.Lock()
		if time.Duration(r.samples)*time.Second/8000 >= talk-200*time.Millisecond {
			covering++
		}
		r.mu.Unlock()
	}
	if covering == 0 {
		c.t.Errorf("call %s: no recording covers its %v", l.ID, talk)
	}
}
