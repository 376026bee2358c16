package device

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The tests of hardware run on a JACK server of their own.
func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(child(what))
	}
	os.Setenv("JACK_DEFAULT_SERVER", fmt.Sprintf("zxdev%d", os.Getpid()))
	os.Setenv("JACK_NO_START_SERVER", "1")
	must := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	must(rig("up"))
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		must(rig("down"))
		os.Exit(code)
	}))
}
