#!/bin/sh
# Builds bridled and bridle with musl, without any shared library.
#
#   sh contrib/static-build.sh [DIR [argument of configure ...]]
#
# The programs come to be DIR/bridle/bridled and DIR/bridle/bridle (DIR: build-static), and are installed by
# make -C DIR/bridle install. Debian and Ubuntu build their libraries for glibc alone, so the sources of the four libraries
# are fetched with apt-get, which checks their signatures, and built with musl-gcc below DIR. Nothing outside DIR is written, and no
# privilege is needed. A tarball that is in DIR/fetch already is not fetched again: without a network, put the four there.
set -eu

say() { printf 'static-build: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
cannot() { say "$*"; exit 77; } # not our fault: something that this machine does not have

top=$(cd "$(dirname "$0")/.." && pwd)
# configure would say so, too, but only after minutes
[ ! -e "$top/config.status" ] || die "$top is configured, and cannot be built elsewhere as well: make distclean there first"
dir=${1:-build-static}
[ $# -eq 0 ] || shift
mkdir -p "$dir/fetch" "$dir/prefix/include" "$dir/prefix/lib/pkgconfig"
dir=$(cd "$dir" && pwd)
prefix=$dir/prefix
jobs=$(nproc 2>/dev/null || echo 1)
# small is what a static program is for: -Os saves a tenth of its memory and costs no time that can be measured
cflags=${CFLAGS:--Os}

# On Alpine every library is a musl one already, static ones included.
if [ -e /etc/alpine-release ]; then
	mkdir -p "$dir/bridle" && cd "$dir/bridle"
	"$top/configure" --enable-static "$@" || die "needs: apk add build-base linux-headers pkgconf libev-dev" \
		"inih-dev inih-static libcap-dev libcap-static jansson-dev jansson-static"
	exec make -j"$jobs"
fi

command -v musl-gcc >/dev/null || cannot "no musl-gcc: apt-get install musl-tools (Fedora: musl-gcc)"
for tool in make ar tar xz pkg-config; do
	command -v "$tool" >/dev/null || cannot "no $tool: apt-get install build-essential xz-utils pkg-config"
done

# Where the sources come from: a list of our own for apt, for a machine's own list seldom has deb-src lines.
source_list() {
	# shellcheck source=/dev/null
	. /etc/os-release
	case $ID in
	ubuntu)
		echo "Types: deb-src"
		echo "URIs: ${BRIDLE_SOURCES:-http://archive.ubuntu.com/ubuntu}"
		echo "Suites: ${BRIDLE_SUITE:-$VERSION_CODENAME}"
		echo "Components: main universe"
		echo "Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg" ;;
	*)
		echo "Types: deb-src"
		echo "URIs: ${BRIDLE_SOURCES:-http://deb.debian.org/debian}"
		echo "Suites: ${BRIDLE_SUITE:-trixie}"
		echo "Components: main"
		echo "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" ;;
	esac
}

fetch() {
	ls "$dir"/fetch/libev_*.orig.tar.* "$dir"/fetch/libcap2_*.orig.tar.* "$dir"/fetch/jansson_*.orig.tar.* \
		"$dir"/fetch/libinih_*.orig.tar.* >/dev/null 2>&1 && return
	command -v apt-get >/dev/null || cannot "no apt-get: put the source tarballs of libev, libcap2, jansson and libinih," \
		"named as Debian names them (libev_4.33.orig.tar.gz), into $dir/fetch"
	apt=$dir/apt
	mkdir -p "$apt/parts" "$apt/lists/partial"
	source_list >"$apt/parts/bridle.sources"
	set -- -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=
	say "fetching the sources of libev, libcap, jansson and inih"
	cd "$dir/fetch"
	apt-get "$@" update || cannot "no list of sources"
	apt-get "$@" source --only-source --tar-only --download-only libev libcap2 jansson libinih ||
		cannot "the sources cannot be fetched"
}

# Unpacks the tarball of package $1 into $dir/src/$1, whatever its own directory is called.
unpack() {
	rm -rf "$dir/src/$1"
	mkdir -p "$dir/src/$1"
	tar -C "$dir/src/$1" --strip-components=1 -xf "$(ls "$dir"/fetch/"$1"_*.orig.tar.*)"
	cd "$dir/src/$1"
}

pc() { # name, version, what to link with
	printf 'Name: %s\nDescription: %s\nVersion: %s\nLibs: -L%s -l%s\nCflags: -I%s\n' \
		"$1" "$1" "$2" "$prefix/lib" "$3" "$prefix/include" >"$prefix/lib/pkgconfig/$1.pc"
}

