package hub

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// audits lists what the audit log has of an action, oldest first.
func (h *house) audits(cmd access.Command) []store.AuditRow {
	h.t.Helper()
	rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: string(cmd)})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.Reverse(rows)
	return rows
}

// sitLead signs a shift lead in, who takes no calls at first.
func (h *house) sitLead(no string) *agentAt {
	h.t.Helper()
	l := h.sit(no, "lead")
	l.ok(&wire.SetPresence{State: "not_ready"})
	return l
}

func TestListenWhisperInsertTakeOver(t *testing.T) {
	inHouse(t, func(h *house) {
		h.calls.Shown = true
		lead, a := h.sitLead("1001"), h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor})
		w := lead.state().Watch
		if w == nil || w.Seat != "8001" || w.Way != "monitor" || w.Call != call || a.state().Call.Watched != "班长在听" {
			t.Fatalf("watch %+v, the agent sees %q", w, a.state().Call.Watched)
		}
		c, _ := h.calls.Get(call)
		hears := func() string {
			in, _ := c.Inside(h.t.Context())
			return strings.Join(in.Ears, " ")
		}
		const monitor = "ear:1001<caller ear:1001<seat:8001"
		if got := hears(); got != monitor {
			t.Errorf("monitor: %s", got)
		}
		h.pass(42 * time.Second)
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveWhisper})
		if got := hears(); got != monitor+" seat:8001<ear:1001" || a.state().Call.Watched != "班长在耳语" {
			t.Errorf("whisper: %s, %q", got, a.state().Call.Watched)
		}
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveBarge})
		if got := hears(); got != "caller<ear:1001 "+monitor+" seat:8001<ear:1001" {
			t.Errorf("barge: %s", got)
		}
		if code := lead.code(&wire.TakeOver{Seat: "8001"}); code != wire.CodeInvalid {
			t.Errorf("without a reason: %s", code)
		}
		lead.ok(&wire.TakeOver{Seat: "8001", Reason: "来电人要求"})
		h.pass(1100 * time.Millisecond)
		lead.is("talking", "talking")
		a.is("wrap_up", "closed")
		if lead.state().Watch != nil {
			t.Error("who took over still listens")
		}
		if told := strings.Join(a.alerts(), "\n"); !strings.Contains(told, "已接管") {
			t.Errorf("the agent was told %q", told)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		rows := h.audits(access.LeadMonitor)
		if len(rows) != 2 || rows[0].Object != "call/"+call+"/seat/8001" || rows[1].Reason != "结束，历时 42 秒" {
			t.Errorf("audit %+v", rows)
		}
		if n := len(h.audits(access.LeadWhisper)); n != 2 {
			t.Errorf("%d audit rows of whispering", n)
		}
		if n := len(h.audits(access.LeadBarge)); n != 2 {
			t.Errorf("%d audit rows of inserting", n)
		}
		if rows := h.audits(access.LeadTake); len(rows) != 1 || rows[0].Reason != "来电人要求" {
			t.Errorf("audit %+v", rows)
		}
		if l := h.log1(); l.Agent != "1001" || l.Outcome.Disposition != store.DispositionHuman {
			t.Errorf("log %+v", l)
		}
		legs, _ := h.db.Legs.List(h.t.Context(), call)
		roles := map[string]int{}
		for _, l := range legs {
			roles[l.Role]++
			if l.To.IsZero() {
				t.Errorf("leg %s is open", l.ID)
			}
		}
		if roles["monitor"] != 1 || roles["whisper"] != 1 || roles["barge"] != 1 {
			t.Errorf("legs %v", roles)
		}
	})
}

func TestListeningUnseenAndItsEnds(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, second, a := h.sitLead("1001"), h.sitLead("1002"), h.sit("8001")
		if code := lead.code(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor}); code != wire.CodeImpossible {
			t.Errorf("a seat without a call: %s", code)
		}
		p := h.talking(a, "13900000042")
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor})
		second.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor})
		if a.state().Call.Watched != "" || len(a.state().Call.Legs) != 2 {
			t.Errorf("the agent sees %q", a.state().Call.Watched)
		}
		for _, l := range a.state().Call.Timeline {
			if strings.Contains(l.Text, "监听") {
				t.Errorf("the agent's timeline says %q", l.Text)
			}
		}
		if row := a.seat.status.Load().row; row.Ears != 2 {
			t.Errorf("%d ears on the board", row.Ears)
		}
		second.ok(&wire.Observe{Way: wire.ObserveOff})
		if second.state().Watch != nil {
			t.Error("stopped, and still listens")
		}
		// Who listens is offered no call.
		lead.ok(&wire.SetPresence{State: "ready"})
		q := h.waiting("13900000077")
		if lead.state().Offer != nil {
			t.Error("a call was offered to who listens")
		}
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		if lead.state().Watch != nil {
			t.Error("the call is over, and is listened to")
		}
		q.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// TestNobodyListensWithoutAVoiceLine: the screen, the agent and the audit would say that somebody hears what nobody hears.
