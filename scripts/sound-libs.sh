#!/bin/sh
# Makes build/pkgconfig, by which cgo finds the sound libraries in a form that
# leaves nothing to install beside the binary: PortAudio as our loader (see
# softphone/device/dl), Opus and speexdsp as Debian's static archives.
# docs/adr/0001-sound-library-at-run-time.md says why.
#
#   scripts/sound-libs.sh BUILD_DIR
set -eu
cd "$(dirname "$0")/.."
out=$1
src=softphone/device/dl
mkdir -p "$out/pkgconfig" "$out/sound"
out=$(cd "$out" && pwd)

# The folder is named after the loader's contents: cgo does not look into a
# library, so a changed one in the same place would leave the old one linked.
sum=$(cat "$src"/*.[ch] | cksum | cut -d' ' -f1)
dir="$out/sound/$sum"
lib="$dir/libportaudio-dl.a"
if [ ! -f "$lib" ]; then
	mkdir -p "$dir"
	${CC:-cc} -O2 -Wall -Wextra -Werror -fPIC -c "$src/portaudio.c" -o "$dir/portaudio.o"
	ar rcs "$lib.new" "$dir/portaudio.o"
	rm "$dir/portaudio.o"
	mv "$lib.new" "$lib"
fi

# write NAME CFLAGS LIBS: only if it differs, to leave time stamps alone.
write() {
	text=$(printf 'Name: %s\nDescription: %s, as zuoxi links it\nVersion: 1\nCflags: %s\nLibs: %s\n' "$1" "$1" "$2" "$3")
	pc="$out/pkgconfig/$1.pc"
	[ -f "$pc" ] && [ "$(cat "$pc")" = "$text" ] || printf '%s\n' "$text" >"$pc"
}

unset PKG_CONFIG_PATH
archive() {
	file="$(pkg-config --variable=libdir "$1")/lib$1.a"
	[ -f "$file" ] || { echo "找不到 $file · 无法静态链接 $1 · 请安装 lib$1-dev" >&2; exit 1; }
	echo "$file"
}
write portaudio-2.0 "$(pkg-config --cflags portaudio-2.0)" "$lib -ldl -lpthread"
write opus "$(pkg-config --cflags opus)" "$(archive opus) -lm"
write speexdsp "$(pkg-config --cflags speexdsp)" "$(archive speexdsp) -lm"
