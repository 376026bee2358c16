//go:build !linux

package route

import "context"

// Watch calls changed whenever the machine's addresses have changed, until ctx ends.
func (Machine) Watch(ctx context.Context, changed func()) { poll(ctx, changed) }
