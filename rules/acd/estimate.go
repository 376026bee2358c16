package acd

import "time"

// Estimate is the expected wait of a call with so many calls ahead of it, while all seats are busy: each of them ends
// a call every handling time, so ahead+1 of such ends are needed. It answers false when nobody is on duty.
func Estimate(ahead, seats int, handling time.Duration) (time.Duration, bool) {
	if seats <= 0 || ahead < 0 {
		return 0, false
	}
	return time.Duration(ahead+1) * handling / time.Duration(seats), true
}
