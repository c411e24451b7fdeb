# SPDX-License-Identifier: Apache-2.0
# Debian 13's OpenSSL beside the machine's own: a C library, libssl and libcrypto, unpacked and not installed.

import glob
import os
import re
import shutil
import subprocess
import sys

from place import ROOT, Missing

HOME = os.path.join(ROOT, ".build", "openssl-3.5")
PACKAGES = ("libc6", "libssl3t64", "libzstd1", "zlib1g")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def prepare():
    """Fetches and unpacks, with lists of its own: the machine's are not touched."""
    if _libraries():
        return
    for needed in ("apt-get", "dpkg"):
        if not shutil.which(needed):
            raise Missing(f"--openssl 3.5 unpacks packages of Debian 13, and there is no {needed} here")
    print("fetching OpenSSL 3.5 from Debian 13", file=sys.stderr)
    shutil.rmtree(HOME, ignore_errors=True)
    for folder in ("lists/partial", "archives/partial", "packages"):
        os.makedirs(f"{HOME}/{folder}")
    with open(f"{HOME}/status", "w"), open(f"{HOME}/trixie.sources", "w") as sources:
        sources.write(
            f"Types: deb\nURIs: {_mirror()}\nSuites: trixie\nComponents: main\nSigned-By: {KEYRING}\n")
    settings = {
        "Dir::Etc::sourcelist": f"{HOME}/trixie.sources",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": f"{HOME}/lists",
        "Dir::State::status": f"{HOME}/status",
        "Dir::Cache": HOME,
        "Dir::Cache::archives": f"{HOME}/archives",
        "APT::Sandbox::User": "",
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in settings.items())]
    _run([*apt, "update"], HOME)
    _run([*apt, "download", *PACKAGES], f"{HOME}/packages")
    for package in glob.glob(f"{HOME}/packages/*.deb"):
        _run(["dpkg", "-x", package, f"{HOME}/root"], HOME)
    for left in ("lists", "archives"):
        shutil.rmtree(f"{HOME}/{left}", ignore_errors=True)
    if not _libraries():
        raise Missing(f"Debian 13's packages have no libssl.so.3 where it is looked for, under {HOME}/root")


def loaded(binary):
    """The command that runs a program on them; whatever else it needs comes from the machine."""
    own = _libraries()
    if not own:
        raise Missing("--openssl 3.5 was not prepared")
    name = os.path.basename(own)
    (loader,) = glob.glob(f"{HOME}/root/usr/lib*/ld-linux-*.so.*") or glob.glob(f"{own}/ld-linux-*.so.*")
    return [loader, "--library-path", f"{own}:/usr/lib/{name}:/lib/{name}", binary]


def version():
    (package,) = glob.glob(f"{HOME}/packages/libssl3t64_*.deb")
    return re.search(r"_([^_]+)_", os.path.basename(package)).group(1)


def _libraries():
    """The folder with libssl.so.3: usr/lib/x86_64-linux-gnu or the like."""
    found = glob.glob(f"{HOME}/root/usr/lib/*/libssl.so.3")
    return os.path.dirname(found[0]) if found else None


def _mirror():
    """Where this machine's Debian comes from."""
    for path in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        if os.path.exists(path):
            with open(path) as file:
                found = re.search(r"^(?:URIs:|deb(?: \[.*?\])?) *(https?://\S+)", file.read(), re.M)
            if found:
                return found.group(1)
    return "http://deb.debian.org/debian"


def _run(command, folder):
    ran = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode:
        raise Missing(
            f"Debian 13's OpenSSL cannot be had from {_mirror()}; leave out --openssl 3.5, or make it reachable.\n"
            f"{' '.join(command[:1] + command[-1:])}: {ran.stdout.strip()}")
