package cli

import (
	"context"
	"log/slog"

	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/lookup"
)

// library is the seat's own copy of the knowledge base.
type library struct{}

func (a *run) openLibrary(string, *slog.Logger) *library { return &library{} }

func (l *library) headChanged(uint64)        {}
func (l *library) follow(*session.Session)   {}
func (l *library) close()                    {}
func (l *library) forScreen() lookup.Library { return nil }

// Search implements lookup.Library.
func (l *library) Search(context.Context, lookup.Query) lookup.Result { return lookup.Result{} }

// Article implements lookup.Library.
func (l *library) Article(string, string) (article.Article, bool) { return article.Article{}, false }
