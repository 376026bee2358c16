package device

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// This test program starts itself again where a test must not share the
// library, or leaves a call hanging in it. childEnv says what the child does.
const childEnv = "ZUOXI_TEST_CHILD"

// Exit codes of a child.
const (
	fine = iota
	broken
	noLibrary
	stuck
)

func child(what string) int {
	sys := NewSystem("")
	code, err := fine, error(nil)
	if what == "list" {
		_, err = sys.List()
	} else {
		err = outliveServer(sys)
	}
	switch {
	case errors.Is(err, ErrNoLibrary):
		code = noLibrary
	case errors.Is(err, ErrStuck):
		code = stuck
	case err != nil:
		fmt.Println(err)
		code = broken
	}
	if err := sys.Close(); err != nil && code == fine {
		fmt.Println(err)
		return broken
	}
	return code
}

// outliveServer kills the sound server under two running streams: they stand
// still, closing them may hang, and a new server is found by a rescan.
func outliveServer(sys *System) error {
	var in, out Stream
	open := func() error {
		var err error
		if in, err = openSilent(sys, Input); err != nil {
			return err
		}
		out, err = openSilent(sys, Output)
		return err
	}
	if err := open(); err != nil {
		return err
	}
	if err := reach(func() bool { return in.Beats() > 3 && out.Beats() > 3 }); err != nil {
		return fmt.Errorf("callbacks: %w", err)
	}
	if err := rig("kill"); err != nil {
		return err
	}
	if err := reach(standsStill(in)); err != nil {
		return fmt.Errorf("standstill: %w", err)
	}
	// Here the library hangs; what these say does not matter.
	_, _ = in.Close(), out.Close()
	if err := sys.Rescan(); err != nil {
		return err
	}
	if err := open(); !errors.Is(err, ErrNoDevice) {
		return fmt.Errorf("opening without a server: %w", err)
	}
	if err := rig("up"); err != nil {
		return err
	}
	if err := sys.Rescan(); err != nil {
		return err
	}
	if err := open(); err != nil {
		return err
	}
	if err := reach(func() bool { return in.Beats() > 3 && out.Beats() > 3 }); err != nil {
		return fmt.Errorf("callbacks again: %w", err)
	}
	return errors.Join(in.Close(), out.Close())
}

func openSilent(sys *System, dir Direction) (Stream, error) {
	s, err := sys.Open(dir, "system", func(int) Callback { return func([]float32) {} })
	if err != nil {
		return nil, err
	}
	return s, s.Run(true)
}

func rig(verb string) error {
	out, err := exec.Command("../../scripts/rig.sh", verb, os.Getenv("JACK_DEFAULT_SERVER")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("rig %s: %w: %s", verb, err, out)
	}
	return nil
}

// reach polls for a state that the world reaches by itself.
func reach(reached func() bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !reached() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

// standsStill is true once a stream's beats are the same for ten looks.
func standsStill(s Stream) func() bool {
	last, same := uint64(0), 0
	return func() bool {
		if b := s.Beats(); b != last {
			last, same = b, 0
		} else {
			same++
		}
		return same >= 10
	}
}

// runChild starts this program again and returns its exit code. The project's
// own build finds the sound library at run time; linked says that this one is
// bound to the library itself.
func runChild(t *testing.T, what string, env ...string) (code int, linked bool) {
	t.Helper()
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
	linked = slices.ContainsFunc(needed, func(lib string) bool { return strings.HasPrefix(lib, "libportaudio") })
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), childEnv+"="+what), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Logf("%s", out)
		return exit.ExitCode(), linked
	}
	if err != nil {
		t.Fatal(err)
	}
	return fine, linked
}

func TestWithoutLibrary(t *testing.T) {
	code, linked := runChild(t, "list", "ZUOXI_PORTAUDIO=/no/such/library.so")
	want := noLibrary
	if linked {
		want = fine
	}
	if code != want {
		t.Fatalf("exit code %d, want %d", code, want)
	}
}

// TestSoundServerKilled: our own build gets over it, a linked one says that it
// is stuck and does not hang.
func TestSoundServerKilled(t *testing.T) {
	code, linked := runChild(t, "outlive")
	want := fine
	if linked {
		want = stuck
	}
	if code != want {
		t.Fatalf("exit code %d, want %d", code, want)
	}
	if err := rig("up"); err != nil {
		t.Fatal(err)
	}
}

// An assertion that fails inside the sound library, as in one that waits in vain
// for a server that died, stops that call and not the program.
func TestAssertionInTheLibrary(t *testing.T) {
	const source = `
#include <assert.h>
#include <stddef.h>
#include <portaudio.h>
#define FN(ret, name, params, args, none) ret name params { assert(!"the server answers"); return none; }
#define PASS(ret, name, params, args, none) FN(ret, name, params, args, none)
#include "functions.h"
`
	file := filepath.Join(t.TempDir(), "libportaudio-broken.so")
	cc := exec.CommandContext(t.Context(), "cc", "-shared", "-fPIC", "-I", "dl", "-o", file, "-x", "c", "-")
	cc.Stdin = strings.NewReader(source)
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	code, linked := runChild(t, "list", "ZUOXI_PORTAUDIO="+file)
	want := stuck
	if linked {
		want = fine
	}
	if code != want {
		t.Fatalf("exit code %d, want %d", code, want)
	}
}
