package route

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// told is what the kernel is asked to tell of: links, addresses, routes.
const told = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV6_ROUTE

// Watch calls changed whenever addresses or routes may have changed, until ctx
// ends. What the kernel says about it is not read: whoever is told looks.
func (Machine) Watch(ctx context.Context, changed func()) {
	f, err := listen()
	if err != nil { // a container may forbid it
		poll(ctx, changed)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	defer stop()
	buf := make([]byte, 64<<10)
	for ctx.Err() == nil {
		// The kernel drops what a slow reader has not taken, and says so: that
		// is news like any other.
		_, err := f.Read(buf)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !errors.Is(err, unix.ENOBUFS):
			_ = f.Close()
			poll(ctx, changed)
			return
		}
		changed()
	}
}

// listen opens the kernel's route socket; closing it ends a read.
func listen() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("route socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: told}); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("route socket: %w", err)
	}
	return os.NewFile(uintptr(fd), "route"), nil
}
