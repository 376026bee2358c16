package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zuoxi/internal/durable"
)

// registration is a key with the certificate that a hub gave for it.
func registration(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	what := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, what, what, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

// TestOldRegistrationHolds: whichever step of registering anew fails, the PC is known by the old one; and one that was cut off
// between its steps is of use with either certificate.
func TestOldRegistrationHolds(t *testing.T) {
	shows := func(a *run, key *ecdsa.PrivateKey) bool {
		var conf tls.Config
		err := a.showDevice(&conf)
		return err == nil && len(conf.Certificates) == 1 && key.Equal(conf.Certificates[0].PrivateKey)
	}
	for _, block := range []string{deviceCert, pinnedFile, deviceFile} {
		a := &run{passing: true}
		a.Getenv = func(string) string { return "" }
		a.cfg.Seat.Data = t.TempDir()
		old, cert := registration(t)
		if _, err := a.keepDevice(a.seatData(), old, cert, cert); err != nil || !shows(a, old) {
			t.Fatal(err)
		}
		in := filepath.Join(a.seatData(), block+".new")
		if err := os.MkdirAll(filepath.Join(in, "full"), 0o700); err != nil {
			t.Fatal(err)
		}
		next, nextCert := registration(t)
		if _, err := a.keepDevice(a.seatData(), next, nextCert, nextCert); err == nil || !shows(a, old) {
			t.Errorf("%s not written: %v; the old one holds: %v", block, err, shows(a, old))
		}
		if err := os.RemoveAll(in); err != nil {
			t.Fatal(err)
		}
		raw, err := a.oldKey()
		nextRaw, err2 := x509.MarshalPKCS8PrivateKey(next)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if _, err := a.keepKeys([][]byte{nextRaw, raw}); err != nil || !shows(a, old) {
			t.Errorf("cut off before the certificate: %v", err)
		}
		if err := certificateFileIn(a, nextCert); err != nil || !shows(a, next) {
			t.Errorf("cut off after it: %v", err)
		}
	}
}

func certificateFileIn(a *run, cert []byte) error {
	f := certificateFile(filepath.Join(a.seatData(), deviceCert), cert)
	return durable.Put(f.path, f.data)
}
