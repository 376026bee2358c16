package wav

import "encoding/binary"

// Info is what a file says about itself: the LIST INFO chunk of RIFF (Multimedia Programming Interface and Data
// Specifications 1.0, 1991), in UTF-8. Empty texts are left out.
type Info struct {
	Artist  string // IART: who made the file
	Created string // ICRD: when
	Comment string // ICMT: what for
	Source  string // ISRC: what it was made from
	Serial  string // IKEY: which copy it is
}

// chunk is the chunk of the texts; nil where there are none.
func (i Info) chunk() []byte {
	body := []byte("INFO")
	for _, t := range []struct{ id, text string }{{"IART", i.Artist}, {"ICRD", i.Created}, {"ICMT", i.Comment}, {"ISRC", i.Source}, {"IKEY", i.Serial}} {
		if t.text == "" {
			continue
		}
		text := append([]byte(t.text), 0)
		body = append(body, t.id...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(text)))
		if body = append(body, text...); len(text)%2 == 1 {
			body = append(body, 0)
		}
	}
	if len(body) == len("INFO") {
		return nil
	}
	return append(binary.LittleEndian.AppendUint32([]byte("LIST"), uint32(len(body))), body...)
}
