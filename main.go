// Command zuoxi is the terminal agent workstation for the 12333 hotline, and
// the provincial hub that it connects to.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"zuoxi/internal/cli"
)

// version is set by the build.
var version = "dev"

func main() {
	// A closed terminal is SIGHUP: the seat saves its draft and says goodbye.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := cli.Run(ctx, cli.Env{Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Version: version})
	stop()
	os.Exit(code)
}
