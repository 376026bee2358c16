// Package menu is what the caller hears where no agent speaks: disclaimer, menu, waiting, message, call-back, rating.
//
// It owns the menu file, the prompts with their sound, the hold music, and the running of one caller's menu on a line.
// The hub uses it through Guide and Prompts and gives it an Ear for each call. It promises that the opening is never
// cut short, that keys pressed meanwhile are used afterwards, that secret digits reach neither log nor timeline, and
// that every run ends when its context does.
package menu

import (
	"crypto/sha256"
	_ "embed" // the menu that ships
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"zuoxi/rules/deadline"
	rules "zuoxi/rules/menu"
)

//go:embed ivr.toml
var builtin []byte

// Mode is what follows the opening.
type Mode string

// The modes.
const (
	ModeMenu   Mode = "menu"
	ModeDirect Mode = "direct"
)

// Script is a menu that was read and found good.
type Script struct {
	Menu     rules.Menu
	Mode     Mode
	Opening  []string
	Evidence string            // the prompt whose end is kept
	Texts    map[string]string // prompts by name
	Times    Times
}

// Times of what is not a menu.
type Times struct {
	Wait       time.Duration // between two words to a waiting caller
	Unmanned   time.Duration // until a caller of an empty centre is asked for a message
	Message    time.Duration
	MessageMin time.Duration
	Reason     time.Duration
}

// Version names the menu and the wording of the disclaimer that was played: 2-1f3a9c07.
func (s *Script) Version() string {
	sum := sha256.Sum256([]byte(s.Texts[s.Evidence]))
	return strconv.Itoa(s.Menu.Version) + "-" + hex.EncodeToString(sum[:4])
}

// file is the menu as it is written.
type file struct {
	Version  int               `toml:"version"`
	Mode     Mode              `toml:"mode"`
	Start    rules.ID          `toml:"start"`
	Guessed  rules.ID          `toml:"guessed"`
	Opening  []string          `toml:"opening"`
	Evidence string            `toml:"evidence"`
	Limits   limits            `toml:"limits"`
	Hours    hours             `toml:"hours"`
	Regions  map[string]string `toml:"regions"`
	Prompts  map[string]string `toml:"prompts"`
	Nodes    []node            `toml:"node"`
}

type limits struct {
	Key        float64 `toml:"key_s"`
	Digit      float64 `toml:"digit_s"`
	Repeats    int     `toml:"repeats"`
	Wrong      int     `toml:"wrong"`
	Steps      int     `toml:"steps"`
	Wait       float64 `toml:"wait_s"`
	Unmanned   float64 `toml:"unmanned_s"`
	Message    float64 `toml:"message_s"`
	MessageMin float64 `toml:"message_min_s"`
	Reason     float64 `toml:"reason_s"`
}

type hours struct {
	Zone  string   `toml:"zone"`
	Human []window `toml:"human"`
}

type window struct {
	Days rules.Days `toml:"days"`
	From string     `toml:"from"`
	To   string     `toml:"to"`
}

type node struct {
	ID       rules.ID            `toml:"id"`
	Needs    string              `toml:"needs"`
	Say      []string            `toml:"say"`
	SayNight []string            `toml:"say_night"`
	Choices  []choice            `toml:"choice"`
	Collect  *collect            `toml:"collect"`
	Service  string              `toml:"service"`
	Routes   map[string]rules.ID `toml:"routes"`
	Goto     rules.ID            `toml:"goto"`
	Silence  rules.ID            `toml:"silence"`
	Once     bool                `toml:"once"`
	Back     rules.ID            `toml:"back"`
}

type choice struct {
	Key     string     `toml:"key"`
	Say     string     `toml:"say"`
	Label   string     `toml:"label"`
	To      rules.ID   `toml:"to"`
	When    rules.When `toml:"when"`
	Needs   string     `toml:"needs"`
	Subject string     `toml:"subject"`
	Region  string     `toml:"region"`
}

type collect struct {
	First   string `toml:"first"`
	Min     int    `toml:"min"`
	Max     int    `toml:"max"`
	Secret  bool   `toml:"secret"`
	Region  bool   `toml:"region"`
	Service string `toml:"service"`
}

// Options are what a configuration says about the menu.
type Options struct {
	File     string // empty: the menu that ships
	Mode     Mode   // empty: what the file says
	Calendar string // folder with workdays-YEAR.json; empty: the calendar that ships
	Always   bool   // people answer round the clock
}

// Load reads the menu. An error is one line for people that names the file and the place.
func Load(o Options) (*Script, error) {
	name, data := "ivr.toml（内置）", builtin
	if o.File != "" {
		read, err := os.ReadFile(o.File)
		if err != nil {
			return nil, fmt.Errorf("菜单文件读不出来：%s · 中心没有启动 · 请核对 hub.menu.file 和文件权限: %w", o.File, err)
		}
		name, data = o.File, read
	}
	calendar, err := loadCalendar(o.Calendar)
	if err != nil {
		return nil, err
	}
	s, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	s.Menu.Hours.Calendar = calendar
	s.Menu.Hours.Always = o.Always
	if o.Mode != "" {
		s.Mode = o.Mode
	}
	if s.Mode != ModeMenu && s.Mode != ModeDirect {
		return nil, fmt.Errorf("菜单方式写错：%s · 中心没有启动 · hub.menu.mode 请写 menu 或 direct", s.Mode)
	}
	return s, nil
}

