package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"zuoxi/hub/store"
)

// marksOf are the texts of the marks on recordings, of the calls from one to another.
func marksOf(ctx context.Context, c *Conn, first, last string) (map[string][]string, error) {
	out := map[string][]string{}
	const query = "SELECT r.call_id, s.value FROM recordings r CROSS JOIN settings s WHERE s.key = '" + store.MarksOf + "' || r.id AND r.call_id >= ? AND r.call_id <= ?"
	err := c.Rows(ctx, query, []any{first, last}, func(r *sql.Rows) error {
		var id, value string
		if err := c.scan(r, &id, &value); err != nil {
			return err
		}
		var set []struct {
			Text string `json:"text"`
		}
		_ = json.Unmarshal([]byte(value), &set) // an odd list has no words
		for _, m := range set {
			out[id] = append(out[id], m.Text)
		}
		return nil
	})
	return out, err
}

// putMarked keeps that a call is found by the marks on its recording, if a setting is such marks. A call that has not ended is
// found by nothing yet, and of a mystery call there is none.
func putMarked(ctx context.Context, c *Conn, key string) error {
	recording, ok := strings.CutPrefix(key, store.MarksOf)
	if !ok {
		return nil
	}
	var call string
	err := c.One(ctx, "SELECT call_id FROM recordings WHERE id = ?", []any{recording}, &call)
	if err == nil {
		var k store.Call
		if k, err = callTable.get(ctx, c, call); err == nil && !k.Times.Closed.IsZero() {
			return putCall(ctx, c, &k)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// markedBehind reads the calls whose recordings were marked before a call was found by that.
func markedBehind(ctx context.Context, c *Conn, after string) (out []foundRow, last string, err error) {
	query := "SELECT s.key, r.call_id FROM settings s CROSS JOIN recordings r WHERE r.id = substr(s.key, " + strconv.Itoa(len(store.MarksOf)+1) + ") AND s.key LIKE '" + store.MarksOf +
		"%' AND s.key > ? ORDER BY s.key LIMIT " + strconv.Itoa(caughtUp)
	var calls []string
	err = c.Rows(ctx, query, []any{after}, func(r *sql.Rows) error {
		var call string
		err := c.scan(r, &last, &call)
		calls = append(calls, call)
		return err
	})
	for _, id := range calls {
		if err != nil {
			break
		}
		var one []foundRow
		one, _, err = callsBehind(ctx, c, "WHERE id = ?", id)
		out = append(out, one...)
	}
	return out, last, err
}
