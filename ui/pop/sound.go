package pop

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// SoundSettings changes what is done about the sound; it stays open, so that one
// hears the difference.
type SoundSettings struct {
	passive
	list page.List
}

// NewSoundSettings opens it.
func NewSoundSettings() *SoundSettings { return &SoundSettings{} }

var offOn = []string{"false", "true"}

// settings are the rows, each with the values that it goes through.
var settings = []struct {
	kind   string
	values []string
	note   string
}{
	{session.KindEcho, offOn, "用音箱时打开；戴耳麦不需要"},
	{session.KindNoise, offOn, "周围吵时打开"},
	{session.KindGain, offOn, "说话声忽大忽小时打开"},
	{session.KindSide, []string{"0", "30", "25", "20", "15"}, "耳机里听到自己，比话筒低多少"},
	{session.KindCoding, []string{"auto", "alaw", "opus"}, "查线路问题时才只用一种"},
}

// Update takes digits, arrows and Enter.
func (d *SoundSettings) Update(msg tea.Msg, e *page.Env) Result {
	if n := digit(msg); n >= 1 && n <= len(settings) {
		d.list.Sel = n - 1
		d.turn(1, e)
		return Result{Used: true}
	}
	switch k := key(msg); {
	case d.list.Key(k, len(settings)):
	case k == "enter" || k == "right":
		d.turn(1, e)
	case k == "left":
		d.turn(-1, e)
	case k == "esc":
		return Result{Used: true, Close: true}
	default:
		return Result{}
	}
	return Result{Used: true}
}

// turn goes on to another value. One that is none of them, from the
// configuration, is followed by the first.
func (d *SoundSettings) turn(by int, e *page.Env) {
	s := settings[d.list.Sel]
	at := slices.Index(s.values, e.View.Sound.Set.Value(s.kind))
	n := len(s.values)
	next := s.values[0]
	if at >= 0 {
		next = s.values[(at+by+n)%n]
	}
	e.Do(session.SetSound{Kind: s.kind, Value: next})
}

// Draw draws the settings as they are now.
func (d *SoundSettings) Draw(r canvas.Region, e *page.Env) page.Cursor {
	const nameW, asW = 12, 14
	in := frame(r, e, 68, len(settings)+6, "声音选项")
	for y, s := range settings[:min(len(settings), max(0, in.H-3))] {
		if y == d.list.Sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		name, as := session.SettingWord(s.kind, e.View.Sound.Set.Value(s.kind))
		x := in.Text(2, y, strconv.Itoa(y+1)+" ", theme.Key)
		in.Text(x, y, name, theme.Plain)
		in.Text(x+nameW, y, as, theme.Title)
		in.Text(x+nameW+asW, y, text.Short(s.note, max(0, in.W-x-nameW-asW)), theme.Dim)
	}
	in.Text(0, in.H-2, text.Short("马上生效，下次启动还用它 · 通话不断", in.W), theme.Dim)
	in.Text(0, in.H-1, "按数字或 ←→ 改  Esc 收起", theme.Dim)
	return page.Cursor{}
}
