// Package govern decides what may happen to an article between its first draft and its end: who may take which step,
// which version people see, when it must be looked at again. It owns the table of steps and the lists that editors work
// by. The hub keeps the entries and calls it; it imports kb and the roles of rules/access only and knows no clock and no store. It promises that every
// step not in the table is refused with a reason, and that no text is published which one person alone has seen.
package govern

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/kb"
	"zuoxi/rules/access"
)

// State is where a version of an article stands.
type State string

// States of a version.
const (
	StateDraft      State = "draft"      // being written
	StateSubmitted  State = "submitted"  // waits for the department
	StateReviewed   State = "reviewed"   // the department agrees
	StatePublished  State = "published"  // on the seats
	StateStanding   State = "standing"   // on the seats beside the one published last, until or from another day
	StateSuperseded State = "superseded" // a newer version is published
	StateWithdrawn  State = "withdrawn"  // taken off the seats
)

// Label is the state's name on screen.
func (s State) Label() string {
	return map[State]string{
		StateDraft: "草稿", StateSubmitted: "待审", StateReviewed: "已审", StatePublished: "已发布",
		StateStanding: "仍有效", StateSuperseded: "已被替代", StateWithdrawn: "已撤下",
	}[s]
}

// Step is what somebody does to a version.
type Step string

// Steps.
const (
	StepSubmit    Step = "submit"
	StepApprove   Step = "approve"
	StepReject    Step = "reject"
	StepPublish   Step = "publish"
	StepSupersede Step = "supersede" // by publishing the next version
	StepStay      Step = "stay"      // by publishing a version for other days
	StepWithdraw  Step = "withdraw"
	StepReopen    Step = "reopen" // as a draft of the next version
)

// Label is the step's name on screen.
func (s Step) Label() string {
	return map[Step]string{
		StepSubmit: "提交审核", StepApprove: "审核通过", StepReject: "退回修改", StepPublish: "发布",
		StepSupersede: "替代", StepStay: "另一版发布，仍有效", StepWithdraw: "撤下", StepReopen: "重新起草",
	}[s]
}

// Follows tells that nobody takes a step by itself: it comes with the publishing of another version.
func (s Step) Follows() bool { return s == StepSupersede || s == StepStay }

// rule is a line of the table: who leads from a state to the next.
type rule struct {
	From  State
	Step  Step
	To    State
	Roles []access.Role
	Other bool // not the one who wrote it
	Why   bool // a reason must be given
}

// departments answer for what the rules say.
var departments = []access.Role{access.RoleLiaison, access.RoleOffice}

// Table is every step there is.
var Table = []rule{
	{StateDraft, StepSubmit, StateSubmitted, []access.Role{access.RoleEditor}, false, false},
	{StateDraft, StepWithdraw, StateWithdrawn, []access.Role{access.RoleEditor}, false, false},
	{StateSubmitted, StepApprove, StateReviewed, departments, true, false},
	{StateSubmitted, StepReject, StateDraft, departments, false, true},
	{StateReviewed, StepPublish, StatePublished, []access.Role{access.RoleEditor, access.RoleLead}, false, false},
	{StateReviewed, StepReject, StateDraft, []access.Role{access.RoleEditor, access.RoleLiaison, access.RoleOffice}, false, true},
	{StatePublished, StepSupersede, StateSuperseded, []access.Role{access.RoleEditor, access.RoleLead}, false, false},
	{StatePublished, StepStay, StateStanding, []access.Role{access.RoleEditor, access.RoleLead}, false, false},
	{StateStanding, StepSupersede, StateSuperseded, []access.Role{access.RoleEditor, access.RoleLead}, false, false},
	{StateStanding, StepWithdraw, StateWithdrawn, []access.Role{access.RoleEditor, access.RoleLiaison, access.RoleOffice, access.RoleLead}, false, true},
	{StatePublished, StepWithdraw, StateWithdrawn, []access.Role{access.RoleEditor, access.RoleLiaison, access.RoleOffice, access.RoleLead}, false, true},
	{StateSuperseded, StepReopen, StateDraft, []access.Role{access.RoleEditor}, false, false},
	{StateWithdrawn, StepReopen, StateDraft, []access.Role{access.RoleEditor}, false, false},
}

// Person takes a step.
type Person struct {
	No   string      // agent number
	Role access.Role // an editor writes and publishes, the liaison of the department reviews, a lead may withdraw
}

// Entry is a version of an article, or of a standard answer, on its way.
type Entry struct {
	Article  kb.Article   `json:"article,omitzero"`
	Standard *kb.Standard `json:"standard,omitempty"`
	State    State        `json:"state"`
	Author   string       `json:"author"` // agent number of the one who wrote this version
	Steps    []Done       `json:"steps,omitempty"`
}

// Done is a step that was taken.
type Done struct {
	Step Step
	By   Person
	At   time.Time
	Why  string
}

// Refused is a step that the table does not allow.
type Refused struct {
	From   State
	Step   Step
	Reason string // in Chinese, for the person
}

func (e *Refused) Error() string {
	return fmt.Sprintf("“%s”的条目不能%s：%s", e.From.Label(), e.Step.Label(), e.Reason)
}

// Take gives the entry after a step, or a *Refused. The entry passed in stays as it is.
func Take(e Entry, step Step, by Person, at time.Time, why string) (Entry, error) {
	r, ok := find(e.State, step)
	refuse := func(reason string) (Entry, error) { return e, &Refused{e.State, step, reason} }
	switch {
	case !ok:
		return refuse("没有这一步，请先看清它的状态")
	case !slices.Contains(r.Roles, by.Role):
		return refuse("您的角色没有这个权限，请联系" + roleNames(r.Roles))
	case r.Other && by.No == e.Author:
		return refuse("自己写的要由别人审，请换一位审核人")
	case r.Why && why == "":
		return refuse("要写明原因")
	case step == StepPublish && !e.seenByOther():
		return refuse("除作者外还没有人审过，请先提交审核")
	}
	e.Steps = append(slices.Clip(e.Steps), Done{step, by, at, why})
	e.State = r.To
	return e, nil
}

func find(from State, step Step) (rule, bool) {
	i := slices.IndexFunc(Table, func(r rule) bool { return r.From == from && r.Step == step })
	if i < 0 {
		return rule{}, false
	}
	return Table[i], true
}

// NeedsWhy tells whether a reason must be given for a step.
func NeedsWhy(from State, step Step) bool {
	r, ok := find(from, step)
	return ok && r.Why
}

// Allowed lists the steps that a person may take now.
func Allowed(e Entry, by Person) (steps []Step) {
	for _, r := range Table {
		if _, err := Take(e, r.Step, by, time.Time{}, "-"); r.From == e.State && err == nil {
			steps = append(steps, r.Step)
		}
	}
	return steps
}

// seenByOther tells that somebody else approved the text as it stands: the last approval came after the last rejection.
func (e Entry) seenByOther() bool {
	seen := false
	for _, d := range e.Steps {
		switch d.Step {
		case StepApprove:
			seen = d.By.No != e.Author
		case StepReject, StepReopen:
			seen = false
		}
	}
	return seen
}

func roleNames(roles []access.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Label()
	}
	return strings.Join(names, "或")
}
