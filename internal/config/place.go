package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// Folders follow XDG; ZUOXI_HOME puts all of them under one folder.

// Path is where the configuration file is looked for.
func Path(env func(string) string) string {
	return filepath.Join(folder(env, "config", "XDG_CONFIG_HOME", ".config"), "config.toml")
}

// DataDir is where data lies that must last; part is hub or seat.
func DataDir(env func(string) string, part string) string {
	return filepath.Join(folder(env, "data", "XDG_DATA_HOME", ".local/share"), part)
}

func folder(env func(string) string, under, xdg, fallback string) string {
	if home := env("ZUOXI_HOME"); home != "" {
		return filepath.Join(home, under)
	}
	if dir := env(xdg); filepath.IsAbs(dir) {
		return filepath.Join(dir, "zuoxi")
	}
	home := env("HOME")
	if home == "" {
		home = os.TempDir()
	}
	return filepath.Join(home, fallback, "zuoxi")
}

// fromEnv takes ZUOXI_HUB_SIP_NUMBER and the like: the key's path in capitals.
// A list is written with commas.
func fromEnv(c *Config, env func(string) string) error {
	return envInto(reflect.ValueOf(c).Elem(), "ZUOXI", env)
}

func envInto(v reflect.Value, name string, env func(string) string) error {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			at := name
			if key := v.Type().Field(i).Tag.Get("toml"); key != "" {
				at += "_" + strings.ToUpper(key) // the keys of an embedded struct stand beside the others
			}
			if err := envInto(v.Field(i), at, env); err != nil {
				return err
			}
		}
		return nil
	}
	text := env(name)
	if text == "" {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return &Error{Path: "环境变量 " + name, Text: "只能写在配置文件里"}
		}
		v.Set(reflect.ValueOf(strings.Split(text, ",")))
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return &Error{Path: "环境变量 " + name, Text: "不是整数"}
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return &Error{Path: "环境变量 " + name, Text: "不是 true 或 false"}
		}
		v.SetBool(b)
	}
	return nil
}
