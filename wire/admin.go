package wire

import (
	"encoding/json"
	"time"
)

func init() {
	register(
		func() Body { return &AdminRequest{} },
		func() Body { return &AdminReply{} },
		func() Body { return &AdminChunk{} },
	)
}

// AdminRequest is a command of the administrator's command line. On the hub's
// Unix socket the operating system's owner of the hub is role admin without a
// sign-in; every other right needs SignIn as an agent who has it. Each command
// is checked against rules/access and audited.
type AdminRequest struct {
	Cmd  string          `json:"cmd"` // agent.add, call.list, recording.export …
	Args json.RawMessage `json:"args,omitempty"`
}

// AdminReply answers by Re. More says that AdminChunks follow.
type AdminReply struct {
	Code Code            `json:"code"`
	Text string          `json:"text,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
	More bool            `json:"more,omitempty"`
}

// AdminChunk is a part of a file; the last one has End.
type AdminChunk struct {
	Offset int64  `json:"offset"`
	Total  int64  `json:"total"`
	Data   []byte `json:"data,omitempty"`
	End    bool   `json:"end,omitempty"`
}

// Type implements Body.
func (AdminRequest) Type() string { return "admin.request" }
func (AdminReply) Type() string   { return "admin.reply" }
func (AdminChunk) Type() string   { return "admin.chunk" }

// What follows is asked by commands and answered to them, in Args and Data: the hub writes it, the command line prints it.

// AgentRow is an account. Skills are region:subject:level, 1 the best. The password goes towards the hub only.
type AgentRow struct {
	No        string   `json:"agent_no"`
	Name      string   `json:"name"`
	Role      string   `json:"role"`
	Extra     []string `json:"extra,omitempty"` // further roles
	District  string   `json:"district"`
	Skills    []string `json:"skills,omitempty"`
	Certified bool     `json:"certified"`
	Disabled  bool     `json:"disabled"`
	Password  string   `json:"password,omitempty"`
	Own       bool     `json:"own,omitempty"` // of a new account: its owner typed the password, and keeps it
}

// AgentChange is what of an account changes; what is nil stays.
type AgentChange struct {
	No       string    `json:"agent_no"`
	Name     *string   `json:"name,omitempty"`
	Roles    *[]string `json:"roles,omitempty"` // the first one is the main role
	District *string   `json:"district,omitempty"`
	Skills   *[]string `json:"skills,omitempty"`
}

// CallRow is a line of the call log: masked, without sound.
type CallRow struct {
	ID          string    `json:"id"`
	Direction   string    `json:"direction"`
	Arrived     time.Time `json:"arrived"`
	Caller      string    `json:"caller"`
	Region      string    `json:"region"`
	Subject     string    `json:"subject"`
	Agent       string    `json:"agent"`
	Disposition string    `json:"disposition"`
	Place       string    `json:"place,omitempty"`
	WaitMS      int64     `json:"wait_ms"`
	TalkMS      int64     `json:"talk_ms"`
	Rating      string    `json:"rating"`
	EndedBy     string    `json:"ended_by"`
	Cause       string    `json:"cause"`
	Open        bool      `json:"open,omitempty"`
}

// CallEvent is a line of a call's timeline.
type CallEvent struct {
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	Text string          `json:"text"`
	Data json.RawMessage `json:"data,omitempty"`
}

// HubStatus is how the hub is. Store is ok, or what is wrong with the database.
type HubStatus struct {
	Time     time.Time `json:"time"`
	District string    `json:"district"`
	Store    string    `json:"store"`
	KB       uint64    `json:"kb_revision,omitempty"`
	Calls    int       `json:"calls"`
	Waiting  int       `json:"waiting"`
	WaitedMS int64     `json:"longest_wait_ms"`
	Seats    int       `json:"seats"` // certified and on duty
	Free     int       `json:"free"`
	Refused  uint64    `json:"refused_events"` // steps that the call machine did not allow
}

// DueRow is a record whose deadline has passed or is near.
type DueRow struct {
	Record
	Agent   string    `json:"agent"`
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue"`
}

// RouteCount is how many cases went a way, out or in.
type RouteCount struct {
	Route     string         `json:"route"`
	Direction string         `json:"direction"`
	Total     int            `json:"total"`
	States    map[string]int `json:"states"`
}

// AuditAsk narrows what is read of the audit log. Words stand in the reason: the number of a copy, a file's reference.
type AuditAsk struct {
	Who    string    `json:"who,omitempty"`
	Action string    `json:"action,omitempty"`
	Object string    `json:"object,omitempty"`
	Words  string    `json:"words,omitempty"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Limit  int       `json:"limit,omitempty"`
}

// AuditRow is a line of the audit log.
type AuditRow struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Role   string    `json:"role"`
	Action string    `json:"action"`
	Object string    `json:"object,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

// AuditAnswer is what was found, the newest first. Since is how far back was looked, where that was not the whole log.
type AuditAnswer struct {
	Rows  []AuditRow `json:"rows"`
	Since time.Time  `json:"since,omitzero"`
}
