package sms

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// smsc is a gateway made of the library's own packets: it binds, takes texts,
// answers as it is told, and delivers.
type smsc struct {
	t *testing.T
	l net.Listener

	mu    sync.Mutex
	says  func(n int) data.CommandStatusType // to the n-th submit; nil: nothing
	took  chan int                           // how many texts there are
	conn  net.Conn
	texts []string
	dest  []string
	acks  chan data.CommandStatusType
	wg    sync.WaitGroup
}

func newSMSC(t *testing.T) *smsc {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smsc{t: t, l: l, acks: make(chan data.CommandStatusType, 16), took: make(chan int, 64)}
	s.answer(func(int) data.CommandStatusType { return data.ESME_ROK })
	s.wg.Go(s.serve)
	t.Cleanup(func() {
		_ = l.Close()
		s.cut()
		s.wg.Wait()
	})
	return s
}

func (s *smsc) answer(f func(n int) data.CommandStatusType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says = f
}

func (s *smsc) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

func (s *smsc) serve() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conn = c
		s.mu.Unlock()
		for {
			p, err := pdu.Parse(c)
			if err != nil {
				break
			}
			s.handle(p)
		}
		_ = c.Close()
	}
}

func (s *smsc) write(p pdu.PDU) {
	b := pdu.NewBuffer(nil)
	p.Marshal(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.conn.Write(b.Bytes())
}

func (s *smsc) handle(p pdu.PDU) {
	switch m := p.(type) {
	case *pdu.BindRequest:
		resp := m.GetResponse().(*pdu.BindResp)
		if m.Password != "secret" {
			resp.CommandStatus = data.ESME_RINVPASWD
		}
		s.write(resp)
	case *pdu.SubmitSM:
		text, err := m.Message.GetMessageWithEncoding(data.UCS2)
		if err != nil {
			s.t.Error(err)
		}
		s.mu.Lock()
		s.texts, s.dest = append(s.texts, text), append(s.dest, m.DestAddr.Address())
		n, says := len(s.texts), s.says
		s.mu.Unlock()
		s.took <- n
		if says == nil {
			return
		}
		resp := m.GetResponse().(*pdu.SubmitSMResp)
		resp.CommandStatus = says(n)
		resp.MessageID = "m" + m.DestAddr.Address()[7:]
		s.write(resp)
	case *pdu.DeliverSMResp:
		s.acks <- m.CommandStatus
	case *pdu.EnquireLink:
		s.write(m.GetResponse())
	}
}

func (s *smsc) deliver(from, text string, esm byte) data.CommandStatusType {
	s.t.Helper()
	m := pdu.NewDeliverSM().(*pdu.DeliverSM)
	_ = m.SourceAddr.SetAddress(from)
	m.EsmClass = esm
	if err := m.Message.SetMessageWithEncoding(text, data.UCS2); err != nil {
		s.t.Fatal(err)
	}
	m.AssignSequenceNumber()
	s.write(m)
	select {
	case a := <-s.acks:
		return a
	case <-time.After(10 * time.Second):
		s.t.Fatal("a delivery was not acknowledged")
		return 0
	}
}

// ear notes what comes back.
type ear struct {
	mu   sync.Mutex
	said []string
	fail error
}

func (e *ear) note(s string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail == nil {
		e.said = append(e.said, s)
	}
	return e.fail
}

func (e *ear) Reply(_ context.Context, from, text, _ string, _ time.Time) error {
	return e.note(from + " " + text)
}

func (e *ear) Delivered(_ context.Context, id string, ok bool) error {
	return e.note(id + map[bool]string{true: " arrived", false: " lost"}[ok])
}

var errRefused, errUnsure = errors.New("refused"), errors.New("unsure")

// connect runs a gateway against the SMSC and waits until it is bound.
func connect(t *testing.T, s *smsc, in Inbound, timeout time.Duration) *SMPP {
	t.Helper()
	g := NewSMPP(SMPPConfig{
		Addr: s.l.Addr().String(), System: "hub", Password: "secret", Source: "12333", Timeout: timeout, Pause: 5 * time.Millisecond, In: in, Log: slog.New(slog.DiscardHandler),
		Refused: func(string) error { return errRefused }, Unsure: func(string) error { return errUnsure },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	g.wait(t)
	return g
}

// wait until there is a connection: a text to nobody is refused by address.
func (s *SMPP) wait(t *testing.T) {
	t.Helper()
	limit := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		s.mu.Lock()
		up := s.session != nil
		s.mu.Unlock()
		if up {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("not connected within 10 s")
		}
	}
}

func TestSMPPSendsAndHears(t *testing.T) {
	s, in := newSMSC(t), &ear{}
	g := connect(t, s, in, 5*time.Second)
	id, err := g.Submit(t.Context(), "13900000042", "请带身份证😀")
	if err != nil || id != "m0042" || s.texts[0] != "请带身份证😀" || s.dest[0] != "13900000042" {
		t.Fatalf("%q %v, took %q", id, err, s.texts)
	}
	long := strings.Repeat("很长的答复，", 30)
	if _, err := g.Submit(t.Context(), "13900000042", long); err != nil || strings.Join(s.texts[1:], "") != long || len(s.texts) != 4 {
		t.Errorf("%v, %d parts: %q", err, len(s.texts)-1, s.texts[1:])
	}
	if a := s.deliver("13900000042", "好的，谢谢", 0); a != data.ESME_ROK {
		t.Errorf("acknowledged with %v", a)
	}
	s.deliver("12333", "id:m0042 sub:001 dlvrd:001 submit date:2603121200 done date:2603121201 stat:DELIVRD err:000 text:", receiptMark)
	s.deliver("12333", "id:m0043 stat:EXPIRED", receiptMark)
	s.deliver("12333", "id:m0044 stat:ENROUTE", receiptMark)
	if got := strings.Join(in.said, "|"); got != "13900000042 好的，谢谢|m0042 arrived|m0043 lost" {
		t.Errorf("heard %q", got)
	}
	in.fail = errors.New("the disk is full")
	if a := s.deliver("13900000042", "还有一件事", 0); a != data.ESME_RX_T_APPN {
		t.Errorf("acknowledged what was not kept: %v", a)
	}
}

func TestSMPPRefusalsAndCuts(t *testing.T) {
	s := newSMSC(t)
	s.answer(func(n int) data.CommandStatusType {
		return []data.CommandStatusType{data.ESME_RINVDSTADR, data.ESME_RTHROTTLED, data.ESME_ROK, data.ESME_RINVDSTADR}[min(n, 4)-1]
	})
	g := connect(t, s, &ear{}, 5*time.Second)
	if _, err := g.Submit(t.Context(), "13900000042", "一"); !errors.Is(err, errRefused) {
		t.Errorf("an impossible number: %v", err)
	}
	if _, err := g.Submit(t.Context(), "13900000042", "二"); err == nil || errors.Is(err, errRefused) || errors.Is(err, errUnsure) {
		t.Errorf("a busy gateway: %v", err)
	}
	if _, err := g.Submit(t.Context(), "13900000042", strings.Repeat("长", 100)); !errors.Is(err, errUnsure) {
		t.Errorf("half a text: %v", err)
	}
	s.answer(nil)
	silent := make(chan error, 1)
	go func() { _, err := g.Submit(context.Background(), "13900000042", "三"); silent <- err }()
	for n := range s.took {
		if n == 5 {
			break
		}
	}
	s.cut()
	if err := <-silent; !errors.Is(err, errUnsure) {
		t.Errorf("cut before the answer: %v", err)
	}
	s.answer(func(int) data.CommandStatusType { return data.ESME_ROK })
	g.wait(t)
	if _, err := g.Submit(t.Context(), "13900000042", "四"); err != nil {
		t.Errorf("after connecting again: %v", err)
	}
}

func TestLongRepliesAreJoined(t *testing.T) {
	g := NewSMPP(SMPPConfig{})
	if _, done := g.join("a", 1, 2, 2, "乙"); done {
		t.Error("done with half")
	}
	if text, done := g.join("a", 1, 1, 2, "甲"); !done || text != "甲乙" {
		t.Errorf("%q", text)
	}
	for i := range 3 * mostChains {
		g.join("b", i, 1, 2, "x")
	}
	if len(g.parts) > mostChains {
		t.Errorf("%d half replies kept", len(g.parts))
	}
	if _, done := g.join("c", 1, 9, 2, "x"); done {
		t.Error("a part beyond the last")
	}
}
