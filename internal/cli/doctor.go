package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/internal/clean"
	"zuoxi/internal/config"
	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/media/speex"
	"zuoxi/session/link"
	"zuoxi/softphone"
	"zuoxi/softphone/button"
	"zuoxi/softphone/device"
	"zuoxi/ui/keys"
	"zuoxi/wire"
)

// finding is one line of the report. It never holds personal data, so that the
// whole can be sent to the help desk.
type finding struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func (a *run) doctorCommand() *cobra.Command {
	var sound, line, echo bool
	c := &cobra.Command{
		Use: "doctor", Short: "检查本机：声音设备、钥匙串、中心连接、知识库、终端", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), sound, line, echo) },
	}
	c.Flags().BoolVar(&sound, "sound", false, "也试麦克风和耳机（放一声提示音，听三秒）")
	c.Flags().BoolVar(&line, "line", false, "也测语音线路（用自己的工号登录，测十秒，退出）")
	c.Flags().BoolVar(&echo, "echo", false, "也做整个上岗自检（用自己的工号登录，测线路，说一句话听中心放回来，退出）")
	return c
}

func (a *run) doctor(ctx context.Context, sound, line, echo bool) error {
	hub, reached := a.findHub(ctx)
	found := []finding{{Name: "程序", OK: true, Text: "zuoxi " + a.Version}, a.findTerminal(), a.findKeyring(), hub, a.findBase(time.Now())}
	found = append(found, a.findDevices()...)
	found = append(found, findClean(a.sound(), speex.Available)...)
	found = append(found, findButtons(button.Headsets())...)
	if sound {
		found = append(found, a.findSound(ctx)...)
	}
	if line || echo {
		for _, l := range a.findLine(ctx, echo) {
			found, reached = append(found, l), reached && l.OK
		}
	}
	found = append(found, a.findKeys()...)
	if err := a.print(found, func(w io.Writer) {
		for _, f := range found {
			mark := "正常"
			if !f.OK {
				mark = "注意"
			}
			// Names of devices and what the environment says are others' words.
			_, _ = fmt.Fprintf(w, "%s  %s：%s\n", mark, f.Name, clean.Text(f.Text, maxFinding))
		}
	}); err != nil || reached {
		return err
	}
	return &fault{code: wire.CodeUnreachable, text: "自检没有通过 · 这台电脑现在不能接听 · 请先改正上面标着“注意”的中心、语音线路或回声"}
}

const maxFinding = 2000 // runes

