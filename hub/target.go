package hub

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"zuoxi/hub/call"
	"zuoxi/hub/contact"
	"zuoxi/hub/store"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/mask"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

const targetsShown = 30

// unlisted stands before a number that is in no directory.
const unlisted = "外线 "

// targets finds who can be consulted: seats, groups, numbers of the directory,
// and a number as typed. Every word of the query must fit. more is how many others
// fit: no kind is shown at the cost of another.
func (h *Hub) targets(asker string, f wire.FindTarget) (list []wire.Target, more int) {
	words := strings.Fields(strings.ToLower(f.Query))
	kinds := [][]wire.Target{h.numberTargets(f.Query, words)}
	if !f.Outside {
		kinds = [][]wire.Target{h.seatTargets(asker, words), h.groupTargets(asker, words), kinds[0]}
	}
	list, more = share(targetsShown, kinds)
	for _, t := range h.typed(asker, strings.ReplaceAll(f.Query, "-", "")) {
		if !f.Outside || t.Kind == "number" {
			list = append(list, t)
		}
	}
	return list, more
}

// share takes as many of each kind as there is room for, by turns, so that what one
// kind leaves over is the others'.
func share(room int, kinds [][]wire.Target) (out []wire.Target, left int) {
	taken := make([]int, len(kinds))
	for full := false; room > 0 && !full; {
		full = true
		for i, k := range kinds {
			if room > 0 && taken[i] < len(k) {
				taken[i]++
				room--
				full = false
			}
		}
	}
	for i, k := range kinds {
		out = append(out, k[:taken[i]]...)
		left += len(k) - taken[i]
	}
	return out, left
}

// seatTargets are the seats that are signed in, those that are free first.
func (h *Hub) seatTargets(asker string, words []string) []wire.Target {
	var free, others []wire.Target
	for _, s := range h.seats.List() {
		st := s.status.Load()
		duty := duties(st.skills)
		if st.No == asker || st.State == agent.StateSignedOut || !fits(words, st.No, st.Name, place(st.District), duty) {
			continue
		}
		t := wire.Target{
			ID: "desk:" + st.No, Kind: "seat", Who: st.No + " " + st.Name, Duty: duty, State: st.Label,
			SinceS: int64(h.now().Sub(st.Since) / time.Second),
		}
		if st.free {
			free = append(free, t)
		} else {
			others = append(others, t)
		}
	}
	return append(free, others...)
}

// groupTargets are the skill groups of those who are signed in.
func (h *Hub) groupTargets(asker string, words []string) (out []wire.Target) {
	free := map[string]int{} // seats of each group
	for _, s := range h.seats.List() {
		st := s.status.Load()
		if st.No == asker || st.State == agent.StateSignedOut {
			continue
		}
		for _, k := range st.skills {
			g := k.Region + "/" + k.Subject
			free[g] += 0
			if st.handy() {
				free[g]++
			}
		}
	}
	for _, g := range slices.Sorted(maps.Keys(free)) {
		code, subject, _ := strings.Cut(g, "/")
		if name := groupName(code, subject); fits(words, name, place(code)) {
			state := "要排队"
			if n := free[g]; n > 0 {
				state = "空闲 " + strconv.Itoa(n)
			}
			out = append(out, wire.Target{ID: "group:" + g, Kind: "group", Who: name, Duty: "技能组", State: state})
		}
	}
	return out
}

// numberTargets are the entries of the directory, and of the configuration.
func (h *Hub) numberTargets(query string, words []string) (out []wire.Target) {
	for _, e := range h.contacts.Find(query, contact.All) {
		out = append(out, wire.Target{ID: "number:" + e.Number, Kind: "number", Who: e.Name, Duty: strings.TrimSpace(e.Place + " " + e.Duty)})
	}
	for _, e := range h.cfg.Directory {
		if fits(words, e.Number, e.Who, e.Duty) {
			out = append(out, wire.Target{ID: "number:" + e.Number, Kind: "number", Who: e.Who, Duty: e.Duty})
		}
	}
	return out
}

// typed is the target that is the query itself: a number outside, or a 工号 that
// is in no list because nobody can be asked there. Choosing that one says why.
func (h *Hub) typed(asker, n string) []wire.Target {
	s, known := h.seats.Get(n)
	switch {
	case known && n == asker:
		return []wire.Target{{ID: "desk:" + n, Kind: "seat", Who: s.Title(), State: "您自己"}}
	case known && s.status.Load().State == agent.StateSignedOut:
		return []wire.Target{{ID: "desk:" + n, Kind: "seat", Who: s.Title(), State: agent.StateSignedOut.Label()}}
	case !known && dialable(n):
		return []wire.Target{{ID: "number:" + n, Kind: "number", Who: unlisted + n}}
	}
	return nil
}

func duties(skills []store.Skill) string {
	var out []string
	for _, k := range skills {
		out = append(out, groupName(k.Region, k.Subject))
	}
	return strings.Join(out, "、")
}

func groupName(code, subject string) string {
	where := region.Name(code)
	if code == "*" {
		where = "全省"
	}
	if subject == "*" {
		subject = "全部业务"
	}
	return strings.TrimSpace(where + " " + subject)
}

// place is what a region is found by: its code, and the way down to it in names.
func place(code string) string {
	return code + strings.Join(region.Path(code), "")
}

