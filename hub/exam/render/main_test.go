package main

import (
	"testing"

	"zuoxi/rules/exam"
)

func TestManner(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		caller       exam.Caller
		voice        string
		pitch, speed int
	}{
		{exam.Caller{Profile: "男，52 岁", Tone: "平静", Rate: 200}, "cmn+m3", 40, 150},
		{exam.Caller{Profile: "女，31 岁", Tone: "激动", Rate: 240}, "cmn+f2", 62, 180},
		{exam.Caller{Profile: "男，70 岁", Rate: 80}, "cmn+m3", 40, 110},
	} {
		if voice, pitch, speed := manner(tt.caller); voice != tt.voice || pitch != tt.pitch || speed != tt.speed {
			t.Errorf("%+v: %s, %d, %d", tt.caller, voice, pitch, speed)
		}
	}
}
