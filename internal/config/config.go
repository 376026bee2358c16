// Package config reads zuoxi's configuration: one TOML file, the environment
// over it, flags over both. It is a leaf that anybody may read; internal/cli
// turns it into the configurations of the parts. It promises that a wrong key
// or value is named with its line and refused, never guessed at, and that
// config.example.toml names every key with its default.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Config is everything that can be set.
type Config struct {
	Hub     Hub               `toml:"hub"`
	Outside Outside           `toml:"outside"` // of the hub
	Seat    Seat              `toml:"seat"`
	Keys    map[string]string `toml:"keys"`
	Log     Log               `toml:"log"`
}

// Hub is the provincial hub.
type Hub struct {
	Data string `toml:"data"` // folder; empty = the system's place for data
	Doors
	District  string    `toml:"district"`
	TLS       TLS       `toml:"tls"`
	SIP       SIP       `toml:"sip"`
	Voice     Voice     `toml:"voice"`
	Menu      Menu      `toml:"menu"`
	Queue     Queue     `toml:"queue"`
	Outgoing  Outgoing  `toml:"outgoing"`
	Store     Store     `toml:"store"`
	Recording Recording `toml:"recording"`
	Business  Business  `toml:"business"`
	Floor     Floor     `toml:"floor"`
	// Deadlines are the centre's own lengths, by the codes of rules/deadline.
	Deadlines map[string]string `toml:"deadlines"`
}

// Doors are where the hub is reached.
type Doors struct {
	Listen []string `toml:"listen"` // wss://host:port, ws:// on loopback only
	Names  []string `toml:"names"`  // names and addresses in the hub's certificate
	Socket string   `toml:"socket"` // administrator's Unix socket; empty = in data
	Status string   `toml:"status"` // /healthz /readyz /metrics, loopback
}

// Floor is how the seats are looked after.
type Floor struct {
	Shown  bool    `toml:"listening_shown"` // an agent sees that somebody only listens
	Alarms []Alarm `toml:"alarms"`          // over the table of rules/alarm, by code
	Rubric string  `toml:"rubric"`          // file of the centre's own marking sheet
	Appeal int     `toml:"appeal_days"`     // workdays in which an agent may object to a score or a month sheet
	Wall   Wall    `toml:"wall"`
}

// Alarm is one rule of the centre (rules/alarm).
type Alarm struct {
	Code    string  `toml:"code"`
	Measure string  `toml:"measure"`
	Limit   float64 `toml:"limit"`
	For     int     `toml:"for_s"`
	Least   int     `toml:"least"`
	Level   string  `toml:"level"`
	Sound   bool    `toml:"sound"`
	Message bool    `toml:"message"`
	Off     bool    `toml:"off"`
}

// Wall is the leaders' page for the screen on the wall.
type Wall struct {
	Listen []string `toml:"listen"` // https://host:port, http:// on loopback only; empty = none
	Token  string   `toml:"token"`  // asked of who is not in allow
	Allow  []string `toml:"allow"`  // addresses or CIDR that need no token
}

// TLS is how the door for seats is locked.
type TLS struct {
	Min       string `toml:"min"`     // 1.3, or 1.2 for old devices in between
	Cert      string `toml:"cert"`    // PEM file of a certificate of one's own, with its chain; empty = the hub's authority issues one
	Key       string `toml:"key"`     // its private key
	Devices   bool   `toml:"devices"` // only PCs with a device certificate get in by TLS
	PerSource int    `toml:"per_source"`
}

// SIP is the trunk to the telephone network.
type SIP struct {
	Listen        []string `toml:"listen"`   // udp://host:port, tcp://host:port
	Gateways      []string `toml:"gateways"` // addresses or CIDR that may call
	User          string   `toml:"user"`     // digest asked of the gateways; empty = none
	Password      string   `toml:"password"`
	Realm         string   `toml:"realm"`
	Proxy         string   `toml:"proxy"` // where outgoing calls go, host:port
	ProxyUser     string   `toml:"proxy_user"`
	ProxyPassword string   `toml:"proxy_password"`
	Number        string   `toml:"number"` // our own number, shown on outgoing calls
	RTP           string   `toml:"rtp"`    // address of the voice towards the gateways
	RTPMin        int      `toml:"rtp_min"`
	RTPMax        int      `toml:"rtp_max"`
	MaxCalls      int      `toml:"max_calls"`
	GatewayCalls  int      `toml:"gateway_calls"` // of them from one gateway; 0 = all
	Silence       int      `toml:"silence_s"`     // without a packet the far side is gone; 0 = never
	Ping          int      `toml:"ping_s"`        // how often the outbound proxy is asked whether it is alive; 0 = never
}

