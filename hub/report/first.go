package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/region"
	rules "zuoxi/rules/report"
)

// firstWays are how first contacts can be grouped: by what their records say.
var firstWays = map[string]struct {
	label string
	daily bool
	name  func(r *store.FirstRow, zone *time.Location) string
}{
	"province": {"地区", false, func(r *store.FirstRow, _ *time.Location) string { return rules.Province(r.District) }},
	"city":     {"地市", false, func(r *store.FirstRow, _ *time.Location) string { return orUnknown(cityOf(r.District)) }},
	"district": {"区县", false, func(r *store.FirstRow, _ *time.Location) string { return orUnknown(region.Name(r.District)) }},
	"subject":  {"业务", false, func(r *store.FirstRow, _ *time.Location) string { return orUnknown(r.Subject) }},
	"agent":    {"工号", false, func(r *store.FirstRow, _ *time.Location) string { return orNobody(r.Agent) }},
	"day":      {"日期", true, func(r *store.FirstRow, z *time.Location) string { return r.Day.In(z).Format(time.DateOnly) }},
	"month":    {"月份", true, func(r *store.FirstRow, z *time.Location) string { return r.Day.In(z).Format("2006-01") }},
	"quarter": {"季度", true, func(r *store.FirstRow, z *time.Location) string {
		return quarter(r.Day.In(z))
	}},
}

// cityOf is the city of a district; a county that is directly below its province stands for itself.
func cityOf(district string) string {
	if len(district) == 6 {
		if city := district[:4] + "00"; region.Name(city) != city {
			return region.Name(city)
		}
	}
	return region.Name(district)
}

// quarter names the quarter of a day.
func quarter(d time.Time) string {
	return fmt.Sprintf("%d年第%d季度", d.Year(), (int(d.Month())+2)/3)
}

// first is the table of what was settled in the first call.
func (o *Office) first(ctx context.Context, j *job) (rules.Table, error) {
	if j.By == "" {
		j.By = "city"
	}
	w, ok := firstWays[j.By]
	if !ok {
		return rules.Table{}, refuse("一次解决率不能按“%s”分组 · 没有出表 · 可用：%s", j.By, strings.Join(slices.Sorted(maps.Keys(firstWays)), "、"))
	}
	rows, rule, err := o.contacts(ctx, j, w.daily)
	if err != nil {
		return rules.Table{}, err
	}
	byName := firsts(rows, func(r *store.FirstRow) string { return w.name(r, o.Zone) })
	groups := make([]rules.FirstGroup, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		groups = append(groups, rules.FirstGroup{Name: name, First: byName[name]})
	}
	return rules.FirstContact(w.label, groups, rule), nil
}

// contacts reads the questions of the span, judged by the centre's rule.
func (o *Office) contacts(ctx context.Context, j *job, daily bool) ([]store.FirstRow, rules.FirstRule, error) {
	rule := rules.DefaultFirst
	if err := o.setting(ctx, firstKey, &rule); err != nil {
		return nil, rule, err
	}
	rows, err := o.DB.Sums.First(ctx, store.FirstFilter{
		Span: store.Span{From: j.from, To: j.to}, Zone: o.Zone, Districts: j.districts, Days: int(rule.Days), Daily: daily, Now: j.now,
	})
	return rows, rule, err
}

// Judged is what was settled in the first call on the last day that can be judged, by district.
func (o *Office) Judged(ctx context.Context) (day time.Time, by map[string]rules.First, err error) {
	rule := rules.DefaultFirst
	if err := o.setting(ctx, firstKey, &rule); err != nil {
		return day, nil, err
	}
	now := o.Now()
	y, m, d := now.Add(-Night).In(o.Zone).Date() // a day that is not long over waits for its night
	day = time.Date(y, m, d-int(rule.Days)-1, 0, 0, 0, 0, o.Zone)
	rows, err := o.DB.Sums.First(ctx, store.FirstFilter{Span: store.Span{From: day, To: day.AddDate(0, 0, 1)}, Zone: o.Zone, Days: int(rule.Days), Now: now})
	return day, firsts(rows, func(r *store.FirstRow) string { return r.District }), err
}

// firsts adds rows up by a name.
func firsts(rows []store.FirstRow, name func(*store.FirstRow) string) map[string]rules.First {
	out := map[string]rules.First{}
	for i := range rows {
		f := out[name(&rows[i])]
		f.Add(rows[i].First)
		out[name(&rows[i])] = f
	}
	return out
}
