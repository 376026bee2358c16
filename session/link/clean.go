package link

import (
	"reflect"

	"zuoxi/internal/clean"
	"zuoxi/wire"
)

// Limits of texts from the hub, in runes.
const (
	maxLine = 400
	maxPage = 8000
	maxText = 300_000 // a whole article
)

// Clean makes every text of a message from the hub safe to draw. It walks the
// whole message, so that a field added to the protocol is cleaned without
// anybody thinking of it; only SDP and tickets, which are never shown, stay
// as they came.
func Clean(b wire.Body) {
	switch b := b.(type) {
	case *wire.MediaAnswer, *wire.MediaOffer, *wire.MediaTicket, *wire.MustChange:
		return
	case *wire.AdminReply:
		b.Data = clean.JSON(b.Data, func(_, s string) string { return clean.Text(s, len(s)) })
	}
	cleanValue(reflect.ValueOf(b), maxLine)
}

func cleanValue(v reflect.Value, limit int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			cleanValue(v.Elem(), limit)
		}
	case reflect.String:
		if !v.CanSet() {
			return
		}
		if limit >= maxPage {
			v.SetString(clean.Text(v.String(), limit))
		} else {
			v.SetString(clean.Line(v.String(), limit))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			cleanValue(v.Index(i), limit)
		}
	case reflect.Map:
		cleanMap(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				return // time.Time and the like hold no text of the hub's
			}
			cleanValue(v.Field(i), fieldLimit(v.Type().Field(i).Name))
		}
	}
}

// fieldLimit gives the fields that hold whole paragraphs their room.
func fieldLimit(name string) int {
	switch name {
	case "Question", "Answer", "Note", "Value":
		return maxPage
	case "Markdown":
		return maxText
	}
	return maxLine
}

// cleanMap cleans keys; the protocol's maps hold numbers.
func cleanMap(v reflect.Value) {
	if v.Type().Key().Kind() != reflect.String || v.IsNil() {
		return
	}
	for _, k := range v.MapKeys() {
		if good := clean.Line(k.String(), maxLine); good != k.String() {
			val := v.MapIndex(k)
			v.SetMapIndex(k, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(good).Convert(k.Type()), val)
		}
	}
}
