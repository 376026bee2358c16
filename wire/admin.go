package wire

import "encoding/json"

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
