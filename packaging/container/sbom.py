"""Writes what an image holds as SPDX 2.3 (JSON): `sbom.py IMAGE VERSION`, with dpkg-query's lines on standard input.

A line is package, version, architecture, source package and source version, separated by tabs. Licences are not guessed:
each package's /usr/share/doc/PACKAGE/copyright in the image has them.
"""
import datetime
import json
import os
import re
import sys
import urllib.parse
import uuid


def package(identifier, name, version, **more):
    return {"SPDXID": f"SPDXRef-{re.sub(r'[^A-Za-z0-9.-]', '-', identifier)}", "name": name, "versionInfo": version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION", **more}


def debian_package(line):
    name, version, architecture, source, source_version = line.rstrip("\n").split("\t")
    bare = name.partition(":")[0]
    locator = f"pkg:deb/debian/{bare}@{urllib.parse.quote(version, safe='')}?arch={architecture}&distro=debian-12"
    return package(f"deb-{bare}-{architecture}", bare, version, supplier="Organization: Debian",
                   sourceInfo=f"built from the Debian source package {source} {source_version}",
                   externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}])


def document(image, version, lines):
    whole = package("image", image, version, primaryPackagePurpose="CONTAINER")
    own = package("probehost", "probehost", version, licenseDeclared="Apache-2.0", primaryPackagePurpose="APPLICATION")
    parts = [own, *map(debian_package, lines)]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", whole["SPDXID"])]
    relations += [(whole["SPDXID"], "CONTAINS", part["SPDXID"]) for part in parts]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": image,
        "documentNamespace": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ''.join([image, version, *lines]))}",
        "creationInfo": {"created": created(), "creators": ["Tool: probehost-sbom"]},
        "packages": [whole, *parts],
        "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                          for one, kind, other in relations]}


def created():
    """Now, or what a reproducible build says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.timezone.utc)
    return (datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else now).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    json.dump(document(sys.argv[1], sys.argv[2], list(sys.stdin)), sys.stdout, indent=2)
    print()
