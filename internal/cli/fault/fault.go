// Package fault proves what voice does when networks and devices fail: the
// seat's phone, the hub's line and a call's room are put together in one
// process over a bad network. It holds tests only and is used by nobody.
package fault
