package door

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// deviceLife is how long a PC's certificate holds; a new pairing renews it.
const deviceLife = 2 * 365 * 24 * time.Hour

// ErrRequest tells that what a device sent is no request for a certificate.
var ErrRequest = errors.New("not a certificate request")

// SignDevice makes the certificate of a device from its request. The name in
// it is the id that the hub gives, whatever the request says.
func (a *Authority) SignDevice(request []byte, id string) (cert []byte, until time.Time, err error) {
	req, err := x509.ParseCertificateRequest(request)
	if err != nil || req.CheckSignature() != nil {
		return nil, time.Time{}, ErrRequest
	}
	tmpl, err := a.template(id, deviceLife)
	if err != nil {
		return nil, time.Time{}, err
	}
	tmpl.Subject = pkix.Name{CommonName: id}
	tmpl.KeyUsage = x509.KeyUsageDigitalSignature
	tmpl.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, req.PublicKey, a.key)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("signing a device's certificate: %w", err)
	}
	return der, tmpl.NotAfter, nil
}

// OnlyDevices lets nobody in from another machine who has shown no device
// certificate. Plain text is for programs of the hub's own machine.
func OnlyDevices(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && len(r.TLS.VerifiedChains) == 0 {
			http.Error(w, "only registered devices", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}
