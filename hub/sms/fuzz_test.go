package sms

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// deafBox takes everything.
type deafBox struct{}

func (deafBox) Reply(context.Context, string, string, string, time.Time) error { return nil }
func (deafBox) Delivered(context.Context, string, bool) error                  { return nil }

// FuzzPDU: whatever a gateway sends after the bind, it is answered or dropped.
func FuzzPDU(f *testing.F) {
	add := func(p pdu.PDU) {
		b := pdu.NewBuffer(nil)
		p.Marshal(b)
		f.Add(b.Bytes())
	}
	m := pdu.NewDeliverSM().(*pdu.DeliverSM)
	_ = m.SourceAddr.SetAddress("13900000042")
	_ = m.Message.SetMessageWithEncoding("谢谢", data.UCS2)
	add(m)
	r := pdu.NewDeliverSM().(*pdu.DeliverSM)
	r.EsmClass = receiptMark
	_ = r.Message.SetMessageWithEncoding("id:7 sub:001 dlvrd:001 stat:DELIVRD", data.UCS2)
	add(r)
	add(pdu.NewEnquireLink())
	add(pdu.NewSubmitSMResp())
	f.Fuzz(func(_ *testing.T, raw []byte) {
		s := NewSMPP(SMPPConfig{In: deafBox{}, Log: slog.New(slog.DiscardHandler)})
		in := bytes.NewReader(raw)
		for in.Len() > 0 {
			p, err := pdu.Parse(in)
			if err != nil {
				return
			}
			s.take(context.Background(), p)
		}
	})
}
