#!/usr/bin/env bash
# Makes probehost's container image, and a list (SPDX) of what is in it: on Debian 12, with buildah.
#
#   bash packaging/container/image.sh [--build DIR] [--base IMAGE] [--tag NAME] [--sbom FILE]
#
# Without --build, which names a finished build, one is made in build/image. Without a registry, --base names an image that
# `buildah` has already, made of a debootstrapped tree for example. Where buildah may not isolate: BUILDAH_ISOLATION=chroot.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(dirname "$(dirname "$here")")
version=$(sed -n 's/^project(probehost VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
components=(probehost postgres redis azure-openai servicebus model probehost-plugins-extra)
build='' base=docker.io/library/debian:bookworm-slim tag=localhost/probehost:$version sbom=probehost-$version.spdx.json

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --build | --base | --tag | --sbom) [ -n "${2:-}" ] || refuse "$1 wants a value" ;;
            *) refuse "$1: no such option; it knows --build, --base, --tag and --sbom" ;;
        esac
        printf -v "${1#--}" %s "$2"
        shift 2
    done
}

refuse() {
    echo "image.sh: $1" >&2
    exit 2
}

compile() {
    build=$source/build/image
    cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON \
        -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_TESTING=OFF
    cmake --build "$build" --parallel "$(nproc)"
}

fill_context() {
    local component
    for component in "${components[@]}"; do
        cmake --install "$build" --prefix "$context/root/usr" --component "$component" --strip >/dev/null
    done
    install -D -m 644 "$source/config/probehost.yaml" "$context/root/etc/probehost/probehost.yaml"
    install -D -m 644 "$source/LICENSE" "$context/root/usr/share/doc/probehost/copyright"
    cp "$here/packages" "$context"
    chmod -R u=rwX,go=rX "$context/root"
}

# Whatever dpkg knows to be in the image; probehost itself is the one part that it does not know.
list_contents() {
    local container
    container=$(buildah from --pull-never "$tag")
    buildah run "$container" -- dpkg-query --show --showformat \
        '${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' >"$context/installed"
    buildah rm "$container" >/dev/null
    python3 "$here/sbom.py" "$tag" "$version" <"$context/installed" >"$sbom"
}

read_options "$@"
command -v buildah >/dev/null || refuse "buildah is missing: apt-get install buildah"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
[ -n "$build" ] || compile
fill_context
buildah build --format docker --build-arg BASE="$base" --tag "$tag" --file "$here/Containerfile" "$context"
list_contents
echo "The image is $tag; what is in it says $sbom"
