package hub

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/handover"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	rule "zuoxi/rules/handover"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// outsideHub is an opened hub with a web page, a file of texts and a body that
// cases go to.
type outsideHub struct {
	*Hub
	t      *testing.T
	theirs *handover.Receiver
	agent  store.Agent
}

func openOutsideHub(t *testing.T, log *slog.Logger) *outsideHub {
	t.Helper()
	theirs := handover.NewReceiver("sandbox")
	srv := httptest.NewServer(theirs)
	t.Cleanup(srv.Close)
	cfg := Config{
		Data: t.TempDir(), District: "320100", Doors: Doors{Listen: []string{"ws://127.0.0.1:0"}},
		Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.1"}, RTP: trunk.RTP{Addr: "127.0.0.1", PortMin: 20000, PortMax: 29998}},
		Voice: []string{"127.0.0.1:0"}, Menu: Menu{Always: true},
	}
	cfg.SMS.Driver, cfg.Forms.Listen = "file", "127.0.0.1:0"
	cfg.Routes = []handover.Route{{Code: "labour_inspection", Name: "劳动保障监察", URL: srv.URL, Token: "sandbox", Accept: "their own long token", Handles: []string{"complaint"}, Owner: "8001"}}
	h, err := New(cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	a := store.Agent{No: "8001", Name: "王某", District: "320100", Roles: []string{"agent"}, Created: h.now(), Updated: h.now()}
	if err := h.db.Agents.Create(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return &outsideHub{h, t, theirs, a}
}

// save keeps a record as the agent and does what follows from it.
func (h *outsideHub) save(m wire.Record) store.Record {
	h.t.Helper()
	saved, err := h.records.Save(h.t.Context(), record.Author{No: "8001", District: "320100"}, "c-"+m.Number, m, func(string) (record.Evidence, error) { return record.Evidence{}, nil })
	if err != nil || saved.Code != wire.CodeOK {
		h.t.Fatalf("%+v, %v", saved, err)
	}
	h.given(h.agent, saved, ticket.EventForward)
	return h.read(m.Number)
}

func (h *outsideHub) read(no string) store.Record {
	h.t.Helper()
	r, err := h.records.Find(h.t.Context(), no)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// until waits for something that the hub does by itself.
func (h *outsideHub) until(what string, is func() bool) {
	h.t.Helper()
	limit := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			h.t.Fatalf("waited 20 s for %s", what)
		}
	}
}

func (h *outsideHub) posted(no string) []store.Post {
	h.t.Helper()
	list, _, err := h.db.Posts.List(h.t.Context(), store.PostFilter{Record: h.read(no).ID})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

var complaint = wire.Record{
	Number: "0312-8001-1", Kind: "complaint", Subject: "劳动关系", Region: "南京", Question: "拖欠三个月工资", Name: "测试甲", Callback: "13900000042",
	Handling: wire.Handling{How: "forward", Dept: "劳动保障监察"},
	RecordLife: wire.RecordLife{Fields: []wire.Field{
		{Code: "id_number", Value: "320199190001010019"}, {Code: "employer", Value: "示例制造有限公司"}, {Code: "employer_address", Value: "示例路1号"},
		{Code: "facts", Value: "三个月没有发工资"}, {Code: "wish", Value: "支付工资"}, {Code: "period", Value: "三个月"}, {Code: "responsible", Value: "测试乙"},
	}},
}

// TestACaseGoesToInspectionAndItsResultComesBack: persons go along, once, and
// what the body says moves the record.
func TestACaseGoesToInspectionAndItsResultComesBack(t *testing.T) {
	h := openOutsideHub(t, nil)
	r := h.save(complaint)
	h.until("the case at the body", func() bool {
		return len(h.theirs.Cases()) == 1 && len(h.posted(r.No)) == 1 && h.posted(r.No)[0].State == store.PostSent
	})
	c := h.theirs.Cases()[0]
	if c.Persons == nil || c.Persons.Name != "测试甲" || c.Persons.Phone != "13900000042" || c.Facts["employer"] != "示例制造有限公司" || c.Facts["id_number"] != "" {
		t.Fatalf("they got %+v %+v", c, c.Persons)
	}
	if got := h.read(r.No); got.Status.State != string(ticket.StateReceived) || got.Status.Owner != "劳动保障监察" {
		t.Errorf("after the receipt %+v", got.Status)
	}
	for _, e := range []ticket.Event{ticket.EventForward, ticket.EventSupervise, ticket.EventReceive} { // the command again, and steps that give nothing on
		h.given(h.agent, wire.RecordSaved{Number: r.No, Version: 1}, e)
	}
	if n := len(h.posted(r.No)); n != 1 {
		t.Errorf("handed over %d times", n)
	}
	h.theirs.Set(c.ID, rule.StateResult, "已责令支付")
	h.out.handover.Follow(t.Context())
	got := h.read(r.No)
	if got.Status.State != string(ticket.StateResult) || got.Status.Owner != "8001" {
		t.Errorf("after the result %+v", got.Status)
	}
	v, err := h.records.Show(t.Context(), got)
	if err != nil {
		t.Fatal(err)
	}
	var thread []string
	for _, l := range v.History {
		thread = append(thread, l.Action)
	}
	if s := strings.Join(thread, " "); s != "submit handover receive accept investigate result" {
		t.Errorf("thread %q", s)
	}
	rows, _, err := h.audit.List(t.Context(), store.AuditFilter{Action: "record.handover"})
	if err != nil || len(rows) != 2 { // before each time that the persons might have left
		t.Errorf("audit %v, %v", rows, err)
	}
	counts, err := outsidePort{h.Hub}.Handovers(t.Context(), store.Span{}, "")
	if err != nil || len(counts) != 1 || counts[0].Total != 1 || counts[0].States[store.PostDone] != 1 {
		t.Errorf("counted %+v, %v", counts, err)
	}
}

// TestACaseIsOnItsWayThoughTheHubStops: what was forwarded with the hub's last breath goes to the body after the next start.
func TestACaseIsOnItsWayThoughTheHubStops(t *testing.T) {
	h := openOutsideHub(t, nil)
	h.kill()
	if list := h.posted(h.save(complaint).No); len(list) != 1 {
		t.Errorf("on its way: %+v", list)
	}
}

// TestACaseComesBackFromTheBody is taken once, as a record with an owner.
func TestACaseComesBackFromTheBody(t *testing.T) {
	h := openOutsideHub(t, nil)
	base := strings.Split(h.link(h.save(complaint)), "/r/")[0]
	send := func() (int, handover.Receipt) {
		req, _ := http.NewRequest(http.MethodPost, base+"/handover/v1/cases", strings.NewReader(`{"id":"x1","kind":"consult","subject":"养老保险","region":"南京","question":"来电人问补缴，转你们答复","persons":{"name":"测试甲","phone":"13900000042"}}`))
		req.Header.Set("Authorization", "Bearer their own long token")
		req.Header.Set("Idempotency-Key", "x1")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var out handover.Receipt
		_ = json.NewDecoder(resp.Body).Decode(&out)
		return resp.StatusCode, out
	}
	code, first := send()
	_, again := send()
	if code != http.StatusCreated || first.Receipt == "" || again.Receipt != first.Receipt {
		t.Fatalf("%d %+v %+v", code, first, again)
	}
	r := h.read(first.Receipt)
	if r.Agent != "8001" || r.Status.Owner != "8001" || r.Status.State != string(ticket.StateAnswered) && r.Status.State != string(ticket.StateOpen) || r.Party.Name.Masked != "测*" {
		t.Errorf("record %+v", r)
	}
	http.DefaultClient.CloseIdleConnections()
}

// link asks for the reply form of a record.
func (h *outsideHub) link(r store.Record) string {
	h.t.Helper()
	l, dept, no := h.reissued(h.t.Context(), h.agent, r.No)
	if no != nil || dept == "" {
		h.t.Fatalf("%+v", no)
	}
	return l.URL
}

// TestADepartmentAnswersOnTheWeb goes from the link to the record.
func TestADepartmentAnswersOnTheWeb(t *testing.T) {
	h := openOutsideHub(t, nil)
	r := h.save(wire.Record{
		Number: "0312-8001-2", Kind: "consult", Subject: "养老保险", Region: "南京", Question: "缴费年限怎样算", Answer: "已转办", Callback: "13900000042",
		Handling: wire.Handling{How: "forward", Dept: "待遇核定科"},
	})
	link := h.link(r)
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	defer c.CloseIdleConnections()
	page := body(t)(c.Get(link))
	if strings.Contains(page, "13900000042") || !strings.Contains(page, "139****0042") || !strings.Contains(page, "南京") {
		t.Errorf("the form shows %s", page)
	}
	mark := regexp.MustCompile(`name="csrf" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	if mark == nil {
		t.Fatal("no form")
	}
	body(t)(c.PostForm(link, url.Values{"csrf": {mark[1]}, "event": {"dept_answer"}, "note": {"满十五年即可按月领取"}, "name": {"经办甲"}}))
	got := h.read(r.No)
	if got.Status.State != string(ticket.StateDeptAnswered) || got.Status.Owner != "8001" {
		t.Fatalf("%+v", got.Status)
	}
	v, _ := h.records.Show(t.Context(), got)
	if last := v.History[len(v.History)-1]; last.By != "待遇核定科" || !strings.Contains(last.Note, "满十五年") || !strings.Contains(last.Note, "经办甲") {
		t.Errorf("thread %+v", v.History)
	}
	if rows, _, err := h.audit.List(t.Context(), store.AuditFilter{Action: "record.sheet.open"}); err != nil || len(rows) != 1 || rows[0].Object != "record/"+r.No || rows[0].Reason != "待遇核定科 from 127.0.0.1" {
		t.Errorf("the audit log has %+v, %v", rows, err)
	}
	if page := body(t)(c.Get(link)); !strings.Contains(page, "已经用过") {
		t.Errorf("the link still works: %s", page)
	}
	if _, _, no := h.reissued(t.Context(), h.agent, r.No); no == nil || no.Code != wire.CodeImpossible {
		t.Errorf("a link for what the hotline has: %+v", no)
	}
}

func body(t *testing.T) func(*http.Response, error) string {
	return func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
}

// TestATextToTheCitizen and the answer in the record.
func TestATextToTheCitizen(t *testing.T) {
	h := openOutsideHub(t, nil)
	if list, ok := h.templates().(*wire.SMSTemplates); !ok || len(list.List) < 3 {
		t.Fatalf("templates %+v", list)
	}
	m := complaint
	m.Number, m.Answer, m.Handling = "0312-8001-3", "已解释", wire.Handling{How: "on_spot"}
	r := h.save(m)
	send := &wire.SMSSend{Record: r.No, Template: "registered"}
	order := func() wire.Body { return h.sentText(h.t.Context(), h.agent, smsOrder(send, "c1"), r.No) }
	sent, ok := order().(*wire.SMSSent)
	if !ok || sent.To != "139****0042" || !strings.Contains(sent.Text, r.No) {
		t.Fatalf("%+v", sent)
	}
	order() // sent again after a cut
	file := filepath.Join(h.cfg.Data, "sms.jsonl")
	h.until("the text", func() bool { raw, _ := os.ReadFile(file); return strings.Contains(string(raw), r.No) })
	if err := h.out.texts.Reply(t.Context(), "13900000042", "谢谢", "1", h.now()); err != nil {
		t.Fatal(err)
	}
	v, err := h.records.Show(t.Context(), h.read(r.No))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(v.History); n != 3 || v.History[2].Action != "sms.in" || v.History[2].Note != "谢谢" || v.History[2].By != "139****0042" {
		t.Errorf("thread %+v", v.History)
	}
	early := smsOrder(&wire.SMSSend{Template: "registered"}, "c3")
	early.To = h.read(r.No).Party.Phone
	if sent, ok := h.sentText(h.t.Context(), h.agent, early, "0312-8001-9").(*wire.SMSSent); !ok || !strings.Contains(sent.Text, "0312-8001-9") {
		t.Errorf("about a record that is being written: %+v", sent)
	}
	if err := h.out.texts.Reply(t.Context(), "13900000042", "收到", "2", h.now()); err != nil {
		t.Fatal(err)
	}
	m.Number = "0312-8001-9"
	v, err = h.records.Show(t.Context(), h.save(m))
	if err != nil {
		t.Fatal(err)
	}
	if thread := v.History; len(thread) != 3 || thread[0].Action != "sms.out" && thread[1].Action != "sms.out" || thread[2].Note != "收到" && thread[1].Note != "收到" {
		t.Errorf("the record that was being written has %+v", thread)
	}
	other := h.agent
	other.No, other.District = "8002", "320500"
	if a, ok := h.sentText(t.Context(), other, smsOrder(send, "c2"), r.No).(*wire.Ack); !ok || a.Code != wire.CodeNotFound {
		t.Errorf("another district: %+v", a)
	}
	raw, _ := os.ReadFile(file)
	if strings.Count(string(raw), "单号"+r.No) != 1 || strings.Contains(string(raw), "13900000042") {
		t.Errorf("file %s", raw)
	}
}
