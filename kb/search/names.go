package search

// nameTable numbers the few strings that many documents share: kinds, categories, levels, regions. 0 is the empty one.
type nameTable struct {
	list []string
	ids  map[string]uint16
}

func newNameTable() *nameTable {
	return &nameTable{list: []string{""}, ids: map[string]uint16{"": 0}}
}

// id gives the number of a name; when the numbers have run out a new name counts as not given.
func (t *nameTable) id(s string) uint16 {
	if n, ok := t.ids[s]; ok {
		return n
	}
	if len(t.list) > 0xFFFF {
		return 0
	}
	n := uint16(len(t.list))
	t.list = append(t.list, s)
	t.ids[s] = n
	return n
}
