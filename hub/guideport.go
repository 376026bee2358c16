package hub

import (
	"context"

	"zuoxi/hub/menu"
	"zuoxi/hub/queue"
	"zuoxi/hub/store"
)

// guidePort is the menu as calls use it.
type guidePort struct{ g *menu.Guide }

// earPort is a call's Ear as the menu uses it.
type earPort struct{ Ear }

// Record implements menu.Ear.
func (p earPort) Record(ctx context.Context) (menu.Message, error) {
	m, err := p.Ear.Record(ctx)
	return menu.Message(m), err
}

func visit(v Visit) menu.Visit { return menu.Visit(v) }

// Welcome implements Guide.
func (p guidePort) Welcome(ctx context.Context, e Ear, v Visit) Route {
	r := p.g.Welcome(ctx, earPort{e}, visit(v))
	return Route{
		To: Wish(r.To), Region: r.Region, RegionBy: r.RegionBy, Subject: r.Subject, Place: r.Place, Keys: r.Keys, Priority: r.Priority, Why: r.Why,
	}
}

// Wait implements Guide.
func (p guidePort) Wait(ctx context.Context, e Ear, v Visit, place func(context.Context) queue.Place) Wish {
	return Wish(p.g.Wait(ctx, earPort{e}, visit(v), func(ctx context.Context) menu.Place { return menu.Place(place(ctx)) }))
}

// Message implements Guide.
func (p guidePort) Message(ctx context.Context, e Ear, v Visit) Message {
	return Message(p.g.Message(ctx, earPort{e}, visit(v)))
}

// Callback implements Guide.
func (p guidePort) Callback(ctx context.Context, e Ear, v Visit) string {
	return p.g.Callback(ctx, earPort{e}, visit(v))
}

// Rating implements Guide.
func (p guidePort) Rating(ctx context.Context, e Ear, v Visit) store.Rating {
	return p.g.Rating(ctx, earPort{e}, visit(v))
}