// Parse reads a menu file and checks all of it.
func Parse(name string, data []byte) (*Script, error) {
	var f file
	if err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(&f); err != nil {
		return nil, place(name, err)
	}
	s, err := f.script()
	if err != nil {
		return nil, fmt.Errorf("菜单文件有错：%s · 中心没有启动 · 请改正: %w", name, err)
	}
	prompts := map[string]bool{}
	for p := range f.Prompts {
		prompts[p] = true
	}
	faults := s.Menu.Check(prompts)
	for _, p := range append(append(rules.MachinePrompts(), own...), f.Opening...) {
		if !prompts[p] {
			faults = append(faults, fmt.Errorf("prompt %q has no text", p))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("菜单文件有错：%s · 中心没有启动 · 请改正: %w", name, errors.Join(faults...))
	}
	return s, nil
}

// own are the prompts that the guide and the hub play without a node.
var own = []string{
	"queue_next", "queue_start", "queue_many", "queue_wait", "wait_4", "wait_7", "no_agent", "agent_no", "hold_long", "seat_lost",
	"third_accept", "callback_own", "callback_ask", "callback_read", "callback_bad", "callback_done", "vm_start", "vm_long",
	"vm_done", "vm_empty", "rating", "rating_why", "rating_thanks", "dismissed", "sys_busy", "line_dead", "bye", "overflow", "emergency",
}

// place turns a decoder's error into a line for people with the place in the file.
func place(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		row, _ := strict.Errors[0].Position()
		return fmt.Errorf("菜单文件有不认识的键：%s 第%d行 %s · 中心没有启动 · 请删去或改正", name, row, strings.Join(strict.Errors[0].Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		return fmt.Errorf("菜单文件写错：%s 第%d行 · 中心没有启动 · 请改正: %w", name, row, err)
	}
	return fmt.Errorf("菜单文件写错：%s · 中心没有启动 · 请改正: %w", name, err)
}

func (f *file) script() (*Script, error) {
	h, err := f.Hours.rules()
	if err != nil {
		return nil, err
	}
	s := &Script{
		Mode: f.Mode, Opening: f.Opening, Evidence: f.Evidence, Texts: f.Prompts,
		Times: Times{Wait: seconds(f.Limits.Wait), Unmanned: seconds(f.Limits.Unmanned), Message: seconds(f.Limits.Message), MessageMin: seconds(f.Limits.MessageMin), Reason: seconds(f.Limits.Reason)},
		Menu: rules.Menu{
			Version: f.Version, Start: f.Start, Guessed: f.Guessed, Regions: f.Regions, Hours: h, Nodes: map[rules.ID]rules.Node{},
			Limits: rules.Limits{Key: seconds(f.Limits.Key), Digit: seconds(f.Limits.Digit), Repeats: f.Limits.Repeats, Wrong: f.Limits.Wrong, Steps: f.Limits.Steps},
		},
	}
	for _, n := range f.Nodes {
		if _, twice := s.Menu.Nodes[n.ID]; twice || n.ID == "" {
			return nil, fmt.Errorf("node %q is there twice or has no name", n.ID)
		}
		s.Menu.Nodes[n.ID] = n.rules()
	}
	if !slices.Contains(f.Opening, f.Evidence) {
		return nil, fmt.Errorf("evidence %q is not in the opening: nobody would hear it", f.Evidence)
	}
	for _, d := range []time.Duration{s.Times.Wait, s.Times.Message, s.Times.Unmanned, s.Times.Reason, s.Menu.Limits.Key, s.Menu.Limits.Digit} {
		if d <= 0 {
			return nil, errors.New("a limit is missing or zero")
		}
	}
	if s.Menu.Limits.Steps < 1 {
		return nil, errors.New("limits.steps is missing or zero")
	}
	return s, nil
}

func (n node) rules() rules.Node {
	out := rules.Node{
		ID: n.ID, Needs: n.Needs, Say: n.Say, SayNight: n.SayNight, Service: n.Service, Routes: n.Routes, Goto: n.Goto, Silence: n.Silence,
		Once: n.Once, Back: n.Back,
	}
	for _, c := range n.Choices {
		out.Choices = append(out.Choices, rules.Choice(c))
	}
	if n.Collect != nil {
		c := rules.Collect(*n.Collect)
		out.Collect = &c
	}
	return out
}

func (h hours) rules() (rules.Hours, error) {
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		zone = time.FixedZone("CST", 8*3600) // a machine without zone data: China has one zone and no summer time
	}
	out := rules.Hours{Zone: zone}
	for _, w := range h.Human {
		from, err1 := minutes(w.From)
		to, err2 := minutes(w.To)
		if err1 != nil || err2 != nil || to <= from || (w.Days != rules.Workdays && w.Days != rules.Everyday) {
			return out, fmt.Errorf("hours: %s %s to %s cannot be read", w.Days, w.From, w.To)
		}
		out.Human = append(out.Human, rules.Window{Days: w.Days, From: from, To: to})
	}
	return out, nil
}

func minutes(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// loadCalendar reads all holiday notices of a folder over the one that ships.
func loadCalendar(folder string) (deadline.Calendar, error) {
	if folder == "" {
		return deadline.Builtin(), nil
	}
	names, err := filepath.Glob(filepath.Join(folder, "workdays-*.json"))
	if err != nil || len(names) == 0 {
		return deadline.Calendar{}, fmt.Errorf("工作日历没有找到：%s · 中心没有启动 · 请把 workdays-年份.json 放进去，或清空 hub.menu.calendar", folder)
	}
	var years []deadline.Year
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err == nil {
			var y deadline.Year
			if y, err = deadline.ParseYear(data); err == nil {
				years = append(years, y)
				continue
			}
		}
		return deadline.Calendar{}, fmt.Errorf("工作日历有错：%s · 中心没有启动 · 请改正: %w", name, err)
	}
	return deadline.NewCalendar(years...), nil
}
