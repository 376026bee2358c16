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
	refusing bool
	legs     map[*Leg]struct{}
	dialogs  map[dialogKey]*Leg
	invites  map[inviteKey]*Leg
	empty    chan struct{} // closed while there is no leg
}

func newTable(max int) *table {
	t := &table{
		max: max, legs: map[*Leg]struct{}{}, dialogs: map[dialogKey]*Leg{}, invites: map[inviteKey]*Leg{},
		empty: make(chan struct{}),
	}
	close(t.empty)
	return t
}

// admit takes a place for a leg; false when the trunk is full or stopping. key is the zero value for calls of ours.
// known tells that the same INVITE is already being served.
func (t *table) admit(l *Leg, key inviteKey) (ok, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key.call != "" && t.invites[key] != nil {
		return false, true
	}
	if t.refusing || len(t.legs) >= t.max {
		return false, false
	}
	if len(t.legs) == 0 {
		t.empty = make(chan struct{})
	}
	t.legs[l] = struct{}{}
	if key.call != "" {
		t.invites[key] = l
		l.key = key
	}
	return true, false
}

// full says whether admit would refuse now; it lets a flood be turned away before a socket is opened.
func (t *table) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refusing || len(t.legs) >= t.max
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
	if _, live := t.legs[l]; !live {
		return
	}
	delete(t.legs, l)
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
