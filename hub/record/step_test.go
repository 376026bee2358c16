package record

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
	"zuoxi/rules/deadline"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// complaint is a complete one of a made-up person.
func complaint() wire.Record {
	m := consult()
	m.Number, m.Kind, m.Name, m.Callback = "0312-8001-9", "complaint", "测试甲", "13900000042"
	m.Handling = wire.Handling{How: "forward", Dept: "某县监察大队"}
	m.Fields = []wire.Field{
		{Code: "id_number", Value: "３２０１９９１９０００１０１００１９"}, {Code: "employer", Value: "示例制造有限公司"},
		{Code: "employer_address", Value: "示例路1号"}, {Code: "facts", Value: "三个月未发工资"},
	}
	return m
}

func get(t *testing.T, s *Service, no string) wire.Record {
	t.Helper()
	r, err := s.Get(t.Context(), no)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func step(t *testing.T, s *Service, no, event string, more ...wire.RecordStep) wire.RecordSaved {
	t.Helper()
	var m wire.RecordStep
	if len(more) > 0 {
		m = more[0]
	}
	m.Number, m.Event, m.Version = no, event, get(t, s, no).Version
	out, err := s.Step(t.Context(), wang, fmt.Sprint(no, event, m.Version), m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLifeOfAComplaint follows one with its clock: it runs from the receipt,
// stands while papers are missing, and nothing is lost on the way.
func TestLifeOfAComplaint(t *testing.T) {
	s, _, _ := open(t)
	now := thursday
	s.now = func() time.Time { return now }
	m := complaint()
	if out := save(t, s, wang, "a", m); out.Code != wire.CodeOK {
		t.Fatalf("saved %+v", out)
	}
	r := get(t, s, m.Number)
	if r.State != "forwarded" || r.Owner != "某县监察大队" || len(r.Dues) != 0 || r.Name != "测*" || r.Callback != "139****0042" {
		t.Fatalf("record %+v", r)
	}
	if out := step(t, s, m.Number, "accept"); out.Code != wire.CodeImpossible || out.Text == "" {
		t.Errorf("accepted before it was received: %+v", out)
	}
	step(t, s, m.Number, "receive")
	r = get(t, s, m.Number)
	if len(r.Dues) != 1 || r.Dues[0].Length != "5个工作日" || r.Dues[0].At.In(zone).Format("01-02") != "03-20" || !strings.Contains(r.Dues[0].Source, "18条") {
		t.Fatalf("clock %+v", r.Dues)
	}
	now = now.AddDate(0, 0, 1)
	if out := step(t, s, m.Number, "ask_more"); out.Code != wire.CodeImpossible || !strings.Contains(out.Text, "原因") {
		t.Errorf("without a reason: %+v", out)
	}
	step(t, s, m.Number, "ask_more", wire.RecordStep{Reason: "缺工资流水"})
	if d := get(t, s, m.Number).Dues[0]; d.Paused != "缺工资流水" || !d.At.IsZero() {
		t.Fatalf("paused %+v", d)
	}
	now = now.AddDate(0, 0, 10)
	step(t, s, m.Number, "supplement")
	if d := get(t, s, m.Number).Dues[0]; d.Paused != "" || d.At.In(zone).Format("01-02") != "03-31" {
		t.Errorf("resumed %+v", d)
	}
	step(t, s, m.Number, "accept")
	step(t, s, m.Number, "investigate")
	before := get(t, s, m.Number).Dues[0]
	step(t, s, m.Number, "extend", wire.RecordStep{Reason: "案情复杂"})
	if d := get(t, s, m.Number).Dues[0]; before.Length != "60个工作日" || d.Length != "90个工作日" || !d.At.After(before.At) {
		t.Errorf("extended from %+v to %+v", before, d)
	}
	step(t, s, m.Number, "result", wire.RecordStep{Note: "已责令支付"})
	step(t, s, m.Number, "tell_caller", wire.RecordStep{Note: "电话告知"})
	step(t, s, m.Number, "close")
	r = get(t, s, m.Number)
	if r.State != "closed" || r.Owner != "8001" || len(r.History) != 10 || r.History[7].Note != "已责令支付" || r.History[9].Note != "" {
		t.Errorf("at the end %s of %s, %+v", r.State, r.Owner, r.History)
	}
}

// TestEveryStepOfEveryKind tries each event in each state that a record of each
// kind can come to: what the rules allow is done, all else is refused; there is
// always an owner, and no clock disappears.
func TestEveryStepOfEveryKind(t *testing.T) {
	for _, k := range ticket.Kinds {
		for _, st := range ticket.States(k) {
			for _, e := range ticket.Events {
				s, _, keys := open(t)
				phone, err := keys.Phone("13900000042")
				if err != nil {
					t.Fatal(err)
				}
				r := store.Record{RecordTopic: store.RecordTopic{Kind: string(k)}, Agent: "8001", Party: store.Party{Phone: phone}}
				r.Status = store.RecordStatus{State: string(st), Owner: "8001"}
				for _, c := range []deadline.Code{deadline.ComplaintAccept, deadline.Investigation} {
					s.clock(&r, ticket.Effect{Do: ticket.Start, Deadline: c}, thursday, "")
				}
				next, _, want := ticket.Step(k, st, e, ticket.Facts{Reason: true})
				err = s.take(&r, e, wire.RecordStep{Reason: "因为", Dept: "某科"}, time.Time{})
				if (err == nil) != (want == nil) || r.Status.State != string(next) {
					t.Fatalf("%s %s %s: %v, the rules say %v", k, st, e, err, want)
				}
				if r.Status.Owner == "" || len(r.Dues) < 2 {
					t.Fatalf("%s %s %s: owner %q, %d clocks", k, st, e, r.Status.Owner, len(r.Dues))
				}
			}
		}
	}
}

// TestOwnerAndClocksOnAnyWay walks records through whatever steps are possible,
// in any order: at every point somebody has the record, and a clock that was
// started is still there, running or done.
func TestOwnerAndClocksOnAnyWay(t *testing.T) {
	s, _, keys := open(t)
	phone, err := keys.Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(ticket.Kinds).Draw(t, "kind")
		r := store.Record{RecordTopic: store.RecordTopic{Kind: string(k)}, Agent: "8001", Party: store.Party{Phone: phone}}
		m := wire.Record{Handling: wire.Handling{How: rapid.SampledFrom([]string{"on_spot", "forward"}).Draw(t, "how"), Dept: "某科"}}
		if rapid.Bool().Draw(t, "urgent") {
			r.Status.Urgency = urgent
		}
		if err := s.begin(&r, m, rapid.Bool().Draw(t, "verified")); err != nil {
			t.Fatal(err)
		}
		clocks := 0
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			var names []string
			for _, d := range r.Dues {
				names = append(names, d.Name)
			}
			if r.Status.Owner == "" || len(names) < clocks {
				t.Fatalf("%s in %s: owner %q, clocks %v, had %d", k, r.Status.State, r.Status.Owner, names, clocks)
			}
			if ticket.Status(r.Status.State) == ticket.StateClosed && running(r.Dues, deadline.ReplyCall)+running(r.Dues, promiseDue) > -2 {
				t.Fatalf("%s closed with a clock that runs: %+v", k, r.Dues)
			}
			clocks = len(names)
			possible := ticket.Allowed(k, ticket.Status(r.Status.State), facts(r, ""))
			if len(possible) == 0 {
				return
			}
			e := rapid.SampledFrom(possible).Draw(t, "event")
			dept := rapid.SampledFrom([]string{"", "某科", "8002", "南京市"}).Draw(t, "dept")
			if err := s.take(&r, e, wire.RecordStep{Reason: "因为", Dept: dept, Due: rapid.SampledFrom([]string{"", "2个工作日"}).Draw(t, "due")}, time.Time{}); err != nil {
				t.Fatalf("%s: %s in %s: %v", k, e, r.Status.State, err)
			}
		}
	})
}

