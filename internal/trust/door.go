package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zuoxi/wire"
)

func doors() []promise {
	const group = "门"
	return []promise{
		{group, "TLS 1.3；1.2 要配置才接；明文只在本机", false, proveVersions},
		{group, "过期、换名、换人、自签的证书都拒绝，3 s 内说出原因和日期", false, proveCertificates},
		{group, "登记码只用一次；登记过的电脑用自己的证书；撤销立即断开", false, proveDevices},
		{group, "自己的证书可用；到期前 30/7/1 天提醒", false, proveOwn},
		{group, "网页（带 Origin）、别的协议、路径之外的一律不接", false, proveOrigin},
		{group, "握手、请求头、登录各 5 s 不说话就断开", false, proveSilence},
	}
}

func proveVersions(s *stage) (string, error) {
	p, err := s.open(nil)
	s.must(err)
	defer p.Close()
	conf, err := p.tls()
	s.must(err)
	try := func(most uint16) error {
		c := conf.Clone()
		c.MinVersion, c.MaxVersion = tls.VersionTLS10, most
		conn, err := tls.Dial("tcp", p.wss, c)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	s.mustWhen("TLS 1.3 refused", try(tls.VersionTLS13))
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS11, tls.VersionTLS10} {
		if try(v) == nil {
			return "", fmt.Errorf("%s was accepted", tls.VersionName(v))
		}
	}
	s.must(p.StopHub())
	p.Extra = append(p.Extra, "ZUOXI_HUB_TLS_MIN=1.2")
	s.must(p.StartHub())
	s.mustWhen("TLS 1.2 refused though configured", try(tls.VersionTLS12))
	if try(tls.VersionTLS11) == nil {
		return "", errors.New("TLS 1.1 was accepted")
	}
	out, err := p.Run([]string{"ZUOXI_HUB_LISTEN=ws://0.0.0.0:0", "ZUOXI_HUB_VOICE_LISTEN=127.0.0.1:0", "ZUOXI_HUB_SIP_LISTEN=udp://127.0.0.1:0", "ZUOXI_HUB_DATA=" + filepath.Join(s.dir, "open")}, "hub")
	if err == nil || !strings.Contains(out, "不加密又不在本机") {
		return "", fmt.Errorf("plain text outside gave %q", out)
	}
	return "1.3 接；1.2、1.1、1.0 拒；配置后 1.2 接", nil
}

// mint makes a server certificate, signed by parent or by itself.
func mint(tmpl *x509.Certificate, parent *tls.Certificate) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	tmpl.SerialNumber = big.NewInt(time.Now().UnixNano())
	tmpl.Subject = pkix.Name{CommonName: "synthetic"}
	tmpl.BasicConstraintsValid = true
	signer, by := any(key), tmpl
	if parent != nil {
		signer, by = parent.PrivateKey, parent.Leaf
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, by, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	chain := [][]byte{der}
	if parent != nil {
		chain = append(chain, parent.Leaf.Raw)
	}
	return &tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf}, nil
}

func authority() (*tls.Certificate, error) {
	return mint(&x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0)}, nil)
}

func loopbackCert(from, to time.Time) *x509.Certificate {
	return &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: from, NotAfter: to, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
}

// impostor listens with a certificate and answers nothing else.
func impostor(cert *tls.Certificate) (net.Listener, error) {
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS13})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.(*tls.Conn).Handshake()
			_ = c.Close()
		}
	}()
	return l, nil
}

