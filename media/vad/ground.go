package vad

const (
	pieces     = 8
	pieceLen   = 25 // frames: the least of 2 s counts
	smoothing  = 0.8
	minBias    = 1.5 // the least of a smoothed power lies this much below its mean
	learn      = 0.05
	learnStart = 12 // frames whose mean is believed at first
)

// ground is the background: in each band the least of the last two seconds,
// sharpened by averaging while nobody speaks.
type ground struct {
	floor  float64 // power no background goes below
	smooth [bands]float64
	least  [pieces][bands]float64
	noise  [bands]float64
	n      int
}

func (g *ground) follow(p *[bands]float64, speech bool) {
	piece := g.n / pieceLen % pieces
	fresh := g.n%pieceLen == 0
	for b, v := range p {
		v = max(v, g.floor)
		if g.n == 0 {
			g.smooth[b], g.noise[b] = v, v
			for i := range g.least {
				g.least[i][b] = v * 100
			}
		}
		g.smooth[b] = smoothing*g.smooth[b] + (1-smoothing)*v
		if fresh {
			g.least[piece][b] = g.smooth[b]
		}
		g.least[piece][b] = min(g.least[piece][b], g.smooth[b])
		g.noise[b] = max(g.floor, g.update(b, v, speech))
	}
	g.n++
}

// update moves the estimate of one band.
func (g *ground) update(b int, v float64, speech bool) float64 {
	least := g.least[0][b]
	for i := 1; i < pieces; i++ {
		least = min(least, g.least[i][b])
	}
	least *= minBias
	noise := g.noise[b]
	switch {
	case g.n < learnStart:
		noise += (v - noise) / float64(g.n+1)
	case !speech && v < 6*noise:
		noise += learn * (v - noise)
	}
	// Whatever was averaged, the least of two seconds is nearly background.
	return max(least*0.7, min(noise, least*1.6))
}
