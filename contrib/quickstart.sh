#!/bin/sh
# Builds Bridle and runs a real Gunicorn under it: sh contrib/quickstart.sh
#
# Installs the packages that are missing (Debian, Ubuntu; elsewhere it says which), builds, gets Gunicorn, runs the
# application of etc/quickstart.ini, and stays until Ctrl-C. Everything but the packages goes below one directory.
#
#   QUICKSTART_DIR    that directory (build-quickstart in the checkout)
#   QUICKSTART_PORT   the port to listen on (8000, or the first one free above it)
#   QUICKSTART_PYPI   no: the distribution's Gunicorn, not PyPI's
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
dir=${QUICKSTART_DIR:-$top/build-quickstart}
jobs=$(nproc 2>/dev/null || echo 1)

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n==> %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# quietly LOG COMMAND...: its output is shown only when it fails
quietly() {
	log=$dir/$1
	shift
	"$@" >"$log" 2>&1 </dev/null && return
	tail -n 30 "$log" >&2
	return 1
}

# ---- packages

packages="build-essential autoconf automake pkg-config libev-dev libinih-dev libcap-dev libjansson-dev python3 python3-venv"

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "no sudo: let root do 'apt-get install $packages', then run this again"
	fi
}

# Lists may be absent (images) or old: they are fetched anew before anything is installed.
apt_install() {
	as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends install "$@" </dev/null >"$dir/apt.log" 2>&1 && return
	tail -n 20 "$dir/apt.log" >&2
	return 1
}

install_packages() {
	if ! command -v apt-get >/dev/null; then
		say "Not Debian or Ubuntu: nothing is installed. If the build stops, these are needed:"
		echo "Fedora: dnf install gcc make autoconf automake pkgconf libev-devel inih-devel libcap-devel jansson-devel python3"
		echo "Alpine: apk add build-base linux-headers autoconf automake pkgconf libev-dev inih-dev libcap-dev jansson-dev python3"
		return
	fi
	missing=
	for package in $packages; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "Installing$missing"
	# shellcheck disable=SC2086 # a list of names
	apt_install $missing || die "cannot install$missing"
}

# ---- the build: out of tree, or where somebody has configured the tree itself

build() {
	built=$dir/build
	[ ! -e "$top/config.status" ] || built=$top
	if [ ! -e "$top/configure" ]; then
		quietly autogen.log "$top/autogen.sh" || die "cannot make configure"
	fi
	mkdir -p "$built"
	cd "$built"
	if [ ! -e Makefile ]; then
		quietly configure.log "$top/configure" || die "cannot configure; the log is $dir/configure.log"
	fi
	quietly make.log make -j"$jobs" bridled bridle || die "cannot build; the log is $dir/make.log"
	cd "$top"
}

# ---- Gunicorn

gunicorn_from_pypi() {
	[ "${QUICKSTART_PYPI:-yes}" != no ] || return 1
	[ ! -x "$dir/venv/bin/gunicorn" ] || return 0
	rm -rf "$dir/venv"
	quietly venv.log python3 -m venv "$dir/venv" || return 1
	quietly pip.log "$dir/venv/bin/pip" install --quiet --retries 1 --timeout 20 gunicorn
}

get_gunicorn() {
	if gunicorn_from_pypi; then
		PATH=$dir/venv/bin:$PATH
	elif ! command -v gunicorn >/dev/null; then
		echo "not from PyPI: the distribution's Gunicorn is installed"
		if ! command -v apt-get >/dev/null || ! apt_install gunicorn; then
			die "no Gunicorn: install one (pip install gunicorn), then run this again"
		fi
	fi
	export PATH
	gunicorn --version
}

# ---- the run

# The first port from $1 on that nobody listens on.
free_port() {
	python3 - "$1" <<-'END'
	import socket, sys
	first = int(sys.argv[1])
	for port in range(first, min(first + 100, 65536)):
	    with socket.socket() as s:
	        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	        try:
	            s.bind(("127.0.0.1", port))
	        except OSError:
	            continue
	    print(port)
	    break
	else:
	    sys.exit("no free port from %d on" % first)
	END
}

