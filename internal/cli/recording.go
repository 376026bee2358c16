package cli

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"zuoxi/media/tone"
	"zuoxi/media/wav"
	"zuoxi/wire"
)

func (a *run) recordingExport() *cobra.Command {
	var mask, unmasked bool
	var reason string
	c := &cobra.Command{
		Use: "export 通话号 文件.wav", Short: "导出双声道录音（需要质检员或班长）；原因写进文件和审计", Args: exactArgs("通话号", "文件.wav"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("mask") && mask == unmasked {
				return &usage{"遮盖是默认的，--mask 和 --unmasked 互相矛盾 · 没有导出 · 要全部的声音请只用 --unmasked"}
			}
			return a.exportRecording(cmd, args[0], args[1], reason, unmasked)
		},
	}
	c.Flags().BoolVar(&unmasked, "unmasked", false, "核验身份与暂停录音的一段也出声（默认不出声），审计里写明")
	c.Flags().BoolVar(&mask, "mask", false, "") // what was asked for before it was the default
	c.Flags().Lookup("mask").Hidden = true
	c.Flags().StringVar(&reason, "reason", "", "原因（必填）")
	return c
}

// exportRecording writes beside the target first, so that a broken download
// leaves no half a file under the wanted name.
func (a *run) exportRecording(cmd *cobra.Command, id, path, reason string, unmasked bool) error {
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return &fault{code: wire.CodeInvalid, text: "写不了 " + path + " · 没有导出 · 请换一个位置", err: err}
	}
	bar := a.progress("导出录音")
	err = a.download(cmd.Context(), a.as, "recording.export", map[string]any{"id": id, "reason": reason, "unmasked": unmasked}, f, bar)
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

// mostHeard is how much of a file is listened to: two channels of an hour at 48 kHz.
const mostHeard = 2 * 3600 * 48000

// recordingSerial reads which copy a file is from what is heard in it: it needs neither hub nor rights.
func (a *run) recordingSerial() *cobra.Command {
	return &cobra.Command{
		Use: "serial 文件.wav", Short: "从导出的录音（转过格式的先转回 WAV）里听出副本编号；是谁、何时、为何导出，在审计日志里按编号查", Args: exactArgs("文件.wav"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return &fault{code: wire.CodeInvalid, text: "读不了 " + args[0] + " · 没有查 · 请核对路径", err: err}
			}
			pcm, format, err := wav.ReadAll(f, mostHeard)
			if cerr := f.Close(); err == nil {
				err = cerr
			}
			if err != nil {
				return &fault{code: wire.CodeInvalid, text: args[0] + " 不是看得懂的 WAV · 没有查 · 请先转成 16 位 PCM 的 WAV", err: err}
			}
			found := serials(pcm, format)
			if len(found) == 0 {
				return &fault{code: wire.CodeNotFound, text: args[0] + " 里听不出副本编号 · 查不到来源 · 开头和结尾都被剪掉的文件没有编号"}
			}
			return a.print(map[string]any{"serials": found}, func(w io.Writer) {
				for _, s := range found {
					_, _ = fmt.Fprintln(w, "副本编号 "+s)
				}
			})
		},
	}
}

// serials are the different numbers said in the first channel of a recording.
func serials(pcm []int16, f wav.Format) []string {
	mono := pcm
	if f.Channels > 1 {
		mono = make([]int16, 0, len(pcm)/f.Channels)
		for i := 0; i < len(pcm); i += f.Channels {
			mono = append(mono, pcm[i])
		}
	}
	found := tone.Serials(mono, f.Rate)
	slices.Sort(found)
	return slices.Compact(found)
}
