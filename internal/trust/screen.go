package main

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"zuoxi/internal/story"
)

// patience bounds every wait for what is to come. It only ends one that went
// wrong: the machine may be doing something else.
const patience = time.Minute

// at is a workstation on a terminal; the first thing that goes wrong stays its
// err, and what comes after it does nothing.
type at struct {
	*story.Term
	err error
}

// sit starts the workstation.
func (p *place) sit(name string, cols, rows int, env ...string) *at {
	t, err := p.Seat(name, cols, rows, env...)
	return &at{Term: t, err: err}
}

// see waits for a pattern on the screen.
func (a *at) see(pattern string) *at {
	if a.err == nil {
		if _, err := a.Await(pattern, patience); err != nil {
			a.err = fmt.Errorf("%w\n%s", err, a.Screen())
		}
	}
	return a
}

// unsee waits until a pattern is not on the screen any more.
func (a *at) unsee(pattern string) *at {
	if a.err == nil {
		re := regexp.MustCompile(pattern)
		a.err = within(patience, "the end of "+pattern, func() (bool, error) { return !re.MatchString(a.Screen()), errors.New(a.Screen()) })
	}
	return a
}

// press sends keys.
func (a *at) press(keys string) *at {
	if a.err == nil {
		a.err = a.Press(keys)
	}
	return a
}

// signIn types 工号 and password and waits until the seat is in.
func (a *at) signIn(no string) *at {
	return a.see("工号").press("{" + no + "} <tab> {" + password(no) + "} <f9>").see("示忙（刚签入）")
}

func (a *at) kill() {
	if a.Term != nil {
		a.Kill()
	}
}
