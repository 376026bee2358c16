package call

import "testing"

func TestOutcomeIsASentence(t *testing.T) {
	for want, v := range map[string]verdict{
		"外线 13900000042 没有拨出，中继线路已满": {"外线 13900000042", outTrunkFull},
		"3027 李某占线":     {"3027 李某", outBusy},
		"没有拨出，没有配置外呼线路": {"", outNoTrunk},
	} {
		if v.String() != want {
			t.Errorf("%q, want %q", v, want)
		}
	}
}
