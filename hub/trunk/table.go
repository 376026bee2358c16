package trunk

import "sync"

// dialogKey names a dialog from our side.
type dialogKey struct{ call, local, remote string }

// inviteKey names the INVITE that started a call to us, whatever way it took (RFC 3261 section 8.2.2.2).
type inviteKey struct {
	call, from string
	seq        uint32
}

// table finds the leg of a request and counts the legs. It is shared by the goroutines of all requests.
type table struct {
	mu       sync.Mutex
	max      int
	share    int // of max, for what one gateway calls
	refusing bool
	legs     map[*Leg]string // with the gateway that called; "" when we did
	callers  map[string]int  // legs of each gateway
	dialogs  map[dialogKey]*Leg
	invites  map[inviteKey]*Leg
	empty    chan struct{} // closed while there is no leg
}

func newTable(max, share int) *table {
	t := &table{
		max: max, share: share, legs: map[*Leg]string{}, callers: map[string]int{}, dialogs: map[dialogKey]*Leg{}, invites: map[inviteKey]*Leg{},
		empty: make(chan struct{}),
	}
	close(t.empty)
	return t
}

// admit takes a place for a leg; false when the trunk is full for its gateway or stopping. key and gateway are the zero
// values for calls of ours. known tells that the same INVITE is already being served.
func (t *table) admit(l *Leg, key inviteKey, gateway string) (ok, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key.call != "" && t.invites[key] != nil {
		return false, true
	}
	if t.fullFor(gateway) {
		return false, false
	}
	if len(t.legs) == 0 {
		t.empty = make(chan struct{})
	}
	t.legs[l] = gateway
	t.callers[gateway]++
	if key.call != "" {
		t.invites[key] = l
		l.key = key
	}
	return true, false
}

// full says whether admit would refuse now; it lets a flood be turned away before a socket is opened.
func (t *table) full(gateway string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fullFor(gateway)
}

// fullFor is full with the lock held. A gateway that was taken over gets no more than its share: the others' callers
// still come in.
func (t *table) fullFor(gateway string) bool {
	return t.refusing || len(t.legs) >= t.max || gateway != "" && t.callers[gateway] >= t.share
}

func (t *table) bind(k dialogKey, l *Leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, live := t.legs[l]; live {
		t.dialogs[k] = l
	}
}

func (t *table) find(k dialogKey) *Leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dialogs[k]
}

func (t *table) drop(l *Leg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	gateway, live := t.legs[l]
	if !live {
		return
	}
	delete(t.legs, l)
	if t.callers[gateway]--; t.callers[gateway] == 0 {
		delete(t.callers, gateway)
	}
	delete(t.invites, l.key)
	delete(t.dialogs, l.dialog.key())
	if len(t.legs) == 0 {
		close(t.empty)
	}
}

func (t *table) refuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refusing = true
}

func (t *table) idle() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.empty
}

func (t *table) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.legs)
}

func (t *table) all() []*Leg {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]*Leg, 0, len(t.legs))
	for l := range t.legs {
		out = append(out, l)
	}
	return out
}
