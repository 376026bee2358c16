package hub

import (
	"context"

	"zuoxi/hub/admin"
	"zuoxi/hub/store"
	"zuoxi/wire"
)

// outsidePort is what goes out to others as administrators use it.
type outsidePort struct{ h *Hub }

// Sheet implements admin.Outside.
func (p outsidePort) Sheet(ctx context.Context, who admin.Person, number string) (wire.Sheet, error) {
	a := store.Agent{No: who.No, District: who.District}
	for _, r := range who.Roles {
		a.Roles = append(a.Roles, string(r))
	}
	l, dept, no := p.h.reissued(ctx, a, number)
	if no != nil {
		return wire.Sheet{}, admin.Say(no.Code, no.Text)
	}
	html, err := p.h.paper(ctx, number, dept, l)
	return wire.Sheet{Number: number, Dept: dept, URL: l.URL, Expires: l.Expires, Page: html}, err
}

// Handovers implements admin.Outside.
func (p outsidePort) Handovers(ctx context.Context, span store.Span, district string) ([]wire.RouteCount, error) {
	counts := map[[2]string]*wire.RouteCount{}
	var order [][2]string
	f := store.PostFilter{Kind: store.PostHandover, Span: span, Page: store.Page{Limit: store.MaxPage}}
	if district != "" {
		f.Districts = []string{district}
	}
	for {
		list, next, err := p.h.db.Posts.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			key := [2]string{x.Route, x.Direction}
			if counts[key] == nil {
				counts[key] = &wire.RouteCount{Route: x.Route, Direction: x.Direction, States: map[string]int{}}
				order = append(order, key)
			}
			counts[key].Total++
			counts[key].States[x.State]++
		}
		if f.After = next; next == "" {
			break
		}
	}
	out := make([]wire.RouteCount, 0, len(order))
	for _, key := range order {
		out = append(out, *counts[key])
	}
	return out, nil
}

var _ admin.Outside = outsidePort{}
