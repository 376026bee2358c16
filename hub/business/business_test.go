package business

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/identity"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// trail is an audit log in memory.
type trail struct {
	mu   sync.Mutex
	rows []store.AuditRow
	fail error
}

func (t *trail) Note(_ context.Context, by By, action, object, reason string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail != nil {
		return t.fail
	}
	t.rows = append(t.rows, store.AuditRow{At: noon, Who: by.No, Action: action, Object: object, Reason: reason})
	return nil
}

func (t *trail) List(_ context.Context, f store.AuditFilter) ([]store.AuditRow, string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []store.AuditRow
	for i := len(t.rows) - 1; i >= 0; i-- {
		if r := t.rows[i]; r.Object == f.Object && (f.Action == "" || r.Action == f.Action) {
			out = append(out, r)
		}
	}
	return out, "", nil
}

func client(t *testing.T, h http.Handler) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	c, err := New(Config{URL: srv.URL, Backoff: time.Millisecond, Timeout: 5 * time.Second, Trip: 4, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); srv.Close() })
	return c
}

func desk(t *testing.T) (*Desk, *trail) {
	t.Helper()
	tr := &trail{}
	now := func() time.Time { return noon }
	return NewDesk(client(t, NewSandbox(now)), tr, Rules{Zone: time.UTC, Now: now, Hash: func(n string) []byte { return []byte("h" + n[14:]) }}), tr
}

var (
	right = identity.Elements{Number: "３２０１９９１９０００１０１００１９", Name: " 测试甲", Employer: "示例制造有限公司"}
	wrong = identity.Elements{Number: "320199190001010019", Name: "测试甲", Employer: "另一家公司"}
)

// TestSubstitute: people without an employer say what the centre has set; nobody
// may try both, and a centre that has set nothing asks for the employer.
func TestSubstitute(t *testing.T) {
	d, tr := desk(t)
	pensioner := identity.Elements{Number: "320199190001010043", Name: "测试丁", Substitute: "示例银行"}
	if e := d.Elements(pensioner); e.Substitute != "" {
		t.Errorf("taken where the centre has set none: %+v", e)
	}
	d.rules.Substitute = "养老金发放银行"
	both := right
	both.Employer, both.Substitute = "另一家公司", "示例银行"
	for _, c := range []struct {
		call string
		e    identity.Elements
		want identity.Answer
	}{
		{"c1", pensioner, identity.Match},
		{"c2", identity.Elements{Number: pensioner.Number, Name: "测试丁", Substitute: "另一家银行"}, identity.NoMatch},
		{"c3", identity.Elements{Number: right.Number, Name: right.Name, Substitute: "示例银行"}, identity.NoMatch}, // who has an employer must say it
		{"c4", both, identity.NoMatch},
	} {
		got, err := d.Check(t.Context(), By{No: "8001", Call: c.call}, c.e)
		if err != nil || got.Answer != c.want {
			t.Errorf("%s: %+v, %v, want %s", c.call, got, err, c.want)
		}
	}
	noted := 0
	for _, r := range tr.rows {
		if r.Action == ActionSubstitute && r.Reason == "养老金发放银行" {
			noted++
		}
	}
	if noted != 3 {
		t.Errorf("%d of 3 substitutes are in the log", noted)
	}
}

func TestMatchOpensTheAccount(t *testing.T) {
	d, tr := desk(t)
	by := By{No: "8001", Call: "c1"}
	if _, err := d.Ask(t.Context(), by, Account); !errors.Is(err, ErrExpired) {
		t.Fatalf("asked before a match: %v", err)
	}
	got, err := d.Check(t.Context(), by, right)
	if err != nil || got.Answer != identity.Match || got.Phase != identity.StateMatched {
		t.Fatalf("%+v, %v", got, err)
	}
	s, err := d.Ask(t.Context(), by, Account)
	if err != nil || !s.Sandbox || len(s.Rows) != 4 {
		t.Fatalf("%+v, %v", s, err)
	}
	first, err := d.Ask(t.Context(), by, CardLoss)
	second, _ := d.Ask(t.Context(), by, CardLoss)
	if err != nil || len(first.Rows) != 3 || first.Rows[2] != second.Rows[2] {
		t.Errorf("lost %+v, then %+v, %v", first, second, err)
	}
	p, err := d.Proof(t.Context(), "c1")
	if err != nil || !p.Verified || !strings.HasPrefix(p.Words, "三要素相符") {
		t.Errorf("proof %+v, %v", p, err)
	}
	d.Forget("c1")
	if _, err := d.Ask(t.Context(), by, Card); !errors.Is(err, ErrExpired) {
		t.Errorf("asked after the call: %v", err)
	}
	raw, _ := json.Marshal(tr.rows)
	if strings.Contains(string(raw), "3201991900") || strings.Contains(string(raw), "测试甲") {
		t.Error("the log holds an element")
	}
}

