package jitter

// storeSize is how many packets can wait to be played: more than a second.
const storeSize = 64

// entry is a packet placed on the time line.
type entry struct {
	used bool
	kind kind
	pt   uint8
	seq  int64
	pos  int64 // its first sample
	dur  int64
	n    int
	data [maxPayload]byte
}

// store keeps packets by sequence number until they are played.
type store struct {
	last int64 // the last one played or given up
	high int64 // the newest seen
	slot [storeSize]entry
	seen [storeSize]int64 // which number was last seen in each place, to know doubles
}

func (s *store) clear() {
	for i := range s.slot {
		s.slot[i].used = false
		s.seen[i] = -1
	}
}

// put keeps a packet; it returns nil if that number has been seen already.
func (s *store) put(seq int64, p *slot) *entry {
	i := seq & (storeSize - 1)
	if s.seen[i] >= seq {
		return nil
	}
	s.seen[i] = seq
	e := &s.slot[i]
	e.used, e.seq, e.pt, e.n = true, seq, p.pt, copy(e.data[:], p.data[:p.n])
	return e
}

// first returns the oldest packet not yet played.
func (s *store) first() *entry {
	for seq := max(s.last+1, s.high-storeSize+1); seq <= s.high; seq++ {
		if e := &s.slot[seq&(storeSize-1)]; e.used && e.seq == seq {
			return e
		}
	}
	return nil
}

func (s *store) done(e *entry) {
	e.used = false
	s.last = e.seq
}
