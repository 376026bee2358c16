package access

// Person is somebody with what the table needs to know of them.
type Person struct {
	No       string
	District string
	Roles    []string // the first one is what people call them
}

// Word is how people call who leads, by the first role.
func (p Person) Word() string {
	if len(p.Roles) == 0 {
		return RoleLead.Label()
	}
	return Role(p.Roles[0]).Label()
}

// At relates the seat or the things of somebody else, who works in district, to the person.
func (p Person) At(no, district string) Where {
	switch {
	case p.No == no:
		return Self
	case Covers(p.District, district):
		return Own
	}
	return Other
}

// May tells whether any of the person's roles has a command on another's seat, whoever sits there. What hangs on who
// teaches whom (Personal) is not in it.
func (p Person) May(cmd Command, no, district string) bool {
	at := p.At(no, district)
	for _, r := range p.Roles {
		if role := Role(r); Can(role, cmd, at) && !Personal(role, cmd) {
			return true
		}
	}
	return false
}

// Widest is the farthest that any of the person's roles reaches with a command; 0 when none has it.
func (p Person) Widest(cmd Command) Where {
	var best Where
	for _, r := range p.Roles {
		best = max(best, Widest(Role(r), cmd))
	}
	return best
}
