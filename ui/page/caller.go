package page

import (
	"fmt"
	"strings"

	"zuoxi/rules/identity"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Caller draws who is calling, as far as it may be shown before the identity
// check: masked number, region, choices, waiting time, earlier subjects. It
// returns the first free row.
func Caller(r canvas.Region, c session.CallerView) int {
	y := 0
	line := func(label, s string, tok theme.Token) {
		if s == "" || y >= r.H {
			return
		}
		x := r.Cell(0, y, 5, label, theme.Dim)
		for _, l := range text.Wrap(text.Plain(s), max(r.W-x, 4)) {
			r.Text(x, y, l, tok)
			y++
		}
	}
	r.Text(0, y, c.Masked, theme.Bold)
	r.Text(text.Width(c.Masked)+2, y, c.Place, theme.Plain)
	y++
	line("地区", strings.TrimSpace(c.Region+" "+paren(c.RegionBy)), theme.Plain)
	line("事项", c.Subject, theme.Plain)
	line("按键", strings.Join(c.Keys, " > "), theme.Plain)
	line("已等", Clock(c.Waited), theme.Plain)
	if c.Calls24h > 1 {
		line("来电", fmt.Sprintf("24 小时内第 %d 次", c.Calls24h), theme.Warn)
	}
	line("标签", strings.Join(c.Tags, "；"), theme.Warn)
	word, tok := Verified(c)
	line("核验", word, tok)
	return y
}

// Verified says in words how far the caller's identity is known.
func Verified(c session.CallerView) (string, theme.Token) {
	if c.Inquiry == nil {
		return "未核验：不显示参保信息", theme.Dim
	}
	switch c.Inquiry.Phase {
	case identity.StateMatched:
		return "已核验：三要素相符", theme.Good
	case identity.StateRefused, identity.StateLocked:
		return "未通过：本通电话不能再查询", theme.Bad
	}
	return "未核验：不显示参保信息", theme.Dim
}

func paren(s string) string {
	if s == "" {
		return ""
	}
	return "（" + s + "）"
}

// Earlier draws the earlier contacts, one a row.
func Earlier(r canvas.Region, rows []session.Contact, long bool) {
	if len(rows) == 0 {
		r.Text(0, 0, "没有可显示的历史来电", theme.Dim)
		return
	}
	for y := range min(r.H, len(rows)) {
		c := rows[y]
		when := c.At.Local().Format("01-02")
		if long {
			when = Day(c.At)
		}
		x := r.Text(0, y, when+" ", theme.Dim)
		tail := 5
		if long {
			tail = 16
		}
		x = r.Cell(x, y, max(r.W-x-tail, 4), text.Short(text.Plain(c.Subject), max(r.W-x-tail-1, 4)), theme.Plain)
		tok := theme.Plain
		if c.Open {
			tok = theme.Warn
		}
		x = r.Text(x, y, c.Result+" ", tok)
		if long {
			r.Text(x, y, c.Agent, theme.Dim)
		}
	}
}
