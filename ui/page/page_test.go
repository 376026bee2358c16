package page_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/sample"
)

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "00:00", 83 * time.Second: "01:23", 3661 * time.Second: "1:01:01", -time.Second: "00:00",
	} {
		if got := page.Clock(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestListKeepsTheSelectionInSight(t *testing.T) {
	var l page.List
	l.Move(5, 8)
	if top := l.Window(8, 3); top != 3 || l.Sel != 5 {
		t.Errorf("top %d, sel %d", top, l.Sel)
	}
	l.Move(-9, 8)
	if top := l.Window(8, 3); top != 0 || l.Sel != 0 {
		t.Errorf("top %d, sel %d", top, l.Sel)
	}
	if top := l.Window(0, 3); top != 0 || l.Sel != 0 {
		t.Errorf("empty: top %d, sel %d", top, l.Sel)
	}
}

// Before the identity is matched the pane knows nothing of the caller's file.
func TestCallerShowsOnlyWhatIsAllowed(t *testing.T) {
	c := canvas.New(40, 20)
	page.Caller(c.All(), sample.Caller())
	got := strings.Join(c.Lines(), "\n")
	for _, want := range []string{"139****0042", "南京", "养老保险", "01:12", "24 小时内第 2 次", "听力弱", "未核验"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	page.Earlier(c.All(), nil, true)
}

func TestClickGoesToTheRegion(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	var zones []page.Zone
	d.Zones = &zones
	at := 0
	d.Focuses(canvas.New(20, 10).All().Sub(5, 2, 6, 3), &at, 7)
	zones[0].Do()
	if z := zones[0]; at != 7 || z.X != 5 || z.Y != 2 || z.W != 6 || z.H != 3 {
		t.Errorf("%+v, at %d", zones[0], at)
	}
}

func TestAfterGivesUpWithTheProgram(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	ctx, cancel := context.WithCancel(t.Context())
	d.Ctx = ctx
	cancel()
	if msg := d.After(time.Hour, "late")(); msg != nil {
		t.Errorf("answered %v", msg)
	}
	d.Ctx = t.Context()
	if msg := d.After(0, "now")(); msg != "now" {
		t.Errorf("answered %v", msg)
	}
}