// fits tells whether every word is part of a text, as written, in pinyin or by
// its initials.
func fits(words []string, texts ...string) bool {
	for _, w := range words {
		found := false
		for _, t := range texts {
			if found = contains(t, w); found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func contains(text, word string) bool {
	if strings.Contains(strings.ToLower(text), word) {
		return true
	}
	if strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		return false
	}
	full, initials := contact.Spell(text)
	return strings.Contains(initials, word) || strings.Contains(full, word)
}

const minNumber, maxNumber = 3, 20

func dialable(n string) bool {
	n = strings.TrimPrefix(n, "+")
	return len(n) >= minNumber && len(n) <= maxNumber && strings.Trim(n, "0123456789") == ""
}

// Find implements call.Floor.
func (p floorPort) Find(by call.Seat, target string) (call.Target, *wire.Ack) {
	kind, what, _ := strings.Cut(target, ":")
	switch kind {
	case "desk", "seat":
		return p.h.seatTarget(by.No(), what)
	case "group":
		code, subject, _ := strings.Cut(what, "/")
		return call.Target{Name: target, Who: groupName(code, subject), Region: strings.Trim(code, "*"), Subject: strings.Trim(subject, "*")}, nil
	case "number":
		return p.h.numberTarget(what)
	}
	return call.Target{}, refusal(wire.CodeInvalid, "没有选目标，没有呼叫；请在目标框里查找")
}

func (h *Hub) seatTarget(by, no string) (call.Target, *wire.Ack) {
	if no == by {
		return call.Target{}, refusal(wire.CodeInvalid, "这是您自己的工号，没有呼叫；请另选目标")
	}
	s, ok := h.seats.Get(no)
	if !ok {
		return call.Target{}, refusal(wire.CodeNotFound, "没有这个工号，或今天没有签入，没有呼叫；请另选目标")
	}
	switch st := s.status.Load(); {
	case st.State == agent.StateSignedOut || st.State == agent.StateLost:
		return call.Target{}, refusal(wire.CodeUnreachable, s.Title()+"已签出或断线，没有呼叫；请另选目标")
	case st.mentor != "" && st.mentor != by:
		return call.Target{}, refusal(wire.CodeForbidden, s.Title()+"在带教上线，只接带教老师转来的电话，没有呼叫；请另选目标")
	case !st.free:
		return call.Target{}, refusal(wire.CodeBusy, s.Title()+"现在是"+st.Label+"，没有呼叫；请稍后再试或另选目标")
	}
	return call.Target{ID: "seat:" + no, Kind: fsm.PartySeat, Name: "desk:" + no, Who: s.Title(), Seat: s}, nil
}

// OneOf implements call.Floor.
func (p floorPort) OneOf(by call.Seat, group string, asked []string) (call.Target, *wire.Ack) {
	var best *Status
	for _, s := range p.h.seats.List() {
		st := s.status.Load()
		if st.No == by.No() || !st.handy() || slices.Contains(asked, st.No) || !inGroup(st.skills, strings.TrimPrefix(group, "group:")) {
			continue
		}
		if best == nil || st.Since.Before(best.Since) {
			best = st
		}
	}
	if best == nil {
		return call.Target{}, refusal(wire.CodeBusy, "这个技能组现在没有空闲坐席，没有呼叫，来电人还在您这里；请稍后再试，或用“直接转出”让来电人排这个组的队")
	}
	return p.h.seatTarget(by.No(), best.No)
}

// handy tells whether the seat can be asked by whoever needs somebody of a group.
func (st *Status) handy() bool { return st.free && st.mentor == "" }

func inGroup(skills []store.Skill, group string) bool {
	return slices.ContainsFunc(skills, func(k store.Skill) bool { return k.Region+"/"+k.Subject == group })
}

func (h *Hub) numberTarget(number string) (call.Target, *wire.Ack) {
	number = plainly(number)
	if !dialable(number) {
		return call.Target{}, refusal(wire.CodeInvalid, "号码不对，没有呼叫；请只输入数字")
	}
	if number == h.cfg.Trunk.Outbound.Number {
		return call.Target{}, refusal(wire.CodeInvalid, "这是本中心的号码，没有呼叫；请另选目标")
	}
	out := call.Target{
		ID: "out:" + store.NewID(h.now())[10:], Kind: fsm.PartyOutside, Name: "number:" + number, Who: unlisted + mask.Phone(number), Plain: unlisted + number,
	}
	if who, ok := h.listed(number); ok {
		out.Who, out.Plain = who, ""
	}
	return out, nil
}

// plainly is a number as it is dialled.
func plainly(number string) string { return strings.NewReplacer("-", "", " ", "").Replace(number) }

// listed is whose number it is, by a directory.
func (h *Hub) listed(number string) (who string, ok bool) {
	if i := slices.IndexFunc(h.cfg.Directory, func(e Entry) bool { return plainly(e.Number) == number }); i >= 0 {
		return h.cfg.Directory[i].Who, true
	}
	e, ok := h.contacts.Named(number)
	return e.Name, ok
}

// stranger is the number of a person whom a step would ring into the call: one that is in no directory, and no service's.
func (h *Hub) stranger(v *wire.CallVerb) (number string, ok bool) {
	if v.Do != wire.DoConsult && v.Do != wire.DoBlind {
		return "", false
	}
	number, ok = strings.CutPrefix(v.Target, "number:")
	number = plainly(number)
	return number, ok && dialable(number) && !h.office(number)
}

// office tells a number that may be rung at any time: one of a directory, or a service's.
func (h *Hub) office(number string) bool {
	_, known := h.listed(number)
	return known || service(number)
}

// service tells a number that is nobody's home: 110, 12345, 025-12333, 400.
func service(number string) bool {
	const short, withArea, free = 6, 9, 10
	switch {
	case strings.HasPrefix(number, "0"):
		return len(number) <= withArea
	case strings.HasPrefix(number, "400"), strings.HasPrefix(number, "800"):
		return len(number) == free
	}
	return len(number) <= short
}
