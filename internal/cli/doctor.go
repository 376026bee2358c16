package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
	var sound, line bool
	c := &cobra.Command{
		Use: "doctor", Short: "检查本机：声音设备、钥匙串、中心连接、终端", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), sound, line) },
	}
	c.Flags().BoolVar(&sound, "sound", false, "也试麦克风和耳机（放一声提示音，听三秒）")
	c.Flags().BoolVar(&line, "line", false, "也测语音线路（用自己的工号登录，测十秒，退出）")
	return c
}

func (a *run) doctor(ctx context.Context, sound, line bool) error {
	hub, reached := a.findHub(ctx)
	found := []finding{{Name: "程序", OK: true, Text: "zuoxi " + a.Version}, a.findTerminal(), a.findKeyring(), hub}
	found = append(found, a.findDevices()...)
	found = append(found, findButtons()...)
	if sound {
		found = append(found, a.findSound(ctx)...)
	}
	if line {
		l := a.findLine(ctx)
		found, reached = append(found, l), reached && l.OK
	}
	found = append(found, a.findKeys()...)
	if err := a.print(found, func(w io.Writer) {
		for _, f := range found {
			mark := "正常"
			if !f.OK {
				mark = "注意"
			}
			_, _ = fmt.Fprintf(w, "%s  %s：%s\n", mark, f.Name, f.Text)
		}
	}); err != nil || reached {
		return err
	}
	return &fault{code: wire.CodeUnreachable, text: "自检没有通过：到中心的连接不通 · 这台电脑现在不能接听 · 请先改正上面“注意”的中心或语音线路"}
}

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
	if (&vault{getenv: a.Getenv}).Available() {
		return finding{Name: "钥匙串", OK: true, Text: "可用，口令和草稿密钥存在系统里"}
	}
	return finding{Name: "钥匙串", Text: "没有或没有解锁 · 每次登录要输口令，其余照常 · 需要时请安装并解锁系统钥匙串"}
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

func (a *run) findDevices() []finding {
	sys := device.NewSystem(filepath.Join(a.seatData(), noiseFile))
	defer func() { _ = sys.Close() }()
	list, err := sys.List()
	if err != nil {
		return []finding{{Name: "声音", Text: device.Text(device.Input, a.cfg.Seat.Sound.Input, err)}}
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
	return out
}

// findButtons tells of headsets whose buttons the system shows. Most have none
// that it does, which is no fault.
func findButtons() []finding {
	var out []finding
	for _, h := range button.Headsets() {
		f := finding{Name: "耳机按键", OK: h.Err == nil, Text: h.Name + " 可以用来接听、挂断和静音"}
		if h.Err != nil {
			f.Text = h.Name + " 的按键读不到 · 只能用键盘接听和静音，其余照常 · 需要时请管理员把本用户加入 input 组"
		}
		out = append(out, f)
	}
	return out
}

func (a *run) findSound(ctx context.Context) []finding {
	c := a.cfg.Seat.Sound
	log, closeLog, err := a.logger(nil)
	if err != nil {
		return []finding{{Name: "声音", Text: err.Error()}}
	}
	defer closeLog()
	p, err := softphone.New(softphone.Config{
		Noise: filepath.Join(a.seatData(), noiseFile), Selection: softphone.Selection{Input: c.Input, Output: c.Output, Ringer: c.Ringer},
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
