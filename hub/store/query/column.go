package query

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/hub/store/seal"
)

// column ties a column's name to a place in a struct, for writing and for
// reading. Each aggregate lists its columns once.
type column struct {
	name string
	cell cell
}

// cell is one value on its way to or from the database.
type cell interface {
	driver.Valuer
	sql.Scanner
}

func text[S ~string](name string, p *S) column { return column{name, textCell[S]{p}} }
func num[N integer](name string, p *N) column  { return column{name, numCell[N]{p}} }
func flag(name string, p *bool) column         { return column{name, flagCell{p}} }
func at(name string, p *time.Time) column      { return column{name, timeCell{p}} }
func blob(name string, p *[]byte) column       { return column{name, blobCell{p}} }
func doc[T any](name string, p *T) column      { return column{name, docCell[T]{p}} }

// sealed are the four columns of a sealed field.
func sealed(name string, v *seal.Value) []column {
	return []column{
		blob(name, &v.Cipher), blob(name+"_hash", &v.Hash), blob(name+"_tail", &v.Tail),
		text(name+"_masked", &v.Masked),
	}
}

type textCell[S ~string] struct{ p *S }

func (c textCell[S]) Value() (driver.Value, error) { return string(*c.p), nil }
func (c textCell[S]) Scan(v any) error {
	switch v := v.(type) {
	case string:
		*c.p = S(v)
	case []byte:
		*c.p = S(v)
	case nil:
		*c.p = ""
	default:
		return mismatch("text", v)
	}
	return nil
}

type integer interface{ ~int | ~int64 }

type numCell[N integer] struct{ p *N }

func (c numCell[N]) Value() (driver.Value, error) { return int64(*c.p), nil }
func (c numCell[N]) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return mismatch("number", v)
	}
	*c.p = N(n)
	return nil
}

type flagCell struct{ p *bool }

func (c flagCell) Value() (driver.Value, error) {
	if *c.p {
		return int64(1), nil
	}
	return int64(0), nil
}

func (c flagCell) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return mismatch("flag", v)
	}
	*c.p = n != 0
	return nil
}

type timeCell struct{ p *time.Time }

func (c timeCell) Value() (driver.Value, error) { return micro(*c.p), nil }
func (c timeCell) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return mismatch("time", v)
	}
	*c.p = moment(n)
	return nil
}

type blobCell struct{ p *[]byte }

func (c blobCell) Value() (driver.Value, error) {
	if *c.p == nil {
		return nil, nil
	}
	return *c.p, nil
}

func (c blobCell) Scan(v any) error {
	switch v := v.(type) {
	case []byte:
		*c.p = append([]byte(nil), v...)
	case nil:
		*c.p = nil
	default:
		return mismatch("bytes", v)
	}
	return nil
}

type docCell[T any] struct{ p *T }

func (c docCell[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(c.p)
	return string(b), err
}

func (c docCell[T]) Scan(v any) error {
	var b []byte
	switch v := v.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return mismatch("document", v)
	}
	var fresh T
	if err := json.Unmarshal(b, &fresh); err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	*c.p = fresh
	return nil
}

func mismatch(want string, got any) error {
	return fmt.Errorf("column holds %T instead of a %s", got, want)
}

// micro and moment turn times into stored numbers and back; no time is 0.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// jsonText keeps a document that the caller made; none is stored as null.
func jsonText(name string, p *json.RawMessage) column { return column{name, rawCell{p}} }

type rawCell struct{ p *json.RawMessage }

func (c rawCell) Value() (driver.Value, error) {
	if len(*c.p) == 0 {
		return "null", nil
	}
	if !json.Valid(*c.p) {
		return nil, fmt.Errorf("document is not JSON")
	}
	return string(*c.p), nil
}

func (c rawCell) Scan(v any) error {
	var s string
	if err := (textCell[string]{&s}).Scan(v); err != nil {
		return err
	}
	*c.p = nil
	if s != "null" {
		*c.p = json.RawMessage(s)
	}
	return nil
}
