package link

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"zuoxi/internal/clean"
)

// ErrDevice tells that the hub lets in registered PCs only, and this is none.
var ErrDevice = errors.New("the hub does not know this device")

const day = "2006-01-02"

// Untrusted says in one line why the hub's certificate was refused, with its
// date, and whether err is about that at all. There is no way to go on.
func Untrusted(err error, now time.Time) (text string, is bool) {
	var (
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		alert     tls.AlertError
	)
	const rest = " · 没有登录，口令没有送出 · "
	switch {
	case errors.Is(err, ErrDevice):
		return "中心只接登记过的电脑，这一台没有登记" + rest + "请管理员运行 zuoxi device invite，再在这里运行 zuoxi pair", true
	case errors.As(err, &host):
		return "中心的证书是给 " + names(host.Certificate) + " 的，不是给 " + clean.Line(host.Host, 60) + " 的" + rest + "请核对中心地址，或请管理员改 hub.names", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && now.Before(invalid.Cert.NotBefore):
		return "中心的证书 " + invalid.Cert.NotBefore.Local().Format(day) + " 才生效，本机今天是 " + now.Local().Format(day) + rest + "请核对本机日期", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return "中心的证书 " + invalid.Cert.NotAfter.Local().Format(day) + " 已过期，本机今天是 " + now.Local().Format(day) + rest + "请核对本机日期，或请管理员换证书", true
	case errors.As(err, &authority):
		return "中心的证书不是配对时认下的那个中心签发的" + issued(authority.Cert) + rest + "可能有人冒充，请与管理员核对配对码", true
	case errors.As(err, &alert):
		return "中心不接受这台电脑的证书" + rest + "登记可能已撤销，请管理员重新登记", true
	case errors.As(err, &verify), errors.As(err, &invalid):
		return "中心的证书不被信任" + rest + "请与管理员核对配对码", true
	}
	return "", false
}

func names(c *x509.Certificate) string {
	if c == nil {
		return "别处"
	}
	all := c.DNSNames
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	return clean.Line(strings.Join(all, "、"), 80)
}

func issued(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("（签发于 %s，%s 到期）", c.NotBefore.Local().Format(day), c.NotAfter.Local().Format(day))
}

// deviceFault looks at the error of a handshake that went wrong.
func deviceFault(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" { // an alert of the hub: it did not like our certificate
		return fmt.Errorf("%w: %w", ErrDevice, err)
	}
	return err
}
