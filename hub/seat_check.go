package hub

import (
	"context"
	"strings"
	"time"

	"zuoxi/hub/conf"
	"zuoxi/wire"
)

const (
	echoDelay = 2 * time.Second
	echoLimit = 30 * time.Second
)

// echo says back to the agent what they say, or stops it.
func (s *seat) echo(on bool) *wire.Ack {
	switch {
	case !on:
		s.set("echo", 0, nil)
		s.voice.loop(nil)
	case s.engaged():
		return refusal(wire.CodeImpossible, "有来电，不能做回声测试；请在空闲时再试")
	default:
		s.voice.loop(conf.NewEchoLoop(s.voice, echoDelay))
		s.set("echo", echoLimit, func() { s.voice.loop(nil) })
	}
	return done()
}

// checked keeps what the check before duty found, good or bad.
func (s *seat) checked(id string, b *wire.MediaCheck) {
	var found []string
	for _, r := range b.Rows {
		mark := "通过"
		if !r.OK {
			mark = "不通过"
		}
		found = append(found, r.Name+mark+"："+r.Text)
	}
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		if err := s.hub.audited(ctx, account, "seat.check", "agent/"+account.No, strings.Join(found, "；")); err != nil {
			s.hub.log.Error("audit", "agent", account.No, "err", err)
		}
		return nil
	})
}
