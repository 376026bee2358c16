package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
)

func serveTLS(c net.Conn, conf *tls.Config) error { return tls.Server(c, conf).Handshake() }

func dialTLS(t *testing.T, a *run, addr string) error {
	t.Helper()
	conf, err := a.hubTLS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := tls.Dial("tcp", addr, conf)
	if err != nil {
		return err
	}
	return c.Close()
}

func isUntrusted(err error) bool {
	var authority x509.UnknownAuthorityError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &authority) || errors.As(err, &verify)
}
