// Package access is the one rights table: which role may use which command on whose things.
//
// It owns the roles of domain.md section 2, the names of the commands, and the table. The hub asks it before every
// command, whoever sent it, and writes the answer to the audit log; the seat asks it to leave out what cannot be done.
// It promises that whatever the table does not grant is denied, for unknown roles and commands as well.
package access

import "fmt"

// Role is a kind of person who signs in. The values are the codes of domain.md section 2.
type Role string

// The roles. A caller never signs in.
const (
	RoleAgent    Role = "agent"
	RoleDistrict Role = "district_seat"
	RoleTrainee  Role = "trainee"
	RoleMentor   Role = "mentor"
	RoleLead     Role = "lead"
	RoleQA       Role = "qa"
	RoleTrainer  Role = "trainer"
	RoleEditor   Role = "kb_editor"
	RoleLiaison  Role = "liaison"
	RoleOffice   Role = "office"
	RoleViewer   Role = "viewer"
	RoleAdmin    Role = "admin"
)

// Roles lists all roles in the order of the matrix.
var Roles = []Role{
	RoleAgent, RoleDistrict, RoleTrainee, RoleMentor, RoleLead, RoleQA, RoleTrainer, RoleEditor, RoleLiaison, RoleOffice,
	RoleViewer, RoleAdmin,
}

var roleLabels = map[Role]string{
	RoleAgent: "咨询员", RoleDistrict: "区县坐席", RoleTrainee: "学员", RoleMentor: "带教老师", RoleLead: "班长", RoleQA: "质检员",
	RoleTrainer: "培训员", RoleEditor: "知识库管理员", RoleLiaison: "信息联络员", RoleOffice: "业务处室", RoleViewer: "监控", RoleAdmin: "系统管理员",
}

// Label is the Chinese name of the role.
func (r Role) Label() string {
	if l := roleLabels[r]; l != "" {
		return l
	}
	return string(r)
}

// Where says whose thing a command touches.
type Where uint8

// The relations, from near to far. They exclude each other: a thing of one's own is not also "the district's".
const (
	Self  Where = 1 << iota // one's own call, record, recording, paper, account
	Own                     // somebody else's in one's own district
	Other                   // another district's, or the whole province
)

// Wheres lists the relations in the order of the matrix.
var Wheres = []Where{Self, Own, Other}

func (w Where) String() string {
	switch w {
	case Self:
		return "self"
	case Own:
		return "own_district"
	case Other:
		return "other_district"
	}
	return fmt.Sprintf("where(%d)", uint8(w))
}

// Denied tells that the table does not grant a command.
type Denied struct {
	Role    Role
	Command Command
	Where   Where
}

func (d *Denied) Error() string {
	return fmt.Sprintf("access: %s may not %s on %s", d.Role, d.Command, d.Where)
}

// Text is the line for people.
func (d *Denied) Text() string {
	return fmt.Sprintf("没有权限：%s · %s不能做这一项 · 需要时请找有权限的人办理", d.Command.Label(), d.Role.Label())
}

// Can tells whether the table grants cmd to role on a thing that is related to the person by where.
func Can(role Role, cmd Command, where Where) bool {
	return where != 0 && table[cmd].grants[role]&where == where
}

// Check is Can as an error: nil or a *Denied.
func Check(role Role, cmd Command, where Where) error {
	if Can(role, cmd, where) {
		return nil
	}
	return &Denied{Role: role, Command: cmd, Where: where}
}

// Widest is the farthest relation on which role may use cmd: what a list has to be filtered to. It is 0 when the
// command is denied altogether.
func Widest(role Role, cmd Command) Where {
	for _, w := range []Where{Other, Own, Self} {
		if Can(role, cmd, w) {
			return w
		}
	}
	return 0
}

// personal are the grants that hold only for whom the path of learning brings together: a mentor and the own trainee.
var personal = map[Command]Role{LeadMonitor: RoleMentor, LeadWhisper: RoleMentor, LeadTake: RoleMentor, ExamShadow: RoleTrainee}

// Personal tells whether a role has a command only on certain people. The hub, which knows who teaches whom, asks about them
// besides the table.
func Personal(role Role, cmd Command) bool {
	r, ok := personal[cmd]
	return ok && r == role
}

// An administrative code of GB/T 2260 is three pairs of digits: province, city, county. 00 stands for all of them.
const digits, pair = 6, 2

// Reach are the first and the last code of what somebody responsible for district is responsible for: a province for its
// cities, a city for its counties. What is no code reaches itself.
func Reach(district string) (first, last string) {
	if len(district) != digits {
		return district, district
	}
	n := digits
	for n > pair && district[n-pair:n] == "00" {
		n -= pair
	}
	return district, district[:n] + "999999"[n:]
}

// Covers tells whether somebody responsible for district is responsible for other, by the six digits of the
// administrative code. It is the one rule of rights, of lists and of sums.
func Covers(district, other string) bool {
	first, last := Reach(district)
	return district == other || len(other) == len(district) && first <= other && other <= last
}

// Over are the codes that cover district: its own, its city's, its province's.
func Over(district string) []string {
	out := []string{district}
	if len(district) != digits {
		return out
	}
	for n := digits - pair; n >= pair; n -= pair {
		if up := district[:n] + "000000"[n:]; up != out[len(out)-1] {
			out = append(out, up)
		}
	}
	return out
}
