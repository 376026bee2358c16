package acd

import (
	"testing"
	"time"
)

// TestExpect: a line is as long as those before who may be served by the same seats, and as fast as these.
func TestExpect(t *testing.T) {
	t.Parallel()
	crew := func(region, subject string, on, free int) Crew {
		return Crew{Skills: []Skill{{Region: region, Subject: subject, Level: 1}}, On: on, Free: free}
	}
	line := map[Asked]int{{"南京", "养老保险"}: 3, {"苏州", "养老保险"}: 2, {"南京", "失业保险"}: 1}
	for name, tt := range map[string]struct {
		crews []Crew
		next  Asked
		want  time.Duration
		known bool
	}{
		"nobody on duty":             {nil, Asked{}, 0, false},
		"nobody for the subject":     {[]Crew{crew(Any, "工伤保险", 3, 3)}, Asked{"南京", "养老保险"}, 0, false},
		"own region, own subject":    {[]Crew{crew("南京", "养老保险", 2, 0), crew("苏州", Any, 9, 9)}, Asked{"南京", "养老保险"}, 2 * time.Minute, true},
		"seats for everything":       {[]Crew{crew(Any, Any, 7, 0)}, Asked{"南京", "养老保险"}, time.Minute, true},
		"two crews":                  {[]Crew{crew("南京", "养老保险", 2, 0), crew(Any, Any, 5, 0)}, Asked{"南京", "养老保险"}, time.Minute, true},
		"enough are free":            {[]Crew{crew("南京", "养老保险", 4, 4)}, Asked{"南京", "养老保险"}, 0, true},
		"no more free than wait":     {[]Crew{crew("南京", "养老保险", 4, 3)}, Asked{"南京", "养老保险"}, time.Minute, true},
		"only seats of other cities": {[]Crew{crew("苏州", "养老保险", 6, 0)}, Asked{"无锡", "养老保险"}, time.Minute, true},
		"whoever comes":              {[]Crew{crew("南京", Any, 5, 0)}, Asked{}, time.Minute, true},
	} {
		if got, known := Expect(tt.crews, line, tt.next, time.Minute); got != tt.want || known != tt.known {
			t.Errorf("%s: %v %v, want %v %v", name, got, known, tt.want, tt.known)
		}
	}
}
