package call

// Leg is an end of a path in the mixer.
type Leg string

// The legs. Members is every merged third party; between members a path means everybody but oneself.
const (
	LegCaller  Leg = "caller"
	LegAgent   Leg = "agent"
	LegThird   Leg = "third"
	LegMembers Leg = "members"
	LegMusic   Leg = "music"  // source only: hold music
	LegPrompt  Leg = "prompt" // source only: what the hub says
	LegLead    Leg = "lead"   // a lead who listens in
)

// Path says that To hears From.
type Path struct{ To, From Leg }

func both(a, b Leg) []Path { return []Path{{a, b}, {b, a}} }

func paths(groups ...[]Path) []Path {
	var all []Path
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func hears(to, from Leg) []Path { return []Path{{to, from}} }

// sounds is who hears whom in each state. Paths of legs that the call does not have are left out by Sound.
var sounds = map[Phase][]Path{
	StateDisclaimer: hears(LegCaller, LegPrompt),
	StateMenu:       hears(LegCaller, LegPrompt),
	StateVoicemail:  hears(LegCaller, LegPrompt),
	StateCallback:   hears(LegCaller, LegPrompt),
	StateRating:     hears(LegCaller, LegPrompt),
	StateClosing:    hears(LegCaller, LegPrompt),
	StateQueued:     hears(LegCaller, LegMusic),
	StateOffered:    hears(LegCaller, LegMusic),
	StateRinging:    hears(LegCaller, LegMusic),
	StateAnnouncing: paths(hears(LegCaller, LegPrompt), hears(LegAgent, LegPrompt), hears(LegMembers, LegPrompt)),
	StateTalking:    both(LegCaller, LegAgent),
	StateDialling:   hears(LegAgent, LegCaller), // the ringing and the refusals of the network
	StateHeld:       parked,
	StateConsultDial: paths(parked,
		hears(LegAgent, LegThird)),
	StateConsulting:   paths(parked, both(LegAgent, LegThird)),
	StateSwapped:      paths(conference, hears(LegThird, LegMusic)),
	StateThreeParty:   conference,
	StateTransferring: paths(hears(LegCaller, LegMusic), hears(LegThird, LegPrompt)),
	StateOutside:      paths(both(LegCaller, LegMembers), hears(LegMembers, LegMembers)),
}

// parked is a caller without the agent: with music, or with the rest of the conference.
var parked = paths(hears(LegCaller, LegMusic), both(LegCaller, LegMembers), hears(LegMembers, LegMembers))

var conference = paths(both(LegCaller, LegAgent), both(LegCaller, LegMembers), both(LegAgent, LegMembers), hears(LegMembers, LegMembers))

// Sound returns who hears whom in s; nobody else hears anybody. Setting the mixer to it is enough after every step,
// and again after a restart: it does not depend on what was set before.
func Sound(s State) []Path {
	base := sounds[s.phase()]
	if s.Phase == StateSeatLost {
		base = lostSound(s.Resume)
	}
	out := make([]Path, 0, len(base))
	for _, p := range base {
		if s.carries(p) {
			out = append(out, p)
		}
	}
	return out
}

// lostSound is the state behind a lost seat without the agent: whoever heard only the agent hears music.
func lostSound(behind Phase) []Path {
	switch behind {
	case StateThreeParty, StateHeld:
		return parked
	case StateConsulting, StateSwapped:
		return paths(parked, hears(LegThird, LegMusic))
	case StateTransferring:
		return sounds[StateTransferring]
	}
	return parked
}

// carries leaves out legs that are not there, a muted agent, and music for a caller who has company.
func (s State) carries(p Path) bool {
	company := s.Merged() > 0
	switch {
	case p.From == LegMembers || p.To == LegMembers:
		return company
	case p.From == LegThird || p.To == LegThird:
		return s.Third != PartyNone
	case p.From == LegAgent:
		return !s.Muted
	case p == Path{LegCaller, LegMusic}:
		return !company
	}
	return true
}

// Ear is how a lead takes part in a call that is another seat's. It is not a state of the call: any number of leads
// may do it, and nothing changes for the others.
type Ear string

// The ways of listening in.
const (
	EarMonitor Ear = "monitor" // hears all, is heard by nobody
	EarWhisper Ear = "whisper" // is heard by the agent only
	EarBarge   Ear = "barge"   // is heard by all
)

// Observable tells whether a lead can take part in the call now.
func Observable(s State) bool { return s.phase().SeatBound() }

// Observe returns the paths that a lead adds to Sound(s). A call without a present agent has nobody to whisper to.
func Observe(s State, ear Ear) []Path {
	if !s.phase().SeatBound() || s.Phase == StateSeatLost {
		return nil
	}
	add := paths(hears(LegLead, LegCaller), hears(LegLead, LegAgent), hears(LegLead, LegThird), hears(LegLead, LegMembers))
	switch ear {
	case EarWhisper:
		add = append(add, Path{LegAgent, LegLead})
	case EarBarge:
		add = append(add, Path{LegAgent, LegLead}, Path{LegCaller, LegLead}, Path{LegThird, LegLead}, Path{LegMembers, LegLead})
	}
	out := make([]Path, 0, len(add))
	for _, p := range add {
		if s.carries(p) {
			out = append(out, p)
		}
	}
	return out
}
