package uitest

// named are the bytes that a terminal sends for the keys that are not text. Esc
// comes in its unambiguous form, so that nothing has to wait for what follows.
var named = map[string]string{
	"f1": "\x1bOP", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~",
	"f9": "\x1b[20~", "f12": "\x1b[24~", "tab": "\t", "shift+tab": "\x1b[Z", "enter": "\r", "esc": "\x1b[27u",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
	"pgup": "\x1b[5~", "pgdown": "\x1b[6~", "backspace": "\x7f", "delete": "\x1b[3~", "space": " ",
}

// Bytes is what a terminal sends for a key; anything else is text.
func Bytes(key string) string {
	if b, ok := named[key]; ok {
		return b
	}
	if len(key) == 6 && key[:5] == "ctrl+" {
		return string(rune(key[5] & 0x1f))
	}
	return key
}
