package exam

import "fmt"

// Stage is how far a trainee is.
type Stage string

// The stages of domain.md section 10.
const (
	StageEnrolled   Stage = "enrolled"
	StageTheory     Stage = "theory"
	StagePractice   Stage = "practice"
	StageShadow     Stage = "shadow"
	StageSupervised Stage = "supervised"
	StageWritten    Stage = "written_passed"
	StageSkill      Stage = "skill_passed"
	StageCertified  Stage = "certified"
	StageExtended   Stage = "extended"
	StageRecheck    Stage = "recheck"
	StageEnded      Stage = "ended"
)

// Stages lists all stages.
var Stages = []Stage{
	StageEnrolled, StageTheory, StagePractice, StageShadow, StageSupervised, StageWritten, StageSkill, StageCertified,
	StageExtended, StageRecheck, StageEnded,
}

var stageLabels = map[Stage]string{
	StageEnrolled: "报到", StageTheory: "理论学习", StagePractice: "业务实习", StageShadow: "跟听", StageSupervised: "带教上线",
	StageWritten: "笔试合格", StageSkill: "技能合格", StageCertified: "上岗", StageExtended: "延长培训", StageRecheck: "复核", StageEnded: "终止",
}

// Label is the Chinese name.
func (s Stage) Label() string {
	if l := stageLabels[s]; l != "" {
		return l
	}
	return string(s)
}

// Live tells whether somebody in this stage may be offered live calls: alone when certified or in a recheck of other
// subjects, never before.
func (s Stage) Live() bool { return s == StageCertified || s == StageRecheck }

// Move is what happens to a trainee.
type Move string

// The moves.
const (
	MoveAdvance Move = "advance" // to the next stage of the training
	MovePass    Move = "pass"    // an examination
	MoveFail    Move = "fail"
	MoveCertify Move = "certify"
	MoveRecheck Move = "recheck" // the knowledge of a subject has changed much
	MoveEnd     Move = "end"
)

// Moves lists all moves.
var Moves = []Move{MoveAdvance, MovePass, MoveFail, MoveCertify, MoveRecheck, MoveEnd}

// Trainee is where one trainee is. Extended remembers the one extension.
type Trainee struct {
	Stage    Stage `json:"stage"`
	Extended bool  `json:"extended,omitempty"`
}

var path = map[Stage]map[Move]Stage{
	StageEnrolled:   {MoveAdvance: StageTheory, MoveEnd: StageEnded},
	StageTheory:     {MoveAdvance: StagePractice, MoveEnd: StageEnded},
	StagePractice:   {MoveAdvance: StageShadow, MoveEnd: StageEnded},
	StageShadow:     {MoveAdvance: StageSupervised, MoveEnd: StageEnded},
	StageSupervised: {MovePass: StageWritten, MoveFail: StageExtended, MoveEnd: StageEnded},
	StageWritten:    {MovePass: StageSkill, MoveFail: StageExtended, MoveEnd: StageEnded},
	StageSkill:      {MoveCertify: StageCertified, MoveEnd: StageEnded},
	StageExtended:   {MoveAdvance: StageSupervised, MoveEnd: StageEnded},
	StageCertified:  {MoveRecheck: StageRecheck, MoveEnd: StageEnded},
	StageRecheck:    {MovePass: StageCertified, MoveFail: StageExtended, MoveEnd: StageEnded},
	StageEnded:      {},
}

// PathError tells that a move is impossible.
type PathError struct {
	From Stage
	Move Move
}

func (e *PathError) Error() string {
	return fmt.Sprintf("exam: move %s is impossible in stage %s", e.Move, e.From)
}

// Advance moves a trainee. Training is extended once; who fails again is out.
func Advance(t Trainee, m Move) (Trainee, error) {
	to, ok := path[t.Stage][m]
	if !ok {
		return t, &PathError{t.Stage, m}
	}
	if to == StageExtended {
		if t.Extended {
			return Trainee{StageEnded, true}, nil
		}
		return Trainee{StageExtended, true}, nil
	}
	if to == StageCertified {
		return Trainee{Stage: to}, nil // an extension before certification does not count later
	}
	return Trainee{to, t.Extended}, nil
}
