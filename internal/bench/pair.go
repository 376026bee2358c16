package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/netem"
	"zuoxi/internal/story"
)

// pair is two baresips on headsets of their own: what people know. They call
// each other through relays, so that the network between them can be as bad as
// the one between seat and hub.
type pair struct {
	world *story.World // for folders and ports only
	a, b  *rig.Headset
	calls int
}

func newPair(dir string) (*pair, error) {
	w, err := story.NewWorld(filepath.Join(dir, "pair"), "")
	if err != nil {
		return nil, err
	}
	p := &pair{world: w}
	if p.a, err = rig.Open("benchPairA"); err != nil {
		return nil, err
	}
	if p.b, err = rig.Open("benchPairB"); err != nil {
		p.a.Close()
		return nil, err
	}
	return p, nil
}

func (p *pair) close() {
	p.world.Close()
	p.a.Close()
	p.b.Close()
}

// pairCall is one call between two baresips.
type pairCall struct {
	one, two *story.Citizen
	road     *road
}

// call connects two telephones that are set alike.
func (p *pair) call(cfg story.CitizenConfig, net netem.Profile, seed uint64) (*pairCall, error) {
	return p.callAnd(cfg, net, seed, func() {})
}

// callAnd tells of the answer (200 OK) when it is on the wire.
func (p *pair) callAnd(cfg story.CitizenConfig, net netem.Profile, seed uint64, answered func()) (*pairCall, error) {
	p.calls++
	c := &pairCall{}
	one, two := cfg, cfg
	one.Number, one.Jack = "1001", fmt.Sprintf("pairOne%d", p.calls)
	two.Number, two.Jack, two.Answers = "1002", fmt.Sprintf("pairTwo%d", p.calls), true
	var err error
	if c.two, err = p.world.Phone(two.Jack, two); err != nil {
		return nil, err
	}
	if c.one, err = p.world.Phone(one.Jack, one); err != nil {
		c.end()
		return nil, err
	}
	if c.road, err = newRoad(c.two.SIP(), net, seed, sync.OnceFunc(answered)); err != nil {
		c.end()
		return nil, err
	}
	err = c.one.Dial("sip:1002@" + c.road.sip.Addr().String())
	if err == nil {
		err = c.one.Await("Call established", patience)
	}
	if err == nil {
		err = errors.Join(speaks(c.one, cfg.Opus), speaks(c.two, cfg.Opus))
	}
	if err == nil {
		err = errors.Join(wire(p.a, one.Jack), wire(p.b, two.Jack))
	}
	if err == nil {
		err = c.road.broken()
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// speaks makes sure of the coding: a telephone that does not know the one it is
// told takes another, and says so to nobody.
func speaks(c *story.Citizen, opus bool) error {
	codec := "PCMA 8000Hz"
	if opus {
		codec = "opus 48000Hz"
	}
	return c.Await("Set audio encoder: "+codec, patience)
}

func (c *pairCall) end() {
	for _, phone := range []*story.Citizen{c.one, c.two} {
		if phone != nil {
			phone.Stop()
		}
	}
	if c.road != nil {
		c.road.close()
	}
}

// road leads signalling from one telephone to the other and puts a relay of its
// own in the way of each one's sound, by changing the port in its SDP.
type road struct {
	sip  *netem.Relay
	net  netem.Profile
	seed uint64
	ok   func() // the call was taken

	mu    sync.Mutex
	voice map[int]*netem.Relay // by the port it leads to
	err   error
}

func newRoad(target string, net netem.Profile, seed uint64, ok func()) (*road, error) {
	r := &road{net: net, seed: seed, ok: ok, voice: map[int]*netem.Relay{}}
	var err error
	r.sip, err = netem.New(netem.Config{Target: target, Pass: r.pass})
	return r, err
}

func (r *road) close() {
	_ = r.sip.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.voice {
		_ = v.Close()
	}
}

func (r *road) broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && len(r.voice) != 2 {
		return fmt.Errorf("%d of 2 relays between the telephones", len(r.voice))
	}
	return r.err
}

var mediaPort = regexp.MustCompile(`\r\nm=audio (\d{5}) `)

// pass changes the port in an SDP. Ports of five digits keep the message's
// length.
func (r *road) pass(d netem.Direction, p []byte, _ time.Time) []byte {
	at := mediaPort.FindSubmatchIndex(p)
	if at == nil {
		return p
	}
	if bytes.HasPrefix(p, []byte("SIP/2.0 200")) {
		r.ok()
	}
	port, err := strconv.Atoi(string(p[at[2]:at[3]]))
	if err != nil {
		return p
	}
	to, err := r.relay(port, d)
	if err != nil {
		r.mu.Lock()
		r.err = err
		r.mu.Unlock()
		return p
	}
	out := bytes.Clone(p)
	copy(out[at[2]:at[3]], strconv.Itoa(to))
	return out
}

// relay is the port to be told in the place of port.
func (r *road) relay(port int, d netem.Direction) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.voice[port]; v != nil {
		return int(v.Addr().Port()), nil
	}
	// Each relay serves one direction; the seed keeps their fates apart.
	v, err := netem.New(netem.Config{Target: "127.0.0.1:" + strconv.Itoa(port), Seed: r.seed*2 + uint64(d)})
	if err != nil {
		return 0, err
	}
	if v.Addr().Port() < 10000 {
		_ = v.Close()
		return 0, errors.New("the relay's port has fewer than five digits")
	}
	v.Set(r.net, r.net)
	r.voice[port] = v
	return int(v.Addr().Port()), nil
}