func TestNobodyListensWithoutAVoiceLine(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		p := h.talking(a, "13900000042")
		lead.headset().kill()
		h.pass(4 * time.Second)
		if code := lead.code(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor}); code != wire.CodeImpossible || lead.state().Watch != nil || len(h.audits(access.LeadMonitor)) != 0 {
			t.Errorf("listening without a voice line: %s, %+v", code, lead.state().Watch)
		}
		lead.headset().revive()
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor})
		lead.headset().kill()
		h.pass(5 * time.Second) // the line is renewed as a rule
		if lead.state().Watch == nil {
			t.Error("five seconds without voice ended the listening")
		}
		h.pass(voicePatience)
		if told := strings.Join(lead.alerts(), "\n"); lead.state().Watch != nil || !strings.Contains(told, "监听已结束") {
			t.Errorf("still listens with %+v, and was told %q", lead.state().Watch, told)
		}
		if row := a.seat.status.Load().row; row.Ears != 0 {
			t.Errorf("%d ears on the board", row.Ears)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

func TestRightsOverSeats(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for role, want := range map[string]map[string]wire.Code{
			"agent":  {"monitor": wire.CodeForbidden, "barge": wire.CodeForbidden},
			"mentor": {"monitor": wire.CodeForbidden, "whisper": wire.CodeForbidden, "barge": wire.CodeForbidden}, // not a trainee of theirs
			"qa":     {"monitor": wire.CodeForbidden},
			"admin":  {"monitor": wire.CodeForbidden},
		} {
			who := h.sitAs("9"+role, "320100", role)
			for way, code := range want {
				if got := who.code(&wire.Observe{Seat: "8001", Way: way}); got != code {
					t.Errorf("%s %s: %s, want %s", role, way, got, code)
				}
				who.say(&wire.Observe{Way: wire.ObserveOff})
			}
		}
		far, near := h.sitAs("1500", "320500", "lead"), h.sitAs("1600", "320000", "lead")
		for body, want := range map[wire.Body][2]wire.Code{
			&wire.Observe{Seat: "8001", Way: "monitor"}:                      {wire.CodeForbidden, wire.CodeOK},
			&wire.SeatForce{Seat: "8001", State: "not_ready", Reason: "试"}:   {wire.CodeForbidden, wire.CodeOK},
			&wire.CallMove{Do: wire.MovePull, Seat: "8009", Reason: "试"}:     {wire.CodeNotFound, wire.CodeNotFound},
			&wire.SeatForce{Seat: "8001", State: "on_the_moon", Reason: "试"}: {wire.CodeForbidden, wire.CodeInvalid},
			&wire.SeatForce{Seat: "8001", State: "ready"}:                    {wire.CodeForbidden, wire.CodeInvalid},
			&wire.CallMove{Do: "swap", Seat: "8001", Reason: "试"}:            {wire.CodeInvalid, wire.CodeInvalid},
			&wire.Observe{Seat: "1600", Way: "monitor"}:                      {wire.CodeForbidden, wire.CodeForbidden},
			&wire.Broadcast{Text: " "}:                                       {wire.CodeInvalid, wire.CodeInvalid},
		} {
			if got := far.code(body); got != want[0] {
				t.Errorf("another district's lead, %s: %s", body.Type(), got)
			}
			if got := near.code(body); got != want[1] {
				t.Errorf("the province's lead, %s: %s", body.Type(), got)
			}
		}
		if code := a.code(&wire.BoardWatch{On: true}); code != wire.CodeForbidden {
			t.Errorf("an agent watches the board: %s", code)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// sitAs signs somebody in of a district and role, without making them ready.
func (h *house) sitAs(no, district string, role string) *agentAt {
	h.t.Helper()
	account := store.Agent{No: no, Name: "赵某", District: district, Roles: []string{role}, Created: h.now(), Updated: h.now()}
	if err := h.db.Agents.Create(h.t.Context(), account); err != nil {
		h.t.Fatal(err)
	}
	s, _ := h.seatOf(account)
	a := &agentAt{h: h, no: no, seat: s}
	if err := a.connect(arrival{account: account, device: "pc-" + no}); err != nil {
		h.t.Fatal(err)
	}
	a.plugIn()
	return a
}

func TestForcePullAndPush(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		lead.ok(&wire.SeatForce{Seat: "8001", State: "not_ready", Reason: "需要休整"})
		a.is("talking", "talking") // the wish waits
		lead.ok(&wire.CallMove{Do: wire.MovePull, Seat: "8001", Reason: "坐席身体不适"})
		a.is("wrap_up", "closed")
		c, _ := h.calls.Get(call)
		if look, _ := h.queue.Look(h.t.Context()); len(look.Rows) != 1 || look.Rows[0].Call != call || !look.Rows[0].Returned {
			t.Fatalf("the line is %+v", look.Rows)
		}
		b := h.sit("8002")
		b.is("ringing", "") // at the head of the line
		lead.ok(&wire.CallMove{Do: wire.MovePull, Seat: "8002", Reason: "派给熟悉的人"})
		b.ok(&wire.SetPresence{State: "not_ready"})
		if code := lead.code(&wire.CallMove{Do: wire.MovePush, Seat: "8002", Call: call, Reason: "试"}); code != wire.CodeImpossible {
			t.Errorf("pushed to a busy seat: %s", code)
		}
		h.pass(2 * time.Minute)
		if a.state().Presence.State != "not_ready" {
			t.Errorf("after the wrap-up %s", a.state().Presence.State)
		}
		lead.ok(&wire.SeatForce{Seat: "8001", State: "ready", Reason: "排队过长"})
		h.pass(time.Second)
		if a.state().Offer == nil { // it was refused for this call: only a lead can give it back
			lead.ok(&wire.CallMove{Do: wire.MovePush, Seat: "8001", Call: c.ID(), Reason: "只有他会办"})
		}
		a.answer()
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
		lead.ok(&wire.CallMove{Do: wire.MoveEnd, Seat: "8001", Reason: "骚扰电话"})
		h.pass(3 * time.Second)
		if l := h.kinds(call); !slices.Contains(l, "force_release") {
			t.Errorf("timeline %v", l)
		}
		h.pass(3 * time.Minute)
		lead.ok(&wire.SeatForce{Seat: "8001", State: "signed_out", Reason: "下班"})
		if a.screen.bye != wire.CodeOK {
			t.Errorf("the seat was sent away with %q", a.screen.bye)
		}
		if rows := h.audits(access.LeadState); len(rows) != 3 || !strings.Contains(rows[2].Reason, "下班") {
			t.Errorf("audit %+v", rows)
		}
		p.hangup(trunk.ByHub)
	})
}

func TestHelpEmergencyAndBroadcast(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		p := h.talking(a, "13900000042")
		lead.ok(&wire.BoardWatch{On: true})
		a.ok(&wire.CallHelp{Text: "来电人问社保转移"})
		h.pass(time.Second)
		if al, ok := h.board.Alarm(h.t.Context(), "help/8001"); !ok || !strings.Contains(al.Text, "社保转移") {
			t.Fatalf("alarm %+v", al)
		}
		lead.ok(&wire.AlarmAck{ID: "help/8001"})
		h.pass(time.Second)
		if told := strings.Join(a.alerts(), "\n"); !strings.Contains(told, "已看到您的求助") {
			t.Errorf("the agent was told %q", told)
		}
		if code := lead.code(&wire.AlarmAck{ID: "help/8001"}); code != wire.CodeNotFound {
			t.Errorf("acknowledged twice: %s", code)
		}
		if code := a.do(wire.DoEmergency); code != wire.CodeOK {
			t.Errorf("emergency: %s", code)
		}
		h.pass(time.Second)
		if _, ok := h.board.Alarm(h.t.Context(), "emergency/8001"); !ok {
			t.Error("the emergency is not on the board")
		}
		lead.ok(&wire.Broadcast{Text: "系统十分钟后切换线路"})
		h.pass(time.Second)
		if told := strings.Join(a.alerts(), "\n"); !strings.Contains(told, "班长 1001 通知：系统十分钟后切换线路") {
			t.Errorf("the agent was told %q", told)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// TestBoardOfADay: what a desk is told adds up to the log of calls.
func TestBoardOfADay(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		lead.ok(&wire.BoardWatch{On: true})
		p := h.talking(a, "13900000042")
		h.pass(time.Minute)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		a.ok(&wire.SetPresence{State: "not_ready"})
		q := h.waiting("13900000077")
		h.pass(10 * time.Second)
		lead.screen.mu.Lock()
		last := lead.screen.boards[len(lead.screen.boards)-1]
		lead.screen.mu.Unlock()
		lead.say(&wire.BoardSeen{Version: last.Version})
		q.hangup(trunk.ByCaller)
		h.pass(2 * time.Second)
		lead.screen.mu.Lock()
		defer lead.screen.mu.Unlock()
		var sums wire.BoardSums
		var gone int
		for _, b := range lead.screen.boards {
			if b.Sums != nil {
				sums = *b.Sums
			}
			for _, w := range b.Waiting {
				if w.Gone {
					gone++
				}
			}
		}
		want := wire.BoardFlow{Queued: 2, Answered: 1, In15: 1, In20: 1, GaveUp: 1}
		if d := sums.Today; d.Total != 2 || d.Human != 1 || d.Abandoned != 1 || d.BoardFlow != want || d.WrapS < 60 || sums.Now.Waiting != 0 || gone == 0 {
			t.Errorf("%+v, %d rows gone", sums, gone)
		}
	})
}

// TestRecordsOfTheDayOnTheBoard: what once went on to a department counts, answered since or not; what nobody needs does not.
func TestRecordsOfTheDayOnTheBoard(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		lead.ok(&wire.BoardWatch{On: true})
		write(a, "0312-8001-1", "consult", nil)
		write(a, "0312-8001-2", "consult", func(m *wire.Record) { m.Handling.How = "on_spot" })
		r := read(a, "0312-8001-1")
		a.ok(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "dept_answer", Note: "十五日前"})
		write(a, "0312-8001-3", "consult", func(m *wire.Record) { m.Handling.How = "on_spot" })
		r = read(a, "0312-8001-3")
		a.ok(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "void", Reason: "重复登记"})
		h.pass(recordsEvery + 2*time.Second)
		if sums, _ := lead.board(); sums.BoardFiled != (wire.BoardFiled{Filed: 2, Passed: 1}) {
			t.Errorf("of two records one went on, and the board has %+v", sums.BoardFiled)
		}
	})
}

