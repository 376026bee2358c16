package hub

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// hotlines are who can be consulted when a centre has no phone book of its own.
var hotlines = []Entry{
	{"12345", "12345 政务服务便民热线", "全省"}, {"12366", "12366 税务", "社会保险费征收"}, {"12393", "12393 医保", "医疗保险、生育保险"},
	{"12329", "12329 住房公积金", "公积金"}, {"12348", "12348 法律援助", "劳动争议法律援助"},
	{"025-12333", "南京 12333", "南京市人社"}, {"0510-12333", "无锡 12333", "无锡市人社"}, {"0516-12333", "徐州 12333", "徐州市人社"},
	{"0519-12333", "常州 12333", "常州市人社"}, {"0512-12333", "苏州 12333", "苏州市人社"}, {"0513-12333", "南通 12333", "南通市人社"},
	{"0518-12333", "连云港 12333", "连云港市人社"}, {"0517-12333", "淮安 12333", "淮安市人社"}, {"0515-12333", "盐城 12333", "盐城市人社"},
	{"0514-12333", "扬州 12333", "扬州市人社"}, {"0511-12333", "镇江 12333", "镇江市人社"}, {"0523-12333", "泰州 12333", "泰州市人社"},
	{"0527-12333", "宿迁 12333", "宿迁市人社"},
}

// readPhonebook reads a centre's own phone book: a line each with number, who
// and duty between tabs; # begins a remark.
func readPhonebook(path string) ([]Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("通讯录 %s 读不到 · 没有启动 · 请检查 hub.outgoing.phonebook: %w", path, err)
	}
	defer func() { _ = f.Close() }()
	var out []Entry
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := append(strings.Split(text, "\t"), "")
		if len(cells) < 3 || !dialable(strings.ReplaceAll(cells[0], "-", "")) || strings.TrimSpace(cells[1]) == "" {
			return nil, fmt.Errorf("通讯录 %s 第 %d 行不是“号码 制表符 名称 制表符 职责” · 没有启动 · 请改正这一行", path, n)
		}
		out = append(out, Entry{Number: cells[0], Who: strings.TrimSpace(cells[1]), Duty: strings.TrimSpace(cells[2])})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the phone book: %w", err)
	}
	return out, nil
}
