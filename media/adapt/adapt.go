package adapt

import "time"

// Sample is what one second of a line showed.
type Sample struct {
	Up, Down float64       // share of packets lost, ours and theirs, 0 to 1
	RTT      time.Duration // 0 while unknown
}

// Level is how much gets lost.
type Level int

// The levels of loss.
const (
	Clean Level = iota
	Light
	Heavy
)

// Decision is what comes of a Sample.
type Decision struct {
	Send, Ask Coding // what we send, and what we ask the other end for
	Up, Down  Level
	Narrow    int // 0: the link takes Opus at its best; 3: hardly a voice
	Queue     time.Duration
}

// rungs is what is sent by how narrow the link is. On the widest A-law goes
// as long as nothing is lost and the link is not known to be too narrow for it.
var rungs = [...]struct {
	packet  time.Duration
	bitrate int
}{
	{20 * time.Millisecond, 28000}, // of which speech takes 24 kbit/s
	{40 * time.Millisecond, 16000},
	{60 * time.Millisecond, 12000},
	{60 * time.Millisecond, 8000},
}

// repeats is the loss, in percent, that the coder is told to expect at each
// level. It takes the more bits from the voice for the repetition the higher
// this is, and beyond 10 the voice loses more by it than is repeated, even
// where every third packet is lost (ADR 0061).
var repeats = [...]int{Clean: 0, Light: 5, Heavy: 10}

// When loss becomes light or heavy, and for how many steps it must have been
// less before it is called so.
const (
	lightFrom, lightUntil, lightSteps = 0.02, 0.01, 8
	heavyFrom, heavyUntil, heavySteps = 0.08, 0.05, 5
	lossWeight                        = 0.4
)

// How a narrow link shows: a queue stands in it, so that the round trip is far
// longer than the shortest seen, or it throws away more than chance does.
const (
	queueFrom    = 150 * time.Millisecond
	brimFrom     = 0.3 // a loss, over some seconds, that means a queue is full
	strikesOut   = 3
	settleSteps  = 5    // a queue needs time to drain
	staleSteps   = 2    // reports that still tell of the queue
	forScreen    = 8000 // bits a second left to the screen
	widenAfter   = 30
	retryAfter   = 120 // the same where the link was found too narrow
	widenAtMost  = 480
	probeSteps   = 8 // a relapse this soon after widening makes the next try later
	rttFloorRise = time.Millisecond
)

// Controller keeps what it has seen of one line. One goroutine steps it.
type Controller struct {
	up, down direction
	rttFloor time.Duration
	narrow   int
	room     int // bits a second that the link carries; 0 while unknown
	before   int // narrow before room was found
	strikes  int
	settle   int
	stale    int // steps whose loss was a queue's
	good     int // steps since the link last looked too narrow or was changed
	patience int // good steps before a wider rung is tried
	probing  int // steps left in which a relapse counts as a failed try
}

// direction is the loss one way.
type direction struct {
	mean  float64
	level Level
	calm  int
	tried int // steps that it has been Clean again
	wait  int // calm steps before it is called so
}

// New returns a Controller that thinks the line good.
func New() *Controller { return &Controller{patience: widenAfter} }

// Step takes the next second and says how to code from now on.
func (c *Controller) Step(s Sample) Decision {
	if c.stale > 0 {
		c.stale--
	} else {
		c.up.step(s.Up)
		c.down.step(s.Down)
	}
	queue := c.queue(s.RTT)
	c.width(max(c.up.mean, c.down.mean), queue)
	return c.decision(queue)
}

// Found takes what a Width found at either end, at any time: the link was given
// more than that. What queues in it by then drains while the new coding is
// settled, and what was lost there says nothing of chance. Other traffic makes a
// link look narrower and nothing wider, so that of what is found meanwhile the
// most counts.
func (c *Controller) Found(width int) Decision {
	if c.settle > 0 && width <= c.room {
		return c.decision(0)
	}
	if c.probing > 0 {
		c.patience *= 2
	}
	c.patience = min(widenAtMost, max(retryAfter, c.patience))
	if c.settle > 0 && c.room > 0 {
		c.narrow = c.before
	}
	c.before = c.narrow
	c.room, c.narrow = width, widest(c.narrow, width)
	c.up.forget()
	c.down.forget()
	c.strikes, c.good, c.probing, c.settle, c.stale = 0, 0, 0, settleSteps, staleSteps
	return c.decision(0)
}