func TestIntercomWithAnAgentBetweenCalls(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveTalk})
		h.pass(time.Second)
		for _, x := range []*agentAt{lead, a} {
			if w := x.state().Watch; w == nil || w.Way != wire.ObserveTalk {
				t.Fatalf("%s: %+v", x.no, w)
			}
		}
		p := h.waiting("13900000042")
		if a.state().Offer != nil {
			t.Error("a call was offered to who is being spoken to")
		}
		if code := h.sitAs("1002", "320100", "lead").code(&wire.Observe{Seat: "8001", Way: wire.ObserveTalk}); code != wire.CodeBusy {
			t.Errorf("a second lead: %s", code)
		}
		lead.ok(&wire.Observe{Way: wire.ObserveOff})
		h.pass(time.Second)
		if lead.state().Watch != nil || a.state().Watch != nil {
			t.Error("ended, and goes on")
		}
		a.answer() // the caller who waited meanwhile
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
		if code := lead.code(&wire.Observe{Seat: "8001", Way: wire.ObserveTalk}); code != wire.CodeImpossible {
			t.Errorf("a seat on a call: %s", code)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		lead.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveTalk})
		h.pass(time.Second)
		lead.pull() // the lead's cable
		h.pass(5 * time.Second)
		if a.state().Watch != nil {
			t.Error("the lead is gone, and the agent still in the intercom")
		}
		if n := len(h.audits(access.LeadWhisper)); n != 3 {
			t.Errorf("%d audit rows", n)
		}
	})
}

