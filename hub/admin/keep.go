package admin

import "context"

// Keeper makes backups and new keys.
type Keeper interface {
	Start(dir string, keys bool) (any, error)
	State() any
	Rotate() error
}

type backupAsk struct {
	Dir  string `json:"dir"`
	Keys bool   `json:"keys"`
}

func (s *Service) hubBackup(ctx context.Context, a *ask) (any, error) {
	in, err := read[backupAsk](a)
	if err != nil {
		return nil, err
	}
	if a.who.No != Owner.No {
		return nil, bad("备份写在中心的磁盘上 · 没有备份 · 请在中心上以启动中心的用户运行")
	}
	what := "without keys"
	if in.Keys {
		what = "with keys"
	}
	if err := s.note(ctx, a, "hub.backup", in.Dir, what); err != nil {
		return nil, err
	}
	return s.Keeper.Start(in.Dir, in.Keys)
}

func (s *Service) hubBackupState(context.Context, *ask) (any, error) { return s.Keeper.State(), nil }

func (s *Service) hubRotate(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "hub.rotate", "", ""); err != nil {
		return nil, err
	}
	return struct{}{}, s.Keeper.Rotate()
}
