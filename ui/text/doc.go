// Package text owns everything the screen must know about the shape of Chinese
// text: how many columns it takes, where it may be cut and where a line may
// break. Every package under ui measures text here and nowhere else, so that
// two parts of the screen can never disagree by a column. It promises that no
// string it returns holds a control character or an escape sequence, and that
// a line asked to be n columns wide is n columns wide.
package text
