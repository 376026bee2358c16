package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"zuoxi/hub/store"
)

// folded is which sentinel a SQLSTATE, or its class of two letters, becomes.
var folded = map[string]error{
	"08":    store.ErrUnavailable, // connection
	"22":    store.ErrInvalid,     // data
	"23":    store.ErrInvalid,     // constraint
	"23505": store.ErrDuplicate,
	"25006": store.ErrReadOnly,
	"28":    store.ErrUnavailable, // login
	"3D":    store.ErrUnavailable, // no such database
	"40":    store.ErrUnavailable, // deadlock, serialization: may be sent again
	"53":    store.ErrUnavailable, // resources
	"53100": store.ErrFull,
	"57":    store.ErrUnavailable, // shutting down, cancelled
	"58":    store.ErrUnavailable, // system
	"P0001": store.ErrInvalid,     // our append-only triggers
	"XX001": store.ErrCorrupt,
	"XX002": store.ErrCorrupt,
}

// fold wraps a driver's error in the sentinel it means.
func fold(err error) error {
	if err == nil {
		return nil
	}
	if _, known := store.Plain(err); known {
		return err
	}
	s := sentinel(err)
	if s == nil {
		return err
	}
	return fmt.Errorf("%w: %w", s, err)
}

func sentinel(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if s, ok := folded[pg.Code]; ok {
			return s
		}
		return folded[pg.Code[:min(2, len(pg.Code))]]
	}
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &connect), errors.As(err, &network),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, net.ErrClosed),
		errors.Is(err, context.DeadlineExceeded), strings.Contains(err.Error(), "sql: database is closed"),
		strings.Contains(err.Error(), "unexpected EOF"):
		return store.ErrUnavailable
	default:
		return nil
	}
}

// rebind numbers the placeholders. Our statements hold no "?" in quotes.
func rebind(q string) string {
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(q, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
		q = after
	}
}
