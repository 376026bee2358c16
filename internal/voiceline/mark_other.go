//go:build !unix

package voiceline

import "syscall"

// Expedite has no way of asking here.
func Expedite(syscall.Conn) {}
