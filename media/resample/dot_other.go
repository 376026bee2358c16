//go:build !amd64

package resample

func dot(x, h []float32) float32 { return plainDot(x, h) }
