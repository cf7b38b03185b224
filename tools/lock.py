"""Compile the wanted packages to locks with digests and without addresses: `python3 tools/lock.py`.

Needs uv and npm on PATH. `--upgrade` takes the newest versions, otherwise what is locked stays.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
# Without header and annotations a lock says the same on every machine.
UV = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]


def main() -> None:
    """Write runtime.lock, dev.lock (a superset at the same versions) and package-lock.json."""
    for program in ("uv", "npm"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is needed to compile locks (installing from them does not need it).")
    upgrade = [argument for argument in sys.argv[1:] if argument == "--upgrade"]
    _compile("runtime", ["-c", "constraints.in", *upgrade])
    _compile("dev", ["-c", "constraints.in", "-c", "runtime.lock", *upgrade])
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=ROOT, check=True)
    for lock in sorted(REQUIREMENTS.glob("*.lock")):
        if "://" in lock.read_text():
            sys.exit(f"{lock.name} holds an address, so it would only hold on this machine.")


def _compile(name: str, options: list[str]) -> None:
    command = [*UV, "--python-version", "3.11", f"{name}.in", *options, "-o", f"{name}.lock"]
    subprocess.run(command, cwd=REQUIREMENTS, check=True)


if __name__ == "__main__":
    main()
