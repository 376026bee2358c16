package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func none(string) string { return "" }

func env(pairs ...string) func(string) string {
	return func(k string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == k {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestExampleNamesEveryKeyWithItsDefault(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	if err := Parse("config.example.toml", data, &c); err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Hub.Names, c.Hub.Names = nil, nil
	c.Keys = nil
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the example reads as\n%+v\ndefaults are\n%+v", c, want)
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	named(t, reflect.TypeFor[Config](), tree, "")
}

func named(t *testing.T, typ reflect.Type, tree map[string]any, path string) {
	for i := range typ.NumField() {
		if typ.Field(i).Anonymous {
			named(t, typ.Field(i).Type, tree, path)
			continue
		}
		key := typ.Field(i).Tag.Get("toml")
		v, ok := tree[key]
		if !ok {
			t.Errorf("%s%s is not in the example", path, key)
			continue
		}
		if sub, isMap := v.(map[string]any); isMap && typ.Field(i).Type.Kind() == reflect.Struct {
			named(t, typ.Field(i).Type, sub, path+key+".")
		}
	}
}

func TestWrongFilesAreNamedWithTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":   {"[hub]\ndistrict = \"1\"\n\n[hub.sip]\nnumbr = \"12333\"\n", "第 5 行：没有“hub.sip.numbr”"},
		"unknown table": {"[hub.sipp]\nx = 1\n", "没有“hub.sipp"},
		"wrong type":    {"[seat.screen]\nfps = \"fast\"\n", "第 2 行"},
		"not TOML":      {"[hub\n", "第 1 行：不是合法的 TOML"},
		"open quote":    {"[hub]\ndistrict = \"1\n", "第 2 行：不是合法的 TOML"},
		"wrong choice":  {"[hub.store]\ndriver = \"oracle\"\n", "sqlite 或 postgres"},
		"wrong ports":   {"[hub.sip]\nrtp_min = 5\nrtp_max = 4\n", "不是一段端口"},
		"too quick":     {"[hub.sip]\nsilence_s = 1\n", "不小于 5"},
		"wrong rate":    {"[seat.screen]\nfps = 500\n", "1 到 120"},
	} {
		path := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, none)
		var ce *Error
		if !errors.As(err, &ce) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "“”") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnvironmentBeatsFileBeatsDefaults(t *testing.T) {
	home := t.TempDir()
	path := Path(env("ZUOXI_HOME", home))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("[hub.sip]\nnumber = \"1\"\nrealm = \"r\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load("", env("ZUOXI_HOME", home, "ZUOXI_HUB_SIP_NUMBER", "2", "ZUOXI_HUB_SIP_GATEWAYS", "127.0.0.1,127.0.0.2",
		"ZUOXI_SEAT_AUTO", "false", "ZUOXI_SEAT_SCREEN_FPS", "30"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Hub.SIP.Number != "2" || c.Hub.SIP.Realm != "r" || len(c.Hub.SIP.Gateways) != 2 || c.Seat.Auto || c.Seat.Screen.FPS != 30 || c.Hub.Queue.Ring != 15 {
		t.Errorf("%+v", c)
	}
	if _, err := Load("", env("ZUOXI_SEAT_SCREEN_FPS", "x")); err == nil || !strings.Contains(err.Error(), "ZUOXI_SEAT_SCREEN_FPS") {
		t.Errorf("wrong number in the environment: %v", err)
	}
}

func TestFolders(t *testing.T) {
	if got := Path(env("HOME", "/h")); got != "/h/.config/zuoxi/config.toml" {
		t.Error(got)
	}
	if got := DataDir(env("HOME", "/h", "XDG_DATA_HOME", "/d"), "hub"); got != "/d/zuoxi/hub" {
		t.Error(got)
	}
	if got := DataDir(env("ZUOXI_HOME", "/z", "XDG_DATA_HOME", "/d"), "seat"); got != "/z/data/seat" {
		t.Error(got)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "missing.toml"), none); err == nil {
		t.Error("a named file that is missing was passed over")
	}
	if _, err := Load("", env("ZUOXI_HOME", t.TempDir())); err != nil {
		t.Errorf("without a file: %v", err)
	}
}

func TestWatchKeepsTheOldOnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("")
	ctx, cancel := context.WithCancel(context.Background())
	type result struct {
		c   Config
		err error
	}
	got := make(chan result, 16)
	done := make(chan error, 1)
	go func() { done <- Watch(ctx, path, none, func(c Config, err error) { got <- result{c, err} }) }()
	// The watcher has no sign of readiness: write until it sees one.
	next := func(text string, fits func(result) bool) {
		t.Helper()
		limit := time.After(10 * time.Second)
		for {
			write(text)
			select {
			case r := <-got:
				if fits(r) {
					return
				}
			case <-time.After(2 * settle):
			case <-limit:
				t.Fatal("the change was not seen")
			}
		}
	}
	next("[log]\nlevel = \"debug\"\n", func(r result) bool { return r.err == nil && r.c.Log.Level == "debug" })
	next("[log]\nlvel = 1\n", func(r result) bool { return r.err != nil })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestHiddenCharacters: a value that shows less than it holds is refused, wherever it stands; spaces and Chinese are not.
func TestHiddenCharacters(t *testing.T) {
	for text, key := range map[string]string{
		"[hub]\ndistrict = \"3200\\u001b[2J00\"":                "hub.district",
		"[hub]\nnames = [\"hub\", \"\\u202egro.elpmaxe\"]":      "hub.names",
		"[[outside.route]]\ncode = \"m\"\nname = \"调\\u200b解\"": "outside.route.name",
		"[keys]\n\"call.answer\" = \"f3\\u0007\"":               "keys.call.answer",
		"[hub.sip]\nuser = \"a\\u0000b\"":                       "hub.sip.user",
		"[hub.sip]\nuser = \"a\\r\\nX: y\"":                     "hub.sip.user",
		"[hub.sip]\nnumber = \"12333\\n\"":                      "hub.sip.number",
		"[hub.sip]\nrealm = \"\"\"\na\nb\"\"\"":                 "hub.sip.realm",
		"[hub]\nnames = [\"hub\\t\"]":                           "hub.names",
		"[hub]\nnames = [\"a\\u000bb\"]":                        "hub.names",
		"[hub]\nnames = [\"a\\u000cb\"]":                        "hub.names",
		"[hub]\nnames = [\"a\\u0085b\"]":                        "hub.names",
		"[hub]\nnames = [\"a\\u2028b\"]":                        "hub.names",
		"[hub]\nnames = [\"a\\u2029b\"]":                        "hub.names",
		"[hub]\nnames = [\"a\\u00a0b\"]":                        "hub.names",
		"[[outside.route]]\ncode = \"m\"\nname = \"劳动  争议·调解\u3000中心\"\n[hub.sip]\npassword = \" two  spaces \"": "",
	} {
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, none)
		if (err != nil) != (key != "") || err != nil && !strings.Contains(err.Error(), "“"+key+"”里有控制字符或看不见的字符") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Load("", env("ZUOXI_HUB_DISTRICT", "32\x1b]0;x\x07", "HOME", t.TempDir())); err == nil {
		t.Error("the environment may hide what the file may not")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("[hub]\nlisten = [\"wss://127.0.0.1:1\"]\n")
	f.Add("[hub.sip\n")
	f.Add("a.b.c = [1, {x = 2}]")
	f.Fuzz(func(t *testing.T, text string) {
		c := Defaults()
		if err := Parse("f", []byte(text), &c); err != nil {
			var ce *Error
			if !errors.As(err, &ce) {
				t.Errorf("not a line for people: %v", err)
			}
		}
	})
}
