package exam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// memory is the document of what one person missed in practice. Taken are the sittings that are in it.
type memory struct {
	Missed exam.Memory `json:"missed"`
	Taken  []string    `json:"taken,omitempty"`
}

// maxTaken is how many sittings are remembered, so that one that is sent again counts once.
const maxTaken = 100

// Learned takes the answers of a practice into what its person is to be asked again, once however often they are sent. The
// bank knows what is right; a question that it no longer has is left out.
func (o *Office) Learned(ctx context.Context, a store.Agent, m *wire.ExamLearned) error {
	day, err := time.ParseInLocation(time.DateOnly, m.Day, o.cfg.Now().Location())
	if err != nil || m.Sitting == "" {
		return refuse(wire.CodeInvalid, "练习记录看不懂 · 错题没有记到中心 · 请告诉管理员")
	}
	if now := o.cfg.Now(); day.After(now) { // a seat whose clock is ahead
		day = now
	}
	return o.cfg.DB.Tx(ctx, func(db store.Ports) error {
		kept, mem, err := readMemory(ctx, db.ExamMemory, a.No)
		if err != nil || slices.Contains(mem.Taken, m.Sitting) {
			return err
		}
		bank := o.Material()
		for _, one := range m.Answers {
			if q, ok := bank.Question(one.Question); ok {
				mem.Missed.Learn(asked(q), one.Given, day)
			}
		}
		mem.Taken = append(mem.Taken, m.Sitting)
		mem.Taken = mem.Taken[max(0, len(mem.Taken)-maxTaken):]
		if kept.Body, err = json.Marshal(mem); err != nil {
			return fmt.Errorf("packing what %s missed: %w", a.No, err)
		}
		kept.Agent, kept.District, kept.Updated = a.No, a.District, o.cfg.Now()
		return db.ExamMemory.Put(ctx, kept)
	})
}

func readMemory(ctx context.Context, from store.ExamMemories, agent string) (store.ExamMemory, memory, error) {
	mem := memory{Missed: exam.Memory{}}
	kept, err := from.Get(ctx, agent)
	if errors.Is(err, store.ErrNotFound) {
		return store.ExamMemory{}, mem, nil
	}
	if err == nil {
		if err = json.Unmarshal(kept.Body, &mem); err != nil {
			err = fmt.Errorf("reading what %s missed: %w", agent, err)
		}
	}
	return kept, mem, err
}

// missed is what somebody is to be asked again, with the questions as the bank has them now.
func (o *Office) missed(ctx context.Context, agent string) (exam.Memory, error) {
	_, mem, err := readMemory(ctx, o.cfg.DB.ExamMemory, agent)
	bank := o.Material()
	for id, one := range mem.Missed {
		q, ok := bank.Question(id)
		if !ok {
			delete(mem.Missed, id)
			continue
		}
		one.Asked = asked(q)
		mem.Missed[id] = one
	}
	return mem.Missed, err
}

// asked is a question of practice, its options in the order of the bank.
func asked(q exam.Question) exam.Asked { return q.Ask(slices.Sorted(maps.Keys(q.Options)), true) }
