package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// firstFaults are what a disk does to a start for as long as it lasts.
var firstFaults = []string{
	"pwrite64:error=ENOSPC:when=%d+", "pwrite64:error=EIO:when=%d+", "fsync,fdatasync:error=EIO:when=%d+",
	"renameat:error=ENOSPC:when=%d+", "ftruncate:error=EIO:when=%d+",
}

// proveFirst kills and starves a hub that makes its data, keys and authority;
// the start after it is a good one.
func proveFirst(s *stage) (string, error) {
	return s.first(func(try func(inject string) (bool, error)) error {
		for _, h := range []struct {
			call string
			n    int
		}{{"pwrite64", 1}, {"pwrite64", 9}, {"fsync,fdatasync", 1}, {"fsync,fdatasync", 3}, {"renameat", 1}, {"renameat", 2}} {
			if _, err := try(fmt.Sprintf("%s:signal=KILL:when=%d", h.call, h.n)); err != nil {
				return err
			}
		}
		for _, f := range firstFaults[:4] {
			if _, err := try(fmt.Sprintf(f, 1)); err != nil {
				return err
			}
		}
		return nil
	})
}

// proveFirstEverywhere does so at every step, until the start outlives it.
func proveFirstEverywhere(s *stage) (string, error) {
	faults := firstFaults
	for _, call := range []string{"pwrite64", "write", "fsync,fdatasync", "ftruncate", "renameat"} {
		faults = append(faults, call+":signal=KILL:when=%d")
	}
	return s.first(func(try func(inject string) (bool, error)) error {
		for _, f := range faults {
			for n, served := 1, 0; n <= 100 && served < 3; n++ {
				up, err := try(fmt.Sprintf(f, n))
				if err != nil {
					return err
				}
				if served++; !up {
					served = 0
				}
			}
		}
		return nil
	})
}

// first has a choice of faults tried, each on a hub that has never run.
func (s *stage) first(choose func(try func(inject string) (served bool, err error)) error) (string, error) {
	s.must(tracer())
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	tries, down := 0, 0
	err = choose(func(inject string) (bool, error) {
		served, err := p.firstUnder(inject)
		if err == nil {
			err = p.firstAfter()
		}
		if tries++; !served {
			down++
		}
		return served, wrapped(inject, err)
	})
	figure := fmt.Sprintf("%d 种情形，%d 次没有起来；再启动都建得了账号、登得了记", tries, down)
	if err == nil && down == 0 {
		err = errors.New("nothing was proved: every start went through")
	}
	return figure, err
}

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("first start under %s: %w", what, err)
}

// firstUnder starts a hub without any data under a fault; where it does not
// serve, it ends, and says why unless it was killed.
func (p *place) firstUnder(inject string) (served bool, err error) {
	if err := errors.Join(os.RemoveAll(p.data()), os.RemoveAll(filepath.Join(p.Dir, "hub.log"))); err != nil {
		return false, err
	}
	p.pool = nil // there will be another authority
	p.Wrap = traced(inject)
	err = p.StartHub()
	p.Wrap = nil
	defer p.endTraced()
	if err == nil {
		return true, nil
	}
	select {
	case <-p.Ended():
	default:
		return false, err
	}
	if said := lastLine(p.HubLog()); !killing.MatchString(inject) && !chinese.MatchString(said) {
		return false, fmt.Errorf("the owner is told %q", said)
	}
	return false, nil
}

// firstAfter starts it without a fault and works with it.
func (p *place) firstAfter() error {
	if err := p.StartHub(); err != nil {
		return fmt.Errorf("the hub does not start again: %w", err)
	}
	defer p.KillHub()
	if _, err := p.Run(nil, "agent", "list"); err != nil {
		return err
	}
	if err := p.Agent("3027", "演练", "agent"); err != nil {
		return err
	}
	c, err := p.signIn("3027")
	if err != nil {
		return err
	}
	defer c.close()
	if _, err = c.save("first", "1128-3027-1", 1); err != nil {
		return err
	}
	_, err = p.Run(nil, "audit", "verify")
	return err
}

// proveHeld has another program hold the database of a hub that runs.
func proveHeld(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	c, err := p.signIn("3027")
	s.must(err)
	defer c.close()
	_, err = c.save("before", "1128-3027-1", 1)
	s.must(err)
	db, err := sql.Open("sqlite", filepath.Join(p.data(), "hub.db"))
	s.must(err)
	defer func() { _ = db.Close() }()
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	s.must(err)
	s.mustWhen("holding the database", within(patience, "a moment without a write of the hub", func() (bool, error) {
		_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		return err == nil, err
	}))
	var no *refused
	if _, err = c.save("held", "1128-3027-2", 1); !errors.As(err, &no) || !chinese.MatchString(no.text) {
		return "", fmt.Errorf("a record for which the database was held: %w", orNil(err))
	}
	_, err = conn.ExecContext(ctx, "ROLLBACK")
	s.must(err)
	s.mustWhen("with the database free again", within(patience, "the record", func() (bool, error) {
		version, err := c.save("held", "1128-3027-2", 1)
		return version == 1 && err == nil, err
	}))
	for i := 1; i <= 2; i++ {
		_, err = c.stored(fmt.Sprintf("1128-3027-%d", i))
		s.must(err)
	}
	_, err = p.Run(nil, "audit", "verify")
	return "锁着时：" + firstPart(no.text) + "；放开后同一张单存下，一份", err
}
