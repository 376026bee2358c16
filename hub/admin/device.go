package admin

import (
	"context"
	"time"
)

// Devices is the register of the PCs that may connect.
type Devices interface {
	Invite(ctx context.Context, name string) (code string, until time.Time, err error)
	List() any
	// Revoke also cuts the connections that the PC has.
	Revoke(ctx context.Context, id string) (any, error)
	// Pairing is the code that the hub's authority is known by.
	Pairing() string
}

// Gates are what guards the hub: who comes in, and what is kept apart.
type Gates struct {
	Devices Devices
	Seconds Seconds
	Keeper  Keeper
}

type deviceAsk struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Service) deviceInvite(ctx context.Context, a *ask) (any, error) {
	in, err := read[deviceAsk](a)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "device.invite", "", in.Name); err != nil {
		return nil, err
	}
	code, until, err := s.Devices.Invite(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"code": s.Devices.Pairing() + "/" + code, "until": until}, nil
}

func (s *Service) deviceList(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "device.list", "", ""); err != nil {
		return nil, err
	}
	return s.Devices.List(), nil
}

func (s *Service) deviceRevoke(ctx context.Context, a *ask) (any, error) {
	in, err := read[deviceAsk](a)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "device.revoke", "device/"+in.ID, ""); err != nil {
		return nil, err
	}
	return s.Devices.Revoke(ctx, in.ID)
}
