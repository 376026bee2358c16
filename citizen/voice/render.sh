#!/bin/sh
# Renders the lines of the embedded scripts with espeak-ng and throws the old ones away. Needs espeak-ng and sox.
# Every citizen gets a pitch and a speed of their own, from the script's name.
set -eu
cd "$(dirname "$0")"
rm -f ./*.al
for script in ../script/*.yaml; do
	seed=$(basename "$script" | cksum | cut -d' ' -f1)
	pitch=$((35 + seed % 40))
	speed=$((165 + seed / 64 % 35))
	sed -n 's/^ *- say: //p' "$script" | while IFS= read -r line; do
		name=$(printf %s "$line" | sha256sum | cut -c1-12)
		espeak-ng -v cmn -p "$pitch" -s "$speed" --stdout "$line" |
			sox -q -t wav - -t raw -r 8000 -c 1 -e a-law "$name.al" norm -6 highpass 200 lowpass 3600
	done
done
