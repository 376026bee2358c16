package cli

import (
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageText is cobra's template in Chinese.
const usageText = `用法：{{if .Runnable}}
  {{.UseLine}} [选项]{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} 命令{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项：
{{flags .LocalFlags}}{{end}}{{if .HasAvailableInheritedFlags}}

共用选项：
{{flags .InheritedFlags}}{{end}}{{if .HasAvailableSubCommands}}

“{{.CommandPath}} 命令 --help”看一条命令的写法。{{end}}
`

var shells = []string{"bash", "zsh", "fish", "powershell"}

// speakChinese replaces what cobra says by itself.
func speakChinese(root *cobra.Command) {
	cobra.AddTemplateFunc("flags", flagLines)
	root.SetUsageTemplate(usageText)
	root.SetVersionTemplate("zuoxi {{.Version}}\n")
	root.PersistentFlags().BoolP("help", "h", false, "看写法")
	root.Flags().BoolP("version", "v", false, "看版本")
	root.SetHelpCommand(&cobra.Command{
		Use: "help 命令", Short: "看一条命令的写法",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, _, err := root.Find(args)
			if err != nil || (about == root && len(args) > 0) {
				return noArgs(cmd, args)
			}
			return about.Help()
		},
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(&cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "打印 Shell 的补全脚本", ValidArgs: shells, Args: exactArgs("bash|zsh|fish|powershell"),
		RunE: func(cmd *cobra.Command, args []string) error { return complete(root, cmd, args[0]) },
	})
	walk(root, func(c *cobra.Command) {
		c.DisableFlagsInUseLine = true
		if check := c.Args; check != nil {
			c.Args = func(cmd *cobra.Command, args []string) error { return inChinese(cmd, check(cmd, args)) }
		}
	})
}

// inChinese replaces what cobra says about wrong arguments.
func inChinese(cmd *cobra.Command, err error) error {
	var u *usage
	if err == nil || errors.As(err, &u) {
		return err
	}
	_, args, _ := strings.Cut(cmd.Use, " ")
	return &usage{"参数应为：" + args + " · 什么都没有做 · 用 --help 看写法"}
}

var byDefault = regexp.MustCompile(`(?m) ?\(default (.*)\)$`)

// flagLines lists options, a line each.
func flagLines(f *pflag.FlagSet) string {
	return strings.TrimRight(byDefault.ReplaceAllString(f.FlagUsages(), "（不写就是 $1）"), "\n")
}

// valueWords say what an option of a type wants.
var valueWords = map[string]string{
	"int": "整数", "int64": "整数", "uint16": "整数", "float64": "数，如 0.5", "duration": "时长，如 30s、5m", "bool": "true 或 false",
}

// flagFault says what is wrong with an option.
func flagFault(err error) string {
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	switch {
	case errors.As(err, &value):
		want := ""
		if w := valueWords[value.GetFlag().Value.Type()]; w != "" {
			want = "，要" + w
		}
		return "--" + value.GetFlag().Name + " 不能是“" + value.GetValue() + "”" + want
	case errors.As(err, &unknown):
		return "没有“" + unknown.GetSpecifiedName() + "”这个选项"
	case errors.As(err, &empty):
		return "“" + empty.GetSpecifiedName() + "”后面缺一个值"
	}
	return err.Error()
}

func walk(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		walk(sub, f)
	}
}

func complete(root, cmd *cobra.Command, shell string) error {
	out := cmd.OutOrStdout()
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(out, true)
	case "zsh":
		return root.GenZshCompletion(out)
	case "fish":
		return root.GenFishCompletion(out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(out)
	}
	return &usage{"不认识“" + shell + "” · 什么都没有做 · 只有 bash、zsh、fish、powershell"}
}
