package hub

import "time"

// purgeEvery is how often recordings past their time are looked for.
const purgeEvery = 6 * time.Hour

// purge removes recordings that are past their time and not on hold, until the hub ends.
func (h *Hub) purge() {
	if h.library == nil {
		return
	}
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		n, err := h.library.Purge(h.life)
		if err != nil && h.life.Err() == nil {
			h.log.Error("some recordings past their time were not removed", "err", err)
		}
		if n > 0 {
			h.log.Info("recordings past their time removed", "recordings", n)
		}
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
	}
}
