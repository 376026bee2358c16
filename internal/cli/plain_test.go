package cli

import (
	"errors"
	"fmt"
	"testing"
)

func TestPlainKeepsTheChinese(t *testing.T) {
	low := errors.New("bind: address already in use")
	for want, err := range map[string]error{
		"端口被占用 · 没有启动":                 fmt.Errorf("端口被占用 · 没有启动: %w", low),
		"目录打不开 · 请检查权限":                fmt.Errorf("opening: %w", fmt.Errorf("目录打不开 · 请检查权限: %w", low)),
		"bind: address already in use": low,
	} {
		if got := plain(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
