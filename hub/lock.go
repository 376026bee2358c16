package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/device"
	"zuoxi/hub/door"
	"zuoxi/wire"
)

// tlsUse names the key of TLS session tickets in the key file.
const tlsUse = "tls ticket"

// lock is how this hub's TLS doors are locked.
func (h *Hub) lock(a *door.Authority) (door.Lock, error) {
	c := h.cfg.Doors.Lock
	l := door.Lock{Authority: a, Min: tls.VersionTLS13, Known: h.devices.Known}
	if c.TLS12 {
		l.Min = tls.VersionTLS12
	}
	h.devices.Sign(a)
	var err error
	if l.Tickets, err = h.keys.Stable(tlsUse); err != nil {
		return l, err
	}
	if c.Cert == "" {
		return l, nil
	}
	own, err := door.OpenOwn(c.Cert, c.Key, h.now)
	if err != nil {
		return l, fmt.Errorf("自己的证书 %s 用不了 · 没有启动 · 请检查 hub.tls.cert 和 hub.tls.key，私钥的权限要 0600: %w", c.Cert, err)
	}
	l.Own = own
	h.metrics.GaugeFunc("certificate_days", "Days until the centre's own certificate ends.", func() float64 {
		return own.Expires().Sub(h.now()).Hours() / 24
	})
	h.watch(certificate{own, "中心的证书", "坐席连不上"})
	return l, nil
}

// behindTheDoor is what a connection from the network can reach.
func (h *Hub) behindTheDoor(seats http.Handler) http.Handler {
	if h.cfg.Doors.Devices {
		seats = door.OnlyDevices(seats)
	}
	mux := http.NewServeMux()
	mux.Handle(seatPath, seats)
	mux.Handle(voicePath, h.voice.Door) // its tickets are given to who came in by the other one
	mux.Handle(wire.PairPath, device.Desk{Register: h.devices, Log: h.log, Note: func(ctx context.Context, id, from string) error {
		return auditPort{h.audit}.Append(ctx, admin.Person{No: "device"}, "device.enrol", "device/"+id, from)
	}})
	return mux
}

// certificateEvery is how often the end of a certificate is looked at.
const certificateEvery = time.Hour

// certificate is one that the centre brought itself.
type certificate struct {
	*door.Own
	what string
	then string // what an end of it means for people
}

// watch speaks up 30, 7 and 1 days before a certificate ends, and each day after.
func (h *Hub) watch(c certificate) {
	h.work.Keep(h.life, "certificate", func() { h.watchCertificate(c) })
}

func (h *Hub) watchCertificate(c certificate) {
	tick := time.NewTicker(certificateEvery)
	defer tick.Stop()
	told := -1
	var toldAt time.Time
	for {
		now := h.now()
		left := c.Expires().Sub(now)
		days, due := door.Warning(left)
		if due && (days != told || days == 0 && now.Sub(toldAt) >= 24*time.Hour) {
			told, toldAt = days, now
			h.log.Warn("a certificate of the centre's own ends", "which", c.what, "at", c.Expires(), "days", int(left.Hours()/24))
			h.tellLeads("warn", c.line(left), h.cfg.District)
		} else if !due {
			told = -1
		}
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
	}
}

func (c certificate) line(left time.Duration) string {
	when := c.what + " " + c.Expires().Local().Format("2006-01-02")
	if left <= 0 {
		return when + " 已过期 · " + c.then + " · 请立即告诉管理员换证书"
	}
	return fmt.Sprintf("%s 到期，还有 %d 天 · 到期后%s · 请告诉管理员换证书", when, int(left.Hours()/24), c.then)
}

// devicePort is the register of PCs as administrators see it.
type devicePort struct {
	*device.Register
	hub *Hub
}

// List implements admin.Devices.
func (p devicePort) List() any { return p.Register.List() }

// Pairing implements admin.Devices.
func (p devicePort) Pairing() string { return p.hub.in.addrs.Pairing }

// Revoke implements admin.Devices.
func (p devicePort) Revoke(ctx context.Context, id string) (any, error) {
	d, err := p.Register.Revoke(ctx, id)
	if errors.Is(err, device.ErrUnknown) {
		return nil, forAsker{wire.CodeNotFound, device.ErrUnknown.Error()}
	}
	if err != nil {
		return nil, err
	}
	p.hub.in.seats.DropDevice(id, wire.CodeForbidden, "这台电脑的登记已撤销，已断开；需要继续使用请联系管理员")
	return d, nil
}

// forAsker is a fault in what an administrator asked for.
type forAsker struct {
	code wire.Code
	text string
}

func (f forAsker) Error() string { return f.text }

// ForPerson gives the answer.
func (f forAsker) ForPerson() (wire.Code, string) { return f.code, f.text }
