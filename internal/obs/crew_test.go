package obs

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestCrewEndsAlone: whoever falls takes nobody along and says where, not what;
// who has to be there gets up again.
func TestCrewEndsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := Crew{Log: Logger(&out, slog.LevelInfo)}
		ctx, cancel := context.WithCancel(t.Context())
		c.Go(func() { panic("张三13900000042") })
		c.Wait()
		falls, done := 0, make(chan struct{})
		c.Keep(ctx, "queue", func() {
			if falls++; falls < 3 {
				panic("张三13900000042")
			}
			close(done)
			<-ctx.Done()
		})
		began := time.Now()
		<-done
		if took := time.Since(began); took != 2*rest {
			t.Errorf("back after %v", took)
		}
		cancel()
		c.Wait()
		if s := out.String(); strings.Count(s, "a goroutine failed") != 3 || strings.Contains(s, "张三") || strings.Contains(s, "13900000042") || !strings.Contains(s, "crew_test.go") {
			t.Errorf("the log says %s", s)
		}
	})
}
