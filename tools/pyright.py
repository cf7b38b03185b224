"""Check types with the pyright of node_modules, run by the machine's Node or by the one from PyPI."""

import shutil
import subprocess
import sys
from pathlib import Path

from assets import MODULES, ROOT, node_from_wheel


def main() -> None:
    """Run pyright over what pyproject.toml names; its exit code is ours."""
    node = shutil.which("node") or str(node_from_wheel())
    arguments = sys.argv[1:] or ["--project", str(ROOT)]
    # Named outright, so that the checkout's environment is read whatever is active in the shell.
    command = [node, str(MODULES / "pyright" / "index.js"), "--pythonpath", sys.executable, *arguments]
    sys.exit(subprocess.run([*map(str, command)], cwd=Path(ROOT), check=False).returncode)


if __name__ == "__main__":
    main()
