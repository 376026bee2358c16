package resample

// dot is the sum of the products of x and the beginning of h, which must not
// be shorter: four at a time, by what every amd64 has. It is most of what a
// resampler does, and the compiler takes one at a time.
//
//go:noescape
func dot(x, h []float32) float32
