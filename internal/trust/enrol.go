package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"zuoxi/wire"
)

// enrol makes a device certificate for the seats.
func (p *place) enrol(name string) (certFile, keyFile string, err error) {
	out, err := p.Run(nil, "--json", "device", "invite", "--name", name)
	if err != nil {
		return "", "", err
	}
	var invited struct{ Code string }
	if err := json.Unmarshal([]byte(out), &invited); err != nil {
		return "", "", err
	}
	_, code, _ := strings.Cut(invited.Code, "/")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return "", "", err
	}
	conf, err := p.tls()
	if err != nil {
		return "", "", err
	}
	body, err := json.Marshal(wire.PairRequest{Invite: code, Request: request})
	if err != nil {
		return "", "", err
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true}, Timeout: clientWait}
	resp, err := client.Post("https://"+p.wss+wire.PairPath, "application/json", strings.NewReader(string(body)))
	if err != nil {
		return "", "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var reply wire.PairReply
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil || reply.Code != wire.CodeOK {
		return "", "", fmt.Errorf("enrolling: %s %w", reply.Text, orNil(err))
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", err
	}
	certFile, keyFile = filepath.Join(p.Dir, name+".pem"), filepath.Join(p.Dir, name+".key")
	return certFile, keyFile, errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: reply.Cert}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
}
