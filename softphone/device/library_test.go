package device

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	childEnv = "ZUOXI_TEST_CHILD"
	noneCode = 7 // the child's exit code for ErrNoLibrary
)

// child is this test program started again to list devices and say how it went.
func child() int {
	sys := NewSystem("")
	_, err := sys.List()
	_, openErr := sys.Open(Input, "", nil)
	closeErr := sys.Close()
	switch {
	case errors.Is(err, ErrNoLibrary) && errors.Is(openErr, ErrNoLibrary) && closeErr == nil:
		return noneCode
	case err != nil:
		return 1
	}
	return 0
}

// TestWithoutLibrary hides the sound library. The project's own build finds it
// at run time and says so when it cannot; a build against the real library does
// not look.
func TestWithoutLibrary(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	needed, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	want := noneCode
	if slices.ContainsFunc(needed, func(lib string) bool { return strings.HasPrefix(lib, "libportaudio") }) {
		want = 0
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"=1", "ZUOXI_PORTAUDIO=/no/such/library.so")
	err = cmd.Run()
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("exit code %d, want %d (needs %v)", got, want, needed)
	}
}