// TestSupervisedStaysWhereItIs: who has it keeps it, the clock runs on, and the
// words stand in the record.
func TestSupervisedStaysWhereItIs(t *testing.T) {
	s, _, _ := open(t)
	m := complaint()
	save(t, s, wang, "a", m)
	step(t, s, m.Number, "receive")
	before := get(t, s, m.Number)
	if out := step(t, s, m.Number, "supervise"); out.Code != wire.CodeImpossible {
		t.Errorf("without words: %+v", out)
	}
	if out := step(t, s, m.Number, "supervise", wire.RecordStep{Reason: "三天没有消息", Dept: "别的科"}); out.Code != wire.CodeOK {
		t.Fatalf("%+v", out)
	}
	r := get(t, s, m.Number)
	last := r.History[len(r.History)-1]
	if r.State != before.State || r.Owner != before.Owner || !r.Dues[0].At.Equal(before.Dues[0].At) || last.Action != "supervise" || last.Reason != "三天没有消息" {
		t.Errorf("before %+v, after %+v", before, r)
	}
	step(t, s, m.Number, "not_accept", wire.RecordStep{Reason: "不属于受理范围"})
	if out := step(t, s, m.Number, "supervise", wire.RecordStep{Reason: "快办"}); out.Code != wire.CodeImpossible {
		t.Errorf("the hotline itself was supervised: %+v", out)
	}
}

