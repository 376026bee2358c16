// Package screen owns the last step to the terminal. It takes finished frames
// from the model (Show), compares them with what the terminal shows and sends
// the cells that differ, as soon as a frame has changed and never more often
// than it is told (Run). Bubble Tea keeps the input, the terminal's modes and
// its questions; what it writes comes through Write. Only ui/app uses it.
//
// It promises that the terminal shows the last frame, with the cursor where the
// frame has it; that a frame which changes nothing costs no byte; that what
// Bubble Tea draws in the alternate screen (nothing of value: its view is empty)
// is dropped, while modes, questions and bells pass through in order, behind
// the frame that was there before them. Cells are painted inside mode 2026 where
// the terminal has it, else between hiding and showing the cursor.
package screen
