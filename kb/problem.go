package kb

import (
	"errors"
	"fmt"
)

// Problem is what is wrong with a file, with its place, in a sentence for the person who wrote it.
type Problem struct {
	File string
	Line int // from 1; 0 means the file as a whole
	Text string
}

func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s：%s", p.File, p.Text)
	}
	return fmt.Sprintf("%s 第 %d 行：%s", p.File, p.Line, p.Text)
}

// ErrRefused is under every import that took nothing.
var ErrRefused = errors.New("没有导入任何条目")

// Refusal lists why an import took nothing.
type Refusal struct {
	Problems []Problem
	More     int // problems beyond those listed
}

// maxProblems is how many problems are listed; a wrong file has thousands.
const maxProblems = 50

func (r *Refusal) Error() string {
	s := r.Problems[0].Error()
	if n := len(r.Problems) + r.More; n > 1 {
		s += fmt.Sprintf("（共 %d 处问题）", n)
	}
	return s + "；" + ErrRefused.Error() + "，改好后再导入"
}

func (r *Refusal) Unwrap() error { return ErrRefused }

func (r *Refusal) add(p Problem) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

func (r *Refusal) merge(o *Refusal) {
	for _, p := range o.Problems {
		r.add(p)
	}
	r.More += o.More
}

// err is the refusal, or nil when nothing is wrong.
func (r *Refusal) err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r
}
