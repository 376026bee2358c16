package device

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// The tests of hardware run on a JACK server of their own.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	rig := fmt.Sprintf("zxdev%d", os.Getpid())
	os.Setenv("JACK_DEFAULT_SERVER", rig)
	os.Setenv("JACK_NO_START_SERVER", "1")
	script := func(verb string) {
		cmd := exec.Command("../../scripts/rig.sh", verb, rig)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Fprintln(os.Stdout, "rig:", err)
			os.Exit(1)
		}
	}
	script("up")
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		script("down")
		os.Exit(code)
	}))
}
