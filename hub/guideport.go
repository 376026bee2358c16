package hub

import (
	"context"

	"zuoxi/hub/call"
	"zuoxi/hub/menu"
	"zuoxi/hub/store"
)

// guidePort is the menu as calls use it.
type guidePort struct{ g *menu.Guide }

// earPort is a call's Ear as the menu uses it.
type earPort struct{ call.Ear }

// Record implements menu.Ear.
func (p earPort) Record(ctx context.Context) (menu.Message, error) {
	m, err := p.Ear.Record(ctx)
	return menu.Message(m), err
}

func visit(v call.Visit) menu.Visit { return menu.Visit(v) }

// Welcome implements Guide.
func (p guidePort) Welcome(ctx context.Context, e call.Ear, v call.Visit) call.Route {
	r := p.g.Welcome(ctx, earPort{e}, visit(v))
	return call.Route{
		To: call.Wish(r.To), Region: r.Region, RegionBy: r.RegionBy, Subject: r.Subject, Place: r.Place, Keys: r.Keys, Priority: r.Priority, Why: r.Why,
	}
}

// Wait implements Guide.
func (p guidePort) Wait(ctx context.Context, e call.Ear, v call.Visit, place func(context.Context) call.Place) call.Wish {
	return call.Wish(p.g.Wait(ctx, earPort{e}, visit(v), func(ctx context.Context) menu.Place { return menu.Place(place(ctx)) }))
}

// Message implements Guide.
func (p guidePort) Message(ctx context.Context, e call.Ear, v call.Visit) call.Message {
	return call.Message(p.g.Message(ctx, earPort{e}, visit(v)))
}

// Callback implements Guide.
func (p guidePort) Callback(ctx context.Context, e call.Ear, v call.Visit) string {
	return p.g.Callback(ctx, earPort{e}, visit(v))
}

// Rating implements Guide.
func (p guidePort) Rating(ctx context.Context, e call.Ear, v call.Visit) store.Rating {
	return p.g.Rating(ctx, earPort{e}, visit(v))
}
