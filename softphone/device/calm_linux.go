package device

/*
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// 34 to 64 are real-time signals that nobody here uses.
#define CALM (SIGRTMAX - 1)

static atomic_ulong wanted;
static atomic_long slack; // of the thread that was calmed last, ns

static void calm(int n) {
	(void)n;
	prctl(PR_SET_TIMERSLACK, atomic_load(&wanted), 0, 0, 0);
	atomic_store(&slack, prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
}

static int calm_thread(int tid, unsigned long ns) {
	struct sigaction act = {.sa_handler = calm, .sa_flags = SA_ONSTACK | SA_RESTART};
	atomic_store(&wanted, ns);
	if (sigaction(CALM, &act, NULL) != 0)
		return -1;
	return (int)syscall(SYS_tgkill, getpid(), tid, CALM);
}

static long slack_now(void) { return atomic_load(&slack); }
*/
import "C"

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const slack = 10 * time.Millisecond

// calm makes the runtime's monitoring thread sleep longer. A processor (P) of
// the runtime stays with the sound system's thread after each callback, as if
// in a system call, and the monitor looks at it every 20 µs for the next few
// milliseconds: two thousand wakings a second, which took more of a core than
// all else in a call (docs/adr/0010). With a timer slack (prctl(2)) it is some
// hundred. What the monitor is there for, taking processors from calls
// that block and ending long turns after 10 ms, comes that much later;
// therefore there is one processor more than before, in the place of the one
// that the sound system's thread keeps.
//
// Only a thread itself may set its slack, so a signal has it done. The monitor
// is the first thread that the runtime starts.
var calm = sync.OnceFunc(func() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return // it costs more then, and works
	}
	first := 0
	for _, t := range threads {
		if n, err := strconv.Atoi(t.Name()); err == nil && n != os.Getpid() && (first == 0 || n < first) {
			first = n
		}
	}
	if first != 0 && C.calm_thread(C.int(first), C.ulong(slack)) == 0 {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
})

// calmed is the slack that was set; tests look at it.
func calmed() time.Duration { return time.Duration(C.slack_now()) }
