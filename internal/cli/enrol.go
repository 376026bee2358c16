package cli

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub/door"
	"zuoxi/internal/durable"
	"zuoxi/session/link"
	"zuoxi/wire"
)

// What a registered PC keeps: the certificate beside the seat's data, its key
// in the keyring, or in a file where there is none.
const (
	deviceCert = "device.pem"
	deviceFile = "device.key"
	deviceUser = "device-key"
)

const pairingLimit = 10 * time.Second

func (a *run) pairCommand() *cobra.Command {
	return &cobra.Command{
		Use: "pair 登记码", Short: "把这台电脑登记到中心：认下中心的证书，领一张本机的证书", Args: exactArgs("登记码"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.pair(cmd.Context(), args[0]) },
	}
}

// pair knows the hub by the first half of the code and proves with the second
// that the administrator meant this PC.
func (a *run) pair(ctx context.Context, code string) error {
	reply, where, err := a.register(ctx, code)
	if err != nil {
		return err
	}
	return a.print(reply, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "已登记 %s %s，到 %s；私钥在%s\n", reply.Device, reply.Name, reply.Until.Local().Format("2006-01-02"), where)
	})
}

// register pins the hub's authority, gets this PC a certificate and says where
// its key is. Certificate and authority are placed last: until then nothing has happened.
func (a *run) register(ctx context.Context, code string) (reply wire.PairReply, where string, err error) {
	pairing, invite, ok := strings.Cut(strings.TrimSpace(code), "/")
	u, err := url.Parse(a.cfg.Seat.Hub)
	if !ok || err != nil || u.Scheme != "wss" {
		return reply, "", &fault{code: wire.CodeInvalid, text: "登记码要写成 配对码/登记码，seat.hub 要写成 wss://主机:端口 · 没有登记 · 请向管理员要完整的一行"}
	}
	data := a.seatData()
	var authority *x509.Certificate
	conf := pairTLS(u.Hostname(), pairing, func(ca *x509.Certificate) error { authority = ca; return nil })
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return reply, "", fmt.Errorf("making the device's key: %w", err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "zuoxi seat"}}, key)
	if err != nil {
		return reply, "", fmt.Errorf("asking for a certificate: %w", err)
	}
	reply, err = enrol(ctx, "https://"+u.Host+wire.PairPath, conf, wire.PairRequest{Invite: invite, Request: request})
	if err != nil {
		return reply, "", err
	}
	where, err = a.keepDevice(data, key, reply.Cert, authority.Raw)
	return reply, where, err
}

// enrol exchanges the invitation for a certificate.
func enrol(ctx context.Context, at string, conf *tls.Config, ask wire.PairRequest) (wire.PairReply, error) {
	var reply wire.PairReply
	ctx, cancel := context.WithTimeout(ctx, pairingLimit)
	defer cancel()
	body, err := json.Marshal(ask)
	if err != nil {
		return reply, fmt.Errorf("asking for a certificate: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return reply, fmt.Errorf("asking for a certificate: %w", err)
	}
	transport := &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if text, is := link.Untrusted(err, time.Now()); is {
		return reply, &fault{code: wire.CodeForbidden, err: err, text: text}
	}
	if err != nil {
		return reply, &fault{code: wire.CodeUnreachable, err: err, text: "连不上中心（" + at + "） · 没有登记 · 请检查网线和 seat.hub"}
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&reply); err != nil {
		return reply, &fault{code: wire.CodeVersion, err: err, text: "中心的回答看不懂 · 没有登记 · 请核对两边的版本"}
	}
	if reply.Code != wire.CodeOK {
		return reply, &fault{code: reply.Code, text: reply.Text}
	}
	return reply, nil
}

// keepDevice keeps what a registration gave and says where its key is. The old
// registration holds until the new certificate takes its place: so long the new
// key lies beside the old one, and the one that fits the certificate is used.
func (a *run) keepDevice(data string, key *ecdsa.PrivateKey, cert, authority []byte) (where string, err error) {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("keeping the device's key: %w", err)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return "", &fault{code: wire.CodeInternal, err: err, text: "坐席的数据目录建不了（" + data + "） · 登记没有完成 · 请检查权限后再登记"}
	}
	files := []fresh{certificateFile(filepath.Join(data, deviceCert), cert), certificateFile(filepath.Join(data, pinnedFile), authority)}
	keys := [][]byte{raw}
	if old, err := a.oldKey(); err == nil {
		keys = append(keys, old)
	}
	for _, f := range files {
		err = errors.Join(err, f.write())
	}
	inRing := false
	if err == nil {
		inRing, err = a.keepKeys(keys)
	}
	for _, f := range files {
		if err == nil {
			err = f.place()
		}
	}
	if err != nil {
		for _, f := range files {
			f.drop()
		}
		return "", &fault{code: wire.CodeInternal, err: err, text: "本机的证书存不下（" + data + "） · 登记没有完成，原来的登记没有动 · 请检查磁盘和权限后再登记"}
	}
	if _, err := a.keepKeys(keys[:1]); err == nil && inRing { // an old key that stays fits no certificate
		_ = os.Remove(filepath.Join(data, deviceFile))
	}
	if inRing {
		return "系统钥匙串", nil
	}
	return "文件 " + filepath.Join(data, deviceFile) + "（没有系统钥匙串；权限 0600）", nil
}

