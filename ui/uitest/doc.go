// Package uitest drives the workstation's screen on a terminal emulator: press
// keys, wait until the program is idle, read the cells. Tests of ui/app and the
// pictures of the README use it; no other code does. It promises that nothing is
// waited for by time: a frame is complete when the program says so.
package uitest