bridle() { "$built/bridle" --root "$root" "$@"; }

# The watcher, whom root runs as somebody else, must be able to enter: no home directory will do.
choose_root() {
	root=$dir/root
	[ "$(id -u)" != 0 ] || [ -n "${QUICKSTART_DIR:-}" ] || root=/run/bridle-quickstart
	mkdir -p "$root"
	! bridle status >/dev/null 2>&1 || die "it runs already: $built/bridle --root $root status"
}

# A copy of the example with the port that is free and the place where this checkout is.
configure_run() {
	wanted=${QUICKSTART_PORT:-8000}
	port=$(free_port "$wanted") || die "give another port: QUICKSTART_PORT=9000 sh $0"
	[ "$port" = "$wanted" ] || echo "port $wanted is taken: port $port instead"
	sed -e "s|^\(bind *=\).*|\1 127.0.0.1:$port|" -e "s|^\(directory *=\) *\([^/].*\)|\1 $top/etc/\2|" \
		"$top/etc/quickstart.ini" >"$root/bridle.ini"
}

ask() {
	url=http://127.0.0.1:$port
	echo "GET $url/healthz"
	if command -v curl >/dev/null; then
		curl --silent --show-error --max-time 10 --write-out '%{http_code} %{content_type}\n' "$url/healthz"
	else
		python3 -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=10).read().decode())' "$url/healthz"
	fi
}

# shellcheck disable=SC2016 # it is for the reader to expand
try() { printf '    $b %-20s # %s\n' "$1" "$2"; }

# Ctrl-C reaches this script alone, for bridled has a session of its own: it would take what we send for a second one, which hurries.
stop() {
	trap 'kill -INT "$pid" 2>/dev/null' INT TERM HUP
	say "Stopping: every process of it ends (Ctrl-C again hurries)"
	kill -TERM "$pid" 2>/dev/null || true
}

# finish STATUS: when it has ended; with its own status if STATUS is 0
finish() {
	status=0
	while kill -0 "$pid" 2>/dev/null; do
		wait "$pid" && status=0 || status=$?
	done
	[ "$1" = 0 ] || status=$1
	exit "$status"
}

# bridle ready exits with 5 while the control socket is not there: bridled has only just been started.
wait_ready() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		bridle ready --wait 30s 2>"$dir/ready.log" && return
		if [ $? != 5 ] || ! kill -0 "$pid" 2>/dev/null; then
			break
		fi
		sleep 1
	done
	cat "$dir/ready.log" >&2
	return 1
}

run() {
	setsid "$built/bridled" --root "$root" &
	pid=$!
	trap stop INT TERM HUP
	if ! wait_ready; then
		bridle status || true
		for name in $(bridle status --names); do bridle logs -n 20 "$name" || true; done
		stop
		finish 1
	fi
	say "bridle status"
	bridle status
	say "One request"
	ask || echo "no answer"
	name=$(bridle status --names | head -n 1)
	printf '\nIt runs until you press Ctrl-C. See %s/ in a browser; in another terminal:\n\n    b="%s --root %s"\n' \
		"$url" "$built/bridle" "$root"
	try status "what runs; with a name, its workers too"
	try "logs -f $name" "what it says"
	try "restart $name" "a new generation beside the old one: no request is lost"
	try "signal $name KILL" "the worst that can happen to it: it is back at once"
	try "why $name" "what that was, what proves it, and what to do about it"
	try "scale $name +1" "one worker more"
	try reload "after a change of $root/bridle.ini"
	echo
	finish 0
}

mkdir -p "$dir" || die "set QUICKSTART_DIR to a directory of yours"
install_packages
say "Building Bridle in $dir"
build
say "Getting Gunicorn"
get_gunicorn
choose_root
say "Starting bridled in $root"
configure_run
run
