#!/bin/sh
# src/core calls nothing but itself: no system call, no clock, no memory, no output. What a compiler adds by
# itself (struct copies, assert, stack protector, sanitizers) is not a call of ours. Takes the library to look at.
set -eu
lib=${1:-libcore.a}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm "$lib" | awk 'NF == 3 && $2 ~ /^[TDRBV]$/ { print $3 }' | sort -u > "$work/defined"
nm -u "$lib" | awk '$1 == "U" { print $2 }' | sort -u > "$work/needed"
printf '%s\n' memcpy memset memmove __assert_fail __stack_chk_fail > "$work/compiler"
if [ ! -s "$work/needed" ] || [ ! -s "$work/defined" ]; then
	echo "nm shows nothing of $lib"
	exit 1
fi

foreign=$(grep -vxFf "$work/defined" "$work/needed" | grep -vxFf "$work/compiler" |
	grep -Ev '^(__(asan|ubsan|sanitizer|llvm|gcov)_|_GLOBAL_OFFSET_TABLE_$)' || true)
[ -z "$foreign" ] || { echo "core calls what it must not:"; echo "$foreign"; exit 1; }

# No globals. Const tables of pointers are in .data.rel.ro; sanitizers keep notes of their own in .data.
if ! grep -q '^__\(asan\|ubsan\)_' "$work/needed"; then
	written=$(size -A "$lib" | awk '$1 ~ /^\.(t?data|t?bss)(\.|$)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print $1, $2 }')
	[ -z "$written" ] || { echo "core keeps something in:"; echo "$written"; exit 1; }
fi
