package door

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
	"time"
)

// FuzzRequest: whatever a device asks for, its certificate says what the hub says of it.
func FuzzRequest(f *testing.F) {
	a, _, err := OpenAuthority(f.TempDir(), nil, time.Now)
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	good, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "pc-other"}, DNSNames: []string{"hub.example.com"}}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, request []byte) {
		der, _, err := a.SignDevice(request, "pc-1")
		if err != nil {
			return
		}
		c, err := x509.ParseCertificate(der)
		if err != nil || c.Subject.CommonName != "pc-1" || c.IsCA || len(c.DNSNames)+len(c.IPAddresses) > 0 {
			t.Errorf("signed %+v, %v", c, err)
		}
	})
}
