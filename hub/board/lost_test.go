package board

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/rules/alarm"
)

// TestDistrictStaysLost: what the hub signed out because it stayed away is away as before; the alarm of its district holds until
// somebody comes back or a person ends the duty.
func TestDistrictStaysLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3500", "320500", "lost"), seat("3501", "320500", "lost")}
		f.seats[0].Since, f.seats[1].Since = time.Now().Unix(), time.Now().Unix()
		g := f.watch("1001", "320500")
		rung := func() (codes []string) {
			for id := range g.alarms {
				codes = append(codes, g.alarms[id].Code)
			}
			slices.Sort(codes)
			return codes
		}
		f.pass(time.Minute)
		cut := []string{"district", "lost", "lost"}
		if got := rung(); !slices.Equal(got, cut) {
			t.Fatalf("alarms %v", got)
		}
		first := f.seats[0].Since
		for i := range f.seats {
			f.seats[i].State, f.seats[i].Reason, f.seats[i].Since = "signed_out", "lost", time.Now().Unix()
		}
		f.rang = nil
		f.pass(time.Hour)
		if got := rung(); !slices.Equal(got, cut) || len(f.rang) > 0 || g.sums.Now.Lost != 2 || g.seats["3500"].State != "lost" || g.seats["3500"].Since != first {
			t.Errorf("an hour on: alarms %v, rang %+v, %d lost, %+v", got, f.rang, g.sums.Now.Lost, g.seats["3500"])
		}
		f.seats[0].State, f.seats[0].Reason = "not_ready", "signed_in"
		f.seats[1].Reason = "" // by a person
		f.pass(alarm.Calm + 2*time.Second)
		if got := rung(); len(got) > 0 || g.sums.Now.Lost != 0 || g.seats["3501"].State != "signed_out" {
			t.Errorf("one is back and one signed out by a person: alarms %v, %d lost, %+v", got, g.sums.Now.Lost, g.seats)
		}
	})
}
