package main

import (
	"errors"
	"fmt"

	"zuoxi/wire"
)

// saving is a record as a seat sends it; take tells versions of it apart.
func saving(number string, take int) *wire.RecordSave {
	return &wire.RecordSave{Record: wire.Record{
		Number: number, Kind: "consult", Subject: "养老保险", Region: "320100", Question: fmt.Sprint("演练第 ", take, " 次"), Answer: "已告知",
		Name: "测试甲", Callback: "13900000042", Handling: wire.Handling{How: "on_spot"},
	}}
}

// save stores a record and tells the version that the hub confirmed.
func (c *client) save(id, number string, take int) (version int, err error) {
	if _, err := c.sendAs(id, saving(number, take)); err != nil {
		return 0, err
	}
	m, err := c.answer(id)
	if err != nil {
		return 0, err
	}
	switch b := m.Body.(type) {
	case *wire.RecordSaved:
		if b.Code != wire.CodeOK {
			return 0, &refused{b.Code, b.Text}
		}
		return b.Version, nil
	case *wire.Ack:
		return 0, &refused{b.Code, b.Text}
	}
	return 0, fmt.Errorf("a record was answered with %s", m.Body.Type())
}

// stored asks for a record.
func (c *client) stored(number string) (*wire.Record, error) {
	m, err := c.ask(&wire.RecordGet{Number: number})
	if err != nil {
		return nil, err
	}
	switch b := m.Body.(type) {
	case *wire.Record:
		return b, nil
	case *wire.Ack:
		return nil, &refused{b.Code, b.Text}
	}
	return nil, errors.New("a record was asked for and " + m.Body.Type() + " came")
}
