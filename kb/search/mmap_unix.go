//go:build unix

package search

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile makes a file readable as memory. The pages are the kernel's to drop and to fetch again.
func mapFile(path string) (data []byte, release func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if st.Size() == 0 {
		return nil, func() {}, nil
	}
	data, err = unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	// what was mapped as a whole can be unmapped
	return data, func() { _ = unix.Munmap(data) }, nil
}
