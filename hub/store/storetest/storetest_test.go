package storetest

import (
	"testing"
	"time"

	"zuoxi/hub/store"
)

// The fixtures are valid as they are: a driver that refuses them is wrong.
func TestFixtures(t *testing.T) {
	a, b := NewCall(1), NewCall(2)
	if a.ID == b.ID || !a.Times.Arrive.Before(b.Times.Arrive) {
		t.Errorf("two calls are not told apart: %+v, %+v", a, b)
	}
	if a.ID > store.NewID(a.Times.Arrive.Add(time.Millisecond)) {
		t.Errorf("id %q is not of its time", a.ID)
	}
	if r := NewRecord(3); r.No != "0302-8001-3" || r.District == "" || By(3, "create").By == "" {
		t.Errorf("record %+v", r)
	}
	if v := Phone(t, "13900000042"); v.String() != "139****0042" {
		t.Errorf("number shown as %s", v)
	}
}
