package conf

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/media/g711"
)

// table is a full conference: eight legs that all speak, each at a level of its own.
type table struct {
	t     *testing.T
	room  *Room
	names []string
	ears  map[string]*ear
	ports map[string]*Port
	seq   uint16
}

func (c *table) level(name string) int16 { return 300 * int16(name[3]-'0'+1) }

// talk lets everybody speak for a while.
func (c *table) talk() {
	for range 40 {
		for _, name := range c.names {
			c.ports[name].Receive(packet(c.seq, frame(c.level(name))), time.Now())
		}
		c.seq++
		wait(20 * time.Millisecond)
	}
}

// hears checks that a leg hears the sum of these and of nobody else.
func (c *table) hears(name string, who ...string) {
	c.t.Helper()
	want := 0
	for _, w := range who {
		want += int(c.level(w))
	}
	got := c.ears[name].heard()
	pcm := make([]int16, FrameSamples)
	g711.DecodeALaw(pcm, got[len(got)-1].Payload)
	if v := int(pcm[7]); v < want*9/10 || v > want*11/10 {
		c.t.Errorf("%s hears %d, want about %d of %v", name, v, want, who)
	}
}

func (c *table) but(out ...string) (rest []string) {
	for _, n := range c.names {
		missing := false
		for _, o := range out {
			missing = missing || n == o
		}
		if !missing {
			rest = append(rest, n)
		}
	}
	return rest
}

// TestEightLegs: in a full conference everybody hears the seven others and
// never oneself; who is muted or has left is missing for all.
func TestEightLegs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &table{t: t, room: NewRoom(Config{}), ears: map[string]*ear{}, ports: map[string]*Port{}}
		defer c.room.Close()
		for i := range 8 {
			name := fmt.Sprint("leg", i)
			c.names = append(c.names, name)
			c.ears[name] = &ear{}
			c.ports[name] = c.room.Join(name, Rest, c.ears[name])
		}
		c.room.Bridge(c.names...)
		c.talk()
		for _, n := range c.names {
			c.hears(n, c.but(n)...)
		}
		for _, n := range c.but("leg7") {
			c.room.Hear(n, "leg7", false)
		}
		c.talk()
		c.hears("leg0", c.but("leg0", "leg7")...)
		c.hears("leg7", c.but("leg7")...)
		c.room.Leave("leg6")
		c.talk()
		c.hears("leg0", c.but("leg0", "leg6", "leg7")...)
		if n := len(c.room.Legs()); n != 7 {
			t.Errorf("%d legs", n)
		}
	})
}
