package mask

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMasks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		mask func(string) string
		in   string
		want string
	}{
		{"mobile", Phone, "13900000042", "139****0042"},
		{"mobile with prefix", Phone, "+8613900000042", "139****0042"},
		{"mobile in groups", Phone, "139 0000 0042", "139****0042"},
		{"full-width", Phone, "１３９００００００４２", "139****0042"},
		{"landline", Phone, "057100000123", "********0123"},
		{"seven digits", Phone, "1234567", "*******"},
		{"service number", Phone, "12345", "12345"},
		{"withheld", Phone, "", ""},
		{"letters", Phone, "abc", "***"},
		{"identity", ID, "11010119900101000X", "110***********000X"},
		{"old identity", ID, "110101900101000", "110********1000"},
		{"broken identity", ID, "1101011990", "**********"},
		{"card", Card, "6217000000001234", "************1234"},
		{"short card", Card, "12345", "*****"},
		{"name", Name, "张三", "张*"},
		{"long name", Name, " 买买提·艾力", "买*"},
		{"no name", Name, "", ""},
		{"text", Text, "请打13900000042，身份证11010119900101000X，卡6217000000001234，单号123456", "请打139****0042，身份证110***********000X，卡************1234，单号123456"},
		{"full-width text", Text, "电话１３９００００００４２", "电话139****0042"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.mask(tt.in); got != tt.want {
				t.Errorf("%q masked is %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// TestShowsLittle: whatever comes in, at most seven digits of a number are visible, and four in a row twice at most.
func TestShowsLittle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{7,24}`).Draw(t, "number")
		for name, m := range map[string]func(string) string{"phone": Phone, "id": ID, "card": Card, "text": Text} {
			got := m(s)
			if n := len(got) - strings.Count(got, "*"); n > 7 {
				t.Fatalf("%s shows %d digits of %s: %s", name, n, s, got)
			}
			if strings.Contains(got, s) {
				t.Fatalf("%s shows %s", name, s)
			}
		}
	})
}
