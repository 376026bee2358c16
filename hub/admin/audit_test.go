package admin

import (
	"encoding/json"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// TestAuditSaysHowFarItLooked: a log that is longer than one search goes is not taken for one in which nothing stands.
func TestAuditSaysHowFarItLooked(t *testing.T) {
	o := open(t)
	line := func(i int, action, reason string) {
		o.m.lines = append(o.m.lines, store.AuditRow{Seq: int64(mostRead + 10 - i), At: noon.Add(-time.Duration(i) * time.Second), Who: "1007", Action: action, Reason: reason})
	}
	for i := range mostRead {
		line(i, "call.show", "")
	}
	line(mostRead, "record.show", "给 0250005678 的人看过")
	line(mostRead+1, "record.show", "信访 0250001234")
	line(mostRead+2, "recording.export", "副本 0250001234：复核")
	ask := func(in wire.AuditAsk) (out wire.AuditAnswer) {
		t.Helper()
		r, _ := o.do(qa, "audit.list", in)
		if err := json.Unmarshal(r.Data, &out); err != nil || r.Code != wire.CodeOK {
			t.Fatalf("%+v: %+v, %v", in, r, err)
		}
		return out
	}
	last := noon.Add(-(mostRead - 1) * time.Second)
	for what, tc := range map[string]struct {
		in    wire.AuditAsk
		rows  int
		since time.Time
	}{
		"words beyond the end of the search": {wire.AuditAsk{Words: "信访"}, 0, last},
		"ten digits that are no copy's":      {wire.AuditAsk{Words: "0250005678"}, 0, last},
		"of one kind":                        {wire.AuditAsk{Words: "信访", Action: "record.show"}, 1, time.Time{}},
		"before a day":                       {wire.AuditAsk{Words: "信访", To: last}, 1, time.Time{}},
		"a copy's number":                    {wire.AuditAsk{Words: "0250001234"}, 1, time.Time{}},
		"a copy's number, of another kind":   {wire.AuditAsk{Words: "0250001234", Action: "record.show"}, 1, time.Time{}},
		"enough before the end":              {wire.AuditAsk{Limit: 3}, 3, time.Time{}},
	} {
		if got := ask(tc.in); len(got.Rows) != tc.rows || !got.Since.Equal(tc.since) {
			t.Errorf("%s: %d rows, looked back to %v, want %d, %v", what, len(got.Rows), got.Since, tc.rows, tc.since)
		}
	}
	if got := ask(wire.AuditAsk{Words: "0250001234"}); got.Rows[0].Action != copyAction {
		t.Errorf("a copy's number led to %+v", got.Rows)
	}
}
