package link

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// watch has the network tell of changes until ctx ends; what it gives waits
// for that end.
func (l *Link) watch(ctx context.Context) (wait func()) {
	if l.cfg.Network == nil {
		return func() {}
	}
	var work sync.WaitGroup
	var last netip.Addr
	work.Go(func() {
		l.cfg.Network.Watch(ctx, func() {
			if now := l.source(); now != last {
				last = now
				l.tellMoved(now)
			}
		})
	})
	return work.Wait
}

// source is the address with which a packet to the hub would leave; none
// before the hub was ever reached, and while there is no way to it.
func (l *Link) source() netip.Addr {
	far := l.far.Load()
	if far == nil {
		return netip.Addr{}
	}
	here, _ := l.cfg.Network.Source(*far)
	return here
}

// tellMoved is for a way that is there: one that is gone may come back as it was.
func (l *Link) tellMoved(here netip.Addr) {
	if !here.IsValid() {
		return
	}
	select {
	case l.moved <- struct{}{}:
	default: // told already
	}
}

// elsewhere tells whether packets leave with another address than this one.
func (l *Link) elsewhere(here netip.Addr) bool {
	now := l.source()
	return now.IsValid() && now != here
}

// movedIf is nil, which never comes, for a link that rests.
func (l *Link) movedIf(dialling bool) <-chan struct{} {
	if !dialling {
		return nil
	}
	return l.moved
}

// untilMoved limits a dial, which a change of the way ends: what it sent before
// is lost. The change stays told, for whoever comes next.
func (l *Link) untilMoved(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-l.moved:
			l.tellMoved(l.source())
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// host is the address without its port.
func host(a net.Addr) (netip.Addr, bool) {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return t.AddrPort().Addr().Unmap(), true
}
