package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// SMPPConfig names a gateway of SMPP 3.4. The password is read by the caller.
type SMPPConfig struct {
	Addr, System, Password string
	Source                 string // the number that citizens see and answer to
	Timeout                time.Duration
	Pause                  time.Duration // before connecting again
	Enquire                time.Duration
	In                     Inbound
	Log                    *slog.Logger
	// Refused and Unsure make the errors that the post office knows.
	Refused, Unsure func(why string) error
}

// SMPP speaks to a gateway as a transceiver: one connection, made again when it
// is lost. It promises that a deliver_sm is acknowledged only once it is kept.
type SMPP struct {
	cfg SMPPConfig

	mu      sync.Mutex
	session *gosmpp.Session
	waiting map[int32]chan pdu.PDU // of size one, by sequence number
	parts   map[string]*chain
}

// chain are the parts of a long reply that have come so far.
type chain struct {
	text []string
	left int
	at   time.Time
}

// NewSMPP makes it; Run connects.
func NewSMPP(cfg SMPPConfig) *SMPP {
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&cfg.Timeout, 20 * time.Second}, {&cfg.Pause, 5 * time.Second}, {&cfg.Enquire, 15 * time.Second}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	return &SMPP{cfg: cfg, waiting: map[int32]chan pdu.PDU{}, parts: map[string]*chain{}}
}

