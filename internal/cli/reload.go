package cli

import (
	"context"
	"os"

	"zuoxi/internal/config"
	"zuoxi/session"
)

// watchConfig reads the configuration again whenever it is saved. Devices
// change at once; a file that is wrong changes nothing and is named with its line.
func (a *run) watchConfig(ctx context.Context, s *session.Session) {
	path := a.configPath
	if path == "" {
		path = config.Path(a.Getenv)
	}
	if _, err := os.Stat(path); err != nil {
		return // no file, nothing to watch
	}
	now := a.cfg.Seat.Sound
	err := config.Watch(ctx, path, a.Getenv, func(c config.Config, err error) {
		if err != nil {
			s.Do(session.Remark{Level: session.NoticeWarn, Text: "配置没有换，仍用旧的：" + err.Error()})
			return
		}
		for _, d := range []struct{ kind, old, new string }{
			{"input", now.Input, c.Seat.Sound.Input}, {"output", now.Output, c.Seat.Sound.Output}, {"ringer", now.Ringer, c.Seat.Sound.Ringer},
		} {
			if d.old != d.new {
				s.Do(session.UseDevice{Kind: d.kind, Name: d.new})
			}
		}
		now = c.Seat.Sound
		s.Do(session.Remark{Level: session.NoticeInfo, Text: "配置已重新载入 · 声音设备已按新的用 · 其余的下次启动生效"})
	})
	if err != nil {
		s.Do(session.Remark{Level: session.NoticeWarn, Text: "配置文件看不到改动 · 改了要重新启动才生效 · 不影响通话"})
	}
}
