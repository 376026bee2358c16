package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zuoxi/hub/door"
	"zuoxi/internal/config"
	"zuoxi/internal/durable"
	"zuoxi/wire"
)

const pinnedFile = "hub-authority.pem"

// seatData is the seat's folder.
func (a *run) seatData() string {
	if a.cfg.Seat.Data != "" {
		return a.cfg.Seat.Data
	}
	return config.DataDir(a.Getenv, "seat")
}

// hubTLS is how seat and hub know each other: the authority that was pinned at
// the pairing, or one given as a file, and this PC's certificate. There is no
// way to go on without the first. A PC that starts for the first time with the
// whole code in seat.pairing is registered now.
func (a *run) hubTLS(ctx context.Context) (*tls.Config, error) {
	u, err := url.Parse(a.cfg.Seat.Hub)
	if err != nil || u.Host == "" || (u.Scheme != "wss" && u.Scheme != "ws") {
		return nil, &fault{code: wire.CodeInvalid, text: "seat.hub 不是 wss://主机:端口 · 没有连接 · 请改配置"}
	}
	if u.Scheme == "ws" {
		if !door.Loopback(u.Hostname()) {
			return nil, &fault{code: wire.CodeInvalid, text: "ws:// 只能连本机 · 没有连接，口令没有送出 · 请改用 wss://"}
		}
		return nil, nil
	}
	pinned := filepath.Join(a.seatData(), pinnedFile)
	file := a.cfg.Seat.Authority
	if file == "" {
		if err := a.firstStart(ctx, pinned); err != nil {
			return nil, err
		}
		file = pinned
	}
	authority, err := readCertificate(file)
	if errors.Is(err, fs.ErrNotExist) && a.cfg.Seat.Authority == "" {
		if a.cfg.Seat.Pairing == "" {
			return nil, &fault{code: wire.CodeInvalid, text: "还没有与中心配对 · 没有连接 · 请管理员运行 zuoxi device invite，在这台电脑上运行它给的那一行 zuoxi pair"}
		}
		return pairTLS(u.Hostname(), a.cfg.Seat.Pairing, func(ca *x509.Certificate) error { return pin(pinned, ca) }), nil
	}
	if err != nil {
		return nil, &fault{code: wire.CodeInvalid, text: "中心的证书文件读不了（" + file + "） · 没有连接 · 请重新配对", err: err}
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	conf := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: u.Hostname(), ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	return conf, a.showDevice(conf)
}

// firstStart registers a PC that knows no hub yet, where it was given the whole code.
func (a *run) firstStart(ctx context.Context, pinned string) error {
	if _, err := os.Stat(pinned); err == nil || !strings.Contains(a.cfg.Seat.Pairing, "/") {
		return nil
	}
	_, _, err := a.register(ctx, a.cfg.Seat.Pairing)
	return err
}

func readCertificate(file string) (*x509.Certificate, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("not a certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

// pairTLS trusts the one authority whose fingerprint the code names, and pins it.
func pairTLS(host, code string, pinned func(*x509.Certificate) error) *tls.Config {
	want := strings.ToUpper(strings.TrimSpace(code))
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: host,
		// The chain is verified below, against the authority that the code
		// names; the system's authorities have no say in this network.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does the whole verification
		VerifyConnection: func(cs tls.ConnectionState) error {
			for _, ca := range cs.PeerCertificates[1:] {
				if !ca.IsCA || door.CodeOf(ca) != want {
					continue
				}
				roots := x509.NewCertPool()
				roots.AddCert(ca)
				_, err := cs.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: time.Now()})
				if err != nil {
					return fmt.Errorf("pairing: %w", err)
				}
				return pinned(ca)
			}
			return x509.UnknownAuthorityError{Cert: cs.PeerCertificates[0]}
		},
	}
}

func pin(path string, ca *x509.Certificate) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("pinning the hub: %w", err)
	}
	if err := durable.Put(path, certificateFile(path, ca.Raw).data); err != nil {
		return fmt.Errorf("pinning the hub: %w", err)
	}
	return nil
}
