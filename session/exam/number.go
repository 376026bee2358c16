package exam

import "strings"

// digitWords are the ways in which a digit is said: as a digit, in Chinese, and as on the radio.
var digitWords = strings.NewReplacer(
	"零", "0", "〇", "0", "洞", "0", "一", "1", "幺", "1", "二", "2", "两", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "拐", "7", "八", "8", "九", "9",
	" ", "", "，", "", ",", "",
)

// numberSaid tells whether an agent's number is in what was said.
func numberSaid(text, number string) bool {
	return number != "" && strings.Contains(digitWords.Replace(text), number)
}
