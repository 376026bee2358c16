package review

import (
	"reflect"

	"zuoxi/internal/clean"
)

// longest is how much of one text is drawn, in runes.
const longest = 2000

// scrub makes every text of an answer safe to draw: the link has cleaned messages, and this was a document inside one.
func scrub(v any) { scrubValue(reflect.ValueOf(v)) }

func scrubValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scrubValue(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(clean.Line(v.String(), longest))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			scrubValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scrubValue(v.Field(i))
			}
		}
	}
}
