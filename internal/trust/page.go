package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zuoxi/internal/story"
)

func pages() []promise {
	const group = "网页与接口"
	return []promise{
		{group, "部门网页、移送接口、大屏页：只有 TLS 1.3，没有令牌看不到", false, provePages},
		{group, "移送接口：键重复、33 层、两个值、过大都不收，同一件只收一次", false, proveCases},
		{group, "一个地址至多 512 个连接；正文不来 10 s 断开", false, provePageLimits},
	}
}

const (
	bodyToken = "synthetic-token-of-a-body"
	wallToken = "synthetic-token-of-the-wall"
)

// fronted is a hub with a page for departments, a body that may hand cases
// over, and a wall; web knows the certificate of the page.
type fronted struct {
	*place
	forms, wall string // host:port
	pool        *x509.CertPool
	web         *http.Client
}

func (s *stage) fronted() *fronted {
	p, err := s.newPlace()
	s.must(err)
	f := &fronted{place: p, pool: x509.NewCertPool()}
	for _, at := range []*string{&f.forms, &f.wall} {
		port, err := story.FreePort()
		s.must(err)
		*at = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	ca, err := authority()
	s.must(err)
	cert, err := mint(loopbackCert(time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 3, 0)), ca)
	s.must(err)
	certFile, keyFile, token := filepath.Join(s.dir, "forms.pem"), filepath.Join(s.dir, "forms.key"), filepath.Join(s.dir, "body.token")
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	s.must(err)
	s.must(errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Leaf.Raw}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600),
		os.WriteFile(token, []byte(bodyToken), 0o600)))
	p.Extra = append(p.Extra, "ZUOXI_OUTSIDE_FORMS_LISTEN="+f.forms, "ZUOXI_OUTSIDE_FORMS_CERT="+certFile, "ZUOXI_OUTSIDE_FORMS_KEY="+keyFile,
		"ZUOXI_HUB_FLOOR_WALL_LISTEN=https://"+f.wall, "ZUOXI_HUB_FLOOR_WALL_TOKEN="+wallToken)
	conf, err := os.OpenFile(filepath.Join(p.Dir, "home", "config", "config.toml"), os.O_APPEND|os.O_WRONLY, 0o600)
	s.must(err)
	_, err = fmt.Fprintf(conf, "[[outside.route]]\ncode = \"mediation\"\nname = \"劳动人事争议调解\"\naccept_file = %q\nowner = \"3027\"\n", token)
	s.must(errors.Join(err, conf.Close()))
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	own, err := p.tls()
	s.must(err)
	f.pool.AddCert(ca.Leaf)
	own.RootCAs.AddCert(ca.Leaf)
	f.web = &http.Client{
		Transport: &http.Transport{TLSClientConfig: own, DisableKeepAlives: true}, Timeout: clientWait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f
}

// ask tells the status and the body of an answer, and its headers.
func (f *fronted) ask(method, url, token, key, body string) (int, string, http.Header, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if method == http.MethodPost && token == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := f.web.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, string(data), resp.Header, err
}

func provePages(s *stage) (string, error) {
	f := s.fronted()
	defer f.Close()
	link := "https://" + f.forms + "/r/" + strings.Repeat("a", 32)
	tried := 0
	for _, c := range []struct {
		method, url, token string
		want               int
	}{
		{"GET", link, "", 404}, {"POST", link, "", 404}, {"PUT", link, "", 405}, {"GET", "https://" + f.forms + "/r/../handover/v1/cases/x", "", 307},
		{"GET", "https://" + f.forms + "/v1/seat", "", 404}, {"GET", "https://" + f.forms + "/metrics", "", 404},
		{"GET", "https://" + f.forms + "/handover/v1/cases/x", "", 401}, {"GET", "https://" + f.forms + "/handover/v1/cases/x", bodyToken + "x", 401},
		{"GET", "https://" + f.forms + "/handover/v1/cases/x", bodyToken, 404},
		{"GET", "https://" + f.wall + "/wall/", "", 403}, {"GET", "https://" + f.wall + "/wall/events", "", 403}, {"GET", "https://" + f.wall + "/wall/?token=guess", "", 403},
		{"GET", "https://" + f.wall + "/wall/?token=" + wallToken, "", 302}, {"GET", "https://" + f.wall + "/v1/seat", "", 403},
	} {
		got, body, head, err := f.ask(c.method, c.url, c.token, "", "")
		s.mustWhen(c.url, err)
		if got != c.want && !(c.want == 307 && got/100 == 3) {
			return "", fmt.Errorf("%s %s: %d, want %d: %s", c.method, c.url, got, c.want, body)
		}
		if csp := head.Get("Content-Security-Policy"); (strings.Contains(c.url, "/r/a") || strings.Contains(c.url, "/wall/")) && !strings.Contains(csp, "frame-ancestors 'none'") {
			return "", fmt.Errorf("%s has the policy %q", c.url, csp)
		}
		tried++
	}
	for _, at := range []string{f.forms, f.wall} {
		for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS11} {
			old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: v} //nolint:gosec // only whether the version is taken
			if c, err := tls.Dial("tcp", at, old); err == nil {
				_ = c.Close()
				return "", fmt.Errorf("%s took %s", at, tls.VersionName(v))
			}
		}
	}
	return fmt.Sprintf("%d 种请求各得其所；TLS 1.2、1.1 都拒", tried), nil
}

