package desk

import (
	"zuoxi/internal/clean"
	"zuoxi/wire"
)

const maxText = 300_000 // a whole article

// cleanKnowledge cleans what is asked of the editors' desk.
func cleanKnowledge(b wire.Body) {
	switch m := b.(type) {
	case *wire.KBAsk:
		words(&m.List)
		lines(&m.Query)
	case *wire.KBOpen:
		lines(&m.ID)
	case *wire.KBSave:
		words(&m.Entry)
		m.Markdown = clean.Text(m.Markdown, maxText)
	case *wire.KBStep:
		words(&m.Step)
		lines(&m.ID, &m.Why)
	case *wire.KBTell:
		words(&m.Kind, &m.Call)
		lines(&m.Article, &m.Text)
	case *wire.KBAsked:
		lines(&m.Text, &m.Opened)
	case *wire.KBSettle:
		lines(&m.ID, &m.Answer)
	default:
		cleanAnything(b)
	}
}
