package kb

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of what is read from outside.
const (
	maxFile   = 4 << 20 // bytes of a Markdown file
	maxLine   = 1 << 20 // bytes of a line
	maxID     = 80      // characters
	maxTitle  = 300
	maxWord   = 200
	maxList   = 200 // entries
	maxBody   = 300_000
	maxReport = 400 // characters of a note
)

// Text gives a file's bytes as UTF-8 with plain line ends, as they go into the editors' desk; why tells in Chinese why
// they are no text.
func Text(data []byte) (text, why string) {
	b, _, why := decodeText(data)
	return strings.ReplaceAll(string(b), "\r\n", "\n"), why
}

// decodeText gives a file's bytes as UTF-8. What is not UTF-8 is taken for GB18030, as older office programs write it;
// why tells in Chinese why it is neither.
func decodeText(data []byte) (text []byte, converted bool, why string) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, false, "编码是 UTF-16，读不出来，请另存为 UTF-8"
	case bytes.IndexByte(data, 0) >= 0:
		return nil, false, "不是文本文件（含有二进制内容），请确认选对了文件"
	case utf8.Valid(data):
		return data, false, ""
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, false, "编码既不是 UTF-8 也不是 GB18030，读不出来，请另存为 UTF-8"
	}
	return text, true, ""
}

// longLine finds the first line that is too long, 0 for none.
func longLine(text []byte) int {
	for n := 1; len(text) > 0; n++ {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			end = len(text) - 1
		}
		if end > maxLine {
			return n
		}
		text = text[end+1:]
	}
	return 0
}
