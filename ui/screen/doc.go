// Package screen owns the last step to the terminal. Bubble Tea v2.1.1 rewrites
// every row that holds a wide character on each frame; a Writer stands between
// it and the terminal, plays the stream on a grid of its own and sends on only
// the cells that differ from what is shown. Only ui/app uses it.
//
// It promises that after each Write the terminal shows what the stream says,
// with the cursor where the stream left it; that everything which is not drawing
// (modes, titles, questions) passes through in order; and that a frame which
// changes nothing costs no byte. Cells are painted inside mode 2026 where the
// renderer found it, else between hiding and showing the cursor.
package screen
