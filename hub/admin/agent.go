package admin

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	"zuoxi/rules/secret"
	"zuoxi/wire"
)

var (
	agentNo  = regexp.MustCompile(`^[0-9A-Za-z]{2,16}$`)
	district = regexp.MustCompile(`^[0-9]{6}$`)
)

const (
	maxName    = 40
	worstLevel = 9
)

func (s *Service) agentAdd(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.AgentRow](a)
	if err != nil {
		return nil, err
	}
	if in.District == "" {
		in.District = s.District
	}
	account, err := s.account(in)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "agent.add", "agent/"+account.No, difference(store.Agent{}, account)); err != nil {
		return nil, err
	}
	err = s.DB.Agents.Create(ctx, account)
	if errors.Is(err, store.ErrDuplicate) {
		return nil, bad("工号 " + account.No + " 已经有了 · 没有添加 · 请换一个工号")
	}
	if err != nil {
		return nil, err
	}
	return view(account), nil
}

// account checks what was typed.
func (s *Service) account(in wire.AgentRow) (store.Agent, error) {
	var out store.Agent
	roles := append([]string{in.Role}, in.Extra...)
	if !agentNo.MatchString(in.No) {
		return out, bad("工号只能是 2 到 16 位数字或字母 · 没有添加 · 请重写工号")
	}
	for _, err := range []error{nameFault(in.Name), districtFault(in.District), rolesFault(roles)} {
		if err != nil {
			return out, err
		}
	}
	if fault := secret.Fault(in.Password, in.No); fault != "" {
		return out, bad(fault)
	}
	skills, err := parseSkills(in.Skills)
	if err != nil {
		return out, err
	}
	if len(skills) == 0 && in.Certified {
		skills = []store.Skill{{Region: "*", Subject: "*", Level: 1}}
	}
	now := s.Now()
	return store.Agent{
		No: in.No, Name: in.Name, District: in.District, Roles: roles, Skills: skills, Certified: in.Certified,
		Password: seal.HashPassword(in.Password, seal.DefaultCost), MustChange: !in.Own, Created: now, Updated: now,
	}, nil
}

func nameFault(name string) error {
	if clean.Line(name, maxName) != name || strings.TrimSpace(name) == "" {
		return bad("姓名是空的、太长或有特殊字符 · 没有改动 · 请重写姓名")
	}
	return nil
}

func districtFault(code string) error {
	if !district.MatchString(code) {
		return bad("区县代码要 6 位数字 · 没有改动 · 例如 320100")
	}
	return nil
}

func rolesFault(roles []string) error {
	for i, r := range roles {
		if !slices.Contains(access.Roles, access.Role(r)) {
			return bad("没有角色 “" + clean.Line(r, maxName) + "” · 没有改动 · 请看 zuoxi agent add --help")
		}
		if slices.Contains(roles[:i], r) {
			return bad("角色 “" + r + "” 写了两次 · 没有改动 · 请去掉一个")
		}
	}
	if len(roles) == 0 {
		return bad("至少要有一个角色 · 没有改动 · 请看 zuoxi agent add --help")
	}
	return nil
}

// agentSet changes what an account is and may do. Who only grants skills needs no right to the rest; what was and what is
// now stand in the audit log.
func (s *Service) agentSet(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.AgentChange](a)
	if err != nil {
		return nil, err
	}
	right := access.AgentSet
	if in.Name == nil && in.Roles == nil && in.District == nil {
		right = access.SkillGrant
	}
	edit, err := changes(in)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, a, right, "agent.set", in.No, edit)
}

// changes checks what shall change, and gives what does it.
func changes(in wire.AgentChange) (func(*store.Agent), error) {
	var faults []error
	var skills []store.Skill
	if in.Name != nil {
		faults = append(faults, nameFault(*in.Name))
	}
	if in.Roles != nil {
		faults = append(faults, rolesFault(*in.Roles))
	}
	if in.District != nil {
		faults = append(faults, districtFault(*in.District))
	}
	if in.Skills != nil {
		var err error
		skills, err = parseSkills(*in.Skills)
		faults = append(faults, err)
	}
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	if len(faults) == 0 {
		return nil, bad("没有写要改什么 · 没有改动 · 请看 zuoxi agent set --help")
	}
	return func(one *store.Agent) {
		if in.Name != nil {
			one.Name = *in.Name
		}
		if in.Roles != nil {
			one.Roles = *in.Roles
		}
		if in.District != nil {
			one.District = *in.District
		}
		if in.Skills != nil {
			one.Skills = skills
		}
	}, nil
}

// difference is what an edit made of an account, for the audit log: the old and the new of each that changed. The password's
// hash is none of it.
func difference(was, is store.Agent) string {
	old, now := view(was), view(is)
	var out []string
	for _, f := range []struct{ name, old, now string }{
		{"name", old.Name, now.Name}, {"roles", strings.Join(was.Roles, ","), strings.Join(is.Roles, ",")}, {"district", old.District, now.District},
		{"skills", strings.Join(old.Skills, ","), strings.Join(now.Skills, ",")}, {"disabled", strconv.FormatBool(old.Disabled), strconv.FormatBool(now.Disabled)},
		{"must_change", strconv.FormatBool(was.MustChange), strconv.FormatBool(is.MustChange)},
	} {
		if f.old != f.now {
			out = append(out, f.name+" "+f.old+" → "+f.now)
		}
	}
	return strings.Join(out, "; ")
}

