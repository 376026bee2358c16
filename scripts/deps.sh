#!/bin/sh
# Installs the Debian packages that a build (run) or the tests (test) need and
# that are missing; says nothing when all is there. Checks the Go version first,
# because nothing else is worth installing without it.
#
#   scripts/deps.sh run|test
set -eu

want_major=1
want_minor=26

die() {
	echo "$*" >&2
	exit 1
}

command -v go >/dev/null 2>&1 ||
	die "没有找到 Go · 无法编译坐席程序 · 请安装 Go ${want_major}.${want_minor} 或更新版本（https://go.dev/dl/）并加入 PATH"
# GOTOOLCHAIN=local: the installed version counts, not one that go would fetch.
have=$(GOTOOLCHAIN=local go env GOVERSION)
version=${have#go}
major=${version%%.*}
rest=${version#*.}
minor=${rest%%[!0-9]*}
if [ "$major" -lt "$want_major" ] || { [ "$major" -eq "$want_major" ] && [ "${minor:-0}" -lt "$want_minor" ]; }; then
	die "Go 版本太旧（$have） · 编译需要 ${want_major}.${want_minor} 或更新版本 · 请从 https://go.dev/dl/ 安装新版后重试"
fi

build="gcc libc6-dev pkg-config ca-certificates portaudio19-dev libopus-dev libspeexdsp-dev"
# A real sound server, real SIP callers, a real terminal, database, short message centre, and browser with Chinese letters.
checks="strace jackd2 sox espeak-ng sip-tester baresip-core tmux postgresql procps dbus-daemon iproute2 chromium fonts-wqy-microhei libnet-smpp-perl"
case ${1:-} in
run) packages=$build ;;
test) packages="$build $checks" ;;
*) die "用法：scripts/deps.sh run|test" ;;
esac

missing=""
for p in $packages; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=""
elif command -v sudo >/dev/null 2>&1; then
	as_root="sudo"
else
	die "缺少软件包：$missing · 当前用户不能安装 · 请用 root 运行，或执行 apt-get install$missing"
fi
command -v apt-get >/dev/null 2>&1 ||
	die "缺少软件包：$missing · 本机没有 apt-get · 请用系统自己的方法安装同类软件包后重试"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "正在安装：$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the lists are meant to be split
if ! { $as_root apt-get update -qq &&
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	die "安装失败：$missing · 编译和测试缺这些软件包 · 请检查网络和软件源后重试"
fi
