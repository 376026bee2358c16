package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"zuoxi/hub/desk"
	"zuoxi/hub/door"
	"zuoxi/internal/obs"
	"zuoxi/wire"
)

// seatPath is where seats and administrators knock.
const seatPath = "/v1/seat"

// voicePath is where a seat brings voice that gets through nowhere else.
const voicePath = "/v1/voice"

// Addrs is where a hub can be reached.
type Addrs struct {
	Seats   []string // wss://host:port or ws://host:port
	Trunk   []string // host:port of the SIP listeners
	Voice   []string // host:port of the seats' voice
	Wall    []string // the leaders' page, empty when off
	Forms   string   // the page for departments and other bodies, empty when off
	Status  string   // host:port of /healthz and the others, empty when off
	Pairing string   // what a seat needs to know this hub
}

// entrance is the hub's network side.
type entrance struct {
	doors  *door.Set
	seats  *desk.Server // from the network
	owner  *desk.Server // from the Unix socket
	status *obs.Server
	addrs  Addrs
}

// Addrs tells where the hub can be reached; valid after New.
func (h *Hub) Addrs() Addrs { return h.in.addrs }

// openDoors opens the listeners for seats, administrators and watchers.
func (h *Hub) openDoors(o *opened) error {
	greet := newGreeter(h)
	if err := greet.guard.recall(h.life, h.db.Ports); err != nil {
		return err
	}
	doors := door.NewSet(h.log)
	if n := h.cfg.Doors.PerSource; n > 0 {
		doors.PerSource(n)
	}
	in := &entrance{doors: doors, seats: desk.NewServer(h.life, greet, h.log), owner: desk.NewServer(h.life, socketGreeter{greet}, h.log)}
	h.in = in
	o.add(func() error {
		in.seats.Close(wire.CodeStopping, "中心已停止，正在自动重连")
		in.owner.Close(wire.CodeStopping, "中心已停止")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		in.doors.Close(ctx)
		return nil
	})
	authority, made, err := door.OpenAuthority(h.cfg.Data, h.cfg.Doors.Names, h.now)
	if err != nil {
		return err
	}
	in.addrs.Pairing = authority.PairingCode()
	if made {
		h.log.Info("certificate authority made", "pairing", in.addrs.Pairing)
	}
	lock, err := h.lock(authority)
	if err != nil {
		return err
	}
	if err := h.openForms(lock); err != nil { // before a seat can ask for a link
		return err
	}
	mux := h.behindTheDoor(in.seats)
	for _, l := range h.cfg.Doors.Listen {
		if err := h.openDoor(l, lock, mux); err != nil {
			return err
		}
	}
	socket := h.cfg.Doors.Socket
	if socket == "" {
		socket = filepath.Join(h.cfg.Data, "hub.sock")
	}
	own := http.NewServeMux()
	own.Handle(seatPath, in.owner)
	if err := in.doors.Socket(socket, own); err != nil {
		return err
	}
	if err := h.openWall(o, lock); err != nil {
		return err
	}
	return h.openStatus(o)
}

func (h *Hub) openDoor(l string, lock door.Lock, mux http.Handler) error {
	u, err := url.Parse(l)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return fmt.Errorf("坐席入口 %q 看不懂 · 坐席连不进来 · 请写成 wss://地址:端口", l)
	}
	open := func() (string, error) {
		if u.Scheme == "ws" {
			addr, err := h.in.doors.Plain(u.Host, mux)
			if err != nil {
				return "", err
			}
			return addr.String(), nil
		}
		addr, err := h.in.doors.TLS(u.Host, lock, mux)
		if err != nil {
			return "", err
		}
		return addr.String(), nil
	}
	addr, err := open()
	switch {
	case errors.Is(err, door.ErrPlainOutside):
		return fmt.Errorf("坐席入口 %s 不加密又不在本机 · 没有启动 · 请改用 wss://: %w", l, err)
	case errors.Is(err, door.ErrBusy):
		return fmt.Errorf("坐席入口 %s 的端口被占用 · 没有启动 · 请换端口或停掉占用的程序: %w", l, err)
	case err != nil:
		return fmt.Errorf("坐席入口 %s 打不开 · 坐席连不进来 · 请检查地址: %w", l, err)
	}
	h.in.addrs.Seats = append(h.in.addrs.Seats, u.Scheme+"://"+addr)
	return nil
}

func (h *Hub) openStatus(o *opened) error {
	for _, network := range []string{"udp", "tcp"} {
		if addr := h.sip.Addr(network); addr != "" {
			h.in.addrs.Trunk = append(h.in.addrs.Trunk, addr)
		}
	}
	for _, a := range h.voice.Addrs() {
		h.in.addrs.Voice = append(h.in.addrs.Voice, a.String())
	}
	if h.cfg.Doors.Status == "" {
		return nil
	}
	checks := map[string]obs.Check{
		"store": h.db.Ping,
		"calls": func(context.Context) error {
			if h.stopping() {
				return errors.New("stopping")
			}
			return nil
		},
	}
	s, err := obs.Listen(h.cfg.Doors.Status, h.metrics, checks)
	if err != nil {
		return fmt.Errorf("状态端口 %s 打不开 · 没有启动 · 请检查是否被占用: %w", h.cfg.Doors.Status, err)
	}
	h.in.status, h.in.addrs.Status = s, s.Addr()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1) // one result, never blocks its sender
	go func() { done <- s.Serve(ctx) }()
	o.add(func() error { cancel(); return <-done })
	return nil
}

// byeLimit is how long calls may take to hear why they end.
const byeLimit = 15 * time.Second

// Run serves until ctx ends. Then it takes no new call, waits for those that
// are there as long as Config.Drain says, ends the others with a reason, and
// closes everything. It returns nil on an orderly stop.
func (h *Hub) Run(ctx context.Context) error {
	trunkCtx, stopTrunk := context.WithCancel(context.Background())
	served := make(chan error, 1) // one result, never blocks its sender
	go func() { served <- h.sip.Run(trunkCtx) }()
	h.log.Info("hub running", "seats", h.in.addrs.Seats, "trunk", h.in.addrs.Trunk)
	var err error
	select {
	case <-ctx.Done():
		h.leave()
	case err = <-served:
		served <- nil
	}
	stopTrunk()
	cerr := h.opened.close()
	return errors.Join(err, <-served, cerr)
}

// leave is the orderly way out.
func (h *Hub) leave() {
	h.close()
	h.log.Info("hub stopping", "calls", h.calls.Count())
	if !h.emptyWithin(h.cfg.Drain) {
		h.calls.Shutdown()
		h.emptyWithin(byeLimit)
	}
}

// emptyWithin waits until no call is on the line; logs that wait for a record
// do not count.
func (h *Hub) emptyWithin(d time.Duration) bool {
	limit := time.NewTimer(d)
	defer limit.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for h.calls.Live() > 0 {
		select {
		case <-limit.C:
			return false
		case <-tick.C:
		}
	}
	return true
}