// TestListeningEndsWhereTheRightEnds: a call that goes on to another district is
// heard by the province's lead, and not by the city's any more.
func TestListeningEndsWhereTheRightEnds(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		b.ok(&wire.SetPresence{State: "not_ready"})
		city, province := h.sitAs("1001", "320100", "lead"), h.sitAs("1600", "320000", "lead")
		p := h.talking(a, "13900000042")
		b.ok(&wire.SetPresence{State: "ready"})
		away := b.seat.account
		away.District = "320500"
		b.seat.box.Post(func() { b.seat.accountChanged(away) })
		for _, l := range []*agentAt{city, province} {
			l.ok(&wire.Observe{Seat: "8001", Way: wire.ObserveMonitor})
		}
		if code := a.do(wire.DoConsult, wire.CallVerb{Target: "desk:8002"}); code != wire.CodeOK {
			t.Fatal(code)
		}
		b.answer()
		if code := a.do(wire.DoHandOver); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(1100 * time.Millisecond)
		b.is("talking", "talking")
		if city.state().Watch != nil {
			t.Error("the city's lead listens in another city")
		}
		if w := province.state().Watch; w == nil || w.Seat != "8002" {
			t.Errorf("the province's lead listens to %+v", w)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		if rows := h.audits(access.LeadMonitor); len(rows) != 6 {
			t.Errorf("%d audit rows: %+v", len(rows), rows)
		}
	})
}
