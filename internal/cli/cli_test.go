package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/door"
	"zuoxi/kb"
)

// result is one run of the command line in a world of its own.
type result struct {
	code     int
	out, err string
}

func zuoxi(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	if env == nil {
		env = map[string]string{}
	}
	if env["ZUOXI_HOME"] == "" {
		env["ZUOXI_HOME"] = t.TempDir()
	}
	var out, errs bytes.Buffer
	code := Run(context.Background(), Env{
		Args: args, In: strings.NewReader(env["stdin"]), Out: &out, Err: &errs, Getenv: func(k string) string { return env[k] }, Version: "test",
	})
	return result{code, out.String(), errs.String()}
}

func TestWrongUsageIsOneChineseLineAndCode2(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"}, {"--nonsense"}, {"agent", "add"}, {"agent", "add", "3027"}, {"call", "show"}, {"recording", "export", "x"}, {"seat"},
		{"citizen", "--script", "missing.yaml"}, {"agent", "nonsense"},
	} {
		r := zuoxi(t, nil, args...)
		if r.code != exitUsage || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, " · ") {
			t.Errorf("%v: code %d, %q", args, r.code, r.err)
		}
	}
}

func TestErrorsAsJSONCarryAStableCode(t *testing.T) {
	for want, args := range map[string][]string{
		"unreachable": {"--json", "call", "list"},
		"invalid":     {"--json", "agent", "add"},
	} {
		r := zuoxi(t, nil, args...)
		var e struct{ Code, Error string }
		if err := json.Unmarshal([]byte(r.err), &e); err != nil || e.Code != want || e.Error == "" {
			t.Errorf("%v: %q, %v", args, r.err, err)
		}
	}
}

func TestWrongConfigurationIsRefusedWithItsLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte("[hub]\nlistn = []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := zuoxi(t, nil, "--config", path, "hub")
	if r.code != exitFail || !strings.Contains(r.err, "第 2 行") || !strings.Contains(r.err, "hub.listn") {
		t.Errorf("code %d, %q", r.code, r.err)
	}
}

func TestDoctorReportsWithoutAHub(t *testing.T) {
	r := zuoxi(t, map[string]string{"TERM": "xterm", "LANG": "zh_CN.GB18030"}, "--json", "doctor")
	var found []finding
	if err := json.Unmarshal([]byte(r.out), &found); err != nil || r.code != exitFail || !strings.Contains(r.err, "自检没有通过") {
		t.Fatalf("code %d, %v: %q", r.code, err, r.err)
	}
	seen := map[string]finding{}
	for _, f := range found {
		seen[f.Name] = f
	}
	if seen["终端"].OK || !strings.Contains(seen["终端"].Text, "UTF-8") {
		t.Errorf("a terminal that is not UTF-8: %+v", seen["终端"])
	}
	if seen["中心"].OK || seen["中心"].Text == "" {
		t.Errorf("no hub: %+v", seen["中心"])
	}
	// What others named, such as a device or a terminal, cannot act on the screen.
	if r := zuoxi(t, map[string]string{"TERM": "x\x1b[2Jterm", "LANG": "C.UTF-8"}, "doctor"); strings.Contains(r.out, "\x1b") || !strings.Contains(r.out, "TERM=xterm") {
		t.Errorf("printed %q", r.out)
	}
}

func TestHelpAndVersionNeedNothing(t *testing.T) {
	if r := zuoxi(t, nil, "--version"); r.code != exitOK || !strings.Contains(r.out, "test") {
		t.Errorf("%+v", r)
	}
	if r := zuoxi(t, nil, "agent"); r.code != exitOK || !strings.Contains(r.out, "passwd") {
		t.Errorf("%+v", r)
	}
}

// Wrong options and help are told in Chinese, without the words of the libraries below.
func TestOptionsSpeakChinese(t *testing.T) {
	for arg, want := range map[string]string{
		"--calls=abc": "--calls 不能是“abc”，要整数", "--rate=x": "--rate 不能是“x”，要数", "--nonsense": "没有“nonsense”这个选项", "--calls": "“calls”后面缺一个值",
	} {
		if r := zuoxi(t, nil, "demo", arg); r.code != exitUsage || !strings.Contains(r.err, want) || strings.Contains(r.err, "strconv") {
			t.Errorf("%s: %+v", arg, r)
		}
	}
	if r := zuoxi(t, nil, "demo", "--help"); !strings.Contains(r.out, "平均每秒几通来电（不写就是 0.05）") || strings.Contains(r.out, "default") {
		t.Errorf("%s", r.out)
	}
}

