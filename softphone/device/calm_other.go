//go:build !linux

package device

// calm has nothing to do here.
func calm() {}
