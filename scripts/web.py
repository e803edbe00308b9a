"""Check the front end: python scripts/web.py lint|types|test, with Node from PATH or from PyPI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import hatch_build

COMMANDS = {
    "lint": ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
    "types": ["node_modules/typescript/bin/tsc", "--noEmit"],
    "test": ["test.mjs"],
}


def main(wanted: list[str]) -> int:
    """Run the named checks; the exit status is that of the first that fails."""
    unknown = [name for name in wanted if name not in COMMANDS]
    if unknown or not wanted:
        print(f"Usage: python scripts/web.py {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    node, npm = hatch_build.node_and_npm()
    environment = hatch_build.with_node(node)
    if not hatch_build.modules_are_there(tools=True):
        hatch_build.run([*npm, *hatch_build.CLEAN_INSTALL], environment)
    for name in wanted:
        command = [str(node), *COMMANDS[name]]
        status = subprocess.run(command, cwd=hatch_build.WEB, env=environment, check=False)
        if status.returncode:
            return status.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
