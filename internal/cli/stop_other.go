//go:build !unix

package cli

import "zuoxi/ui/app"

// shellStop: programs are not stopped for a while here.
func shellStop() app.Stop { return app.Stop{} }
