package lookup

import (
	"reflect"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/page"
)

// offers are the articles offered while nothing is typed: for the call, or what
// changed today. They are never put anywhere by themselves.
type offers struct {
	list  []Hit
	label string
	hint  kb.Hint
	asked string // revision that was asked, empty before the first
	n     uint64 // number of the last question
	newer string // what has become of the open article
}

// offered is the answer to question number n of a pane.
type offered struct {
	pane   *Pane
	n      uint64
	result Result
}

// hits are what the list shows.
func (p *Pane) hits() []Hit {
	if p.query.Empty() {
		return p.offers.list
	}
	return p.result.Hits
}

// Follow asks for what fits the call that the view shows, when that has changed.
func (p *Pane) Follow(e *page.Env) tea.Cmd {
	p.left(e)
	p.widen(e)
	p.begin(e)
	if p.lib == nil {
		return nil
	}
	h, now := hint(e.View), p.lib.Copy().Revision
	var again tea.Cmd
	if now != p.offers.asked {
		p.renewed()
		if p.result.Failed || p.trouble() != Sound { // what is on the screen came from what is no more
			again = p.search(e)
		}
	}
	if p.offers.asked == now && reflect.DeepEqual(h, p.offers.hint) {
		return nil
	}
	p.offers.hint, p.offers.asked = h, now
	p.offers.n++
	n, ctx := p.offers.n, e.Ctx
	offer := func() tea.Msg { return offered{p, n, p.lib.Suggest(ctx, h)} }
	if again == nil {
		return offer
	}
	return tea.Batch(again, offer)
}

// begin clears the pane for a new call: what was looked up for somebody else
// is not to be read out to this caller.
func (p *Pane) begin(e *page.Env) {
	id := callID(e.View)
	if id == "" || id == p.serves {
		return
	}
	p.serves = id
	p.cancel()
	p.seq++
	p.query.Set("")
	p.result, p.list, p.waits = Result{}, page.List{}, false
	p.view, p.newer = article.View{}, ""
}

// renewed looks whether the open article has a newer version. The text under
// somebody's eyes is not changed; what is opened next is the newest.
func (p *Pane) renewed() {
	for i := range p.result.Hits {
		if !p.result.Hits[i].Dated {
			p.result.Hits[i].Version = ""
		}
	}
	for i := range p.offers.list {
		p.offers.list[i].Version = ""
	}
	open := p.view.Article()
	if open.ID == "" {
		return
	}
	p.newer = ""
	switch a, ok := p.lib.Article(open.ID, "", p.narrow.Day); {
	case p.trouble() != Sound:
		p.newer = "知识库坏了，这一条可能有误 · 不要再读"
	case !ok:
		p.newer = "这一条已撤下 · 不要再读"
	case a.Version != open.Version:
		p.newer = "这一条已更新为第" + a.Version + "版 · Enter 打开新版"
	}
}

func (p *Pane) offered(m offered) bool {
	if m.pane != p {
		return false
	}
	if m.n == p.offers.n {
		chosen := ""
		if p.query.Empty() && p.list.Sel > 0 && p.list.Sel < len(p.offers.list) {
			chosen = p.offers.list[p.list.Sel].ID // by the person: others may come before it
		}
		p.offers.list, p.offers.label = m.result.Hits, "相关条目"
		if p.offers.hint.Empty() {
			p.offers.label = "今日更新"
		}
		if p.query.Empty() {
			at := slices.IndexFunc(m.result.Hits, func(h Hit) bool { return h.ID == chosen })
			p.list = page.List{Sel: max(at, 0)}
		}
	}
	return true
}

// hint is what the view says of the call. Text that is being written counts
// sentence by sentence, so that not every letter asks again.
func hint(v *session.View) (h kb.Hint) {
	if v.Exam.Sitting != nil {
		return h // an exam offers nothing
	}
	h.Region = where(v)
	if c := v.Call; c != nil {
		h.Said, h.Menu = c.Caller.Said, c.Caller.Keys
		if c.Caller.Subject != "" {
			h.Menu = append([]string{c.Caller.Subject}, h.Menu...)
		}
		for _, x := range c.Caller.Earlier {
			if x.Open {
				h.Open = append(h.Open, x.Subject)
			}
		}
	}
	if r := v.Record; r != nil && !r.Sent {
		h.Topic, h.Written = strings.ReplaceAll(r.Fields.Topic, " > ", " "), sentences(r.Fields.Question)
	}
	if h.Empty() {
		h.Region = ""
	}
	return h
}

// sentences is a text up to its last stop, or in steps of eight characters.
func sentences(s string) string {
	if at := strings.LastIndexAny(s, "。，、；？！,;?!\n"); at >= 0 {
		return s[:at]
	}
	rs := []rune(s)
	return string(rs[:len(rs)/8*8])
}

// asked is the search under way, for the list of those that led nowhere.
type asked struct {
	text string // the longest of what was typed
	hits int
	done bool   // an article was opened after it
	call string // in which it was typed
}

// typed notes what stands in the field; a new beginning ends the search before.
func (p *Pane) typed(e *page.Env) {
	now := strings.TrimSpace(p.query.Value())
	a := &p.asked
	if a.text != "" && !strings.HasPrefix(now, a.text) && !strings.HasPrefix(a.text, now) || now == "" {
		p.ended(e)
	}
	if len(now) >= len(a.text) {
		*a = asked{text: now, done: a.done && now == a.text, call: callID(e.View)}
	}
}

// opened tells that the search led to an article.
func (p *Pane) opened(id string, e *page.Env) {
	if p.asked.text == "" || p.asked.done {
		return
	}
	p.asked.done = true
	e.Do(session.SearchedKB{Text: p.asked.text, Opened: id, Found: p.result.Total})
}

// left ends the search of a call that is over.
func (p *Pane) left(e *page.Env) {
	if p.asked.text != "" && p.asked.call != callID(e.View) {
		p.ended(e)
	}
}

// shortest is how much must be typed to count as a search.
const shortest = 2

func (p *Pane) ended(e *page.Env) {
	a := p.asked
	p.asked = asked{}
	if !a.done && len([]rune(a.text)) >= shortest && e.View.Exam.Sitting == nil {
		e.Do(session.SearchedKB{Text: a.text, Found: a.hits})
	}
}

func callID(v *session.View) string {
	if v.Call == nil {
		return ""
	}
	return v.Call.ID
}
