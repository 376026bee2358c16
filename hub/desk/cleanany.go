package desk

import (
	"reflect"

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
	cleanValue(reflect.ValueOf(b))
}

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			cleanValue(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(clean.Text(v.String(), maxPage))
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			cleanValue(v.Index(i))
		}
	case reflect.Map:
		cleanMap(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				cleanValue(v.Field(i))
			}
		}
	}
}

// cleanMap cleans keys and texts below them.
func cleanMap(v reflect.Value) {
	for _, k := range v.MapKeys() {
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.Set(k)
		val.Set(v.MapIndex(k))
		cleanValue(key)
		cleanValue(val)
		v.SetMapIndex(k, reflect.Value{})
		v.SetMapIndex(key, val)
	}
}