// Voice is the port for the seats' voice.
type Voice struct {
	Listen []string `toml:"listen"`
}

// Menu is what a caller hears first.
type Menu struct {
	File     string `toml:"file"`     // own ivr.toml; empty = built in
	Prompts  string `toml:"prompts"`  // folder of recorded WAV files over the built-in ones
	Mode     string `toml:"mode"`     // menu or direct; empty = as the file says
	Always   bool   `toml:"always"`   // agents around the clock, whatever the hours say
	Calendar string `toml:"calendar"` // folder of workdays-YEAR.json; empty = built in
}

// Queue holds the centre's times, in seconds.
type Queue struct {
	Ring     int `toml:"ring_s"`
	Wrap     int `toml:"wrap_s"`
	Extend   int `toml:"extend_s"`
	Hold     int `toml:"hold_s"` // a lost seat's call is kept this long
	Overflow int `toml:"overflow_s"`
	Target   int `toml:"target_s"` // aimed length of a call, shown to the agent
}

// Outgoing bounds what agents call, and names who can be consulted.
type Outgoing struct {
	QuietFrom string `toml:"quiet_from"` // HH:MM; citizens are not called then without a reason
	QuietTo   string `toml:"quiet_to"`
	Attempts  int    `toml:"attempts"`  // how often one number is rung a day without a reason, by calls and into calls; 0 = no limit
	Ring      int    `toml:"ring_s"`    // how long a called party may ring
	Phonebook string `toml:"phonebook"` // number, who, duty between tabs; empty = the public hotlines
}

// Clock reads HH:MM as time since midnight.
func Clock(s string) (time.Duration, bool) {
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

// clocks tells whether both ends of the quiet hours are times, or neither is set.
func (o Outgoing) clocks() bool {
	_, from := Clock(o.QuietFrom)
	_, to := Clock(o.QuietTo)
	return from && to || o.QuietFrom == "" && o.QuietTo == ""
}

// Store is where the hub's data lies.
type Store struct {
	Driver  string `toml:"driver"` // sqlite or postgres
	DSN     string `toml:"dsn"`    // postgres only
	KeyFile string `toml:"key_file"`
}

// Recording is where recordings lie.
type Recording struct {
	Folder  string `toml:"folder"` // empty = in data
	Encrypt bool   `toml:"encrypt"`
	// Keep is how many days recordings stay, by the kinds of rules/retain.
	Keep map[string]int `toml:"keep_days"`
}

// Business is the system that knows the insured (docs/business.md).
type Business struct {
	URL     string `toml:"url"` // https://…, or http:// on this machine; empty = none
	Cert    string `toml:"cert"`
	Key     string `toml:"key"`
	CA      string `toml:"ca"`
	Timeout int    `toml:"timeout_ms"` // of one try
	// Substitute is what insured people without an employer say in its place; empty = nothing can stand for it.
	Substitute string `toml:"substitute"`
}

// Outside is what goes out to others, and comes from them.
type Outside struct {
	Routes []Route `toml:"route"`
	SMS    SMS     `toml:"sms"`
	Forms  Forms   `toml:"forms"`
}

// SMS is the way of short messages to citizens.
type SMS struct {
	Driver       string `toml:"driver"` // empty = none, file, smpp
	File         string `toml:"file"`
	Addr         string `toml:"addr"`
	System       string `toml:"system_id"`
	PasswordFile string `toml:"password_file"`
	Source       string `toml:"source"`
	Signature    string `toml:"signature"`
	Templates    string `toml:"templates"` // empty = the built-in ones
}

// Forms is the web page on which departments answer and other bodies hand cases over.
type Forms struct {
	Listen string `toml:"listen"` // host:port; empty = none
	URL    string `toml:"url"`    // as it is reached from outside
	Cert   string `toml:"cert"`
	Key    string `toml:"key"`
	Days   int    `toml:"days"` // a link's life
}

// Route is one body that cases go to or come from (docs/handover.md).
type Route struct {
	Code       string   `toml:"code"`
	Name       string   `toml:"name"`
	URL        string   `toml:"url"`
	TokenFile  string   `toml:"token_file"`
	AcceptFile string   `toml:"accept_file"`
	Handles    []string `toml:"handles"`
	Owner      string   `toml:"owner"`
}

// Seat is the workstation.
type Seat struct {
	Hub       string `toml:"hub"`   // wss://host:port
	Agent     string `toml:"agent"` // 工号 offered at sign-in
	Pairing   string `toml:"pairing"`
	Proxy     string `toml:"proxy"`     // HTTP proxy to the hub: empty = the environment's, "none" = none
	Authority string `toml:"authority"` // PEM file instead of a pairing code
	Data      string `toml:"data"`
	Auto      bool   `toml:"auto"` // sign in at once where the keyring has the password
	Sound     Sound  `toml:"sound"`
	Screen    Screen `toml:"screen"`
	// Recogniser is a program that hears words (docs/recogniser.md), with its arguments; empty = none.
	Recogniser []string `toml:"recogniser"`
}

// proxied tells whether the proxy can be understood.
func (s Seat) proxied() bool {
	u, err := url.Parse(s.Proxy)
	return s.Proxy == "" || s.Proxy == "none" || err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "socks5") && u.Host != ""
}