// Run implements Gateway.
func (s *SMPP) Run(ctx context.Context) {
	for {
		if err := s.connected(ctx); err != nil {
			s.cfg.Log.Warn("the short message gateway is away", "err", err)
		}
		t := time.NewTimer(s.cfg.Pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}

// connected holds one connection until it is lost or the context ends.
func (s *SMPP) connected(ctx context.Context) error {
	closed := make(chan struct{})
	once := sync.OnceFunc(func() { close(closed) })
	dial := func(addr string) (net.Conn, error) {
		var d net.Dialer
		limit, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
		defer cancel()
		c, err := d.DialContext(limit, "tcp", addr)
		if err == nil {
			err = c.SetDeadline(time.Now().Add(s.cfg.Timeout)) // of the bind; the library sets its own after
		}
		return c, err
	}
	session, err := gosmpp.NewSession(
		gosmpp.TRXConnector(dial, gosmpp.Auth{SMSC: s.cfg.Addr, SystemID: s.cfg.System, Password: s.cfg.Password}),
		gosmpp.Settings{
			EnquireLink: s.cfg.Enquire, ReadTimeout: 3 * s.cfg.Enquire, WriteTimeout: s.cfg.Timeout,
			OnAllPDU:         func(p pdu.PDU) (pdu.PDU, bool) { return s.take(ctx, p), false },
			OnClosed:         func(gosmpp.State) { once() },
			OnReceivingError: func(error) { once() },
			OnSubmitError:    func(pdu.PDU, error) { once() },
		}, 0)
	if err != nil {
		return fmt.Errorf("binding to the gateway: %w", err)
	}
	s.mu.Lock()
	s.session = session
	s.mu.Unlock()
	s.cfg.Log.Info("connected to the short message gateway")
	select {
	case <-ctx.Done():
	case <-closed:
	}
	s.mu.Lock()
	s.session = nil
	for seq, ch := range s.waiting {
		close(ch)
		delete(s.waiting, seq)
	}
	s.mu.Unlock()
	_ = session.Close() // it is given up either way
	return nil
}

var errAway = errors.New("the short message gateway is not connected")

// Submit implements Gateway. A text of several parts is one message to the
// citizen; the receipt of its first part stands for all.
func (s *SMPP) Submit(ctx context.Context, number, text string) (string, error) {
	m := pdu.NewSubmitSM().(*pdu.SubmitSM)
	m.SourceAddr.SetTon(0)
	m.DestAddr.SetTon(1)
	m.DestAddr.SetNpi(1)
	if err := errors.Join(m.SourceAddr.SetAddress(s.cfg.Source), m.DestAddr.SetAddress(number)); err != nil {
		return "", s.cfg.Refused("号码不能用")
	}
	m.RegisteredDelivery = data.SM_SMSC_RECEIPT_REQUESTED
	if err := m.Message.SetLongMessageWithEnc(text, data.UCS2); err != nil {
		return "", s.cfg.Refused("文字不能发")
	}
	parts, err := m.Split()
	if err != nil {
		return "", s.cfg.Refused("文字不能发")
	}
	receipt := ""
	for i, p := range parts {
		p.AssignSequenceNumber()
		id, err := s.one(ctx, p)
		switch {
		case err != nil && i > 0:
			return "", s.cfg.Unsure("只发出了前几段")
		case err != nil:
			return "", err
		case i == 0:
			receipt = id
		}
	}
	return receipt, nil
}

// passing are refusals that may not last.
var passing = map[data.CommandStatusType]bool{data.ESME_RTHROTTLED: true, data.ESME_RMSGQFUL: true, data.ESME_RSYSERR: true}

func (s *SMPP) one(ctx context.Context, p *pdu.SubmitSM) (string, error) {
	answer := make(chan pdu.PDU, 1)
	s.mu.Lock()
	session := s.session
	if session != nil {
		s.waiting[p.SequenceNumber] = answer
	}
	s.mu.Unlock()
	if session == nil {
		return "", errAway
	}
	defer func() {
		s.mu.Lock()
		delete(s.waiting, p.SequenceNumber)
		s.mu.Unlock()
	}()
	if err := session.Transceiver().Submit(p); err != nil {
		return "", fmt.Errorf("submitting a text: %w", err)
	}
	limit, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	select {
	case got, ok := <-answer:
		if !ok {
			return "", s.cfg.Unsure("网关断开，没有回执")
		}
		status := got.GetHeader().CommandStatus
		resp, is := got.(*pdu.SubmitSMResp)
		switch {
		case status == data.ESME_ROK && is:
			return resp.MessageID, nil
		case passing[status]:
			return "", fmt.Errorf("the gateway is busy: %s", status.Desc())
		}
		return "", s.cfg.Refused("网关拒收：" + status.String())
	case <-limit.Done():
		return "", s.cfg.Unsure("网关没有回执")
	}
}

// take handles what the gateway sends, in order, and gives the answer to it.
func (s *SMPP) take(ctx context.Context, p pdu.PDU) pdu.PDU {
	switch m := p.(type) {
	case *pdu.SubmitSMResp, *pdu.GenericNack:
		s.mu.Lock()
		ch := s.waiting[p.GetSequenceNumber()]
		delete(s.waiting, p.GetSequenceNumber())
		s.mu.Unlock()
		if ch != nil {
			ch <- p
		}
		return nil
	case *pdu.DeliverSM:
		resp := m.GetResponse().(*pdu.DeliverSMResp)
		if err := s.deliver(ctx, m); err != nil {
			s.cfg.Log.Error("keeping what the gateway delivered", "err", err)
			resp.CommandStatus = data.ESME_RX_T_APPN // it shall try again
		}
		return resp
	}
	if p.CanResponse() {
		return p.GetResponse()
	}
	return nil
}

const receiptMark = 0x04 // in esm_class: an SMSC delivery receipt

func (s *SMPP) deliver(ctx context.Context, m *pdu.DeliverSM) error {
	text, err := m.Message.GetMessage()
	if err != nil {
		return nil // nothing that could be read, now or later
	}
	if m.EsmClass&receiptMark != 0 {
		id, state := receipt(text)
		if id == "" || state == "" {
			return nil
		}
		return s.cfg.In.Delivered(ctx, id, state == "DELIVRD")
	}
	id := ""
	if total, n, ref, long := m.Message.UDH().GetConcatInfo(); long {
		id = fmt.Sprintf("long-%d", ref)
		whole, done := s.join(m.SourceAddr.Address(), int(ref), int(n), int(total), text)
		if !done {
			return nil
		}
		text = whole
	}
	return s.cfg.In.Reply(ctx, m.SourceAddr.Address(), text, id, time.Now())
}

// mostChains bounds what half replies may hold; the oldest go first.
const mostChains = 200

// join puts the parts of a long reply together.
func (s *SMPP) join(from string, ref, n, total int, text string) (string, bool) {
	if n < 1 || n > total || total > 20 {
		return "", false
	}
	key := fmt.Sprintf("%s/%d", from, ref)
	c := s.parts[key]
	if c == nil || len(c.text) != total {
		if len(s.parts) >= mostChains {
			oldest := ""
			for k, v := range s.parts {
				if oldest == "" || v.at.Before(s.parts[oldest].at) {
					oldest = k
				}
			}
			delete(s.parts, oldest)
		}
		c = &chain{text: make([]string, total), left: total, at: time.Now()}
		s.parts[key] = c
	}
	if c.text[n-1] == "" {
		c.text[n-1] = text
		c.left--
	}
	if c.left > 0 {
		return "", false
	}
	delete(s.parts, key)
	return strings.Join(c.text, ""), true
}

// receipt reads "id:0123 sub:001 dlvrd:001 … stat:DELIVRD …" (SMPP 3.4, appendix B).
func receipt(text string) (id, state string) {
	for _, f := range strings.Fields(text) {
		if v, ok := strings.CutPrefix(f, "id:"); ok {
			id = v
		}
		if v, ok := strings.CutPrefix(f, "stat:"); ok {
			state = v
		}
	}
	switch state {
	case "ENROUTE", "ACCEPTD", "UNKNOWN":
		return "", "" // not the end of it
	}
	return id, state
}