// TestGivenToAColleague or a district: it is on their list, and comes back.
func TestGivenToAColleague(t *testing.T) {
	s, _, _ := open(t)
	for i, c := range []struct {
		dept string
		who  Author
	}{{"8002", Author{No: "8002", District: "320500"}}, {"苏州市", Author{No: "8003", District: "320500"}}} {
		m := consult()
		m.Number, m.Handling = fmt.Sprintf("0312-8001-%d", 20+i), wire.Handling{How: "forward", Dept: c.dept}
		save(t, s, wang, m.Number, m)
		list, err := s.Todo(t.Context(), c.who)
		if err != nil || len(list) != 1 || list[0].Number != m.Number || !Has(get(t, s, m.Number).Owner, c.who.No, c.who.District) {
			t.Fatalf("%s: %+v, %v", c.dept, list, err)
		}
		step(t, s, m.Number, "dept_answer", wire.RecordStep{Note: "可以补缴"})
		if list, _ := s.Todo(t.Context(), c.who); len(list) != 0 {
			t.Errorf("%s: answered and on the list: %+v", c.dept, list)
		}
	}
	if list, _ := s.Todo(t.Context(), Author{No: "8004", District: "320600"}); len(list) != 0 {
		t.Errorf("somebody else has it on the list: %+v", list)
	}
}

func TestReporterStaysUnknown(t *testing.T) {
	s, db, keys := open(t)
	own, err := keys.Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	m := consult()
	m.Kind, m.Name, m.Callback, m.Handling = "report", "", "", wire.Handling{How: "forward", Dept: "某县监察大队"}
	m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
	if out, err := s.Save(t.Context(), wang, "a", m, func(string) (Evidence, error) { return Evidence{Present: true, Caller: own}, nil }); err != nil || out.Code != wire.CodeOK {
		t.Fatalf("%+v, %v", out, err)
	}
	rows, _, _ := db.Records.List(t.Context(), store.RecordFilter{})
	if !rows[0].Party.Phone.IsZero() || !rows[0].Party.Name.IsZero() {
		t.Error("the number of an anonymous reporter was kept")
	}
	for _, e := range get(t, s, m.Number).Allowed {
		if e == "tell_caller" {
			t.Error("nobody is there to be told")
		}
	}
	m.Number, m.Name, m.Callback = "0312-8001-2", "测试乙", "13900000043"
	save(t, s, wang, "b", m)
	if r := get(t, s, m.Number); r.Name != secret || r.Callback != secret {
		t.Errorf("a reporter is shown as %q %q", r.Name, r.Callback)
	}
	if list, _ := s.Todo(t.Context(), wang); len(list) != 2 || strings.Contains(fmt.Sprint(list), "139") {
		t.Errorf("list %+v", list)
	}
}

func TestConductComplaintLeavesTheSeat(t *testing.T) {
	s, _, _ := open(t)
	m := consult()
	m.Kind, m.Handling = "conduct_complaint", wire.Handling{How: "on_spot"}
	m.Fields = []wire.Field{{Code: "office", Value: "示例大厅"}, {Code: "person", Value: "8001"}, {Code: "facts", Value: "态度生硬"}}
	save(t, s, wang, "a", m)
	r := get(t, s, m.Number)
	if r.Owner != ticket.ConductOwner || r.State != "forwarded" || strings.Contains(fmt.Sprint(r.Fields), "8001") {
		t.Errorf("record %+v", r)
	}
	if list, _ := s.Todo(t.Context(), wang); len(list) != 0 {
		t.Errorf("the accused has it on the list: %+v", list)
	}
}

func TestVoidedIsKeptAndClosed(t *testing.T) {
	s, _, _ := open(t)
	m := complaint()
	save(t, s, wang, "a", m)
	step(t, s, m.Number, "receive")
	if out := step(t, s, m.Number, "void"); out.Code != wire.CodeImpossible {
		t.Errorf("without a reason: %+v", out)
	}
	step(t, s, m.Number, "void", wire.RecordStep{Reason: "重复登记"})
	r := get(t, s, m.Number)
	if r.State != "voided" || r.Dues[0].Done.IsZero() || r.Question == "" || r.History[2].Reason != "重复登记" {
		t.Errorf("record %+v", r)
	}
	m.Version = r.Version
	if out := save(t, s, wang, "b", m); out.Code != wire.CodeImpossible {
		t.Errorf("a voided record was edited: %+v", out)
	}
}