// Sound names the seat's devices: empty = the system's default, "null" = none,
// "file:PATH" for tests.
type Sound struct {
	Input  string `toml:"input"`
	Output string `toml:"output"`
	Ringer string `toml:"ringer"`
	Echo   bool   `toml:"echo_cancel"`
	Noise  bool   `toml:"noise_reduce"`
	Gain   bool   `toml:"auto_gain"`
	Coding string `toml:"coding"` // auto, alaw, opus
	Side   int    `toml:"side_tone"`
}

// Screen is how the seat draws.
type Screen struct {
	FPS    int    `toml:"fps"`
	Glyphs string `toml:"glyphs"` // auto, unicode, narrow-safe, ascii
	Mouse  bool   `toml:"mouse"`
	Lock   int    `toml:"lock_min"` // minutes without a key, 0 = never
}

// Log is where the program writes what it does.
type Log struct {
	Level string `toml:"level"`
	File  string `toml:"file"` // empty = hub: standard error, seat: in data
}

// Defaults are the values without a file.
func Defaults() Config {
	return Config{
		Hub: Hub{
			Doors: Doors{Listen: []string{"wss://127.0.0.1:8443"}, Status: "127.0.0.1:9433"}, District: "320000",
			TLS: TLS{Min: "1.3", Devices: true, PerSource: 512},
			SIP: SIP{
				Listen: []string{"udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"}, Gateways: []string{"127.0.0.1"}, Realm: "zuoxi",
				Number: "12333", RTP: "127.0.0.1", RTPMin: 20000, RTPMax: 29998, MaxCalls: 200, Silence: 30, Ping: 30,
			},
			Voice:    Voice{Listen: []string{"127.0.0.1:40000"}},
			Queue:    Queue{Ring: 15, Wrap: 60, Extend: 60, Hold: 45, Overflow: 120, Target: 300},
			Outgoing: Outgoing{QuietFrom: "21:00", QuietTo: "08:00", Attempts: 3, Ring: 45},
			Store:    Store{Driver: "sqlite"}, Recording: Recording{Encrypt: true, Keep: map[string]int{"call": 1095, "outbound": 1095, "message": 1095, "mystery": 1095, "complaint": 1825, "abuse": 1825}}, Business: Business{Timeout: 2000},
			Floor:     Floor{Appeal: 3, Alarms: []Alarm{}, Wall: Wall{Listen: []string{}, Allow: []string{}}},
			Deadlines: map[string]string{"reply_call": "3天", "reply_message": "3个工作日"},
		},
		Outside: Outside{Routes: []Route{}, SMS: SMS{Source: "12333", Signature: "12333"}, Forms: Forms{Days: 7}},
		Seat:    Seat{Hub: "wss://127.0.0.1:8443", Auto: true, Recogniser: []string{}, Sound: Sound{Coding: "auto"}, Screen: Screen{FPS: 60, Glyphs: "auto", Mouse: true, Lock: 15}},
		Log:     Log{Level: "info"},
	}
}

// Error is one Chinese line with the place of the fault.
type Error struct {
	Path string
	Line int // 0 = not of a line
	Text string
}

func (e *Error) Error() string {
	where := e.Path
	if e.Line > 0 {
		where = fmt.Sprintf("%s 第 %d 行", e.Path, e.Line)
	}
	return where + "：" + e.Text + " · 没有按它启动 · 请对照 config.example.toml 改正"
}

// Load reads the file at path over the defaults, then the environment. An
// empty path takes Path; a file that is missing there is no error.
func Load(path string, env func(string) string) (Config, error) {
	c := Defaults()
	named := path != ""
	if !named {
		path = Path(env)
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && !named:
	case err != nil:
		return c, &Error{Path: path, Text: "读不到配置文件"}
	default:
		if err := Parse(path, data, &c); err != nil {
			return c, err
		}
	}
	if err := fromEnv(&c, env); err != nil {
		return c, err
	}
	return c, c.check(path)
}

