package exam

import "time"

// Way is somebody's path so far, for trainers and mentors.
type Way struct {
	Agent     string    `json:"agent_no"`
	Name      string    `json:"name,omitempty"`
	Mentor    string    `json:"mentor,omitempty"`
	Stage     Stage     `json:"stage"`
	Label     string    `json:"label"`
	Extended  bool      `json:"extended,omitempty"`
	Certified bool      `json:"certified"`
	Begun     time.Time `json:"begun"`
	Since     time.Time `json:"since"`             // in this stage
	Moves     []Move    `json:"moves,omitempty"`   // what can be done next
	Steps     []WayStep `json:"steps,omitempty"`   // newest first
	Changes   []Change  `json:"changes,omitempty"` // subjects that changed much since the certificate
}

// WayStep is something that happened on the way.
type WayStep struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	Who  string    `json:"who"`
}

var moveLabels = map[Move]string{
	MoveAdvance: "进入下一阶段", MovePass: "考试合格", MoveFail: "考试不合格", MoveCertify: "批准上岗", MoveRecheck: "转复核", MoveEnd: "终止培训",
}

// Label is the Chinese name.
func (m Move) Label() string {
	if l := moveLabels[m]; l != "" {
		return l
	}
	return string(m)
}

// Shadows tells whether a trainee listens along at the mentor's live calls.
func (s Stage) Shadows() bool { return s == StageShadow }

// Accompanied tells whether a trainee is at live calls with the mentor beside.
func (s Stage) Accompanied() bool { return s == StageSupervised }

// Beside is somebody at whose live calls one may be, because one learns or teaches.
type Beside struct {
	Agent   string    `json:"agent_no"`
	Name    string    `json:"name,omitempty"`
	Teaches bool      `json:"teaches,omitempty"` // who asks is the mentor
	State   string    `json:"state,omitempty"`   // of the seat, in words; empty: not signed in
	OnCall  bool      `json:"on_call,omitempty"`
	Since   time.Time `json:"since,omitzero"` // in this state
}