// TestThreeFailuresEndTheCall and five on a number end its day, whatever call
// or seat they come from; what is right is then not even asked.
func TestThreeFailuresEndTheCall(t *testing.T) {
	d, _ := desk(t)
	by := By{No: "8001", Call: "c1"}
	for left := 2; left >= 0; left-- {
		got, err := d.Check(t.Context(), by, wrong)
		if err != nil || got.Answer != identity.NoMatch || got.Left != left {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if got, err := d.Check(t.Context(), by, right); err != nil || got.Phase != identity.StateRefused || got.Answer != "" {
		t.Fatalf("a fourth check: %+v, %v", got, err)
	}
	by.Call = "c2"
	if got, _ := d.Check(t.Context(), by, wrong); got.Lock {
		t.Error("locked after four")
	}
	if got, _ := d.Check(t.Context(), by, wrong); !got.Lock || got.Phase != identity.StateLocked {
		t.Errorf("the fifth: %+v", got)
	}
	by.Call = "c3"
	if got, _ := d.Check(t.Context(), by, right); got.Phase != identity.StateLocked || got.Answer != "" {
		t.Errorf("a locked number was asked: %+v", got)
	}
	for _, locked := range []bool{true, false} { // the second time there is nothing to unlock
		if was, err := d.Unlock(t.Context(), By{No: "1001"}, right.Number, "本人到场核实"); err != nil || was != locked {
			t.Fatalf("unlocking what is locked %v: %v, %v", locked, was, err)
		}
	}
	if got, _ := d.Check(t.Context(), by, right); got.Answer != identity.Match {
		t.Errorf("after the unlock: %+v", got)
	}
}

// TestChecksAtOnceCountOneByOne: a seat that asks for several numbers in one breath has no more checks than the call has.
func TestChecksAtOnceCountOneByOne(t *testing.T) {
	d, _ := desk(t)
	var asked atomic.Int64
	var all sync.WaitGroup
	for _, number := range []string{"320199190001010019", "320199190001010027", "320199190001010035", "320199190001010043", "320199190001010051", "32019919000101006X"} {
		all.Go(func() {
			got, err := d.Check(t.Context(), By{No: "8001", Call: "c1"}, identity.Elements{Number: number, Name: "测试乙", Employer: "某公司"})
			if err != nil {
				t.Error(number, err)
			}
			if got.Answer != "" {
				asked.Add(1)
			}
		})
	}
	if all.Wait(); asked.Load() != 3 {
		t.Errorf("%d were asked", asked.Load())
	}
}

func TestSlipsCostNoTry(t *testing.T) {
	d, tr := desk(t)
	by := By{No: "8001", Call: "c1"}
	if _, err := d.Check(t.Context(), by, identity.Elements{Number: "320199190001010018", Name: "测试甲", Employer: "某"}); !errors.Is(err, identity.ErrChecksum) {
		t.Errorf("a misheard number: %v", err)
	}
	if len(tr.rows) != 0 {
		t.Errorf("noted %v", tr.rows)
	}
	tr.fail = errors.New("disk full")
	if got, err := d.Check(t.Context(), by, right); err == nil || got.Answer != "" {
		t.Errorf("answered without its audit row: %+v", got)
	}
}

func TestRetryAndBreaker(t *testing.T) {
	var asked, broken atomic.Int64
	now := noon
	sandbox := NewSandbox(func() time.Time { return now })
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if broken.Add(-1) >= 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		sandbox.ServeHTTP(w, r)
	}))
	c.breaker.now = func() time.Time { return now }
	ask := verifyRequest{RequestID: "r", IDNumber: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"}
	broken.Store(2)
	if v, err := c.verify(t.Context(), ask); err != nil || v.Result != identity.Match || asked.Load() != 3 {
		t.Fatalf("%+v, %v after %d", v, err, asked.Load())
	}
	broken.Store(1000)
	if _, err := c.verify(t.Context(), ask); !errors.Is(err, ErrAway) {
		t.Fatal(err)
	}
	if _, err := c.verify(t.Context(), ask); !errors.Is(err, ErrOpen) {
		t.Fatalf("the breaker let it through: %v", err)
	}
	before := asked.Load()
	if _, err := c.verify(t.Context(), ask); !errors.Is(err, ErrOpen) || asked.Load() != before {
		t.Errorf("asked while open: %v", err)
	}
	broken.Store(0)
	now = now.Add(31 * time.Second)
	if v, err := c.verify(t.Context(), ask); err != nil || v.Result != identity.Match {
		t.Errorf("after its rest: %+v, %v", v, err)
	}
}