func (a *run) findTerminal() finding {
	locale := firstOf(a.Getenv("LC_ALL"), a.Getenv("LC_CTYPE"), a.Getenv("LANG"))
	f := finding{Name: "终端", OK: true, Text: fmt.Sprintf("TERM=%s 编码 %s", orDash(a.Getenv("TERM")), orDash(locale))}
	up := strings.ToUpper(locale)
	switch {
	case !strings.Contains(up, "UTF-8") && !strings.Contains(up, "UTF8"):
		f.OK, f.Text = false, f.Text+" · 不是 UTF-8，汉字会乱 · 请把终端和 LANG 设为 UTF-8"
	case a.Getenv("TERM") == "dumb" || a.Getenv("TERM") == "":
		f.OK, f.Text = false, f.Text+" · 这个终端画不了界面 · 请换一个终端窗口"
	case !terminal(a.Out):
		f.Text += "（输出不是终端，没有量字宽）"
	}
	return f
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func (a *run) findKeyring() finding {
	if (&vault{getenv: a.Getenv}).available() {
		return finding{Name: "钥匙串", OK: true, Text: "可用，口令和草稿密钥存在系统里"}
	}
	return finding{Name: "钥匙串", Text: "没有或没有解锁 · 每次登录要输口令，其余照常 · 需要时请安装并解锁系统钥匙串"}
}

// findBase reads the whole of this PC's copy of the knowledge base, which the workstation does at its start too.
func (a *run) findBase(now time.Time) finding {
	f := finding{Name: "知识库"}
	b, err := a.openBase()
	if err == nil {
		defer b.Close()
		err = b.Verify()
	}
	const dated = "2006-01-02 15:04"
	switch {
	case errors.Is(err, kb.ErrDamaged):
		f.Text = "损坏了 · 查不到条目 · 登录坐席连上中心，会移开它、重新取回"
		return f
	case err != nil:
		f.Text = err.Error()
		return f
	case b.Revision() == "":
		f.Text = "还没有 · 查不到条目 · 登录一次坐席，会从中心取来"
		return f
	}
	n := replica.Revision(b)
	if n == 0 {
		f.OK, f.Text = true, fmt.Sprintf("%d 条，在本机导入的，不是中心的", b.Len())
		return f
	}
	checked := time.Unix(readChecked(filepath.Join(a.kbFolder(), checkedFile), b), 0)
	f.OK, f.Text = true, fmt.Sprintf("版本 %s，%d 条，%s 核对过是中心最新的", time.Unix(n, 0).Format(dated), b.Len(), checked.Format(dated))
	if days := int(now.Sub(checked) / (24 * time.Hour)); days > 0 {
		f.OK, f.Text = false, fmt.Sprintf("%s · 已 %d 天没有核对，可能不是最新 · 登录坐席会自己核对", f.Text, days)
	}
	return f
}

// findHub tries the way to the hub, without signing in.
func (a *run) findHub(ctx context.Context) (f finding, reached bool) {
	f.Name = "中心"
	u, err := url.Parse(a.cfg.Seat.Hub)
	if err != nil || u.Host == "" {
		f.Text = "seat.hub 写得不对 · 连不上 · 请改成 wss://主机:端口"
		return f, false
	}
	conf, err := a.hubTLS(ctx)
	if err != nil {
		f.Text = err.Error()
		return f, false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	begin := time.Now()
	var conn net.Conn
	if conf == nil {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	} else {
		conn, err = (&tls.Dialer{Config: conf}).DialContext(ctx, "tcp", u.Host)
	}
	if text, is := link.Untrusted(err, time.Now()); is {
		f.Text = text
		return f, false
	}
	if err != nil {
		f.Text = u.Host + " 连不上 · 不能接听 · 请检查网线、地址和配对码"
		return f, false
	}
	_ = conn.Close()
	f.OK, f.Text = true, fmt.Sprintf("%s 可以连上，%d 毫秒", u.Host, time.Since(begin).Milliseconds())
	if note := a.deviceNote(time.Now()); note != "" {
		f.OK, f.Text = false, f.Text+"；"+note
	}
	return f, true
}

// sound is what the workstation would use.
func (a *run) sound() config.Sound {
	s, _ := openChoices(filepath.Join(a.seatData(), soundFile), a.cfg.Seat.Sound) // an error leaves the configuration
	return s.now
}

func (a *run) findDevices() []finding {
	sys := device.NewSystem(filepath.Join(a.seatData(), noiseFile))
	defer func() { _ = sys.Close() }()
	list, err := sys.List()
	if err != nil {
		return []finding{{Name: "声音", Text: device.Text(device.Input, a.sound().Input, err)}}
	}
	var out []finding
	for _, d := range list {
		use := "耳机"
		if d.Input {
			use = "麦克风"
			if d.Output {
				use = "麦克风和耳机"
			}
		}
		out = append(out, finding{Name: "设备", OK: true, Text: fmt.Sprintf("%s（%s，%s）", d.Name, d.Host, use)})
	}
	if len(out) == 0 {
		out = append(out, finding{Name: "声音", Text: "没有找到声音设备 · 可以办公，不能通话 · 请插上耳麦"})
	}
	return append(out, findChosen(a.sound(), list)...)
}

// findChosen tells which of the devices the workstation would use.
func findChosen(c config.Sound, list []device.Info) []finding {
	one := func(what, name string, dir device.Direction) finding {
		f := finding{Name: "坐席用的" + what, OK: true}
		for _, d := range list {
			fits, def := d.Input, d.DefaultInput
			if dir == device.Output {
				fits, def = d.Output, d.DefaultOutput
			}
			switch {
			case fits && name == "" && def:
				f.Text = "系统默认，现在是“" + d.Name + "”"
			case fits && name != "" && device.SameDevice(d.Name, name):
				f.Text = "“" + d.Name + "”"
			}
		}
		switch {
		case device.IsStandIn(name):
			f.Text = "不用设备（" + name + "）"
		case f.Text == "":
			f.OK, f.Text = false, device.Text(dir, name, device.ErrNoDevice)
		}
		return f
	}
	out := []finding{one("麦克风", c.Input, device.Input), one("耳机", c.Output, device.Output)}
	if c.Ringer != "" && c.Ringer != c.Output {
		out = append(out, one("振铃设备", c.Ringer, device.Output))
	}
	return out
}

// findClean tells whether what is to be done about the microphone's sound can be.
func findClean(c config.Sound, available bool) []finding {
	var on []string
	for _, s := range []struct {
		on   bool
		name string
	}{{c.Echo, "回声消除"}, {c.Noise, "降噪"}, {c.Gain, "自动增益"}} {
		if s.on {
			on = append(on, s.name)
		}
	}
	what := strings.Join(on, "、")
	switch {
	case what == "":
		return nil
	case !available:
		return []finding{{Name: "声音处理", Text: what + "用不了：本程序没有带 libspeexdsp · 麦克风的声音照原样送出，其余照常 · 请戴耳麦，或换用带它的程序"}}
	}
	return []finding{{Name: "声音处理", OK: true, Text: what + "已打开"}}
}

// buttonWords say what a button can be used for.
var buttonWords = map[button.Press]string{
	button.Hook: "接听和挂断", button.PickUp: "接听", button.HangUp: "挂断", button.Mute: "静音", button.Single: "单键（来电时接听，通话中静音）",
}

// findButtons tells of headsets whose buttons the system shows, and of no more
// than it shows. Most have none, which is no fault.
func findButtons(all []button.Headset) []finding {
	var out []finding
	for _, h := range all {
		var has []string
		for _, p := range h.Has {
			has = append(has, buttonWords[p])
		}
		what := strings.Join(has, "、")
		f := finding{Name: "耳机按键", OK: h.Err == nil, Text: fmt.Sprintf("%s 有：%s", h.Name, what)}
		if h.Err != nil {
			f.Text = fmt.Sprintf("%s 的%s键读不到（%s） · 只能用键盘，其余照常 · 需要时请管理员装上 60-zuoxi-headset.rules", h.Name, what, h.Node)
		}
		out = append(out, f)
	}
	return out
}

func (a *run) findSound(ctx context.Context) []finding {
	c := a.sound()
	log, closeLog, err := a.logger(nil)
	if err != nil {
		return []finding{{Name: "声音", Text: err.Error()}}
	}
	defer closeLog()
	p, err := softphone.New(softphone.Config{
		Noise: filepath.Join(a.seatData(), noiseFile), Selection: selected(c), Clean: cleaned(c),
	}, log)
	if err != nil {
		return []finding{{Name: "声音", Text: "电话没有启动 · 不能通话 · 请安装声音组件"}}
	}
	defer func() { _ = p.Close() }()
	check, err := p.SelfCheck(ctx)
	if err != nil {
		return nil
	}
	return []finding{{"麦克风", check.Mic.OK, check.Mic.Text}, {"耳机", check.Ear.OK, check.Ear.Text}}
}

func (a *run) findKeys() []finding {
	_, notes := keys.Remap(a.cfg.Keys)
	var out []finding
	for _, n := range notes {
		out = append(out, finding{Name: "改键", Text: n})
	}
	return out
}
