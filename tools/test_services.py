"""Install what the tests drive beside Python packages, where the system's package manager may be used.

Chromium and Redis come from apt when we are root or may use sudo without a password. Anything else is
named here and again at the end of the test run; with `CI=1` the tests that need it then fail.
"""

import os
import shutil
import subprocess

# The package of Debian and Ubuntu, and the program it brings under one of these names.
SERVICES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "redis-server": ("redis-server",),
}


def main() -> None:
    """Install the absent services, or say which stay absent."""
    absent = [package for package in SERVICES if not _present(package)]
    if absent and (apt := _apt()) is not None:
        print(f"Installing {' and '.join(absent)} with apt-get (once) …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update", "-qq"], check=False, env=environment)
        install = [*apt, "install", "-y", "-qq", "--no-install-recommends"]
        for package in absent:
            subprocess.run([*install, package], check=False, env=environment, stdout=subprocess.DEVNULL)
    for package in filter(lambda name: not _present(name), absent):
        print(f"Not on this machine: {package}. Tests that need it will be named at the end.", flush=True)


def _present(package: str) -> bool:
    named = os.environ.get("CITY_CHROMIUM") if package == "chromium" else None
    return bool(named) or any(shutil.which(program) for program in SERVICES[package])


def _apt() -> list[str] | None:
    """Return how apt-get may be called here, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    allowed = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", "apt-get"] if allowed and allowed.returncode == 0 else None


if __name__ == "__main__":
    main()
