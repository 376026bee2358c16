#!/bin/sh
# A sound server without hardware for tests: JACK on its timer-driven "dummy"
# backend, 48 kHz, 10 ms a period. Its device is called "system".
#
#   scripts/rig.sh up NAME [FRAMES]   start the server NAME and wait for it
#   scripts/rig.sh kill NAME          end it as a crash would
#   scripts/rig.sh down NAME          end it
#   scripts/rig.sh run NAME COMMAND...
#
# Programs find the server by JACK_DEFAULT_SERVER=NAME. Servers with different
# names run side by side.
set -eu

verb=${1:-}
name=${2:-}
[ -n "$verb" ] && [ -n "$name" ] || {
	sed -n '2,12p' "$0" | cut -c3-
	exit 2
}
dir=${TMPDIR:-/tmp}/zuoxi-rig-$name
export JACK_DEFAULT_SERVER="$name" JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1

alive() { [ -s "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }

# A busy machine takes its time; of a server that has ended nothing is to come.
ready() {
	tries=0
	while alive && [ $tries -lt 60 ]; do
		tries=$((tries + 1))
		jack_wait -s "$name" -w -t 1 >/dev/null 2>&1 && alive && return 0
	done
	return 1
}

up() {
	command -v jackd >/dev/null || {
		echo "找不到 jackd · 声音测试不能运行 · 请先运行 scripts/deps.sh test" >&2
		exit 1
	}
	mkdir -p "$dir"
	alive && return 0
	# Real-time scheduling keeps the periods regular on a busy machine; without
	# the right to it the server runs all the same.
	for mode in "-R -P10" "-r"; do
		# shellcheck disable=SC2086 # options
		setsid jackd -n "$name" $mode -d dummy -r 48000 -p "${1:-480}" >"$dir/log" 2>&1 </dev/null &
		echo $! >"$dir/pid"
		ready && return 0
		end TERM
	done
	cat "$dir/log" >&2
	echo "jackd 没有启动 · 声音测试不能运行 · 请看上面的记录" >&2
	exit 1
}

end() {
	alive || return 0
	pid=$(cat "$dir/pid")
	kill "-$1" "$pid" 2>/dev/null || true
	tries=0
	while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null || true
	rm -f "$dir/pid"
}

case $verb in
up) up "${3:-}" ;;
kill) end KILL ;;
down)
	end TERM
	rm -rf "$dir"
	;;
run)
	shift 2
	trap 'end TERM; rm -rf "$dir"' EXIT
	up
	"$@"
	;;
esac
