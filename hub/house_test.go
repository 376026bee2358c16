package hub

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/audit"
	"zuoxi/hub/call"
	"zuoxi/hub/contact"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/voicemail"
	"zuoxi/internal/obs"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

// house is a hub in simulated time with everything around it made by the test.
type house struct {
	*Hub
	t     *testing.T
	lines *headsets
	net   *dialler
	usher *usher
	reels *reels
	words *words
	seq   int
}

// inHouse runs a story in a house of its own.
func inHouse(t *testing.T, story func(h *house)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := openHouse(t, dir)
		defer func() {
			h.stop()
			if err := h.db.Close(); err != nil {
				t.Error(err)
			}
		}()
		story(h)
	})
}

func openHouse(t *testing.T, dir string) *house {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Load(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Outside: Outside{Directory: []Entry{{Number: "025-12333", Who: "南京市人社值班", Duty: "值班"}}}}
	cfg.fill()
	h := &house{
		t: t, lines: &headsets{made: map[string]*headset{}}, net: &dialler{fate: map[string]error{}, made: map[string]*telephone{}, tell: map[string]func(call.Progress){}},
		usher: &usher{}, words: &words{said: map[string]int{}}, reels: &reels{all: map[string]*reel{}},
	}
	key, err := keys.Stable(audit.KeyUse)
	if err != nil {
		t.Fatal(err)
	}
	book, err := contact.Open(t.Context(), db.Settings, cfg.District, cfg.Now)
	if err != nil {
		t.Fatal(err)
	}
	trail := audit.New(db.Audit, key, cfg.Now)
	tickets, err := openTickets(t.Context(), db.Settings, key, cfg.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h.Hub = assemble(cfg, parts{
		db: db, keys: keys, trunk: h.net, lines: h.lines, guide: h.usher, prompts: h.words, tapes: h.reels, meter: newMeter(obs.NewMetrics()),
		desks: desks{
			records: record.New(db, keys, deadline.Builtin(), cfg.Now), mail: voicemail.New(db, deadline.Builtin(), cfg.Now),
			audit: trail, contacts: book, tickets: tickets, find: newFind(cfg, db, keys, trail),
		},
	}, slog.New(slog.DiscardHandler))
	h.start()
	return h
}

// pass lets simulated time pass.
func (h *house) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// agent is somebody at a seat.
type agentAt struct {
	h      *house
	no     string
	seat   *seat
	screen *screen
}

// sit signs somebody in, with a headset; who takes calls is ready for them.
func (h *house) sit(no string, roles ...string) *agentAt {
	h.t.Helper()
	return h.sitIn("320100", no, roles...)
}

// sitIn is sit in a district.
func (h *house) sitIn(district, no string, roles ...string) *agentAt {
	h.t.Helper()
	if len(roles) == 0 {
		roles = []string{"agent"}
	}
	account := store.Agent{
		No: no, Name: "王某" + no, District: district, Roles: roles, Certified: true, Created: h.now(), Updated: h.now(),
		Skills: []store.Skill{{Region: "*", Subject: "*", Level: 1}},
	}
	if err := h.db.Agents.Create(h.t.Context(), account); err != nil {
		h.t.Fatal(err)
	}
	s, ok := h.seatOf(account)
	if !ok {
		h.t.Fatal("no seat")
	}
	a := &agentAt{h: h, no: no, seat: s}
	if err := a.connect(arrival{account: account, device: "pc-" + no}); err != nil {
		h.t.Fatal(err)
	}
	a.plugIn()
	if certified(account) {
		a.ok(&wire.SetPresence{State: "ready"})
	}
	return a
}

func (a *agentAt) connect(in arrival) error {
	sc := &screen{answers: map[string]wire.Body{}}
	in.conn, in.id, in.lists = sc, a.h.id(), a.seat.load(a.h.t.Context(), in.account)
	err, _ := actor.Ask(a.h.t.Context(), a.seat.box, func() error { return a.seat.arrive(in) })
	synctest.Wait()
	if err == nil {
		a.screen = sc
	}
	return err
}

// back resumes after the link was lost.
func (a *agentAt) back() error {
	account, err := a.h.db.Agents.Get(a.h.t.Context(), a.no)
	if err != nil {
		a.h.t.Fatal(err)
	}
	token := a.screen.welcome.Token[len(a.no)+1:]
	return a.connect(arrival{account: account, token: token, resume: true})
}

func (a *agentAt) plugIn() {
	a.say(&wire.MediaOffer{SDP: a.no})
}

func (a *agentAt) headset() *headset { return a.h.lines.of(a.no) }

// pull pulls the cable: link and voice are gone.
func (a *agentAt) pull() {
	a.headset().kill()
	sc := a.screen
	a.seat.box.Post(func() { a.seat.left(sc) })
	synctest.Wait()
}

func (h *house) id() string {
	h.seq++
	return fmt.Sprintf("m%d", h.seq)
}

// say sends a command and returns the answer.
func (a *agentAt) say(b wire.Body) wire.Body {
	a.h.t.Helper()
	id := a.h.id()
	sc := a.screen
	m := wire.Message{ID: id, Session: sc.welcome.Session, Body: b}
	a.seat.box.Post(func() { a.seat.message(sc, m) })
	synctest.Wait()
	sc.mu.Lock()
	defer sc.mu.Unlock()
	return sc.answers[id]
}

// ok says it and expects agreement.
func (a *agentAt) ok(b wire.Body) {
	a.h.t.Helper()
	if got := a.code(b); got != wire.CodeOK {
		a.h.t.Fatalf("%s: %s was answered by %s", a.no, b.Type(), got)
	}
}

func (a *agentAt) code(b wire.Body) wire.Code {
	a.h.t.Helper()
	switch r := a.say(b).(type) {
	case *wire.Ack:
		return r.Code
	case *wire.RecordSaved:
		return r.Code
	case nil:
		return ""
	default:
		return wire.CodeOK
	}
}

// do is a verb on the call on the desk.
func (a *agentAt) do(do string, v ...wire.CallVerb) wire.Code {
	a.h.t.Helper()
	verb := wire.CallVerb{}
	if len(v) > 0 {
		verb = v[0]
	}
	verb.Do = do
	if c := a.state().Call; verb.Call == "" && c != nil {
		verb.Call = c.ID
	}
	return a.code(&verb)
}

func (a *agentAt) state() *wire.DeskState {
	a.screen.mu.Lock()
	defer a.screen.mu.Unlock()
	return a.screen.state
}

func (a *agentAt) alerts() []string {
	a.screen.mu.Lock()
	defer a.screen.mu.Unlock()
	return append([]string(nil), a.screen.alerts...)
}

// answer draws and takes the offer on the desk.
func (a *agentAt) answer() {
	a.h.t.Helper()
	o := a.state().Offer
	if o == nil {
		a.h.t.Fatalf("%s: nothing is on offer", a.no)
	}
	a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
	a.ok(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
}

// is asserts presence and the phase of the call on the desk.
func (a *agentAt) is(presence, phase string) {
	a.h.t.Helper()
	st := a.state()
	got := ""
	if st.Call != nil {
		got = st.Call.Phase
	}
	if st.Presence.State != presence || got != phase {
		a.h.t.Fatalf("%s is %s with a call %q, want %s with %q", a.no, st.Presence.State, got, presence, phase)
	}
}

// phone lets a citizen call.
func (h *house) phone(number string) *telephone {
	p := newTelephone(number)
	go h.calls.Incoming(p)
	synctest.Wait()
	return p
}

// waiting lets a citizen call and go through the menu.
func (h *house) waiting(number string) *telephone {
	p := h.phone(number)
	h.pass(1100 * time.Millisecond)
	return p
}

// books is a caller who hangs up and keeps the place in the line.
func (h *house) books(number string) *telephone {
	p := h.waiting(number)
	p.press('7')
	h.pass(100 * time.Millisecond)
	p.press('1')
	h.pass(2 * time.Second)
	return p
}

// talking is a call that the agent answered, announcement and all.
func (h *house) talking(a *agentAt, number string) *telephone {
	h.t.Helper()
	p := h.waiting(number)
	a.answer()
	h.pass(1100 * time.Millisecond)
	a.is("talking", "talking")
	return p
}

// logs lists the closed logs, and fails when one is open.
func (h *house) logs() []store.Call {
	h.t.Helper()
	list, _, err := h.db.Calls.List(h.t.Context(), store.CallFilter{})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range list {
		if l.Times.Closed.IsZero() {
			h.t.Errorf("the log of call %s is open", l.ID)
		}
	}
	return list
}

// log is the one closed log.
func (h *house) log1() store.Call {
	h.t.Helper()
	list := h.logs()
	if len(list) != 1 {
		h.t.Fatalf("%d logs", len(list))
	}
	return list[0]
}

func (h *house) kinds(call string) []string {
	h.t.Helper()
	kinds, _ := h.data(call)
	return kinds
}

// data is the timeline of a call: the kinds, and a line for each with what else is known.
func (h *house) data(call string) (kinds []string, lines string) {
	h.t.Helper()
	events, err := h.db.Timeline.List(h.t.Context(), call)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range events {
		kinds = append(kinds, e.Kind)
		lines += e.Kind + " " + string(e.Data) + "\n"
	}
	return kinds, lines
}
