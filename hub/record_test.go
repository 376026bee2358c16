package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// write is a record of the agent about nobody's call.
func write(a *agentAt, no, kind string, more func(*wire.Record)) wire.Record {
	a.h.t.Helper()
	m := wire.Record{
		Number: no, Kind: kind, Subject: "劳动关系", Region: "320100", Question: "欠薪", Answer: "已解释", Name: "测试甲", Callback: "13900000042",
		Handling: wire.Handling{How: "forward", Dept: "某科"},
	}
	if more != nil {
		more(&m)
	}
	a.ok(&wire.RecordSave{Record: m})
	return m
}

func read(a *agentAt, no string) *wire.Record {
	a.h.t.Helper()
	r, ok := a.say(&wire.RecordGet{Number: no}).(*wire.Record)
	if !ok {
		a.h.t.Fatalf("%s is not shown to %s", no, a.no)
	}
	return r
}

// TestCallsOfOthersProveNothing: a record that names the call of a reporter whom
// somebody else spoke with is kept, but knows neither call nor caller.
func TestCallsOfOthersProveNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		of := func(m *wire.Record) { m.Name, m.Callback, m.CallIDs = "", "", []string{call} }
		write(a, "0312-8001-1", "consult", of)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute) // past the wrap-up
		write(a, "0312-8001-2", "report", func(m *wire.Record) {
			of(m)
			m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
		})
		b := h.sit("8002")
		write(b, "0312-8002-1", "consult", func(m *wire.Record) { of(m); m.Callback = "139****0042" })
		for no, want := range map[string]int{"0312-8001-1": 1, "0312-8001-2": 1, "0312-8002-1": 0} {
			if got := read(a, no).CallIDs; len(got) != want {
				t.Errorf("%s names the calls %v", no, got)
			}
		}
		if x, ok := b.say(&wire.RecordUnmask{Number: "0312-8002-1", Field: "contact", Reason: "回访"}).(*wire.Ack); !ok || x.Code != wire.CodeNotFound {
			t.Errorf("the reporter's number was shown: %+v", x)
		}
	})
}

func TestRecordsCourse(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		write(a, "0312-8001-1", "consult", nil)
		r := read(a, "0312-8001-1")
		if r.State != "with_dept" || r.Name != "测*" || r.Callback != "139****0042" || len(r.Dues) != 1 {
			t.Fatalf("record %+v", r)
		}
		a.ok(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "dept_answer", Note: "十五日前"})
		if code := a.code(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "call_back"}); code != wire.CodeConflict {
			t.Errorf("a step on what has changed: %s", code)
		}
		if code := a.code(&wire.RecordStep{Number: r.Number, Version: r.Version + 1, Event: "accept"}); code != wire.CodeImpossible {
			t.Errorf("an impossible step: %s", code)
		}
		a.ok(&wire.RecordStep{Number: r.Number, Version: r.Version + 1, Event: "call_back", Note: "已回电"})
		if n := len(a.state().Todo); n != 0 {
			t.Errorf("%d on the list after the call back: %+v", n, a.state().Todo)
		}
	})
}

// TestGivenToAColleague: who gets an order is told and has it on the list; who
// supervises it tells both, and takes it from nobody.
func TestGivenToAColleague(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b, lead := h.sit("8001"), h.sit("8002"), h.sit("8009", "lead")
		write(a, "0312-8001-1", "consult", func(m *wire.Record) { m.Handling.Dept = "8002" })
		h.pass(time.Second)
		if todo := b.state().Todo; len(todo) != 1 || todo[0].Number != "0312-8001-1" || !b.told("0312-8001-1 转给您办理") || a.told("转给您") {
			t.Fatalf("the colleague has %+v", todo)
		}
		r := read(lead, "0312-8001-1")
		if code := lead.code(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "supervise"}); code != wire.CodeImpossible {
			t.Errorf("supervised without words: %s", code)
		}
		lead.ok(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "supervise", Reason: "来电人又打来了"})
		h.pass(time.Second)
		if !a.told("被督办") || !b.told("被督办") || lead.told("被督办") {
			t.Error("supervised, and not both were told")
		}
		if r = read(a, r.Number); r.Owner != "8002" || r.State != "with_dept" {
			t.Fatalf("after it %s has it in %s", r.Owner, r.State)
		}
		b.ok(&wire.RecordStep{Number: r.Number, Version: r.Version, Event: "dept_answer", Note: "十五日前"})
		if n := len(b.state().Todo); n != 0 || read(a, r.Number).Owner != "8001" {
			t.Errorf("answered, and %d on the colleague's list", n)
		}
	})
}

