// Package g711 converts between 16-bit linear samples and the two companded
// bytes of ITU-T G.711, A-law and µ-law. It owns the tables and nothing else;
// anybody may use it. Every function works on the caller's slices, converts
// the shorter of the two lengths, returns how many samples it converted, and
// never allocates.
package g711

// The bytes that stand for "no sound".
const (
	SilenceALaw = 0xD5
	SilenceULaw = 0xFF
)

// Both encoders ignore the low bits of a sample (four in A-law, two in
// µ-law), so the tables are indexed by what is left.
var (
	encA [1 << 12]byte
	encU [1 << 14]byte
	decA [256]int16
	decU [256]int16
	a2u  [256]byte
	u2a  [256]byte
)

func init() {
	for i := range encA {
		encA[i] = compressA(int16(uint16(i) << 4))
	}
	for i := range encU {
		encU[i] = compressU(int16(uint16(i) << 2))
	}
	for i := range 256 {
		decA[i] = expandA(byte(i))
		decU[i] = expandU(byte(i))
	}
	for i := range 256 {
		a2u[i] = compressU(decA[i])
		u2a[i] = compressA(decU[i])
	}
}

// EncodeALaw compresses src into dst.
func EncodeALaw(dst []byte, src []int16) int {
	n := min(len(dst), len(src))
	dst = dst[:n]
	for i, s := range src[:n] {
		dst[i] = encA[uint16(s)>>4]
	}
	return n
}

// DecodeALaw expands src into dst.
func DecodeALaw(dst []int16, src []byte) int {
	n := min(len(dst), len(src))
	dst = dst[:n]
	for i, b := range src[:n] {
		dst[i] = decA[b]
	}
	return n
}

// EncodeULaw compresses src into dst.
func EncodeULaw(dst []byte, src []int16) int {
	n := min(len(dst), len(src))
	dst = dst[:n]
	for i, s := range src[:n] {
		dst[i] = encU[uint16(s)>>2]
	}
	return n
}

// DecodeULaw expands src into dst.
func DecodeULaw(dst []int16, src []byte) int {
	n := min(len(dst), len(src))
	dst = dst[:n]
	for i, b := range src[:n] {
		dst[i] = decU[b]
	}
	return n
}

// ALawToULaw re-codes src into dst; the two may be the same slice.
func ALawToULaw(dst, src []byte) int { return recode(dst, src, &a2u) }

// ULawToALaw re-codes src into dst; the two may be the same slice.
func ULawToALaw(dst, src []byte) int { return recode(dst, src, &u2a) }

func recode(dst, src []byte, table *[256]byte) int {
	n := min(len(dst), len(src))
	dst = dst[:n]
	for i, b := range src[:n] {
		dst[i] = table[b]
	}
	return n
}

// compressA is G.711 table 1: sign, three bits of segment, four of step,
// every second bit inverted.
func compressA(s int16) byte {
	sign := byte(0x80)
	if s < 0 {
		s, sign = ^s, 0
	}
	m := int(s) >> 4
	if m > 15 {
		exp := 1
		for m > 31 {
			m >>= 1
			exp++
		}
		m += exp<<4 - 16
	}
	return (byte(m) | sign) ^ 0x55
}

func expandA(b byte) int16 {
	b ^= 0x55
	exp, m := int(b>>4&7), int(b&15)
	if exp > 0 {
		m += 16
	}
	v := m<<4 + 8
	if exp > 1 {
		v <<= exp - 1
	}
	if b < 0x80 {
		v = -v
	}
	return int16(v)
}

// compressU is G.711 table 2: the magnitude is biased by 33 so that each
// segment starts at a power of two; the whole byte is inverted.
func compressU(s int16) byte {
	sign := byte(0x80)
	if s < 0 {
		s, sign = ^s, 0
	}
	m := min(int(s)>>2+33, 0x1FFF)
	seg := 0
	for m>>(seg+6) != 0 {
		seg++
	}
	code := seg<<4 | m>>(seg+1)&15
	return ^byte(code)&0x7F | sign
}

func expandU(b byte) int16 {
	c := ^b
	seg, m := int(c>>4&7), int(c&15)
	v := ((m<<1+33)<<seg - 33) << 2
	if b < 0x80 {
		v = -v
	}
	return int16(v)
}