// Parse reads TOML strictly over what c holds; path is for the error only.
func Parse(path string, data []byte, c *Config) error {
	dec := toml.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(c)
	var strict *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		first := strict.Errors[0]
		line, _ := first.Position()
		return &Error{Path: path, Line: line, Text: "没有“" + joinKey(first.Key()) + "”这个键"}
	case errors.As(err, &wrong):
		line, _ := wrong.Position()
		if len(wrong.Key()) == 0 {
			return &Error{Path: path, Line: line, Text: "不是合法的 TOML，看看这一行的引号、方括号、等号是否齐全"}
		}
		return &Error{Path: path, Line: line, Text: "“" + joinKey(wrong.Key()) + "”的写法不对"}
	default:
		return &Error{Path: path, Text: "不是合法的 TOML"}
	}
}

func joinKey(key toml.Key) string {
	var out string
	for i, k := range key {
		if i > 0 {
			out += "."
		}
		out += k
	}
	return out
}

// hears tells whether the limit of silence is none, or outlasts a lost packet of RTCP.
func (s SIP) hears() bool { return s.Silence == 0 || s.Silence >= 5 }

// fault is what no phone could work with.
func (s Sound) fault() string {
	switch {
	case s.Side < 0 || s.Side > 60:
		return "seat.sound.side_tone 要在 0 到 60 之间"
	case !slices.Contains([]string{"auto", "alaw", "opus"}, s.Coding):
		return "seat.sound.coding 只能是 auto、alaw 或 opus"
	}
	return ""
}

// Check refuses values that no phone could work with.
func (s Sound) Check() error {
	if text := s.fault(); text != "" {
		return &Error{Text: text}
	}
	return nil
}

// check refuses values that no part could work with.
func (c *Config) check(path string) error {
	if key := hidden(reflect.ValueOf(*c), ""); key != "" {
		return &Error{Path: path, Text: "“" + key + "”里有控制字符或看不见的字符"}
	}
	for _, r := range []struct {
		bad  bool
		text string
	}{
		{c.Hub.Store.Driver != "sqlite" && c.Hub.Store.Driver != "postgres", "hub.store.driver 只能是 sqlite 或 postgres"},
		{c.Hub.Store.Driver == "postgres" && c.Hub.Store.DSN == "", "hub.store.driver = \"postgres\" 还需要 hub.store.dsn"},
		{c.Hub.Menu.Mode != "" && c.Hub.Menu.Mode != "menu" && c.Hub.Menu.Mode != "direct", "hub.menu.mode 只能是 menu 或 direct"},
		{c.Hub.TLS.Min != "1.3" && c.Hub.TLS.Min != "1.2", "hub.tls.min 只能是 1.3 或 1.2"},
		{(c.Hub.TLS.Cert == "") != (c.Hub.TLS.Key == ""), "hub.tls.cert 和 hub.tls.key 要么都写，要么都空着"},
		{c.Hub.TLS.PerSource < 1, "hub.tls.per_source 要大于 0"},
		{c.Hub.SIP.RTPMin <= 0 || c.Hub.SIP.RTPMax <= c.Hub.SIP.RTPMin || c.Hub.SIP.RTPMax > 65535, "hub.sip.rtp_min 与 rtp_max 不是一段端口"},
		{c.Hub.SIP.GatewayCalls < 0, "hub.sip.gateway_calls 不能小于 0"},
		{!c.Hub.SIP.hears(), "hub.sip.silence_s 要么是 0（不管），要么不小于 5"},
		{c.Hub.Queue.Ring <= 0 || c.Hub.Queue.Wrap <= 0 || c.Hub.Queue.Hold <= 0, "hub.queue 里的秒数要大于 0"},
		{!c.Hub.Outgoing.clocks(), "hub.outgoing.quiet_from 和 quiet_to 要写成 时:分，如 21:00，或都空着"},
		{c.Hub.Outgoing.Attempts < 0 || c.Hub.Outgoing.Ring <= 0, "hub.outgoing 里的次数不能小于 0，秒数要大于 0"},
		{c.Hub.Floor.Appeal < 1, "hub.floor.appeal_days 要大于 0"},
		{c.Seat.Sound.fault() != "", c.Seat.Sound.fault()},
		{!c.Seat.proxied(), "seat.proxy 要写成 http://主机:端口，none 是不用代理，空着按环境变量"},
		{c.Seat.Screen.Lock < 0, "seat.screen.lock_min 不能小于 0"},
		{c.Seat.Screen.FPS < 1 || c.Seat.Screen.FPS > 120, "seat.screen.fps 要在 1 到 120 之间"},
	} {
		if r.bad {
			return &Error{Path: path, Text: r.text}
		}
	}
	return nil
}
