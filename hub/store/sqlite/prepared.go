package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// mostPrepared is how many questions are kept ready. The store has fewer; what
// is beyond, because a filter was composed anew, is parsed each time.
const mostPrepared = 512

// prepared reads with statements that stay parsed: for the short questions of a
// seat that signs in, parsing costs more than the answer. It is a query.Handle.
type prepared struct {
	*sql.DB
	mu    sync.Mutex
	known map[string]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared { return &prepared{DB: db, known: map[string]*sql.Stmt{}} }

// QueryContext implements query.Handle.
func (p *prepared) QueryContext(ctx context.Context, question string, args ...any) (*sql.Rows, error) {
	s, err := p.statement(ctx, question)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return p.DB.QueryContext(ctx, question, args...)
	}
	return s.QueryContext(ctx, args...)
}

// statement is nil where enough are kept.
func (p *prepared) statement(ctx context.Context, question string) (*sql.Stmt, error) {
	p.mu.Lock()
	s, full := p.known[question], len(p.known) >= mostPrepared
	p.mu.Unlock()
	if s != nil || full {
		return s, nil
	}
	s, err := p.PrepareContext(ctx, question)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.known[question]; other != nil {
		return other, s.Close()
	}
	p.known[question] = s
	return s, nil
}

// Close closes the statements and their connections.
func (p *prepared) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.known {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, p.DB.Close())...)
}
