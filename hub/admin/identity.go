package admin

import (
	"context"
	"strings"

	"zuoxi/internal/clean"
)

// Proofs is what the hub knows of checked identity numbers.
type Proofs interface {
	// Unlock lets a number be checked again that is locked for today; locked is false where it is not. It writes down who did.
	Unlock(ctx context.Context, who Person, number, reason string) (locked bool, err error)
}

// mostReason is the longest reason that is kept.
const mostReason = 200

// identityUnlock lets a number be checked again today, which its owner, or somebody else, failed too often.
func (s *Service) identityUnlock(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Number string `json:"number"`
		Reason string `json:"reason"`
	}](a)
	if err != nil {
		return nil, err
	}
	if s.Proofs == nil {
		return nil, bad("这个中心没有接业务系统，不核验身份 · 没有执行 · 不用解除")
	}
	reason := clean.Line(in.Reason, mostReason)
	if strings.TrimSpace(reason) == "" {
		return nil, bad("没有写理由 · 没有解除 · 请写清怎样确认了是本人")
	}
	locked, err := s.Proofs.Unlock(ctx, a.who, in.Number, reason)
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, bad("这个号码今天没有锁定 · 没有改动 · 请核对号码")
	}
	return struct{}{}, nil
}
