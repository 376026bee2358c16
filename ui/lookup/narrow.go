package lookup

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/ui/page"
)

// Narrow is what a search is held to beside its words. The zero value is all that applies today.
type Narrow struct {
	Kind, Category, Level, Place string

	Day  kb.Day // of the facts, where they are not of today
	Past bool   // also what does not apply on that day, marked
}

// String is what the pane says of it.
func (n Narrow) String() string {
	var words []string
	if n.Day != (kb.Day{}) {
		words = append(words, n.Day.String())
	}
	if n.Past {
		words = append(words, "含失效")
	}
	for _, w := range []string{n.Kind, n.Category, n.Level, n.Place} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// Narrowed is what the searches are held to now.
func (p *Pane) Narrowed() Narrow { return p.narrow }

// Narrow holds the searches to something until the call is over, and asks again.
func (p *Pane) Narrow(n Narrow, e *page.Env) tea.Cmd {
	p.narrow, p.narrowed = n, callID(e.View)
	return p.search(e)
}

// Facets counts what the text in the field finds, within what it is held to.
func (p *Pane) Facets(e *page.Env) search.Facets {
	if p.lib == nil || p.query.Empty() {
		return search.Facets{}
	}
	return p.lib.Facets(e.Ctx, p.ask(e))
}

// ask is the question that the pane asks now.
func (p *Pane) ask(e *page.Env) Query {
	return Query{Text: p.query.Value(), Region: where(e.View), Narrow: p.narrow}
}

// widen ends the narrowing of a call that is over.
func (p *Pane) widen(e *page.Env) {
	if p.narrowed != callID(e.View) {
		p.narrow, p.narrowed = Narrow{}, callID(e.View)
	}
}
