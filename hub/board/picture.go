package board

import (
	"container/list"
	"time"

	"zuoxi/rules/access"
	"zuoxi/wire"
)

// keepGone is how long the board remembers that a row has gone. Who has
// confirmed nothing for longer starts afresh.
const keepGone = 10 * time.Minute

// picture is all rows in the order of their last change. Each change has a
// number of its own, which is the picture's version.
type picture struct {
	version uint64
	born    uint64 // the version at the start: lower ones are of an earlier run
	buried  uint64 // the highest number that was forgotten
	order   *list.List
	graves  []*row
}

// row is one thing on the board.
type row struct {
	num      uint64 // of the last change
	fixed    uint64 // of the last change of what is sent once
	district string // who sees it: whoever covers it; empty = everybody
	own      bool   // only those whose scope is exactly district
	gone     time.Time
	put      func(d *wire.Board, full bool)
	at       *list.Element
}

func (p *picture) init(version uint64) {
	p.version, p.born, p.order = version, version, list.New()
}

// touch notes that a row has changed.
func (p *picture) touch(r *row, fixed bool) {
	p.version++
	r.num = p.version
	if fixed {
		r.fixed = p.version
	}
	if r.at == nil {
		r.at = p.order.PushBack(r)
		return
	}
	p.order.MoveToBack(r.at)
}

// forget drops what has been gone for long enough.
func (p *picture) forget(now time.Time) {
	for len(p.graves) > 0 && now.Sub(p.graves[0].gone) > keepGone {
		r := p.graves[0]
		p.graves = p.graves[1:]
		p.buried = max(p.buried, r.num)
		p.order.Remove(r.at)
	}
}

// seen tells whether the row is for a scope.
func (r *row) seen(scope string) bool {
	if r.own {
		return r.district == scope
	}
	return scope == "" || r.district == "" || access.Covers(scope, r.district)
}

// partRows is how many rows one message takes: 10,000 seats arrive in some
// twenty messages, each far below the limit of one.
const partRows = 500

// since is what changed after have for a scope, as far as one message takes it.
func (p *picture) since(have uint64, scope string) *wire.Board {
	d := &wire.Board{From: have, Version: p.version, Scope: scope}
	if have < p.born || have < p.buried || have > p.version {
		d.From, d.Fresh, have = 0, true, 0
	}
	e := p.order.Back()
	if e == nil || e.Value.(*row).num <= have {
		return d
	}
	for prev := e.Prev(); prev != nil && prev.Value.(*row).num > have; prev = e.Prev() {
		e = prev
	}
	n := 0
	for ; e != nil; e = e.Next() {
		r := e.Value.(*row)
		if !r.seen(scope) || d.Fresh && !r.gone.IsZero() {
			continue
		}
		if n++; n > partRows {
			d.More, d.Version = true, r.num-1
			break
		}
		r.put(d, d.Fresh || r.fixed > have)
	}
	return d
}

// cell is a row with a value.
type cell[T comparable] struct {
	row
	pic   *picture
	value T
	there bool
}

func newCell[T comparable](p *picture, district string, put func(d *wire.Board, v T, full bool)) *cell[T] {
	c := &cell[T]{pic: p, row: row{district: district}}
	c.put = func(d *wire.Board, full bool) { put(d, c.value, full) }
	return c
}

// set gives the cell a value; one that it has already changes nothing.
func (c *cell[T]) set(v T) {
	if c.there && c.value == v {
		return
	}
	fixed := !c.there
	c.value, c.there = v, true
	c.pic.touch(&c.row, fixed)
}

// bury forgets the cell after a while.
func (c *cell[T]) bury(now time.Time) {
	c.gone = now
	c.pic.graves = append(c.pic.graves, &c.row)
}
