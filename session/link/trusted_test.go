package link

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestUntrustedNamesReasonAndDate(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.Local)
	cert := &x509.Certificate{DNSNames: []string{"hub.example.com"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 0, -3)}
	young := &x509.Certificate{NotBefore: now.AddDate(0, 0, 2), NotAfter: now.AddDate(1, 0, 0)}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}, "2026-11-25 已过期"},
		{x509.CertificateInvalidError{Cert: young, Reason: x509.Expired}, "2026-11-30 才生效"},
		{x509.HostnameError{Certificate: cert, Host: "other.example.com"}, "给 hub.example.com 的，不是给 other.example.com 的"},
		{x509.UnknownAuthorityError{Cert: cert}, "不是配对时认下的"},
		{x509.CertificateInvalidError{Cert: cert, Reason: x509.NotAuthorizedToSign}, "不被信任"},
		{ErrDevice, "没有登记"},
	} {
		text, is := Untrusted(fmt.Errorf("dialling: %w", &tls.CertificateVerificationError{Err: tt.err}), now)
		if !is || !strings.Contains(text, tt.want) || !strings.Contains(text, "口令没有送出") || strings.Count(text, " · ") != 2 {
			t.Errorf("%v: %q %v", tt.err, text, is)
		}
	}
	if _, is := Untrusted(errors.New("no route"), now); is {
		t.Error("a missing route was called a certificate")
	}
}
