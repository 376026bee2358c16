package cli

import (
	"context"
	"os"

	"zuoxi/internal/config"
	"zuoxi/session"
)

// watchConfig reads the configuration again whenever it is saved. What can
// change at once does; a file that is wrong changes nothing and is named with
// its line.
func (a *run) watchConfig(ctx context.Context, w *workplace) {
	path := a.configPath
	if path == "" {
		path = config.Path(a.Getenv)
	}
	if _, err := os.Stat(path); err != nil {
		return // no file, nothing to watch
	}
	do := w.session.Do
	err := config.Watch(ctx, path, a.Getenv, func(c config.Config, err error) {
		if err != nil {
			do(session.Remark{Level: session.NoticeWarn, Text: "配置没有换，仍用旧的：" + err.Error()})
			return
		}
		reload(w.phone.configured(c.Seat.Sound), c.Seat.Sound, do)
	})
	if err != nil {
		do(session.Remark{Level: session.NoticeWarn, Text: "配置文件看不到改动 · 改了要重新启动才生效 · 不影响通话"})
	}
}

// reload takes over what is new about the sound, and says so first: a device
// that does not open has the last word.
func reload(changed []string, next config.Sound, do func(session.Verb) bool) {
	for _, kind := range changed {
		if !session.IsDevice(kind) {
			do(session.SetSound{Kind: kind, Value: soundValue(next, kind), Quiet: true})
		}
	}
	do(session.Remark{Level: session.NoticeInfo, Text: "配置已重新载入 · 声音设备、声音处理、侧音和编码已按新的用 · 其余的下次启动生效"})
	for _, kind := range changed {
		if session.IsDevice(kind) {
			do(session.UseDevice{Kind: kind, Name: soundValue(next, kind)})
		}
	}
}
