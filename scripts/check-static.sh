#!/bin/sh
# Proves that the binary starts on a machine without sound packages: it needs
# the C library and nothing else, and runs with the sound library hidden.
#
#   scripts/check-static.sh BINARY
set -eu
binary=$1

extra=$(ldd "$binary" | awk '{ print $1 }' | grep -Ev '^(linux-vdso|libc|libm|libresolv|libpthread|libdl)\.so|/ld-linux' || true)
[ -z "$extra" ] || {
	echo "$binary 依赖了不该依赖的库 · 在没有声音组件的机器上无法启动 · 请检查 scripts/sound-libs.sh：$extra" >&2
	exit 1
}
ZUOXI_PORTAUDIO=/no/such/library.so "$binary" --version >/dev/null
