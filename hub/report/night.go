package report

import (
	"context"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/report"
)

// Night is when the day before is added up, in the centre's hours: its last calls are closed, and nobody asks for reports yet.
const Night = 2 * time.Hour

// NightDays is how many days back are looked at each night: a hub that was down for a weekend catches up.
const NightDays = 7

// Next is the moment of the next night's work after now.
func (o *Office) Next(now time.Time) time.Time {
	y, m, d := now.In(o.Zone).Date()
	at := time.Date(y, m, d, 0, 0, 0, 0, o.Zone).Add(Night)
	if !at.After(now) {
		at = time.Date(y, m, d+1, 0, 0, 0, 0, o.Zone).Add(Night)
	}
	return at
}

// Settle adds up the days that are over, and tells of how many the sums are kept, so that the first report of the morning finds
// them made. It changes no figure: a day that was settled is what the report would have counted, and the store keeps every
// face at once.
func (o *Office) Settle(ctx context.Context) (days int, err error) {
	now := o.Now()
	y, m, d := now.In(o.Zone).Date()
	span := store.Span{From: time.Date(y, m, d-NightDays, 0, 0, 0, 0, o.Zone), To: time.Date(y, m, d, 0, 0, 0, 0, o.Zone)}
	if _, _, err := o.DB.Sums.Calls(ctx, store.SumFilter{Span: span, Zone: o.Zone, Face: store.FacePlace, Now: now}); err != nil {
		return 0, err
	}
	rule := rules.DefaultFirst
	if err := o.setting(ctx, firstKey, &rule); err != nil {
		return 0, err
	}
	late := store.FirstFilter{Span: store.Span{From: span.From.AddDate(0, 0, -int(rule.Days)), To: span.To}, Zone: o.Zone, Days: int(rule.Days), Now: now}
	if _, err := o.DB.Sums.First(ctx, late); err != nil {
		return 0, err
	}
	kept, err := o.DB.Sums.Settled(ctx, span, o.Zone)
	return len(kept), err
}

// Nightly settles once when the hub starts and then every night, until ctx ends. wait returns when its time has come, or
// with the error of its context; tests hand in their own. told learns what came of each night; after a fault the next tries
// again.
func (o *Office) Nightly(ctx context.Context, wait func(ctx context.Context, until time.Time) error, told func(days int, err error)) {
	for {
		if days, err := o.Settle(ctx); ctx.Err() == nil {
			told(days, err)
		}
		if wait(ctx, o.Next(o.Now())) != nil {
			return
		}
	}
}