// A text that begins with its title is shown with it once.
func TestArticleIsShownWithOneTitle(t *testing.T) {
	home := map[string]string{"ZUOXI_HOME": t.TempDir()}
	if r := zuoxi(t, home, "kb", "import", "../../kb/starter"); r.code != exitOK {
		t.Fatalf("import: %+v", r)
	}
	r := zuoxi(t, home, "kb", "show", "gs-001")
	if r.code != exitOK || strings.Count(r.out, "哪些情形算工伤，哪些不算") != 1 || !strings.Contains(r.out, "口径") {
		t.Errorf("code %d: %s%s", r.code, r.out, r.err)
	}
}

// What a client packs is checked at the hub, and no id leads out of a folder.
func TestArticlesFromOutsideAreChecked(t *testing.T) {
	for id, want := range map[string]bool{"sbk-900": true, "../../x": false, "sbk-900@1": false} {
		data, err := json.Marshal([]kb.Article{{ID: id, Title: "甲\x1b[31m乙", Kind: kb.Kinds[1], Body: "正文"}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := readUpload("articles.json", data)
		if (err == nil) != want || want && list[0].Title != "甲乙" || !want && !strings.Contains(err.Error(), "第 1 行：编号") {
			t.Errorf("%s: %+v, %v", id, list, err)
		}
	}
	dir := t.TempDir()
	var f *fault
	if err := exportTo(filepath.Join(dir, "out"), []kb.Article{{ID: "../x", Title: "甲"}}); !errors.As(err, &f) || !strings.Contains(f.text, "不能作文件名") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.md")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("written outside the folder: %v", err)
	}
}

func TestPasswordComesFromEnvironmentOrALine(t *testing.T) {
	a := &run{Env: Env{In: strings.NewReader("synthetic\n"), Err: &bytes.Buffer{}, Getenv: func(string) string { return "" }}}
	if p, err := a.password(""); err != nil || p != "synthetic" {
		t.Errorf("%q, %v", p, err)
	}
	a.In = strings.NewReader("")
	var u *usage
	if _, err := a.password(""); !errors.As(err, &u) {
		t.Errorf("no password: %v", err)
	}
	a.Getenv = func(string) string { return "from-env" }
	if p, err := a.newPassword(); err != nil || p != "from-env" {
		t.Errorf("%q, %v", p, err)
	}
}

// pairedHub listens with an authority of its own.
func pairedHub(t *testing.T) (addr string, a *door.Authority) {
	t.Helper()
	a, _, err := door.OpenAuthority(t.TempDir(), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	conf := door.Lock{Authority: a}.Config()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_ = serveTLS(c, conf)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().String(), a
}

func TestPairingPinsTheHubAndNothingElseIsTrusted(t *testing.T) {
	addr, authority := pairedHub(t)
	home := t.TempDir()
	seat := func(code string) *run {
		a := &run{Env: Env{Getenv: func(k string) string { return map[string]string{"ZUOXI_HOME": home}[k] }}}
		a.cfg.Seat.Hub, a.cfg.Seat.Pairing = "wss://"+addr, code
		return a
	}
	if _, err := seat("").hubTLS(t.Context()); err == nil {
		t.Fatal("a hub was trusted without pairing")
	}
	if err := dialTLS(t, seat("AAAA-BBBB-CCCC-DDDD-EEEE"), addr); !isUntrusted(err) {
		t.Fatalf("wrong code: %v", err)
	}
	if err := dialTLS(t, seat(strings.ToLower(authority.PairingCode())+" "), addr); err != nil {
		t.Fatalf("right code: %v", err)
	}
	if err := dialTLS(t, seat(""), addr); err != nil {
		t.Fatalf("pinned, without a code: %v", err)
	}
	other, _ := pairedHub(t)
	if err := dialTLS(t, seat(""), other); !isUntrusted(err) {
		t.Fatalf("another hub at the pinned place: %v", err)
	}
	plain := seat("")
	plain.cfg.Seat.Hub = "ws://192.0.2.7:80"
	if _, err := plain.hubTLS(t.Context()); err == nil || !strings.Contains(err.Error(), "口令没有送出") {
		t.Fatalf("plain text outside: %v", err)
	}
}
