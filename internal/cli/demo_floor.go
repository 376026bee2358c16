package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"zuoxi/rules/access"
	"zuoxi/wire"
)

// demoLead is the agent whose screen is shown with --role lead.
const demoLead = "1001"

// demoFloor are the seats that a lead of the demo looks after: real ones, with
// everything but a person.
var demoFloor = []wire.AgentRow{
	{No: "3011", Name: "郑某", Role: "district_seat", District: "320115", Certified: true, Skills: []string{"*:医疗保险:1", "*:*:2"}},
	{No: "3019", Name: "钱某", Role: "district_seat", District: "320106", Certified: true, Skills: []string{"*:养老保险:1", "*:*:2"}},
	{No: "3033", Name: "吴某", Role: "district_seat", District: "320118", Certified: true, Skills: []string{"*:*:1"}},
	{No: "3040", Name: "冯某", Role: "district_seat", District: "320500", Certified: true, Skills: []string{"*:失业保险:1", "*:*:3"}},
}

// demoColleagues are whom the agent of the demo can ask, join in and hand over
// to (F6). Their own subjects keep them free: callers of those are few.
var demoColleagues = []wire.AgentRow{
	{No: "3011", Name: "郑某", Role: "agent", Certified: true, Skills: []string{"*:争议调解:9"}},
	{No: "3019", Name: "钱某", Role: "agent", Certified: true, Skills: []string{"*:政策解答:9"}},
}

// floored makes the demo one of a floor, seen by its lead.
func (o *demoOptions) floored() bool { return o.role == string(access.RoleLead) }

// others are the seats beside the one that is shown. Without a screen there is
// nobody who would ask them.
func (o *demoOptions) others(headless bool) []wire.AgentRow {
	switch {
	case o.floored():
		return slices.Clone(demoFloor)
	case headless:
		return nil
	}
	return demoColleagues
}

// tellWall says where the leaders' page is: on the screen, if there is one.
func (a *run) tellWall(url string, headless bool) {
	if headless {
		_, _ = fmt.Fprintf(a.Out, "领导模块在浏览器里：%s\n", url)
		return
	}
	a.wall = url
}

// demoSeats lets these seats work until ctx ends.
func (a *run) demoSeats(ctx context.Context, password string, rows []wire.AgentRow) (wait func(), err error) {
	var crew sync.WaitGroup
	places := make([]*workplace, 0, len(rows))
	for _, row := range rows {
		own := *a
		own.Out = io.Discard
		own.cfg.Seat.Agent, own.cfg.Seat.Sound, own.cfg.Seat.Recogniser = row.No, silentSound(), nil
		own.cfg.Seat.Data = filepath.Join(a.cfg.Seat.Data, row.No)
		oerr := own.demoRegister(ctx)
		var w *workplace
		if oerr == nil {
			w, oerr = own.openSeat(ctx, newMemory(row.No, password))
		}
		if oerr != nil {
			err = oerr
			break
		}
		places = append(places, w)
		crew.Go(func() { w.run(ctx) })
		crew.Go(func() {
			bot := &demoBot{app: &own, do: w.session.Do}
			for v := range w.session.Views() {
				bot.see(v)
			}
		})
	}
	return func() {
		crew.Wait()
		for _, w := range places {
			w.close()
		}
	}, err
}
