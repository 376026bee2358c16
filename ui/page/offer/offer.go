// Package offer is what a ringing call looks like: a banner above whatever is
// on the screen, and a page about the caller when nothing is being written. It
// promises never to take the keyboard: only F3 and F8 act on it, and they belong
// to ui/app.
package offer

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/theme"
)

// BannerHeight is the rows that the banner takes.
const BannerHeight = 5

// kinds says why the call comes here, for all but an ordinary one.
var kinds = map[string]string{
	"callback": "排队回电，接了才拨出", "transfer": "转来", "consult": "咨询你", "returned": "坐席断线后回到队首",
}

// Banner draws the banner.
func Banner(r canvas.Region, e *page.Env) {
	o := e.View.Offer
	r.Fill(theme.Plain)
	in := r.Box(e.Theme, "", theme.Ring)
	c := o.Caller
	g := e.Theme.Glyph.Arm
	x := in.Text(0, 0, g+g+g+" 来电  ", theme.Ring)
	x = in.Text(x, 0, c.Masked+"  ", theme.Bold)
	parts := []string{c.Place, c.Subject, strings.Join(c.Keys, ">"), "已等 " + page.Clock(c.Waited)}
	if c.Calls24h > 1 {
		parts = append(parts, fmt.Sprintf("24 小时内第 %d 次", c.Calls24h))
	}
	for _, p := range parts {
		if p != "" {
			x = in.Text(x, 0, p+"  ", theme.Plain)
		}
	}
	if k := kinds[o.Kind]; k != "" {
		in.Text(0, 1, strings.TrimSpace(k+" "+o.From+"  "+o.Note), theme.Warn)
	}
	x = in.Text(4, 2, "F3 ", theme.Key)
	x = in.Text(x, 2, "接听        ", theme.Plain)
	x = in.Text(x, 2, "F8 ", theme.Key)
	x = in.Text(x, 2, "拒接（按两次，再选原因）    ", theme.Plain)
	if left := o.Expires.Sub(e.Now); left > 0 {
		in.Text(x, 2, fmt.Sprintf("%d 秒后自动转下一席", int((left+time.Second-1)/time.Second)), theme.Dim)
	}
}

// Page is the page below the banner.
type Page struct{}

// New makes the page.
func New() *Page { return &Page{} }

// Draw draws the caller and the earlier contacts.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	o := e.View.Offer
	if o == nil {
		return page.Cursor{}
	}
	left := r.W * 2 / 5
	page.Caller(r.Sub(0, 0, left, r.H).Box(e.Theme, "来电人", theme.Frame), o.Caller)
	page.Earlier(r.Sub(left, 0, r.W-left, r.H).Box(e.Theme, "最近来电", theme.Frame), o.Caller.Earlier, r.W-left >= 50)
	return page.Cursor{}
}

// Update takes no key.
func (p *Page) Update(tea.Msg, *page.Env) (bool, tea.Cmd) { return false, nil }

// Act carries out nothing.
func (p *Page) Act(keys.Command, *page.Env) (bool, tea.Cmd) { return false, nil }

// Typing is false: there is no field.
func (p *Page) Typing() bool { return false }

// Copy gives the masked number's line.
func (p *Page) Copy(*page.Env) string { return "" }

// Title is the window title while a call is offered; ui/app knows by it when
// the pop has reached the terminal.
func Title(o *session.OfferView) string {
	return "▶来电 " + o.Caller.Masked + " " + o.Caller.Subject
}
