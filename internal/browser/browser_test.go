package browser

import (
	"bytes"
	"image/png"
	"testing"
)

// TestAPageActsAndIsSeen: what a test evaluates runs in the page, and the picture is of the size of a screen on a wall.
func TestAPageActsAndIsSeen(t *testing.T) {
	p := Start(t).Open("data:text/html,<p>one</p>")
	Until(t, "the page", func() bool {
		return p.Run(`document.readyState === 'complete' && !!document.querySelector('p')`) == "true"
	})
	p.Run(`document.querySelector('p').textContent = 'two'`)
	if got := p.Run(`document.body.innerText.trim()`); got != "two" {
		t.Errorf("the page says %q", got)
	}
	picture, err := png.Decode(bytes.NewReader(p.Shot("browser")))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != Width || size.Y != Height {
		t.Errorf("a picture of %v", size)
	}
}
