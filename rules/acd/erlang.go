package acd

import "time"

// ErlangB is the share of calls lost when load erlangs are offered to n servers without a queue.
func ErlangB(n int, load float64) float64 {
	b := 1.0
	for k := 1; k <= n; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b
}

// ErlangC is the share of calls that have to wait when nobody gives up; 1 when the load is more than n can take.
func ErlangC(n int, load float64) float64 {
	if float64(n) <= load {
		return 1
	}
	b := ErlangB(n, load)
	return b / (1 - load/float64(n)*(1-b))
}

// Estimate is the expected wait of a call with so many calls ahead of it, while all seats are busy: each of them ends
// a call every handling time, so ahead+1 of such ends are needed. It answers false when nobody is on duty.
func Estimate(ahead, seats int, handling time.Duration) (time.Duration, bool) {
	if seats <= 0 || ahead < 0 {
		return 0, false
	}
	return time.Duration(ahead+1) * handling / time.Duration(seats), true
}
