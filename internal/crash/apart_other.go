//go:build !linux

package crash

import "os"

// Apart leaves standard error where it is: hubs run on Linux.
func Apart(stderr *os.File) (*os.File, error) { return stderr, nil }