// pairResult is what one call between two baresips showed.
type pairResult struct {
	aToB, bToA sample // ms
	cpu        sample // of each telephone, percent
	anon       sample // MiB
	xruns      int

	toCaller, toCallee float64 // ms from the answer on the wire to sound in the ear
}

// measure makes one call with chirps both ways.
func (p *pair) measure(cfg story.CitizenConfig, seed uint64) (r pairResult, err error) {
	take, err := rig.Roll(takeSeconds, p.a, p.b)
	if err != nil {
		return r, err
	}
	defer take.Stop()
	take.Say(p.a, 0, steady(markerHz, takeSeconds))
	take.Say(p.b, 0, steady(markerHz, takeSeconds))
	var answer atomic.Int64
	c, err := p.callAnd(cfg, netem.Profile{}, seed, func() { answer.Store(int64(take.Now())) })
	if err != nil {
		return r, err
	}
	defer c.end()
	xruns := p.a.Xruns()
	from := int(answer.Load())
	take.Until(from + soundWithin*ms)
	r.toCaller, r.toCallee = firstSound(take, p.a, from), firstSound(take, p.b, from)
	now := take.Now()
	quietly(take, now, p.a, p.b)
	said, end := schedule(take, p.a, p.b, now+rig.Rate/2, callChirps, seed)
	until := chatter(take, end, p.a, p.b)
	take.Until(end)
	before, err := usages(c.one.Pid(), c.two.Pid())
	if err != nil {
		return r, err
	}
	take.Until(until)
	after, err := usages(c.one.Pid(), c.two.Pid())
	if err != nil {
		return r, err
	}
	for i := range after {
		r.cpu = append(r.cpu, percent(before[i], after[i]))
		r.anon = append(r.anon, after[i].anon)
	}
	r.aToB, r.bToA = delays(take, p.b, said.a), delays(take, p.a, said.b)
	r.xruns = p.a.Xruns() - xruns
	return r, nil
}

// soundWithin is how long after the answer sound is waited for, in ms.
const soundWithin = 1500

// firstSound is when an ear hears the marker after a sample, in ms.
func firstSound(t *rig.Take, ear *rig.Headset, from int) float64 {
	if on, _, ok := edges(append(t.Heard(ear, from, t.Now()-100*ms), make([]float32, 100*ms)...), markerHz); ok {
		return float64(on) / ms
	}
	return nan
}

func usages(pids ...int) ([]usage, error) {
	var all []usage
	for _, pid := range pids {
		u, err := usageOf(pid)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}
