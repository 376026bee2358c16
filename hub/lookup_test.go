package hub

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

func found(a *agentAt, line string) []string {
	a.h.t.Helper()
	out, ok := a.say(&wire.Find{Line: line}).(*wire.Found)
	if !ok {
		a.h.t.Fatalf("%q was not looked for", line)
	}
	var ids []string
	for _, r := range out.Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestFindKeepsWithinRights: the own district's records, one's own calls, no
// complaint about staff, no reporter by their number.
func TestFindKeepsWithinRights(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		write(a, "0312-8001-1", "consult", nil)
		h.pass(time.Second)
		write(a, "0312-8001-2", "report", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
		})
		write(a, "0312-8001-3", "conduct_complaint", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "office", Value: "某中心"}, {Code: "facts", Value: "态度不好"}}
		})
		for line, want := range map[string]string{
			"欠薪": "0312-8001-2 0312-8001-1", "13900000042": "0312-8001-1", "xm:测试甲": "0312-8001-1", "0312-8001-2": "0312-8001-2",
			"童工": "0312-8001-2", "态度不好": "", "工单 gh:8001": "0312-8001-2 0312-8001-1", "留言": "", "彩票": "",
		} {
			if got := strings.Join(found(b, line), " "); got != want {
				t.Errorf("%s: found %q, want %q", line, got, want)
			}
		}
		b.seat.account.District = "320500" // from here on another district's
		if got := found(b, "欠薪"); len(got) != 0 {
			t.Errorf("another district found %v", got)
		}
		b.seat.account.Roles = []string{"admin"}
		if code := b.code(&wire.Find{Line: "欠薪"}); code != wire.CodeForbidden {
			t.Errorf("an administrator: %s", code)
		}
		if code := a.code(&wire.Find{Line: "天气:晴"}); code != wire.CodeInvalid {
			t.Errorf("nonsense: %s", code)
		}
		rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: "record.search"})
		if err != nil || len(rows) != 10 {
			t.Fatalf("%d searches in the log, %v", len(rows), err)
		}
		for _, r := range rows {
			if strings.Contains(r.Reason, "13900000042") || strings.Contains(r.Reason, "测试甲") || r.Reason == "" {
				t.Errorf("the log holds %q", r.Reason)
			}
		}
	})
}
