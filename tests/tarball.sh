#!/bin/sh
# What is in the repository is in the tarball: sh tests/tarball.sh BUILD, of a build that is configured.
#
# A file that make dist does not know is missed by nobody here, and by everybody elsewhere.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

git -C "$top" ls-files | grep -v -e '^\.gitignore$' -e '/\.gitkeep$' | sort >"$found/wanted"
make -C "$1" --no-print-directory distdir distdir="$found/tree" >"$found/log" 2>&1 || { cat "$found/log"; exit 1; }
(cd "$found/tree" && find . -type f | sed 's|^\./||' | sort) >"$found/there"
missing=$(comm -23 "$found/wanted" "$found/there")
[ -z "$missing" ] || { printf 'not in the tarball:\n%s\n' "$missing"; exit 1; }
