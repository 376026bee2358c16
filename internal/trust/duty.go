package main

import (
	"strings"
	"sync"
	"time"

	"zuoxi/wire"
)

// shift is how long an agent on duty may have nothing to do.
const shift = time.Hour

// duty is an agent who takes every call that is offered and says marks.
type duty struct {
	*client
	voice *voice
	told  told
	work  sync.WaitGroup
}

// told is what somebody was alerted to.
type told struct {
	mu   sync.Mutex
	said []string
}

func (t *told) note(m wire.Message) {
	if a, ok := m.Body.(*wire.Alert); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.said = append(t.said, a.Text)
	}
}

// count tells how often something was said.
func (t *told) count(part string) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.said {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

// onWatch signs in somebody who only listens to alerts.
func (p *place) onWatch(no string) (*duty, error) {
	c, err := p.signIn(no)
	if err != nil {
		return nil, err
	}
	d := &duty{client: c}
	d.work.Go(func() {
		for {
			m, err := d.read(shift)
			if err != nil {
				return
			}
			d.told.note(m)
		}
	})
	return d, nil
}

// onDuty signs an agent in, with voice, and makes the seat ready.
func (p *place) onDuty(no string) (*duty, error) {
	all, err := newVoices()
	if err != nil {
		return nil, err
	}
	c, err := p.signIn(no)
	if err != nil {
		return nil, err
	}
	v, err := all.open(c)
	if err != nil {
		c.close()
		return nil, err
	}
	v.loud.Store(true)
	d := &duty{client: c, voice: v}
	d.work.Go(d.take)
	return d, nil
}

// staff puts agents on duty until the end of it.
func (p *place) staff(nos []string) (end func(), err error) {
	var all []*duty
	end = func() {
		for _, d := range all {
			d.end()
		}
	}
	for _, no := range nos {
		if err := p.Agent(no, "演练", "agent"); err != nil {
			return end, err
		}
		d, err := p.onDuty(no)
		if err != nil {
			return end, err
		}
		all = append(all, d)
	}
	return end, nil
}

// take answers as soon as a call is offered, until the connection ends.
func (d *duty) take() {
	shown, taken := "", ""
	for {
		m, err := d.read(shift)
		if err != nil {
			return
		}
		d.told.note(m)
		desk, ok := m.Body.(*wire.DeskState)
		if !ok || desk.Offer == nil {
			continue
		}
		o := desk.Offer
		switch {
		case o.ID != shown: // it may ring before the hub says so
			shown = o.ID
			_, err = d.send(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
			if err == nil {
				_, err = d.send(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
			}
		case o.Ringing && o.ID != taken:
			taken = o.ID
			_, err = d.send(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
		}
		if err != nil {
			return
		}
	}
}

func (d *duty) end() {
	d.close()
	d.work.Wait()
	if d.voice != nil {
		d.voice.close()
	}
}
