package story

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["fault"] = cmdFault }

// fault NAME makes a seat's program die of a fault of its own, as of a panic,
// with its last words; the error file becomes seat-NAME/crash.txt.
func cmdFault(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "fault NAME")
	t := term(ts, a[0])
	ts.Check(t.cmd.Process.Signal(syscall.SIGSEGV))
	if err := t.Wait(patience); err == nil {
		ts.Fatalf("%s ended as if nothing had happened", a[0])
	}
	folder := filepath.Join(world(ts).Dir, "seat-"+a[0])
	files, err := filepath.Glob(filepath.Join(folder, "crash-*.txt"))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("error files %v\n%s", files, t.Screen())
	}
	ts.Check(os.Rename(files[0], filepath.Join(folder, "crash.txt")))
}
