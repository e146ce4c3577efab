"""What the machine must have besides Python: WeasyPrint's libraries; for the tests Chromium and some servers.

Installs them with apt where it may; otherwise says exactly what to install and ends with code 1.
"""

import argparse
import ctypes.util
import os
import shutil
import subprocess
import sys

LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
BROWSER = "chromium"
XMLSEC = "xmlsec1"  # by which the tests' SAML provider signs
SERVERS = {"clamd": "clamav-daemon", "dovecot": "dovecot-imapd"}
SERVERS_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def missing_packages(*, browser: bool) -> list[str]:
    """Debian packages that are not there yet."""
    missing = [package for library, package in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if browser and not browser_path():
        missing.append(BROWSER)
    if browser and not xmlsec_path():
        missing.append(XMLSEC)
    if browser:
        missing += [package for program, package in SERVERS.items() if not server_path(program)]
    return missing


def browser_path() -> str:
    """The Chromium that the browser tests drive, or '' when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


def xmlsec_path() -> str:
    """The program by which pysaml2 signs, or '' when there is none."""
    return shutil.which("xmlsec1") or ""


def server_path(program: str) -> str:
    """A server that administrators start, or '' when there is none."""
    return shutil.which(program, path=SERVERS_PATH) or ""


def install(packages: list[str]) -> bool:
    """Install Debian *packages* with apt where this account may; returns whether that went well."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {' '.join(packages)} ...", file=sys.stderr)
    for command in ([apt, "update", "-q"], [apt, "install", "-y", "-q", "--no-install-recommends", *packages]):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode != 0:
            return False
    return True


def main() -> int:
    """Check, install, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", action="store_true", help="also what the tests drive: Chromium, xmlsec1, servers")
    browser = parser.parse_args().browser
    missing = missing_packages(browser=browser)
    if not missing or (install(missing) and not missing_packages(browser=browser)):
        return 0
    print(
        f"Missing on this machine: {' '.join(missing)}. Install it as an administrator, on Debian or Ubuntu with\n"
        f"    sudo apt-get install --no-install-recommends {' '.join(missing)}\nand run this again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
