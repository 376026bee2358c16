package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// ErrCertificate tells that a certificate of one's own cannot be used.
var ErrCertificate = errors.New("the certificate files cannot be used")

// errRevoked ends the handshake of a device that may no longer come in.
var errRevoked = errors.New("this device's certificate was revoked")

// Lock is how a TLS door is locked.
type Lock struct {
	Authority *Authority
	Own       *Own                 // certificate of one's own; nil: the authority issues one
	Min       uint16               // lowest version; 0: TLS 1.3
	Known     func(id string) bool // whether a device may still come in; nil: every one that the authority has signed
	Public    bool                 // for browsers and other bodies: nobody is asked for a certificate
	Tickets   []byte               // key of what a seat may come back by after a restart; nil: keys of this process
}

// ticketKeys are today's key of session tickets and yesterday's, which still
// opens what it closed. They follow from the key, so that a hub that was killed
// knows its seats again without their certificates.
func (l Lock) ticketKeys() [][32]byte {
	if l.Tickets == nil {
		return nil
	}
	today := l.Authority.now().Unix() / int64(24*time.Hour/time.Second)
	var keys [][32]byte
	for _, day := range []int64{today, today - 1} {
		m := hmac.New(sha256.New, l.Tickets)
		_ = binary.Write(m, binary.BigEndian, day) // never fails
		keys = append(keys, [32]byte(m.Sum(nil)))
	}
	return keys
}

// Config is the TLS configuration of the listener. Who has a device
// certificate of the authority shows it; a stranger's is refused.
func (l Lock) Config() *tls.Config {
	if l.Min == 0 {
		l.Min = tls.VersionTLS13
	}
	devices := x509.NewCertPool()
	devices.AddCert(l.Authority.cert)
	ask := tls.VerifyClientCertIfGiven
	if l.Public {
		ask = tls.NoClientCert
	}
	return &tls.Config{
		MinVersion: l.Min,
		NextProtos: []string{"http/1.1"}, // a WebSocket needs it
		ClientAuth: ask, ClientCAs: devices,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if l.Own != nil {
				return l.Own.current(), nil
			}
			return l.Authority.current()
		},
		VerifyConnection: func(cs tls.ConnectionState) error {
			if len(cs.PeerCertificates) > 0 && l.Known != nil && !l.Known(cs.PeerCertificates[0].Subject.CommonName) {
				return errRevoked
			}
			return nil
		},
	}
}

// lookAgain is how often a certificate of one's own is looked for anew.
const lookAgain = time.Minute

// Own is a certificate that the centre brought itself. A renewed file is taken
// without a restart; one that cannot be read leaves the old in use.
type Own struct {
	certFile, keyFile string
	now               func() time.Time

	mu     sync.Mutex
	cert   *tls.Certificate
	looked time.Time
	mod    time.Time
}

// OpenOwn reads a certificate with its chain and its key; only their owner may
// be able to read the key.
func OpenOwn(certFile, keyFile string, now func() time.Time) (*Own, error) {
	o := &Own{certFile: certFile, keyFile: keyFile, now: now}
	info, err := os.Stat(keyFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: others can read %s", ErrCertificate, keyFile)
	}
	if err := o.load(); err != nil {
		return nil, err
	}
	o.looked = now()
	return o, nil
}

func (o *Own) load() error {
	info, err := os.Stat(o.certFile)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	cert, err := tls.LoadX509KeyPair(o.certFile, o.keyFile)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	o.cert, o.mod = &cert, info.ModTime()
	return nil
}

func (o *Own) current() *tls.Certificate {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.now(); now.Sub(o.looked) >= lookAgain {
		o.looked = now
		if info, err := os.Stat(o.certFile); err == nil && !info.ModTime().Equal(o.mod) {
			_ = o.load() // half written: the next look takes it
		}
	}
	return o.cert
}

// Expires is when the certificate in use ends.
func (o *Own) Expires() time.Time { return o.current().Leaf.NotAfter }

// warnings are how many days before its end a certificate is spoken of.
var warnings = []int{1, 7, 30}

// Warning tells which warning is due with so much time left: 30, 7, 1, 0 when
// it has ended, and false while there is none.
func Warning(left time.Duration) (days int, due bool) {
	if left <= 0 {
		return 0, true
	}
	for _, d := range warnings {
		if left <= time.Duration(d)*24*time.Hour {
			return d, true
		}
	}
	return 0, false
}
