package admin

import (
	"context"
	"errors"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
)

// Seconds keeps the second factors of accounts.
type Seconds interface {
	Give(ctx context.Context, no string) (url string, err error)
	Take(ctx context.Context, no string) error
}

// agentTOTP gives an account a one-time code, or takes it away.
func (s *Service) agentTOTP(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		No  string `json:"agent_no"`
		Off bool   `json:"off"`
	}](a)
	if err != nil {
		return nil, err
	}
	one, err := s.DB.Agents.Get(ctx, in.No)
	if errors.Is(err, store.ErrNotFound) {
		return nil, bad("没有工号 " + clean.Line(in.No, maxName) + " · 没有改动 · 请用 zuoxi agent list 查看")
	}
	if err != nil {
		return nil, err
	}
	if err := a.who.may(access.AgentPasswd, one.No, one.District); err != nil {
		return nil, err
	}
	action := "agent.totp"
	if in.Off {
		action = "agent.totp.off"
	}
	if err := s.note(ctx, a, action, "agent/"+one.No, ""); err != nil {
		return nil, err
	}
	if in.Off {
		return map[string]string{"url": ""}, s.Seconds.Take(ctx, one.No)
	}
	url, err := s.Seconds.Give(ctx, one.No)
	if err != nil {
		return nil, err
	}
	return map[string]string{"url": url}, nil
}