// TestUnmasking needs a right and a reason, and leaves a row.
func TestUnmasking(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		write(a, "0312-8001-1", "consult", nil)
		ask := &wire.RecordUnmask{Number: "0312-8001-1", Field: "contact"}
		if code := a.code(ask); code != wire.CodeInvalid {
			t.Errorf("without a reason: %s", code)
		}
		ask.Reason = "回电核对"
		p, ok := a.say(ask).(*wire.RecordPlain)
		if !ok || p.Value != "13900000042" || p.Seconds != 30 {
			t.Fatalf("shown %+v", p)
		}
		rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: "record.unmask"})
		if err != nil || len(rows) != 1 || rows[0].Object != "record/0312-8001-1/contact" || rows[0].Reason != "回电核对" || rows[0].Who != "8001" {
			t.Errorf("audit %+v, %v", rows, err)
		}
		b := h.sit("8002")
		if code := b.code(ask); code != wire.CodeForbidden {
			t.Errorf("a colleague's record: %s", code)
		}
		write(a, "0312-8001-2", "report", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
		})
		ask.Number = "0312-8001-2"
		if code := a.code(ask); code != wire.CodeForbidden {
			t.Errorf("a reporter: %s", code)
		}
	})
}

// TestLookAtARecordIsAudited: each look at a record leaves a row, one's own too,
// and nothing is shown that is not written down.
func TestLookAtARecordIsAudited(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		write(a, "0312-8001-1", "consult", nil)
		read(a, "0312-8001-1")
		read(b, "0312-8001-1")
		rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: "record.view"})
		if err != nil || len(rows) != 2 || rows[0].Who == rows[1].Who || rows[0].Object != "record/0312-8001-1" {
			t.Errorf("audit %+v, %v", rows, err)
		}
		h.audit = audit.New(fullLog{}, nil, h.now)
		if code := b.code(&wire.RecordGet{Number: "0312-8001-1"}); code != wire.CodeInternal {
			t.Errorf("not written down, and answered with %s", code)
		}
	})
}

// fullLog is an audit log that takes no row.
type fullLog struct{ store.AuditLog }

func (fullLog) Append(context.Context, store.AuditRow, func(store.AuditRow) []byte) (store.AuditRow, error) {
	return store.AuditRow{}, errors.New("no space left")
}

// TestConductComplaintIsNotForSeats: neither the accused nor the writer sees it
// again; who handles such complaints does.
func TestConductComplaintIsNotForSeats(t *testing.T) {
	inHouse(t, func(h *house) {
		a, lead, qa := h.sit("8001"), h.sit("8009", "lead"), h.sit("8010", "qa", "agent")
		write(a, "0312-8001-1", "conduct_complaint", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "office", Value: "示例大厅"}, {Code: "facts", Value: "态度生硬"}}
		})
		for _, who := range []*agentAt{a, lead} {
			if code := who.code(&wire.RecordGet{Number: "0312-8001-1"}); code != wire.CodeNotFound {
				t.Errorf("%s: %s", who.no, code)
			}
		}
		if r := read(qa, "0312-8001-1"); r.Owner != "行风监督" {
			t.Errorf("record %+v", r)
		}
	})
}