compile() { # library, then its sources; further flags in $flags
	library=$1
	shift
	rm -f ./*.o
	# shellcheck disable=SC2086
	musl-gcc -std=gnu11 $cflags $flags -c "$@"
	ar rcs "$prefix/lib/$library" ./*.o
}

# musl-gcc looks into musl's directory alone, where the kernel's headers are not.
kernel_headers() {
	for h in linux asm-generic; do
		ln -sfn "/usr/include/$h" "$prefix/include/$h"
	done
	asm=/usr/include/$(gcc -print-multiarch 2>/dev/null)/asm
	[ -d "$asm" ] || asm=/usr/include/asm
	[ -d "$asm" ] || cannot "no kernel headers: apt-get install linux-libc-dev"
	ln -sfn "$asm" "$prefix/include/asm"
}

libev() {
	unpack libev
	./configure --quiet --prefix="$prefix" --disable-shared CC=musl-gcc CFLAGS="$cflags" CPPFLAGS="-I$prefix/include"
	make -s -j"$jobs" libev.la
	cp .libs/libev.a "$prefix/lib/"
	cp ev.h "$prefix/include/"
	pc libev 4.33 ev
}

# cap_names.h is made by a program that runs here, so its compiler is the ordinary one.
libcap() {
	unpack libcap2
	make -s -C libcap CC=musl-gcc BUILD_CC=cc USE_GPERF=no COPTS="$cflags" libcap.a
	cp libcap/libcap.a "$prefix/lib/"
	mkdir -p "$prefix/include/sys"
	cp libcap/include/sys/capability.h "$prefix/include/sys/"
	pc libcap 2.66 cap
}

jansson() {
	unpack jansson
	cd src
	sed -e 's/@json_inline@/inline/' -e 's/@json_[a-z_]*@/1/' jansson_config.h.in >jansson_config.h
	{
		echo '#define USE_URANDOM 1'
		echo '#define INITIAL_HASHTABLE_ORDER 3'
	} >jansson_private_config.h
	for have in UNISTD_H FCNTL_H STDINT_H SCHED_H SYS_PARAM_H SYS_STAT_H SYS_TIME_H SYS_TYPES_H LOCALE_H ENDIAN_H \
		CLOSE GETPID GETTIMEOFDAY OPEN READ SCHED_YIELD STRTOLL LOCALECONV ATOMIC_BUILTINS SYNC_BUILTINS; do
		echo "#define HAVE_$have 1" >>jansson_private_config.h
	done
	flags='-I. -DHAVE_CONFIG_H'
	compile libjansson.a ./*.c
	cp jansson.h jansson_config.h "$prefix/include/"
	pc jansson 2.14 jansson
}

# As distributions build it: lines of any length, on the heap.
inih() {
	unpack libinih
	flags='-DINI_USE_STACK=0 -DINI_ALLOW_REALLOC=1'
	compile libinih.a ini.c
	cp ini.h "$prefix/include/"
	pc inih 58 inih
}

fetch
kernel_headers
for library in libev libcap jansson inih; do
	[ -e "$prefix/lib/pkgconfig/$library.pc" ] && continue
	say "building $library"
	( "$library" )
done

[ -x "$top/configure" ] || ( cd "$top" && ./autogen.sh )
mkdir -p "$dir/bridle"
cd "$dir/bridle"
# A static program lies where it was linked. Compiled for that, tables that hold addresses are constants like any other, which
# nobody can write to and of which only those come into memory that are read; else musl leaves them writable.
"$top/configure" --quiet --enable-static CC=musl-gcc CFLAGS="$cflags -fno-pie -no-pie" CPPFLAGS="-isystem $prefix/include" \
	PKG_CONFIG_LIBDIR="$prefix/lib/pkgconfig" PKG_CONFIG_PATH= "$@"
make -s -j"$jobs" bridle
# only the daemon stays in memory: contrib/seldom.ld; 64 KiB is what the kernel maps at a time
set -- "-Wl,-T,$top/contrib/seldom.ld" -Wl,-z,max-page-size=0x10000
if ! make -s -j"$jobs" bridled LDFLAGS="$*"; then
	say "the linker does not take contrib/seldom.ld: a larger bridled"
	make -s -j"$jobs" bridled
fi
for program in bridled bridle; do
	! readelf -d "$program" 2>/dev/null | grep -q NEEDED || die "$program needs a shared library after all"
	say "$PWD/$program"
done
