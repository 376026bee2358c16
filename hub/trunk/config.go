package trunk

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// receiveBuffer is asked of the kernel for each UDP listener: some 2000 INVITEs.
const receiveBuffer = 4 << 20

// Config says where the trunk listens, whom it believes and how it calls out.
type Config struct {
	// Listen names the listeners: "udp://127.0.0.1:5060", "tcp://127.0.0.1:5060". Port 0 takes a free one.
	Listen []string
	// Gateways may speak to us: addresses, CIDR blocks or host names. Everybody else is dropped before parsing.
	// At least one is required.
	Gateways []string
	// Public is the address told to peers (Contact, SDP) when it is not the bound one, as behind a NAT.
	Public string
	// RTP is where sound is received.
	RTP RTP
	// Auth makes gateways that call us prove who they are; an empty user asks nobody.
	Auth Auth
	// Outbound is the way out for calls of ours; an empty proxy means that there is none.
	Outbound Outbound
	// MaxLegs bounds the calls at a time (default 600); one more is refused with 503.
	MaxLegs int
	// GatewayLegs bounds of them those that one address calls us on (default MaxLegs); one more is refused with 503.
	GatewayLegs int
	// T1 is the round trip the retransmissions of our own answers start from (default 500 ms).
	T1 time.Duration
	// HangupWait bounds the wait for the answer to a BYE or CANCEL (default 4 s).
	HangupWait time.Duration
	// Ping is how often the outbound proxy is asked whether it is alive; 0 never.
	Ping time.Duration
	// Agent is the User-Agent and Server header (default "zuoxi").
	Agent string
}

// RTP says where sound is received and when silence means that the far side is gone.
type RTP struct {
	// Addr is the local address; empty takes the address the signalling arrived on.
	Addr string
	// PortMin and PortMax bound the ports, only even ones are used. Both 0 let the system choose.
	PortMin, PortMax int
	// Silence ends a call that received nothing for so long, neither RTP nor RTCP (default 30 s, negative never).
	Silence time.Duration
	// Doubt is the silence after which the far side's host is asked whether anybody still has the port (default 2 s).
	Doubt time.Duration
	// LookAgain is how often from then on (default 1 s).
	LookAgain time.Duration
}

// Auth is what a caller must know. The digest may be MD5 or SHA-256.
type Auth struct{ User, Password, Realm string }

// Outbound is the gateway our own calls go to.
type Outbound struct {
	// Proxy is a SIP URI: "sip:10.0.0.5:5060;transport=udp".
	Proxy string
	// User and Password answer its digest challenge.
	User, Password string
	// Number is the caller's number shown when DialOpts names none.
	Number string
	// Domain stands after the @ in From; empty takes our own address.
	Domain string
}

func (c *Config) fill() error {
	if len(c.Listen) == 0 {
		return fmt.Errorf("%w · 没有 listen · 电话进不来 · 请写一个 · 如“udp://0.0.0.0:5060”", ErrConfig)
	}
	for _, l := range c.Listen {
		if _, _, _, err := parseListen(l); err != nil {
			return err
		}
	}
	if len(c.Gateways) == 0 {
		return fmt.Errorf("%w · 没有 gateways · 所有来电都会被丢弃 · 请写网关的地址或网段", ErrConfig)
	}
	if err := c.RTP.fill(); err != nil {
		return err
	}
	if c.Auth.User != "" && c.Auth.Password == "" {
		return fmt.Errorf("%w · auth 有用户没有口令 · 任何网关都无法通过 · 请补上口令或删去用户", ErrConfig)
	}
	if c.Auth.Realm == "" {
		c.Auth.Realm = "zuoxi"
	}
	if c.Public != "" && net.ParseIP(c.Public) == nil {
		return fmt.Errorf("%w · public %q 不是 IP 地址 · 网关收不到声音 · 请写对外的 IP", ErrConfig, c.Public)
	}
	setDefault(&c.MaxLegs, 600)
	setDefault(&c.GatewayLegs, c.MaxLegs)
	setDefault(&c.T1, 500*time.Millisecond)
	setDefault(&c.HangupWait, 4*time.Second)
	setDefault(&c.Agent, "zuoxi")
	return c.Outbound.check()
}

func (r *RTP) fill() error {
	if r.Addr != "" {
		if _, err := netip.ParseAddr(r.Addr); err != nil {
			return fmt.Errorf("%w · rtp 地址 %q 不是 IP · 收不到声音 · 请写本机的 IP", ErrConfig, r.Addr)
		}
	}
	if r.PortMin < 0 || r.PortMax > 65535 || r.PortMin > r.PortMax || (r.PortMax > 0 && evenPorts(r.PortMin, r.PortMax) == 0) {
		return fmt.Errorf("%w · rtp 端口范围 %d-%d 不可用 · 请写如 20000-29999", ErrConfig, r.PortMin, r.PortMax)
	}
	setDefault(&r.Silence, 30*time.Second)
	setDefault(&r.Doubt, 2*time.Second)
	setDefault(&r.LookAgain, time.Second)
	return nil
}

func (o *Outbound) check() error {
	if o.Proxy == "" {
		return nil
	}
	if _, err := parseURI(o.Proxy); err != nil {
		return fmt.Errorf("%w · outbound.proxy %q 不是 SIP 地址 · 无法外呼 · 请写如“sip:10.0.0.5:5060”: %w", ErrConfig, o.Proxy, err)
	}
	return nil
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func parseListen(s string) (network, host, port string, err error) {
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "udp" || u.Scheme == "tcp") && u.Port() != "" && u.Hostname() != "" && u.Path == "" {
		return u.Scheme, u.Hostname(), u.Port(), nil
	}
	return "", "", "", fmt.Errorf("%w · listen %q 看不懂 · 电话进不来 · 请写成“udp://地址:端口”或“tcp://地址:端口”", ErrConfig, s)
}

// evenPorts is how many even ports lie in [low, high].
func evenPorts(low, high int) int {
	first := low + low%2
	if first > high {
		return 0
	}
	return (high-first)/2 + 1
}