func parseSkills(list []string) ([]store.Skill, error) {
	var out []store.Skill
	for _, s := range list {
		parts := strings.Split(s, ":")
		level := 1
		if len(parts) == 3 {
			n, err := strconv.Atoi(parts[2])
			if err != nil || n < 1 || n > worstLevel {
				parts = nil
			}
			level = n
		}
		if len(parts) < 2 || len(parts) > 3 || parts[0] == "" || parts[1] == "" || clean.Line(s, 100) != s {
			return nil, bad("技能 “" + clean.Line(s, maxName) + "” 看不懂 · 没有改动 · 写成 地区:业务:级别，如 320100:养老保险:1")
		}
		out = append(out, store.Skill{Region: parts[0], Subject: parts[1], Level: level})
	}
	return out, nil
}

func view(a store.Agent) wire.AgentRow {
	out := wire.AgentRow{No: a.No, Name: a.Name, District: a.District, Certified: a.Certified, Disabled: a.Disabled}
	if len(a.Roles) > 0 {
		out.Role, out.Extra = a.Roles[0], a.Roles[1:]
	}
	for _, k := range a.Skills {
		out.Skills = append(out.Skills, k.Region+":"+k.Subject+":"+strconv.Itoa(k.Level))
	}
	return out
}

func (s *Service) agentList(ctx context.Context, a *ask) (any, error) {
	f := store.AgentFilter{Disabled: true, Page: store.Page{Limit: store.MaxPage}}
	if a.who.can(access.AgentList) < access.Other {
		f.Districts = []string{a.who.District}
	}
	if err := s.note(ctx, a, "agent.list", "", ""); err != nil {
		return nil, err
	}
	out := []wire.AgentRow{}
	for {
		list, next, err := s.DB.Agents.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			out = append(out, view(one))
		}
		if next == "" {
			return out, nil
		}
		f.After = next
	}
}

func (s *Service) agentDisable(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.AgentRow](a)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, a, access.AgentDisable, "agent.disable", in.No, func(one *store.Agent) {
		one.Disabled = in.Disabled
	})
}

func (s *Service) agentPasswd(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.AgentRow](a)
	if err != nil {
		return nil, err
	}
	return s.passwd(ctx, a, in, "")
}

// Renew sets the own password of somebody who has proved the one that is kept as the hash proved. Who comes second with the
// same proof is too late, with wire.CodeStale: the password is no longer the one that was proved.
func (s *Service) Renew(ctx context.Context, who Person, proved, password string) wire.AdminReply {
	a, in := &ask{who: who}, wire.AgentRow{No: who.No, Password: password}
	_, err := s.passwd(ctx, a, in, proved)
	if errors.Is(err, store.ErrConflict) { // the account was changed meanwhile, in its password or not
		_, err = s.passwd(ctx, a, in, proved)
	}
	if err != nil {
		return s.refusal(PasswdCmd, err)
	}
	return wire.AdminReply{Code: wire.CodeOK}
}

var errRenewed = &errAsker{wire.CodeStale, "口令刚才已经换过 · 这一次没有改 · 请用换过的口令登录"}

// passwd sets a password; proved is the hash that the account must still have, empty: any. The password that somebody else
// has set is refused to its owner: who has set it knows it.
func (s *Service) passwd(ctx context.Context, a *ask, in wire.AgentRow, proved string) (any, error) {
	if fault := secret.Fault(in.Password, in.No); fault != "" {
		return nil, bad(fault)
	}
	if a.who.MustChange && in.No != a.who.No {
		return nil, mustChange(a.who)
	}
	one, err := s.known(ctx, in.No)
	switch {
	case err != nil:
		return nil, err
	case proved != "" && one.Password != proved:
		return nil, errRenewed
	case a.who.MustChange && seal.CheckPassword(one.Password, in.Password):
		return nil, bad("新口令和管理员给的一样，别人也知道 · 没有改 · 请另想一个")
	}
	return s.alter(ctx, a, access.AgentPasswd, PasswdCmd, one, func(one *store.Agent) {
		one.Password, one.MustChange = seal.HashPassword(in.Password, seal.DefaultCost), in.No != a.who.No
	})
}

// PasswdCmd changes a password; it is all that a person may do whose password somebody else has set.
const PasswdCmd = "agent.passwd"

// mustChange refuses who has a password that somebody else has set: what is done by it could be either's deed.
func mustChange(who Person) error {
	return &errAsker{wire.CodeForbidden, "口令是管理员设的，别人也知道 · 没有执行 · 请在坐席的登录页换成自己的，或先运行 zuoxi agent passwd " + who.No + " --as " + who.No + " 改成自己的"}
}

// change edits one account in the name of who may.
func (s *Service) change(ctx context.Context, a *ask, right access.Command, action, no string, edit func(*store.Agent)) (any, error) {
	one, err := s.known(ctx, no)
	if err != nil {
		return nil, err
	}
	return s.alter(ctx, a, right, action, one, edit)
}

// known is the account that a command is to change.
func (s *Service) known(ctx context.Context, no string) (store.Agent, error) {
	one, err := s.DB.Agents.Get(ctx, no)
	if errors.Is(err, store.ErrNotFound) {
		return one, bad("没有工号 " + clean.Line(no, maxName) + " · 没有改动 · 请用 zuoxi agent list 查看")
	}
	return one, err
}

// alter is change of an account that was read already; if it was changed since, nothing is.
func (s *Service) alter(ctx context.Context, a *ask, right access.Command, action string, one store.Agent, edit func(*store.Agent)) (any, error) {
	if err := a.who.may(right, one.No, one.District); err != nil {
		return nil, err
	}
	was := one
	edit(&one)
	if err := s.note(ctx, a, action, "agent/"+one.No, difference(was, one)); err != nil {
		return nil, err
	}
	one.Updated = s.Now()
	one, err := s.DB.Agents.Update(ctx, one)
	if err != nil {
		return nil, err
	}
	s.House.Changed(one)
	return view(one), nil
}