func certificateFile(path string, der []byte) fresh {
	return fresh{path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// keepKeys keeps private keys in the keyring, or in a file where there is none.
func (a *run) keepKeys(keys [][]byte) (inRing bool, err error) {
	var ring []string
	var file []byte
	for _, k := range keys {
		ring = append(ring, base64.RawStdEncoding.EncodeToString(k))
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})...)
	}
	if !a.passing && (&vault{getenv: a.Getenv}).available() && set(deviceUser, strings.Join(ring, ringGap)) == nil {
		return true, nil
	}
	return false, durable.Put(filepath.Join(a.seatData(), deviceFile), file)
}

// ringGap parts the keys that the keyring holds; base64 has none.
const ringGap = ","

// oldKey is the key of the registration that holds so far.
func (a *run) oldKey() ([]byte, error) {
	cert, err := readCertificate(filepath.Join(a.seatData(), deviceCert))
	if err != nil {
		return nil, err
	}
	key, err := a.deviceKey(cert)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

// showDevice lets the seat show this PC's certificate where it has one.
func (a *run) showDevice(conf *tls.Config) error {
	cert, err := readCertificate(filepath.Join(a.seatData(), deviceCert))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var key any
	if err == nil {
		key, err = a.deviceKey(cert)
	}
	if err != nil {
		return &fault{code: wire.CodeInvalid, err: err, text: "本机的证书或私钥打不开 · 没有连接 · 请解锁系统钥匙串，或请管理员重新登记（zuoxi pair）"}
	}
	conf.Certificates = []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}}
	return nil
}

// deviceKey is the key that fits the certificate, from the file or the keyring.
func (a *run) deviceKey(cert *x509.Certificate) (any, error) {
	data, _ := os.ReadFile(filepath.Join(a.seatData(), deviceFile)) // mostly there is none
	var keys [][]byte
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		keys = append(keys, block.Bytes)
	}
	if key := fitting(cert, keys); key != nil {
		return key, nil
	}
	if !(&vault{getenv: a.Getenv}).available() {
		return nil, errKeyring
	}
	text, err := get(deviceUser)
	if err != nil {
		return nil, fmt.Errorf("the device's key: %w", err)
	}
	keys = nil
	for one := range strings.SplitSeq(text, ringGap) {
		if raw, err := base64.RawStdEncoding.DecodeString(one); err == nil {
			keys = append(keys, raw)
		}
	}
	if key := fitting(cert, keys); key != nil {
		return key, nil
	}
	return nil, errKeyring
}

// fitting is the key whose certificate it is, nil without one.
func fitting(cert *x509.Certificate, keys [][]byte) crypto.Signer {
	for _, raw := range keys {
		key, err := x509.ParsePKCS8PrivateKey(raw)
		if err != nil {
			continue
		}
		own, can := key.(crypto.Signer)
		public, knows := cert.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
		if can && knows && public.Equal(own.Public()) {
			return own
		}
	}
	return nil
}

// deviceNote warns 30, 7 and 1 days before this PC's certificate ends.
func (a *run) deviceNote(now time.Time) string {
	cert, err := readCertificate(filepath.Join(a.seatData(), deviceCert))
	if err != nil {
		return ""
	}
	if days, due := door.Warning(cert.NotAfter.Sub(now)); due {
		if days == 0 {
			return "本机的登记 " + cert.NotAfter.Local().Format("2006-01-02") + " 已到期 · 可能连不上中心 · 请管理员重新登记"
		}
		return "本机的登记 " + cert.NotAfter.Local().Format("2006-01-02") + " 到期 · 到期后连不上中心 · 请管理员重新登记"
	}
	return ""
}
