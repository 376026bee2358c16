package cli

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBeijingTime: what a person reads, a record's number and a rule mean the
// same day, wherever the machine believes to be.
func TestBeijingTime(t *testing.T) {
	at := time.Date(2026, 3, 11, 16, 30, 0, 0, time.UTC)
	if got := at.Local().Format("01-02 15:04"); got != "03-12 00:30" {
		t.Errorf("the program's clock shows %s", got)
	}
}
