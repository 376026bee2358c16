package config

import (
	"reflect"
	"strings"

	"zuoxi/internal/clean"
)

// hidden names the first key, below one, whose value holds what nobody sees:
// control characters, escape sequences, direction overrides, broken UTF-8.
// Such a value is refused, as all that is wrong here, and not quietly mended.
func hidden(v reflect.Value, key string) string {
	switch v.Kind() {
	case reflect.String:
		if !plain(v.String()) {
			return key
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if bad := hidden(v.Field(i), below(key, v.Type().Field(i).Tag.Get("toml"))); bad != "" {
				return bad
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if bad := hidden(v.Index(i), key); bad != "" {
				return bad
			}
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			name := each.Key().String()
			if !plain(name) {
				return key
			}
			if bad := hidden(each.Value(), below(key, name)); bad != "" {
				return bad
			}
		}
	}
	return ""
}

// plain tells whether cleaning would change more of s than its spaces. No key
// has a value of several lines, so that a break is as hidden as any other control
// character: it would end a header of SIP or a line of the log.
func plain(s string) bool {
	bare := spaces.Replace(s)
	return clean.Line(bare, len(bare)+1) == bare
}

// spaces takes out what is seen as a space and is nothing else: the usual one and the wide one.
var spaces = strings.NewReplacer(" ", "", "\u3000", "")

func below(key, name string) string {
	if key == "" || name == "" {
		return key + name // the keys of an embedded struct stand beside the others
	}
	return key + "." + name
}
