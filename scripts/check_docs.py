"""Keep the reference pages true: every command, route, setting and profile key is documented.

``--write`` writes docs/commands.md, docs/routes.md, docs/settings.md and the table of metrics in
docs/plans.md anew from the code; without it the script fails when they differ, when a profile key
is missing from docs/profiles.md, or when a public docstring breaks the numpydoc rules of
pyproject.toml.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from geoteam.cli import cli
from geoteam.profile import CityProfile
from geoteam.server.app import route_table
from geoteam.server.config import SETTINGS
from geoteam.services.plan_figures import definitions

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def commands(command: click.Command, name: str) -> Iterator[str]:
    """Yield the help page of a command and of those below it."""
    context = click.Context(command, info_name=name, max_content_width=100)
    if isinstance(command, click.Group):
        for verb in command.list_commands(context):
            below = command.get_command(context, verb)
            if below is not None:
                yield from commands(below, f"{name} {verb}")
        return
    help_text = command.get_help(context).replace("Usage: " + name.split()[-1], "Usage: " + name, 1)
    yield f"## {name}\n\n```text\n{help_text}\n```\n"


def commands_page() -> str:
    """Return docs/commands.md."""
    head = "Every command takes `--workspace DIR` (or `GEOTEAM_WORKSPACE`) before the noun."
    return f"# Commands\n\n{head}\n\n" + "\n".join(commands(cli, "geoteam"))


def routes_page() -> str:
    """Return docs/routes.md."""
    lines = ["# Routes", "", "Who may call what. Everything not listed is refused.", ""]
    lines += ["| route | methods | who | what |", "|---|---|---|---|"]
    for rule, methods, who, what in route_table():
        lines.append(f"| `{rule}` | {methods} | {who} | {what} |")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Return docs/settings.md."""
    lines = ["# Settings", "", "Environment variables; all are optional.", ""]
    lines += ["| variable | default | what it does |", "|---|---|---|"]
    lines += [f"| `{name}` | {default} | {what} |" for name, (default, what) in SETTINGS.items()]
    return "\n".join(lines) + "\n"


def plans_page() -> str:
    """Return docs/plans.md as it is, with the table of metrics written anew."""
    lines = [
        "| metric | of | in | how it is computed | better | source |",
        "|---|---|---|---|---|---|",
    ]
    for row in definitions():
        version = "" if row["version"] == 1 else f", version {row['version']}"
        formula = row["formula"].replace("|", "\\|")
        lines.append(
            f"| {row['title']} (`{row['key']}`{version}) | {row['of']} | {row['unit']} | {formula} "
            f"| {row['better']} | {row['source']} |"
        )
    begin, end = "<!-- metrics -->\n", "<!-- end of metrics -->"
    before, rest = (DOCS / "plans.md").read_text(encoding="utf-8").split(begin)
    return before + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1]


def profile_keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield the key names of a profile table and of the tables in it."""
    for name, field in model.model_fields.items():
        yield name
        for part in _models(field.annotation):
            yield from profile_keys(part)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def undocumented_variables(page: str) -> list[str]:
    """Return GEOTEAM_ variables that the package reads and the page does not name."""
    used: set[str] = set()
    for path in (ROOT / "geoteam").rglob("*.py"):
        used |= set(re.findall(r"\bGEOTEAM_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    return sorted(name for name in used if f"`{name}`" not in page)


def main() -> int:
    """Check, or write with ``--write``; return the number of faults."""
    pages = {
        "commands.md": commands_page(),
        "routes.md": routes_page(),
        "settings.md": settings_page(),
        "plans.md": plans_page(),
    }
    faults = []
    for name, text in pages.items():
        path = DOCS / name
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            faults.append(f"docs/{name} is out of date: run python scripts/check_docs.py --write")
    profiles = (DOCS / "profiles.md").read_text(encoding="utf-8")
    faults += [
        f"docs/profiles.md does not name `{key}`"
        for key in sorted(set(profile_keys(CityProfile)))
        if f"`{key}`" not in profiles
    ]
    unnamed = undocumented_variables(pages["settings.md"])
    faults += [f"{name} is not in docs/settings.md" for name in unnamed]
    sources = [str(path) for path in sorted((ROOT / "geoteam").rglob("*.py"))]
    numpydoc = subprocess.run(
        [sys.executable, "-m", "numpydoc.hooks.validate_docstrings", *sources],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if numpydoc.returncode:
        faults.append(numpydoc.stdout + numpydoc.stderr)
    for fault in faults:
        print(fault)
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
