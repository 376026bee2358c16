package hub

import (
	"testing"
	"testing/synctest"
)

// TestAwayByAccounts: from the first seat on, a hub that was restarted tells how
// many may be knocking when it is killed, though few have come yet.
func TestAwayByAccounts(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		for n, want := range []int{0, 2 * int(herdEach.Milliseconds())} {
			h := openHouse(t, dir)
			one := h.sit([]string{"8001", "8003"}[n])
			if got := one.screen.welcome.AwayMS; got != want {
				t.Errorf("hub %d: %d ms, want %d", n, got, want)
			}
			h.sit([]string{"8002", "8004"}[n])
			h.stop()
			if err := h.db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
