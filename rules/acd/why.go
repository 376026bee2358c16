package acd

import (
	"fmt"
	"time"
)

// Why is the reason of a decision: why this call now, why this skill is enough, why this seat. The keys go into the
// call's timeline, String is for people.
type Why struct {
	Order  Key
	Skill  Key
	Seat   Key
	Level  int // of the chosen seat for this call
	Waited time.Duration
}

// Key is one part of a reason.
type Key string

// Parts of a reason.
const (
	OrderReturned   Key = "returned"     // lost its seat
	OrderPriority   Key = "priority"     // urgent
	OrderLongest    Key = "longest_wait" // first come, first served
	OrderLead       Key = "lead"         // a shift lead gave this call to this seat
	SkillFull       Key = "skill"        // what the call asks for at first
	SkillRelaxed    Key = "skill_relaxed"
	SkillEarly      Key = "skill_nobody_better" // relaxed at once: nobody on duty has more
	SkillOverflow   Key = "overflow_province"
	SeatPreferred   Key = "preferred_seat"
	SeatLongestIdle Key = "longest_idle"
)

var labels = map[Key]string{
	OrderReturned: "坐席断线后优先", OrderPriority: "优先级高", OrderLongest: "等候最久", OrderLead: "班长指派",
	SkillFull: "技能相符", SkillRelaxed: "等候后放宽技能", SkillEarly: "当班无更高技能", SkillOverflow: "溢出到全省",
	SeatPreferred: "上次接待的坐席", SeatLongestIdle: "空闲最久",
}

// Label is the part in Chinese.
func (k Key) Label() string {
	if l := labels[k]; l != "" {
		return l
	}
	return string(k)
}

// String is the reason in words: 等候最久（已等12秒） · 技能相符（3级） · 空闲最久.
func (w Why) String() string {
	if w.Order == OrderLead {
		return fmt.Sprintf("%s（已等%d秒）", w.Order.Label(), int(w.Waited.Seconds()))
	}
	return fmt.Sprintf("%s（已等%d秒） · %s（%d级） · %s", w.Order.Label(), int(w.Waited.Seconds()), w.Skill.Label(), w.Level, w.Seat.Label())
}

func orderOf(w Waiting) Key {
	switch {
	case w.Returned:
		return OrderReturned
	case w.Priority > 0:
		return OrderPriority
	}
	return OrderLongest
}

func skillOf(step Relax, early bool) Key {
	switch {
	case step.AnyRegion:
		return SkillOverflow
	case early:
		return SkillEarly
	case step.After > 0:
		return SkillRelaxed
	}
	return SkillFull
}