func (c *Controller) decision(queue time.Duration) Decision {
	return Decision{
		Send: c.coding(&c.up), Ask: c.coding(&c.down),
		Up: c.up.level, Down: c.down.level, Narrow: c.narrow, Queue: queue,
	}
}

// Moved forgets what was learned of the path: it is another one now.
func (c *Controller) Moved() {
	c.rttFloor, c.strikes, c.settle = 0, 0, settleSteps
	c.room, c.patience = 0, widenAfter
}

// forget takes the line for clean.
func (d *direction) forget() { d.mean, d.level, d.calm = 0, Clean, 0 }

func (d *direction) step(loss float64) {
	loss = min(1, max(0, loss))
	d.mean += lossWeight * (loss - d.mean)
	if d.level == Clean {
		d.try()
	}
	switch {
	case d.mean >= heavyFrom:
		d.level, d.calm = Heavy, 0
	case d.level == Heavy:
		d.relax(heavyUntil, heavySteps)
	case d.mean >= lightFrom:
		d.level, d.calm = Light, 0
	case d.level == Light:
		d.relax(lightUntil, d.wait)
	}
}

// try makes the next try of A-law later where this one soon loses again: the
// line has no room for it, and hid that by losing nothing with fewer bits.
func (d *direction) try() {
	if d.wait == 0 { // at its beginning a line is not on trial
		d.wait, d.tried = lightSteps, probeSteps
	}
	d.tried++
	switch lossy := d.mean >= lightFrom; {
	case d.tried > probeSteps && !lossy:
		d.wait = lightSteps
	case lossy && d.tried <= probeSteps:
		d.wait = min(widenAtMost, 4*d.wait)
	}
}

// relax goes a level down after enough steps below the bound.
func (d *direction) relax(below float64, steps int) {
	if d.mean >= below {
		d.calm = 0
		return
	}
	if d.calm++; d.calm >= steps {
		d.level--
		d.calm, d.tried = 0, 0
	}
}

// queue is how much longer than at its best the round trip takes.
func (c *Controller) queue(rtt time.Duration) time.Duration {
	if rtt == 0 {
		return 0
	}
	if c.rttFloor == 0 || rtt < c.rttFloor {
		c.rttFloor = rtt
	}
	q := rtt - c.rttFloor
	c.rttFloor += rttFloorRise // another route may be longer for good
	return q
}

// width finds the rung.
func (c *Controller) width(loss float64, queue time.Duration) {
	c.probing = max(0, c.probing-1)
	if c.settle > 0 {
		c.settle--
		return
	}
	if queue < queueFrom && loss < brimFrom {
		c.strikes = 0
		c.widen()
		return
	}
	c.good = 0
	if c.strikes++; c.strikes < strikesOut || c.narrow == len(rungs)-1 {
		return
	}
	if c.probing > 0 {
		c.patience = min(widenAtMost, 2*c.patience)
	}
	c.narrow = c.fitting(loss)
	c.strikes, c.settle = 0, settleSteps
}

// fitting is the widest rung below the present one that what came through of
// it would carry.
func (c *Controller) fitting(loss float64) int {
	return widest(c.narrow+1, max(1, int(float64(c.coding(&c.up).WireRate())*(1-loss))))
}

// widest is the widest rung from one on that has room beside the screen.
func widest(from, room int) int {
	for from < len(rungs)-1 && !fits(rung(from), room) {
		from++
	}
	return from
}

func fits(c Coding, room int) bool { return room == 0 || c.WireRate()+forScreen <= room }

func rung(n int) Coding {
	return Coding{Opus: true, Packet: rungs[n].packet, Bitrate: rungs[n].bitrate}
}

// widen tries more after a while in which nothing spoke against it: first what
// the link was found too narrow for, then the next rung.
func (c *Controller) widen() {
	if c.narrow == 0 && fits(Plain(), c.room) {
		return
	}
	if c.good++; c.good < c.patience {
		return
	}
	if c.narrow > 0 {
		c.narrow--
	} else {
		c.room = 0
	}
	c.good, c.probing = 0, probeSteps
}

// coding is the table.
func (c *Controller) coding(d *direction) Coding {
	if c.narrow == 0 && d.level == Clean && fits(Plain(), c.room) {
		return Plain()
	}
	k := rung(c.narrow)
	k.Expected = repeats[d.level]
	k.FEC = k.Expected > 0
	return k
}
