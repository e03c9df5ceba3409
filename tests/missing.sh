#!/bin/sh
# missing.sh: prints, on one line, the Debian packages of tests/packages that this machine lacks; nothing if it lacks none.
# Exit status 0 either way.
set -eu
PATH=$PATH:/usr/sbin:/sbin

missing=
while read -r package proof; do
    case $package in
    '' | '#'*) continue ;;
    esac
    case $proof in
    /*) [ -e "$proof" ] || missing="$missing $package" ;;
    *) command -v "$proof" >/dev/null || missing="$missing $package" ;;
    esac
done < "$(dirname "$0")/packages"
[ -z "$missing" ] || echo "${missing# }"
