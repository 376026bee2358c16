package cli

import (
	"os"

	"github.com/spf13/cobra"

	"zuoxi/wire"
)

func (a *run) recordingExport() *cobra.Command {
	var masked bool
	var reason string
	c := &cobra.Command{
		Use: "export 通话号 文件.wav", Short: "导出双声道录音（需要质检员或班长）；原因写进文件和审计", Args: exactArgs("通话号", "文件.wav"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.exportRecording(cmd, args[0], args[1], reason, masked)
		},
	}
	c.Flags().BoolVar(&masked, "mask", false, "核验身份与暂停录音的一段不出声")
	c.Flags().StringVar(&reason, "reason", "", "原因（必填）")
	return c
}

// exportRecording writes beside the target first, so that a broken download
// leaves no half a file under the wanted name.
func (a *run) exportRecording(cmd *cobra.Command, id, path, reason string, masked bool) error {
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return &fault{code: wire.CodeInvalid, text: "写不了 " + path + " · 没有导出 · 请换一个位置", err: err}
	}
	bar := a.progress("导出录音")
	err = a.download(cmd.Context(), a.as, "recording.export", map[string]any{"id": id, "reason": reason, "masked": masked}, f, bar)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
		return err
	}
	return a.done("已导出到 "+path, id)
}
