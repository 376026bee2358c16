package store

import (
	"context"
	"time"

	"zuoxi/rules/access"
)

// Agent is one person with a number of service (工号), whatever the roles.
type Agent struct {
	No       string
	Name     string
	District string
	Roles    []string
	Skills   []Skill
	// Certified agents are offered calls; Path is the step of training.
	Certified bool
	Path      string
	Disabled  bool
	// Password is an argon2id hash; MustChange: somebody else has set it, and nothing is done by it but changing it.
	Password     string
	MustChange   bool
	FailedLogins int
	LockedUntil  time.Time
	Created      time.Time
	Updated      time.Time
	Version      int64
}

// Person is the account as the rights table asks about it.
func (a Agent) Person() access.Person {
	return access.Person{No: a.No, District: a.District, Roles: a.Roles}
}

// Skill lets an agent take calls of a region and subject. Level 1 is best.
type Skill struct {
	Region  string `json:"region"`
	Subject string `json:"subject"`
	Level   int    `json:"level"`
}

// AgentFilter narrows a list of agents; empty fields do not.
type AgentFilter struct {
	Page
	Districts []string
	Role      string
	// Disabled also lists those who may no longer sign in.
	Disabled bool
}

// LoginRule says when wrong passwords lock an agent out.
type LoginRule struct {
	Failures int
	Lock     time.Duration
}

// Agents keeps the accounts. Lists run by number.
type Agents interface {
	Create(ctx context.Context, a Agent) error
	Get(ctx context.Context, no string) (Agent, error)
	// Update keeps all but the login counters if a.Version is the stored one.
	Update(ctx context.Context, a Agent) (Agent, error)
	List(ctx context.Context, f AgentFilter) ([]Agent, string, error)
	Door
}

// Door is what sign-in wants of the accounts.
type Door interface {
	// Login counts a right or wrong password. It changes no version, so an
	// editor's form survives somebody's typing error.
	Login(ctx context.Context, no string, right bool, now time.Time, rule LoginRule) (Agent, error)
	// Count is how many may sign in.
	Count(ctx context.Context) (int, error)
}

// State is one span of an agent's presence; Until is zero while it lasts.
type State struct {
	ID       string
	Agent    string
	District string
	State    string
	Reason   string
	From     time.Time
	Until    time.Time
}

// StateFilter narrows a list of presence spans by their From.
type StateFilter struct {
	Page
	Span
	Agent     string
	Districts []string
}

// States is the append-only log of presence.
type States interface {
	// Append ends the agent's open span at s.From and begins s.
	Append(ctx context.Context, s State) error
	Latest(ctx context.Context, agent string) (State, error)
	List(ctx context.Context, f StateFilter) ([]State, string, error)
	// CloseOpen ends the spans that a crash left open, and says how many.
	CloseOpen(ctx context.Context, now time.Time) (int64, error)
}