func proveCases(s *stage) (string, error) {
	f := s.fronted()
	defer f.Close()
	url := "https://" + f.forms + "/handover/v1/cases"
	good := `{"id":"m-1","kind":"consult","question":"演练移送","subject":"劳动关系","region":"320100"}`
	refusals := map[string]string{
		"a key twice": `{"id":"m-2","id":"m-3","kind":"consult","question":"q"}`, "33 deep": `{"id":"m-2","kind":"consult","question":"q","more":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`,
		"two values": good + `{}`, "no UTF-8": "{\"id\":\"m-2\",\"kind\":\"consult\",\"question\":\"\xff\"}",
		"too large": `{"id":"m-2","kind":"consult","question":"` + strings.Repeat("q", 256<<10) + `"}`, "no JSON": "<case/>", "nothing": "",
	}
	for name, body := range refusals {
		if got, said, _, err := f.ask("POST", url, bodyToken, "m-2", body); err != nil || got != http.StatusBadRequest {
			return "", fmt.Errorf("%s: %d %s %w", name, got, said, orNil(err))
		}
	}
	receipts := map[string]bool{}
	for range 2 {
		got, said, _, err := f.ask("POST", url, bodyToken, "m-1", good)
		s.must(err)
		if got != http.StatusCreated && got != http.StatusOK {
			return "", fmt.Errorf("a good case: %d %s", got, said)
		}
		receipts[said] = true
	}
	if len(receipts) != 1 {
		return "", fmt.Errorf("one case got %d receipts: %v", len(receipts), receipts)
	}
	log := f.HubLog()
	if strings.Contains(log, "演练移送") || strings.Contains(log, bodyToken) {
		return "", errors.New("the log holds a case or a token")
	}
	return fmt.Sprintf("%d 种坏内容都是 400；好的一件送两次，一个回执", len(refusals)), nil
}

func provePageLimits(s *stage) (string, error) {
	f := s.fronted()
	defer f.Close()
	slow, err := tls.Dial("tcp", f.forms, &tls.Config{RootCAs: f.pool, MinVersion: tls.VersionTLS13})
	s.must(err)
	_, err = io.WriteString(slow, "POST /handover/v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+bodyToken+"\r\nContent-Length: 100\r\n\r\n{")
	s.must(err)
	type cut struct {
		took time.Duration
		err  error
	}
	ended := make(chan cut, 1)
	go func() {
		took, err := untilCut(slow)
		ended <- cut{took, err}
	}()
	const many, most = 600, 512
	kept := many
	s.must(within(patience, "a rush from one address", func() (bool, error) {
		var told bool
		kept, told, err = rush(f.forms, many)
		s.must(err)
		return told, nil
	}))
	if kept > most {
		return "", fmt.Errorf("%d of %d connections of one address were kept", kept, many)
	}
	s.must(within(patience, "the page after the rush", func() (bool, error) {
		got, _, _, err := f.ask("GET", "https://"+f.forms+"/r/"+strings.Repeat("a", 32), "", "", "")
		return got == http.StatusNotFound, err
	}))
	c := <-ended
	s.must(c.err)
	if c.took > s.within(12*time.Second) {
		return "", fmt.Errorf("a body that never came was waited for %v", c.took)
	}
	return fmt.Sprintf("%d 条里留下 %d 条，之后网页照常；正文 %.1f s 断开", many, kept, c.took.Seconds()), nil
}

// rush opens many silent connections at once and tells how many are kept when
// the last one has been closed. It tells nothing when the first is closed by
// then too: it was silent for too long, and what is cut is not what was refused.
func rush(addr string, many int) (kept int, told bool, err error) {
	var all []net.Conn
	defer func() {
		for _, c := range all {
			_ = c.Close()
		}
	}()
	for range many {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return 0, false, err
		}
		all = append(all, c)
	}
	last := all[many-1]
	_ = last.SetReadDeadline(time.Now().Add(patience))
	if _, err := last.Read(make([]byte, 1)); stands(err) {
		return many, true, nil
	}
	for _, c := range all {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); stands(err) {
			kept++
		} else if c == all[0] {
			return 0, false, nil
		}
	}
	return kept, true, nil
}

// stands tells of a reading that gave err whether the connection is still open.
func stands(err error) bool {
	var late net.Error
	return err == nil || errors.As(err, &late) && late.Timeout()
}
