"""Make or refresh .venv from a hash-pinned lock: `python3 tools/bootstrap.py runtime|dev`.

Runs on the system's Python with the standard library only. A stamp inside the environment records
the digests of what was installed, so that a second start costs a few milliseconds.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
OLDEST, TOO_NEW = (3, 11), (3, 14)
# Pure Python whose makers publish no wheel.
SOURCE_ONLY = ("searoute",)
CANDIDATES = ("python3.13", "python3.12", "python3.11")


def main() -> None:
    """Bring .venv to the state that the wanted lock describes."""
    if len(sys.argv) != 2 or sys.argv[1] not in {"runtime", "dev"}:
        sys.exit("usage: python3 tools/bootstrap.py runtime|dev")
    _use_supported_python()
    # Two makes at once take turns; the lock is on this very file, so nothing is left behind.
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _bring_up_to_date(sys.argv[1])


def _use_supported_python() -> None:
    """Start again under a supported interpreter when `python3` is another one."""
    if OLDEST <= sys.version_info[:2] < TOO_NEW:
        return
    found = next(filter(None, map(shutil.which, CANDIDATES)), None)
    if found is None:
        sys.exit(f"Python 3.11, 3.12 or 3.13 is needed; python3 here is {sys.version.split()[0]}.")
    os.execv(found, [found, *sys.argv])  # noqa: S606 - no shell is wanted


def _bring_up_to_date(kind: str) -> None:
    wanted, present = _wanted(), _present()
    have = present.get("locks", {})
    # Everything in the runtime lock is in the dev lock at the same version.
    locked = have.get("dev") == wanted["dev"] or (kind == "runtime" and have.get("runtime") == wanted["runtime"])
    if not locked:
        _create()
        print(f"Installing the packages of requirements/{kind}.lock (once; a minute or two) …", flush=True)
        # The lock is whole. Without --no-deps pip before 23.3 asks the index for `coverage[toml]` afresh and
        # fails as soon as a version newer than the locked one is out.
        lock = (ROOT / "requirements" / f"{kind}.lock").read_text()
        built, sources = _by_source(lock)
        _install(built, "--only-binary", ":all:")
        # Built by what the step before installed, so that nothing comes from outside the lock.
        _install(sources, "--no-build-isolation", "--no-binary", ",".join(SOURCE_ONLY))
        have = {kind: wanted[kind]}
    if not locked or present.get("project") != wanted["project"]:
        _pip("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    fresh = {"locks": have, "project": wanted["project"]}
    if fresh != present:
        STAMP.write_text(json.dumps(fresh))


def _by_source(lock: str) -> tuple[str, str]:
    """Part a lock's entries into those that come as wheels and those that come as source archives only."""
    entries = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)
    sources = [entry for entry in entries if entry.split("==", 1)[0] in SOURCE_ONLY]
    return "".join(entry for entry in entries if entry not in sources), "".join(sources)


def _install(entries: str, *options: str) -> None:
    if not entries:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".lock") as wanted:
        wanted.write(entries)
        wanted.flush()
        _pip("--require-hashes", "--no-deps", *options, "--requirement", wanted.name)


def _wanted() -> dict[str, str]:
    files = {
        "runtime": ROOT / "requirements" / "runtime.lock",
        "dev": ROOT / "requirements" / "dev.lock",
        "project": ROOT / "pyproject.toml",
    }
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def _present() -> dict[str, dict[str, str]]:
    """Read the stamp; an environment whose interpreter is gone or that was moved counts as absent."""
    try:
        stamp = json.loads(STAMP.read_text())
        # Where the path holds a space, the interpreter is not in the first line but in the second.
        home = "\n".join((VENV / "bin" / "city").read_text(encoding="utf-8").splitlines()[:2])
    except (OSError, ValueError):
        return {}
    return stamp if (VENV / "bin" / "python").exists() and str(VENV) in home else {}


def _create() -> None:
    """Make the environment anew unless one of this very interpreter is there to be refreshed."""
    interpreter = VENV / "bin" / "python"
    if VENV.exists() and not (_present() and _version(interpreter) == sys.version):
        shutil.rmtree(VENV)
    if VENV.exists():
        return
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("python3 -m venv failed. On Debian and Ubuntu: apt-get install python3-venv")


def _version(interpreter: Path) -> str:
    asked = [str(interpreter), "-c", "import sys; print(sys.version)"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _pip(*arguments: str) -> None:
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*command, *arguments], check=False)
    if done.returncode != 0:
        sys.exit("The packages could not be installed: see the lines above. Run the command again.")


if __name__ == "__main__":
    main()
