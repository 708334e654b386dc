#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the sources keep to the layers of ARCHITECTURE.md, by reading their #include lines.

    check_layers.py [ROOT]      ROOT is the repository, the current folder by default

Prints one line for each violation, FILE:LINE: what is wrong and which rule says so, and ends with 1 if there are any.
"""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

# The height of every library. A library includes only lower ones, never one of its own height.
# Half steps: locks lie under everything that has threads; a ranking knows filters; queries are run on the seams Encoder
# and CatalogStore.
HEIGHTS = {
    "sync": 0,
    "digest": 0.5, "vector": 0.5, "telemetry": 0.5, "file": 0.5,
    "ann": 1, "image": 1, "batching": 1, "convolution": 1, "filter": 1,
    "ranking": 1.5,
    "encoding": 2, "catalog": 2,
    "query": 2.5,
    "rpc": 3,
}

# Exceptions from the heights: (includer, included): the reason. Keep it short, and every reason true.
ALLOWED_SIDEWAYS = {}


class ThirdParty(NamedTuple):
    """A library from outside, the folders that may include it, and whether their headers must hide it from others."""
    name: str
    pattern: re.Pattern
    owners: tuple
    hidden: bool


THIRD_PARTIES = [
    ThirdParty("gRPC and Protocol Buffers", re.compile(r"grpc(pp|\+\+)?/|google/protobuf/|.*\.pb\.h$"),
               ("libs/rpc", "services"), hidden=False),
    ThirdParty("CLI11", re.compile(r"CLI/"), ("services",), hidden=False),
    ThirdParty("hnswlib", re.compile(r"hnswlib/"), ("libs/ann",), hidden=True),
    ThirdParty("LibTorch", re.compile(r"(torch|ATen|c10|caffe2)/"), ("libs/encoding",), hidden=True),
    ThirdParty("libjpeg", re.compile(r"(jpeglib|jerror)\.h$"), ("libs/image",), hidden=True),
    ThirdParty("libpng", re.compile(r"png\.h$"), ("libs/image",), hidden=True),
    ThirdParty("libwebp", re.compile(r"webp/"), ("libs/image",), hidden=True),
    ThirdParty("giflib", re.compile(r"gif_lib\.h$"), ("libs/image",), hidden=True),
    ThirdParty("libtiff", re.compile(r"tiff(io|vers)?\.h$"), ("libs/image",), hidden=True),
    ThirdParty("OpenCV", re.compile(r"opencv2/"), ("libs/image",), hidden=True),
    ThirdParty("RocksDB", re.compile(r"rocksdb/"), ("libs/catalog",), hidden=True),
    ThirdParty("prometheus-cpp", re.compile(r"prometheus/"), ("libs/telemetry",), hidden=True),
    ThirdParty("spdlog", re.compile(r"spdlog/"), ("libs/telemetry",), hidden=True),
    ThirdParty("cpp-httplib", re.compile(r"httplib\.h$"), ("libs/rpc",), hidden=True),
    ThirdParty("OpenSSL", re.compile(r"openssl/"), ("libs/digest",), hidden=True),
    ThirdParty("CRoaring", re.compile(r"roaring/"), ("libs/filter",), hidden=True),
    ThirdParty("xxHash", re.compile(r"xxhash\.h$"), ("libs/file",), hidden=True),
    ThirdParty("libcsv", re.compile(r"csv\.h$"), ("services",), hidden=True),
]

REFUSED_FOLDERS = {"common", "util", "utils", "helpers"}

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


class Include(NamedTuple):
    file: str    # that includes; relative to the repository
    line: int
    target: str  # as written between the quotes or brackets


def unit_of(path):
    """The library or the layer that a path belongs to: "libs/ann", "services", or None for anything else."""
    parts = path.split("/")
    if parts[0] == "libs" and len(parts) > 2:
        return "/".join(parts[:2])
    return "services" if parts[0] == "services" else None


def read_includes(root):
    includes = []
    for top in ("libs", "services"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cc") or not path.is_file():
                continue
            for number, text in enumerate(path.read_text(errors="replace").splitlines(), start=1):
                if match := INCLUDE.match(text):
                    includes.append(Include(path.relative_to(root).as_posix(), number, match[1]))
    return includes


def check_direction(include):
    """Dependencies point down only."""
    includer, included = unit_of(include.file), unit_of(include.target)
    if included is None or includer == included or includer == "services":
        return None
    if included == "services":
        return f"{includer} includes {include.target}: a library does not know the services"
    names = [unit.removeprefix("libs/") for unit in (includer, included)]
    for name in names:
        if name not in HEIGHTS:
            return f"libs/{name} has no layer: give it one in tests/layers/check_layers.py"
    if HEIGHTS[names[0]] > HEIGHTS[names[1]] or tuple(names) in ALLOWED_SIDEWAYS:
        return None
    direction = "upward" if HEIGHTS[names[0]] < HEIGHTS[names[1]] else "sideways"
    return f"{includer} includes {include.target}, {direction}: dependencies point down only"


def check_owner(include):
    """Each third-party library is seen in the folders that own it only."""
    for party in THIRD_PARTIES:
        if party.pattern.match(include.target) and unit_of(include.file) not in party.owners:
            return f"<{include.target}>: {party.name} is seen in {' and '.join(party.owners)} only"
    return None


def exposed_parties(includes):
    """The hidden third-party libraries that each header reaches, through headers of its own library too."""
    exposed = {}
    for include in includes:
        for party in THIRD_PARTIES:
            if party.hidden and include.file.endswith(".h") and party.pattern.match(include.target):
                exposed.setdefault(include.file, set()).add(party.name)
    while True:
        before = sum(map(len, exposed.values()))
        for include in includes:
            if include.file.endswith(".h") and unit_of(include.file) == unit_of(include.target):
                exposed.setdefault(include.file, set()).update(exposed.get(include.target, ()))
        if sum(map(len, exposed.values())) == before:
            return exposed


def check_hidden(include, exposed):
    """A header that others include does not bring a third-party library with it; one that does is its library's own."""
    if unit_of(include.file) == unit_of(include.target):
        return None
    if parties := exposed.get(include.target):
        return f"{include.target} brings {', '.join(sorted(parties))} with it: a public header hides what it is built on"
    return None


def check_folders(root):
    """A thing lives with what it serves."""
    for folder, subfolders, _ in os.walk(root):
        if Path(folder) == root:
            subfolders[:] = [name for name in subfolders if name != "build" and not name.startswith(".")]
        for name in sorted(REFUSED_FOLDERS.intersection(subfolders)):
            path = (Path(folder) / name).relative_to(root).as_posix()
            yield f"{path}:1: a folder named {name}: a thing lives with what it serves"


def check(root):
    includes = read_includes(root)
    exposed = exposed_parties(includes)
    violations = list(check_folders(root))
    for include in includes:
        for problem in (check_direction(include), check_owner(include), check_hidden(include, exposed)):
            if problem:
                violations.append(f"{include.file}:{include.line}: {problem}")
    return violations


def main(arguments):
    root = Path(arguments[0] if arguments else ".").resolve()
    if not (root / "libs").is_dir():
        print(f"check_layers: {root} has no folder libs: not the repository", file=sys.stderr)
        return 2
    violations = check(root)
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
