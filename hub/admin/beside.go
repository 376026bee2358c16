package admin

import (
	"context"
	"errors"
	"slices"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
)

// Beside lists at whose live calls somebody may be: a trainee who listens along at the own mentor's, a mentor at those of the
// own trainees who are taken on line. How their seats stand is for the hub to add.
func Beside(ctx context.Context, db *store.Store, who store.Agent) ([]exam.Beside, error) {
	out := []exam.Beside{}
	if is(who, access.RoleTrainee) && trainee(who).Stage.Shadows() {
		mentor, err := Mentor(ctx, db, who)
		if err != nil {
			return nil, err
		}
		if mentor.No != "" {
			out = append(out, exam.Beside{Agent: mentor.No, Name: mentor.Name})
		}
	}
	if !is(who, access.RoleMentor) {
		return out, nil
	}
	for page := (store.Page{Limit: store.MaxPage}); ; {
		list, next, err := db.Agents.List(ctx, store.AgentFilter{Page: page, Role: string(access.RoleTrainee)})
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			if !Accompanied(one) {
				continue
			}
			mentor, err := Mentor(ctx, db, one)
			if err != nil {
				return nil, err
			}
			if mentor.No == who.No {
				out = append(out, exam.Beside{Agent: one.No, Name: one.Name, Teaches: true})
			}
		}
		if page.After = next; next == "" {
			return out, nil
		}
	}
}

// Accompanied tells whether somebody is at live calls only with the mentor beside.
func Accompanied(one store.Agent) bool {
	return !one.Disabled && is(one, access.RoleTrainee) && trainee(one).Stage.Accompanied()
}

// Mentor is the mentor of a trainee; without a number where there is none, or none any more.
func Mentor(ctx context.Context, db *store.Store, one store.Agent) (store.Agent, error) {
	steps, _, err := db.ExamSteps.List(ctx, one.No, store.Page{Limit: store.MaxPage})
	if err != nil {
		return store.Agent{}, err
	}
	no := mentorIn(steps)
	if no == "" || no == one.No {
		return store.Agent{}, nil
	}
	mentor, err := db.Agents.Get(ctx, no)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Agent{}, nil
	case err != nil:
		return store.Agent{}, err
	case mentor.Disabled || !is(mentor, access.RoleMentor) || !access.Covers(mentor.District, one.District):
		return store.Agent{}, nil
	}
	return mentor, nil
}

// mentorIn is who was made the mentor last; the steps are newest first.
func mentorIn(steps []store.ExamStep) string {
	if i := slices.IndexFunc(steps, func(st store.ExamStep) bool { return st.Move == stepMentor }); i >= 0 {
		return steps[i].Note
	}
	return ""
}

func is(one store.Agent, r access.Role) bool { return slices.Contains(one.Roles, string(r)) }
