package hub

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"zuoxi/rules/alarm"
)

// TestManyAlarmsAtOnce: when a whole floor falls silent, a lead hears of some
// seats and how many more there are; elsewhere nothing is heard.
func TestManyAlarmsAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		here, elsewhere := h.sit("1001", "lead"), h.sitIn("320500", "1002", "lead")
		var all []alarm.Change
		for i := range alarmsEach + 7 {
			all = append(all, alarm.Change{Kind: alarm.Raised, Alarm: alarm.Alarm{Code: "silent", District: "320100", Message: true, Text: fmt.Sprint("席 ", i)}})
		}
		h.alarmed(all)
		synctest.Wait()
		if n := len(here.screen.alerts); n != alarmsEach+1 || !strings.Contains(here.screen.alerts[alarmsEach], "另有 7 条") {
			t.Errorf("told %q", here.screen.alerts)
		}
		if len(elsewhere.screen.alerts) != 0 {
			t.Errorf("elsewhere told %q", elsewhere.screen.alerts)
		}
		h.alarmed([]alarm.Change{{Kind: alarm.Raised, Alarm: alarm.Alarm{Code: "wait", District: "320500", Own: true, Message: true, Text: "养老保险 最久等待超过 02:00"}}})
		synctest.Wait()
		if n := len(here.screen.alerts); n != alarmsEach+1 || len(elsewhere.screen.alerts) != 1 {
			t.Errorf("of a district's own queue the centre was told %q, the district %q", here.screen.alerts[alarmsEach+1:], elsewhere.screen.alerts)
		}
	})
}
