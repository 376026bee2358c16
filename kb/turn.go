package kb

import (
	"cmp"
	"fmt"
	"slices"
)

// InTurn puts the versions of an article that a list has several times into the order in which they apply, and leaves
// out the earlier ones that the library has just so. The error is a *Refusal where their days do not tell them apart, or
// where an earlier one says something else than in the library.
func (b *Base) InTurn(list []Article) (turn []Article, err error) {
	versions := make(map[string][]Article, len(list))
	for _, a := range list {
		versions[a.ID] = append(versions[a.ID], a)
	}
	for _, a := range list {
		all := versions[a.ID]
		delete(versions, a.ID) // they all stand where the first of them does
		if len(all) > 1 {
			if all, err = b.unsettled(all); err != nil {
				return nil, err
			}
		}
		turn = append(turn, all...)
	}
	return turn, nil
}

// unsettled are the versions of an article that the library does not have as one that applied until some day.
func (b *Base) unsettled(all []Article) (out []Article, err error) {
	slices.SortStableFunc(all, func(a, b Article) int { return cmp.Compare(a.Scope.Effective.First(), b.Scope.Effective.First()) })
	refuse := func(text string) error {
		return &Refusal{Problems: []Problem{{Text: fmt.Sprintf("编号 %s %s", all[0].ID, text), File: "导入的条目"}}}
	}
	last := len(all) - 1
	for i, a := range all[:last] {
		if !all[i+1].follows(a, b.today().First()) {
			return nil, refuse("出现了两次，而施行日期分不出先后，请改掉一个编号或写明日期")
		}
		has, later, err := b.hadEarlier(a)
		switch {
		case err != nil:
			return nil, err
		case has:
		case later:
			return nil, refuse("早先的一版（" + a.Scope.Effective.String() + " 起）与库里的不同，早先的版本不能再改，请从文件里去掉")
		default:
			out = append(out, a)
		}
	}
	return append(out, all[last]), nil
}

// hadEarlier tells whether the library has an article as one that applied until some day, and whether it has one that
// applies later.
func (b *Base) hadEarlier(a Article) (has, later bool, err error) {
	at, ok, err := b.current(a.ID)
	later = ok && at.Scope.Effective.First() > a.Scope.Effective.First()
	for ok && err == nil && at.Previous > 0 {
		if at, ok, err = b.current(reference(a.ID, at.Previous)); ok && a.Says(at) {
			return true, later, err
		}
	}
	return false, later, err
}

// edition tells the versions of an article apart that one import may bring.
func (a Article) edition() string { return a.ID + " " + a.Scope.Effective.String() }
