package exam

import (
	"slices"
	"sync"

	"zuoxi/rules/exam"
)

// Stage knows who sits an exam right now and who watches. It keeps nothing: the seats tell it again.
type Stage struct {
	mu    sync.Mutex
	lives map[string]*played // by agent
}

type played struct {
	live     exam.Live
	known    bool     // live was told
	watchers []string // agent numbers, in the order in which they came
}

func (s *Stage) of(agent string) *played {
	if s.lives == nil {
		s.lives = map[string]*played{}
	}
	p := s.lives[agent]
	if p == nil {
		p = &played{}
		s.lives[agent] = p
	}
	return p
}

// Play takes what a seat tells of a sitting and names those who watch.
func (s *Stage) Play(agent string, l exam.Live) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.of(agent)
	p.live, p.known = l, true
	p.live.Agent = agent
	return slices.Clone(p.watchers)
}

// Attend lets somebody watch, or go; first and last tell whether the seat must hear of it.
func (s *Stage) Attend(agent, who string, on bool) (first, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.of(agent)
	before := len(p.watchers)
	p.watchers = slices.DeleteFunc(p.watchers, func(w string) bool { return w == who })
	if on {
		p.watchers = append(p.watchers, who)
	}
	if len(p.watchers) == 0 && !p.known {
		delete(s.lives, agent)
	}
	return before == 0 && on, before > 0 && len(p.watchers) == 0
}

// Watched lists whom somebody watches.
func (s *Stage) Watched(who string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for agent, p := range s.lives {
		if slices.Contains(p.watchers, who) {
			out = append(out, agent)
		}
	}
	return out
}

// Watches tells whether somebody watches a sitting.
func (s *Stage) Watches(agent, who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lives[agent]
	return p != nil && slices.Contains(p.watchers, who)
}

// Attended tells whether anybody does.
func (s *Stage) Attended(agent string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lives[agent]
	return p != nil && len(p.watchers) > 0
}

// Lives are the sittings under way, ordered by agent.
func (s *Stage) Lives() []exam.Live {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []exam.Live
	for _, p := range s.lives {
		if p.known {
			out = append(out, p.live)
		}
	}
	slices.SortFunc(out, func(a, b exam.Live) int {
		if a.Agent < b.Agent {
			return -1
		}
		return 1
	})
	return out
}

// gone forgets a sitting that is over.
func (s *Stage) gone(agent string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lives[agent]; p != nil && len(p.watchers) > 0 {
		p.known = false
	} else {
		delete(s.lives, agent)
	}
}

// Gone is a seat that left: its own sitting is not seen any more, and it watches nobody. Released are the sittings whose
// last watcher that was.
func (s *Stage) Gone(agent string) (released []string) {
	s.gone(agent)
	for _, other := range s.Watched(agent) {
		if _, last := s.Attend(other, agent, false); last {
			released = append(released, other)
		}
	}
	return released
}
