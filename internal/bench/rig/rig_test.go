package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

const server = "zuoxi-bench-test"

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run has a sound server of its own under the tests.
func run(m *testing.M) int {
	if out, err := rig("up"); err != nil {
		fmt.Printf("starting the sound server: %v\n%s", err, out)
		return 1
	}
	defer func() { _, _ = rig("down") }()
	_ = os.Setenv("JACK_NO_START_SERVER", "1")
	_ = os.Setenv("JACK_DEFAULT_SERVER", server)
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Println(err)
		return 1
	}
	return code
}

func rig(verb string) ([]byte, error) {
	return exec.Command("../../../scripts/rig.sh", verb, server).CombinedOutput()
}

func open(t *testing.T, name string) *Headset {
	t.Helper()
	h, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// The rig's own delay is nothing or one period, by the order in which JACK
// runs its clients.
func TestWhatOneSaysTheOtherHears(t *testing.T) {
	a, b := open(t, "rigA"), open(t, "rigB")
	a.connect("rigA:mic", "rigB:ear")
	take, err := Roll(2, a, b)
	if err != nil {
		t.Fatal(err)
	}
	click := []float32{0.5, -0.25, 0.125}
	at := Rate / 2
	take.Say(a, at, click)
	take.Until(Rate)
	take.Stop()
	heard := take.Heard(b, 0, Rate)
	for _, delay := range []int{0, a.Period()} {
		if heard[at+delay] == click[0] && heard[at+delay+1] == click[1] && heard[at+delay+2] == click[2] {
			return
		}
	}
	for i, v := range heard {
		if v != 0 {
			t.Fatalf("sound at sample %d, said at %d", i, at)
		}
	}
	t.Fatal("nothing was heard")
}

func TestBoundsOfATake(t *testing.T) {
	a := open(t, "rigA")
	take, err := Roll(0.1, a)
	if err != nil {
		t.Fatal(err)
	}
	take.Say(a, take.Len-1, []float32{1, 1, 1})
	take.Say(a, take.Len+5, []float32{1})
	take.Stop()
	if got := take.Heard(a, -10, take.Len+10); len(got) != take.Len {
		t.Errorf("%d samples of %d", len(got), take.Len)
	}
	if got := take.Heard(a, 10, 5); got != nil {
		t.Errorf("%d samples of an empty stretch", len(got))
	}
	if a.Xruns() < 0 {
		t.Error("a negative count")
	}
}

func TestNoServer(t *testing.T) {
	t.Setenv("JACK_DEFAULT_SERVER", "zuoxi-no-such-server")
	if _, err := Open("rigC"); !errors.Is(err, ErrServer) {
		t.Errorf("opened without a server: %v", err)
	}
}