func TestVoidingIsAudited(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		write(a, "0312-8001-1", "consult", nil)
		a.ok(&wire.RecordStep{Number: "0312-8001-1", Version: 1, Event: "void", Reason: "重复"})
		rows, _, _ := h.audit.List(h.t.Context(), store.AuditFilter{Action: "record.void"})
		if len(rows) != 1 || rows[0].Reason != "重复" {
			t.Errorf("audit %+v", rows)
		}
		if r := read(a, "0312-8001-1"); r.State != "voided" || r.Question == "" {
			t.Errorf("record %+v", r)
		}
		h.pass(time.Second)
	})
}

// deaf is an audit log that cannot be written.
type deaf struct{ store.AuditLog }

func (deaf) Append(context.Context, store.AuditRow, func(store.AuditRow) []byte) (store.AuditRow, error) {
	return store.AuditRow{}, errors.New("no room")
}

func TestNothingIsVoidedWithoutAudit(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		write(a, "0312-8001-1", "consult", nil)
		h.audit = audit.New(deaf{h.db.Audit}, nil, h.now)
		if x, ok := a.say(&wire.RecordStep{Number: "0312-8001-1", Version: 1, Event: "void", Reason: "重复"}).(*wire.Ack); !ok || x.Code == wire.CodeOK {
			t.Errorf("answered %+v", x)
		}
		if rows, _, err := h.db.Records.List(h.t.Context(), store.RecordFilter{}); err != nil || len(rows) != 1 || rows[0].Status.State == "voided" {
			t.Errorf("it is void and nobody knows who did it: %+v, %v", rows, err)
		}
	})
}

// TestCityReadsItsCounties: what a city's lead finds they may open.
func TestCityReadsItsCounties(t *testing.T) {
	inHouse(t, func(h *house) {
		county, city, other := h.sitIn("320102", "8001"), h.sitIn("320100", "6001", "lead"), h.sitIn("320500", "6002", "lead")
		write(county, "0312-8001-1", "consult", nil)
		if r := read(city, "0312-8001-1"); r.Question != "欠薪" {
			t.Errorf("record %+v", r)
		}
		if x, ok := other.say(&wire.RecordGet{Number: "0312-8001-1"}).(*wire.Ack); !ok || x.Code == wire.CodeOK {
			t.Errorf("another city reads %+v", x)
		}
	})
}

// TestSignInTellsTheNumbers: a seat learns at the sign-in which of its numbers of the day are taken, by last year's records too.
func TestSignInTellsTheNumbers(t *testing.T) {
	r := openReal(t)
	r.dial(true).admin("agent.add", map[string]any{"agent_no": "8001", "name": "王某", "role": "agent", "certified": true, "password": "synthetic-1", "own": true}, nil)
	signIn := func() (*wsLine, []wire.Taken) {
		t.Helper()
		l := r.dial(false)
		w, ok := l.ask(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1", Device: "pc"}).(*wire.Welcome)
		if !ok {
			t.Fatal("the seat was refused")
		}
		l.num = w.Session
		return l, w.Taken
	}
	seat, taken := signIn()
	if len(taken) != 0 {
		t.Errorf("taken of nothing: %+v", taken)
	}
	now := time.Now().In(time.FixedZone("", 8*3600))
	var want []wire.Taken
	for i, n := range []int{41, 57} {
		day := now.AddDate(0, 0, i).Format("0102")
		want = append(want, wire.Taken{Day: day, N: n})
		m := wire.Record{
			Number: fmt.Sprintf("%s-8001-%d", day, n), Kind: "consult", Subject: "劳动关系", Region: "320100", Question: "欠薪", Answer: "已解释",
			Name: "测试甲", Handling: wire.Handling{How: "on_spot"},
		}
		if got, ok := seat.ask(&wire.RecordSave{Record: m}).(*wire.RecordSaved); !ok || got.Code != wire.CodeOK {
			t.Fatalf("saved %+v", got)
		}
	}
	if _, taken := signIn(); !slices.Equal(taken, want) {
		t.Errorf("taken %+v, want %+v", taken, want)
	}
}
