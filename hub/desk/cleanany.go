package desk

import (
	"reflect"
	"strings"

	"zuoxi/internal/clean"
	"zuoxi/wire"
)

// cleanAnything cleans a message that has no cleaner of its own, so that one
// which is added to the protocol is clean without anybody thinking of it. Its
// own cleaner only bounds it more tightly.
func cleanAnything(b wire.Body) {
	if _, ok := b.(*wire.MediaOffer); ok {
		return // SDP has a parser of its own and is never shown
	}
	cleanValue(reflect.ValueOf(b), false)
}

// pages are the fields that hold whole paragraphs, by their names on the wire; every other is one line.
var pages = map[string]bool{"question": true, "answer": true, "note": true, "value": true, "text": true, "markdown": true}

func cleanValue(v reflect.Value, paragraphs bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			cleanValue(v.Elem(), paragraphs)
		}
	case reflect.String:
		switch {
		case !v.CanSet():
		case paragraphs:
			v.SetString(clean.Text(v.String(), maxPage))
		default:
			v.SetString(clean.Line(v.String(), maxLine))
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			cleanValue(v.Index(i), paragraphs)
		}
	case reflect.Map:
		cleanMap(v, paragraphs)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				cleanValue(v.Field(i), pages[strings.ToLower(f.Name)])
			}
		}
	}
}

// cleanMap cleans keys and texts below them.
func cleanMap(v reflect.Value, paragraphs bool) {
	for _, k := range v.MapKeys() {
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.Set(k)
		val.Set(v.MapIndex(k))
		cleanValue(key, false)
		cleanValue(val, paragraphs)
		v.SetMapIndex(k, reflect.Value{})
		v.SetMapIndex(key, val)
	}
}