func proveCertificates(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	ours, err := authority()
	s.must(err)
	stranger, err := authority()
	s.must(err)
	pinned := filepath.Join(s.dir, "authority.pem")
	s.must(os.WriteFile(pinned, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.Leaf.Raw}), 0o600))
	now := time.Now()
	elsewhere := loopbackCert(now.AddDate(0, 0, -1), now.AddDate(0, 1, 0))
	elsewhere.IPAddresses, elsewhere.DNSNames = nil, []string{"other.example.com"}
	day := func(t time.Time) string { return t.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02") } // as the program does everywhere
	worst := time.Duration(0)
	for _, c := range []struct {
		name string
		tmpl *x509.Certificate
		by   *tls.Certificate
		want []string
	}{
		{"expired", loopbackCert(now.AddDate(0, -2, 0), now.AddDate(0, 0, -3)), ours, []string{"已过期", day(now.AddDate(0, 0, -3))}},
		{"not yet valid", loopbackCert(now.AddDate(0, 0, 2), now.AddDate(0, 1, 0)), ours, []string{"才生效", day(now.AddDate(0, 0, 2))}},
		{"another name", elsewhere, ours, []string{"other.example.com", "127.0.0.1"}},
		{"changed", loopbackCert(now.AddDate(0, 0, -1), now.AddDate(0, 1, 0)), stranger, []string{"不是配对时认下的", day(stranger.Leaf.NotAfter)}},
		{"self-signed", loopbackCert(now.AddDate(0, 0, -1), now.AddDate(0, 1, 0)), nil, []string{"不是配对时认下的", day(now.AddDate(0, 1, 0))}},
	} {
		cert, err := mint(c.tmpl, c.by)
		s.must(err)
		l, err := impostor(cert)
		s.must(err)
		t := p.sit("knock-"+strings.ReplaceAll(c.name, " ", "-"), 120, 40, "ZUOXI_SEAT_HUB=wss://"+l.Addr().String(), "ZUOXI_SEAT_AUTHORITY="+pinned)
		t.see("工号").press("{3027} <tab> {synthetic-3027}")
		began := time.Now()
		t.press("<f9>")
		for _, w := range append(c.want, "口令没有送出") {
			t.see(w)
		}
		worst = max(worst, time.Since(began))
		_ = l.Close()
		t.kill()
		if t.err != nil {
			return "", fmt.Errorf("%s: %w", c.name, t.err)
		}
	}
	if worst > s.within(3*time.Second) {
		return "", fmt.Errorf("the slowest refusal took %v", worst)
	}
	return fmt.Sprintf("5 种都拒绝，画面上最慢 %.2f s，口令没有送出", worst.Seconds()), nil
}

func proveDevices(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	p.Extra = append(p.Extra, "ZUOXI_HUB_LISTEN=wss://"+p.wss, "ZUOXI_SEAT_HUB=wss://"+p.wss)
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	conf, err := p.tls()
	s.must(err)
	if c, err := reach("wss://"+p.wss, conf, nil); err == nil {
		c.close()
		return "", errors.New("a PC without a certificate got in")
	} else if !strings.Contains(err.Error(), "403") {
		return "", fmt.Errorf("without a certificate: %w", err)
	}
	out, err := p.Run(nil, "--json", "device", "invite", "--name", "演练一号机")
	s.must(err)
	var invited struct{ Code string }
	if err := json.Unmarshal([]byte(out), &invited); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	seat := "ZUOXI_SEAT_DATA=" + filepath.Join(s.dir, "seat-pc") // where story.World puts the seat of that name
	out, err = p.Run([]string{seat}, "--json", "pair", invited.Code)
	s.must(err)
	var paired wire.PairReply
	if err := json.Unmarshal([]byte(out), &paired); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	if out, err := p.Run([]string{"ZUOXI_SEAT_DATA=" + filepath.Join(s.dir, "pc2")}, "pair", invited.Code); err == nil || !strings.Contains(out, "用过了") {
		return "", fmt.Errorf("the invitation worked twice: %s", out)
	}
	t := p.sit("pc", 120, 40).signIn("3027")
	if t.err != nil {
		return "", fmt.Errorf("the registered PC: %w", t.err)
	}
	began := time.Now()
	_, err = p.Run(nil, "device", "revoke", paired.Device)
	s.must(err)
	if t.see("登记已撤销|没有登记|登记可能已撤销"); t.err != nil {
		return "", fmt.Errorf("after the revocation: %w", t.err)
	}
	return fmt.Sprintf("无证书 403；第二次用被拒；撤销后 %.1f s 画面说明", time.Since(began).Seconds()), nil
}

