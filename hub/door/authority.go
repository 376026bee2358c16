package door

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zuoxi/internal/durable"
)

const (
	authorityLife = 20 * 365 * 24 * time.Hour
	serverLife    = 90 * 24 * time.Hour
	renewBefore   = 30 * 24 * time.Hour
	codeLetters   = 20 // of base32: 100 bits of the fingerprint
)

// ErrAuthority tells that the stored authority cannot be used; a new one would
// break every pairing, so it is never replaced silently.
var ErrAuthority = errors.New("中心的证书 authority.pem 读不出来 · 没有启动，没有另造，配过对的坐席只认它 · 请检查磁盘和权限，或从备份放回")

// Authority is the hub's own certificate authority.
type Authority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	names []string
	now   func() time.Time

	mu   sync.Mutex
	leaf *tls.Certificate
}

// OpenAuthority loads the authority from dir, or makes it there at the first
// start (made is true). names are the host names and addresses under which
// seats reach the hub.
func OpenAuthority(dir string, names []string, now func() time.Time) (a *Authority, made bool, err error) {
	a = &Authority{names: names, now: now}
	path := filepath.Join(dir, "authority.pem")
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err = a.parse(data); err != nil {
			return nil, false, err
		}
	case errors.Is(err, os.ErrNotExist):
		if err = a.make(path); err != nil {
			return nil, false, err
		}
		made = true
	default:
		return nil, false, fmt.Errorf("%w: %w", ErrAuthority, err)
	}
	return a, made, nil
}

// PairingCode is what the administrator reads to a seat: the first 100 bits of
// the SHA-256 of the authority's public key, in base32, grouped by four. The
// hub sends the authority along in its chain; a seat accepts the one whose
// fingerprint begins with the code, and pins it.
func (a *Authority) PairingCode() string { return CodeOf(a.cert) }

// CodeOf is the pairing code of an authority's certificate.
func CodeOf(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	letters := base32.StdEncoding.EncodeToString(sum[:])[:codeLetters]
	var groups []string
	for ; len(letters) > 0; letters = letters[4:] {
		groups = append(groups, letters[:4])
	}
	return strings.Join(groups, "-")
}

// PEM is the authority's certificate, for seats that get it as a file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

func (a *Authority) current() (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaf != nil && a.now().Before(a.leaf.Leaf.NotAfter.Add(-renewBefore)) {
		return a.leaf, nil
	}
	leaf, err := a.issue()
	if err != nil {
		return nil, err
	}
	a.leaf = leaf
	return leaf, nil
}

func (a *Authority) issue() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the server key: %w", err)
	}
	tmpl, err := a.template("zuoxi hub", serverLife)
	if err != nil {
		return nil, err
	}
	tmpl.KeyUsage = x509.KeyUsageDigitalSignature
	tmpl.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, n := range append([]string{"localhost", "127.0.0.1", "::1"}, a.names...) {
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else if n != "" {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("signing the server certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading back the server certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func (a *Authority) template(name string, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("making a serial number: %w", err)
	}
	now := a.now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), // a seat's clock may be slow
		NotAfter:  now.Add(life), BasicConstraintsValid: true,
	}, nil
}

func (a *Authority) make(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the authority's key: %w", err)
	}
	tmpl, err := a.template("zuoxi hub authority", authorityLife)
	if err != nil {
		return err
	}
	tmpl.IsCA, tmpl.MaxPathLenZero = true, true
	tmpl.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("signing the authority: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return fmt.Errorf("reading back the authority: %w", err)
	}
	a.key = key
	return a.save(path)
}

// save writes the authority whole or not at all.
func (a *Authority) save(path string) error {
	raw, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return fmt.Errorf("encoding the authority's key: %w", err)
	}
	data := append(a.PEM(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the authority's folder: %w", err)
	}
	if err := durable.Put(path, data); err != nil {
		return fmt.Errorf("keeping the authority: %w", err)
	}
	return nil
}

func (a *Authority) parse(data []byte) error {
	for {
		var block *pem.Block
		block, data = pem.Decode(data)
		if block == nil {
			break
		}
		var err error
		switch block.Type {
		case "CERTIFICATE":
			a.cert, err = x509.ParseCertificate(block.Bytes)
		case "PRIVATE KEY":
			var key any
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			a.key, _ = key.(*ecdsa.PrivateKey)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAuthority, err)
		}
	}
	if a.cert == nil || a.key == nil {
		return ErrAuthority
	}
	return nil
}