func TestAnswersAreNotBelieved(t *testing.T) {
	for name, answer := range map[string]string{
		"no JSON": "<html>", "a result of its own": `{"result":"almost"}`, "a match without a handle": `{"result":"match"}`,
		"too long": `{"result":"match","handle":"` + strings.Repeat("x", maxAnswer) + `"}`,
	} {
		c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		if v, err := c.verify(t.Context(), verifyRequest{}); !errors.Is(err, ErrRefused) || v.Handle != "" {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"rows":[{"label":"状态","value":"正常\u001b[2J"}]}`)
	}))
	if s, err := c.sheet(t.Context(), Card, handleRequest{}); err != nil || strings.ContainsRune(s.Rows[0].Value, 0x1b) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestPlainOnlyAtHome(t *testing.T) {
	for _, u := range []string{"http://business.example:80", "ftp://127.0.0.1", "://", ""} {
		if _, err := New(Config{URL: u}); !errors.Is(err, ErrPlain) {
			t.Errorf("%q: %v", u, err)
		}
	}
	if _, err := New(Config{URL: "https://127.0.0.1:1"}); !errors.Is(err, ErrTrust) {
		t.Errorf("without certificates: %v", err)
	}
}

// TestMutualTLS: the system sees our certificate, and refuses whoever has none.
func TestMutualTLS(t *testing.T) {
	dir := t.TempDir()
	ca, cert := certificate(t, dir)
	srv := httptest.NewUnstartedServer(NewSandbox(time.Now))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca}
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	defer srv.Close()
	c, err := New(Config{URL: srv.URL, Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key"), CA: filepath.Join(dir, "cert")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	v, err := c.verify(t.Context(), verifyRequest{RequestID: "r", IDNumber: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"})
	if err != nil || v.Result != identity.Match || !v.Sandbox {
		t.Errorf("%+v, %v", v, err)
	}
}

// certificate makes one that serves as authority, server and client.
func certificate(t *testing.T, dir string) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "zuoxi test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw})
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "cert"), certPEM, 0o600), os.WriteFile(filepath.Join(dir, "key"), keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pool, pair
}

// TestSandboxSaysSo in every answer, whatever is asked.
func TestSandboxSaysSo(t *testing.T) {
	s := NewSandbox(func() time.Time { return noon })
	for _, tc := range []struct{ method, path, body string }{
		{"POST", "/v1/verify", `{"id_number":"320199190001010019","name":"测试甲","employer":"示例制造有限公司"}`}, {"POST", "/v1/verify", `{`},
		{"POST", "/v1/account", `{"handle":"x","request_id":"r"}`}, {"GET", "/v1/card", ""}, {"POST", "/v9/else", "{}"},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body)))
		var out struct{ Sandbox bool }
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || !out.Sandbox {
			t.Errorf("%s %s: %s", tc.method, tc.path, w.Body)
		}
	}
	for _, p := range People() {
		if n, err := identity.Parse(string(p.Number), noon); err != nil || n != p.Number {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
