package wire

func init() {
	register(func() Body { return &CallerTag{} })
}

// CallerTag marks the caller of the call here, or takes the mark off: a tag of
// rules/caller. Answered by Ack; the call's state shows the marks.
type CallerTag struct {
	Call   string `json:"call"`
	Tag    string `json:"tag"`
	On     bool   `json:"on"`
	Reason string `json:"reason,omitempty"`
}

// Type implements Body.
func (CallerTag) Type() string { return "caller.tag" }
