package device

import "golang.org/x/sys/unix"

// Some Linux ports have no dup2.
func dup2(from, to int) error { return unix.Dup3(from, to, 0) }
