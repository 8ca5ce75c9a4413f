#!/bin/sh
# package.sh PLUGIN.so VERSION DIRECTORY: makes a Debian package there, which puts the plugin where probehost looks for it.
set -eu
plugin=$1 version=$2 directory=$3
name=probehost-plugin-@NAME@
here=$(dirname "$0")
architecture=$(dpkg --print-architecture)
plugins=$(pkg-config --print-errors --variable=plugindir probehost-sdk)
plugins=$(realpath -m "$plugins")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

chmod 755 "$root"
mkdir "$root/DEBIAN"
install -D -m 644 "$plugin" "$root$plugins/@NAME@.so"
install -D -m 644 "$here/check.yaml" "$root/usr/share/doc/$name/examples/@NAME@.yaml"
install -D -m 644 "$here/../LICENSE" "$root/usr/share/doc/$name/copyright"
cat >"$root/DEBIAN/control" <<END
Package: $name
Version: $version
Architecture: $architecture
Maintainer: ${DEBFULLNAME:-Nobody} <${DEBEMAIL:-nobody@example.org}>
Depends: probehost
Description: checker @NAME@ for probehost
END
dpkg-deb --root-owner-group --build "$root" "$directory/${name}_${version}_$architecture.deb"
