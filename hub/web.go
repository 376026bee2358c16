package hub

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"zuoxi/hub/door"
	"zuoxi/hub/wall"
)

// openWall opens the leaders' page, where the centre wants one.
func (h *Hub) openWall(o *opened, lock door.Lock) error {
	cfg := h.cfg.Supervision.Wall
	if len(cfg.Listen) == 0 {
		return nil
	}
	w, err := wall.New(cfg, h.board)
	switch {
	case errors.Is(err, wall.ErrOpen):
		return errors.New("领导模块谁都能看 · 没有启动 · 请在 hub.floor.wall 里写 token 或 allow")
	case err != nil:
		return fmt.Errorf("领导模块的 allow 看不懂 · 没有启动 · 请写成地址或网段: %w", err)
	}
	for _, l := range cfg.Listen {
		addr, err := h.openPage(l, lock, w.Handler())
		if err != nil {
			w.Close()
			return err
		}
		h.in.addrs.Wall = append(h.in.addrs.Wall, addr+"/wall/")
	}
	o.add(func() error { w.Close(); return nil })
	return nil
}

// openPage opens a listener for browsers: encrypted, or on this machine only.
func (h *Hub) openPage(l string, lock door.Lock, page http.Handler) (string, error) {
	u, err := url.Parse(l)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("网页地址 %q 看不懂 · 没有启动 · 请写成 https://地址:端口", l)
	}
	open := h.in.doors.Plain
	if u.Scheme == "https" {
		open = func(addr string, page http.Handler) (net.Addr, error) { return h.in.doors.TLS(addr, lock, page) }
	}
	addr, err := open(u.Host, page)
	switch {
	case errors.Is(err, door.ErrPlainOutside):
		return "", fmt.Errorf("网页地址 %s 不加密又不在本机 · 没有启动 · 请改用 https://: %w", l, err)
	case errors.Is(err, door.ErrBusy):
		return "", fmt.Errorf("网页地址 %s 的端口被占用 · 没有启动 · 请换端口或停掉占用的程序: %w", l, err)
	case err != nil:
		return "", fmt.Errorf("网页地址 %s 打不开 · 没有启动 · 请检查地址: %w", l, err)
	}
	return u.Scheme + "://" + addr.String(), nil
}