func proveOwn(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	ca, err := authority()
	s.must(err)
	certFile, keyFile := filepath.Join(s.dir, "own.pem"), filepath.Join(s.dir, "own.key")
	write := func(days int) error {
		cert, err := mint(loopbackCert(time.Now().AddDate(0, 0, -1), time.Now().Add(time.Duration(days)*24*time.Hour+time.Hour)), ca)
		if err != nil {
			return err
		}
		key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
		if err != nil {
			return err
		}
		if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600); err != nil {
			return err
		}
		return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Leaf.Raw}), 0o600)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.Leaf)
	p.Extra = append(p.Extra, "ZUOXI_HUB_TLS_CERT="+certFile, "ZUOXI_HUB_TLS_KEY="+keyFile)
	warned := 0
	for _, days := range []int{60, 29, 6, 0} {
		s.must(write(days))
		before := strings.Count(p.HubLog(), "of the centre's own ends")
		s.must(p.StartHub())
		c, err := tls.Dial("tcp", p.wss, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13})
		s.mustWhen("the centre's own certificate", err)
		_ = c.Close()
		if days <= 30 {
			s.must(within(patience, "the warning", func() (bool, error) { return strings.Count(p.HubLog(), "of the centre's own ends") > before, nil }))
			warned++
		} else if strings.Count(p.HubLog(), "of the centre's own ends") > 0 {
			return "", errors.New("warned 60 days before the end")
		}
		s.must(p.StopHub())
	}
	s.must(os.Chmod(keyFile, 0o644))
	if err := p.StartHub(); err == nil {
		return "", errors.New("a key that others can read was taken")
	}
	return fmt.Sprintf("接受；剩 60 天不提醒，29/6/0 天提醒 %d 次；别人能读的私钥拒绝", warned), nil
}

func proveOrigin(s *stage) (string, error) {
	p, err := s.open(nil)
	s.must(err)
	defer p.Close()
	conf, err := p.paired()
	s.must(err)
	if c, err := reach("wss://"+p.wss, conf, http.Header{"Origin": {"https://" + p.wss}}); err == nil {
		c.close()
		return "", errors.New("a web page got in")
	}
	transport := &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, Timeout: clientWait}
	for path, want := range map[string]int{"/": 404, "/v1/seat": 426, "/metrics": 404, "/v1/pair": 405, "/..%2f..%2fetc/passwd": 404} {
		resp, err := client.Get("https://" + p.wss + path)
		s.must(err)
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			return "", fmt.Errorf("GET %s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	return "Origin 403；GET 5 个路径各得 404/405/426", nil
}

// untilCut reads what the hub says until it hangs up, and tells how long it waited.
func untilCut(c net.Conn) (time.Duration, error) {
	defer func() { _ = c.Close() }()
	began := time.Now()
	_ = c.SetReadDeadline(began.Add(patience))
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			took := time.Since(began)
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				return took, fmt.Errorf("still open after %v", took)
			}
			return took, nil
		}
	}
}

func proveSilence(s *stage) (string, error) {
	p, err := s.open(nil)
	s.must(err)
	defer p.Close()
	conf, err := p.tls()
	s.must(err)
	mute, err := net.Dial("tcp", p.wss)
	s.must(err)
	header, err := tls.Dial("tcp", p.wss, conf)
	s.must(err)
	_, err = header.Write([]byte("GET /v1/seat HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	s.must(err)
	login, err := reach(p.SeatURL(), nil, nil)
	s.must(err)
	type cut struct {
		what string
		took time.Duration
		err  error
	}
	cuts := make(chan cut, 3)
	for what, c := range map[string]net.Conn{"握手": mute, "请求头": header, "登录": login.ws.UnderlyingConn()} {
		go func() {
			took, err := untilCut(c)
			cuts <- cut{what, took, err}
		}()
	}
	var said []string
	for range 3 {
		c := <-cuts
		s.mustWhen(c.what, c.err)
		if c.took > s.within(6500*time.Millisecond) {
			return "", fmt.Errorf("%s cut only after %v", c.what, c.took)
		}
		said = append(said, fmt.Sprintf("%s %.1f s", c.what, c.took.Seconds()))
	}
	return strings.Join(said, "，") + " 断开", nil
}