// TestEditKeepsWhatWasMasked: the seat sends back what it was shown.
func TestEditKeepsWhatWasMasked(t *testing.T) {
	s, db, _ := open(t)
	save(t, s, wang, "a", complaint())
	m := get(t, s, "0312-8001-9")
	m.Answer = "已解释监察程序"
	if out := save(t, s, wang, "b", m); out.Code != wire.CodeOK {
		t.Fatalf("saved %+v", out)
	}
	rows, _, _ := db.Records.List(t.Context(), store.RecordFilter{})
	for code, want := range map[string]string{"contact": "13900000042", "complainant": "测试甲", "id_number": "320199190001010019"} {
		if got, err := s.Open(rows[0], code); err != nil || got != want {
			t.Errorf("%s is %q, %v", code, got, err)
		}
	}
	if at := rows[0].Status.Passed; !at.Equal(rows[0].Created) {
		t.Errorf("it went on to a department when it was made, and that is kept as %s", at)
	}
	if rows[0].Status.State != "forwarded" || get(t, s, m.Number).History[1].Action != "update" {
		t.Error("an edit moved the record")
	}
}

func TestPromise(t *testing.T) {
	s, _, _ := open(t)
	m := consult()
	m.Handling = wire.Handling{How: "forward", Dept: "待遇核定科", Due: "两个工作日"}
	save(t, s, wang, "a", m)
	r := get(t, s, m.Number)
	if len(r.Dues) != 2 || r.Dues[1].At.In(zone).Format("01-02 15:04") != "03-17 00:00" || !strings.Contains(r.Dues[1].Source, "两个工作日") {
		t.Fatalf("clocks %+v", r.Dues)
	}
	step(t, s, m.Number, "dept_answer", wire.RecordStep{Note: "十五日前发放"})
	if r := get(t, s, m.Number); r.Owner != "8001" {
		t.Errorf("the answer waits with %s", r.Owner)
	}
	step(t, s, m.Number, "call_back")
	for _, d := range get(t, s, m.Number).Dues {
		if d.Done.IsZero() {
			t.Errorf("still running: %+v", d)
		}
	}
}

func TestCallBackAfterAnAnswer(t *testing.T) {
	s, _, _ := open(t)
	save(t, s, wang, "a", consult()) // answered, with a call-back wanted
	list, err := s.Todo(t.Context(), wang)
	if err != nil || len(list) != 1 || list[0].Due.IsZero() {
		t.Fatalf("list %+v, %v", list, err)
	}
	step(t, s, list[0].Number, "close")
	if list, _ := s.Todo(t.Context(), wang); len(list) != 0 {
		t.Errorf("closed and on the list: %+v", list)
	}
}

func TestLinkedNotMerged(t *testing.T) {
	s, _, _ := open(t)
	a, b := consult(), consult()
	b.Number = "0312-8001-2"
	save(t, s, wang, "a", a)
	save(t, s, wang, "b", b)
	if err := s.Link(t.Context(), wang, a.Number, b.Number); err != nil {
		t.Fatal(err)
	}
	if x, y := get(t, s, a.Number), get(t, s, b.Number); x.Linked[0] != b.Number || y.Linked[0] != a.Number || x.Question == "" {
		t.Errorf("linked %v, %v", x.Linked, y.Linked)
	}
	if s.Link(t.Context(), wang, a.Number, a.Number) == nil {
		t.Error("linked with itself")
	}
}

func TestWhatTheCallProves(t *testing.T) {
	s, _, _ := open(t)
	m := consult()
	m.Kind, m.Fields = "inquiry", []wire.Field{{Code: "item", Value: "缴费年限"}}
	proof := func(string) (Evidence, error) {
		return Evidence{Present: true, Disclaimer: "v3", Verified: true, Identity: "三要素相符", Told: []string{"提示语"}}, nil
	}
	if out, err := s.Save(t.Context(), wang, "a", m, proof); err != nil || out.Code != wire.CodeOK {
		t.Fatalf("%+v, %v", out, err)
	}
	r := get(t, s, m.Number)
	if r.State != "answered" || r.Disclaimer != "v3" || r.Identity != "三要素相符" || len(r.Told) != 1 || len(r.Recordings) != 1 {
		t.Errorf("record %+v", r)
	}
	m.Number = "0312-8001-2"
	save(t, s, wang, "b", m)
	if r := get(t, s, m.Number); r.State != "refused" {
		t.Errorf("an inquiry without a check is %s", r.State)
	}
}
