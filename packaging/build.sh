#!/usr/bin/env bash
# Builds packages from this tree as it is, into a directory (default: build/packages), the same bytes each time.
#
#   packaging/build.sh deb|rpm|tarball [DIRECTORY]
#
# packages-build and packages-packaging list what it needs: packaging/packages-install.sh build packaging
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^project(probehost VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
name=probehost-$version

# What git knows of, so that nothing else of this machine gets in. At the same place for each kind, so that what was
# compiled for one need not be compiled for the next.
stage() {
    work=$out/.stage
    rm -rf "$work"
    trap 'rm -rf "$work"' EXIT
    mkdir "$work"
    mkdir "$work/$name"
    git -C "$source" ls-files -co --exclude-standard -z | tar -C "$source" --null -T - -c | tar -C "$work/$name" -x
    cp -r "$work/$name/packaging/debian" "$work/$name/debian"
    cd "$work/$name"
    SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -S Timestamp)
}

use_ccache() {
    command -v ccache >/dev/null || return 0
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
    unset CCACHE_BASEDIR CCACHE_NOHASHDIR
}

deb() {
    dpkg-buildpackage --build=binary --no-sign --jobs="$(nproc)"
    mv ../*.deb "$out"
}

# As debhelper has them.
use_flags() {
    eval "$(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --export=sh)"
    CFLAGS="$CFLAGS $CPPFLAGS" CXXFLAGS="$CXXFLAGS $CPPFLAGS"
}

rpm() {
    use_flags
    rpmbuild -bb --build-in-place --nodeps --define "_topdir $work/rpm" --define "_rpmdir $work/rpms" \
        --define "version_of_source $version" packaging/rpm/probehost.spec
    mv "$work"/rpms/*/*.rpm "$out"
}

tarball() {
    use_flags
    cmake -S . -B obj -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON \
        -DBUILD_TESTING=OFF -DPROBEHOST_WERROR=OFF -DPROBEHOST_PACKAGING=ON \
        -DCMAKE_INSTALL_PREFIX=/opt/probehost -DCMAKE_INSTALL_SYSCONFDIR=/opt/probehost/etc
    cmake --build obj
    DESTDIR=$work/root cmake --install obj --strip
    tar -C "$work/root/opt" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        --mode=go-w,a+rX -c probehost | gzip -9n >"$out/$name-linux-$(uname -m).tar.gz"
}

case ${1:-} in
    deb | rpm | tarball) ;;
    *) sed -n 's/^#   /usage: /p' "${BASH_SOURCE[0]}" >&2 && exit 64 ;;
esac
# A checkout that belongs to somebody else is read all the same.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
out=$(realpath -m "${2:-$source/build/packages}")
mkdir -p "$out"
umask 022
export LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH
stage
use_ccache
"$1"
