"""One account for each role of a made-up city, with random passwords for whoever runs it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from geoteam.errors import UnreadableFileError
from geoteam.model import Role
from geoteam.services import duty
from geoteam.services.accounts import add_user
from geoteam.services.passwords import new_password
from geoteam.services.workspace import Workspace
from geoteam.store import clients, staff, users

_FILE = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account with its password, to be shown to whoever runs the demo."""

    username: str
    role: str
    password: str


def add_demo_users(workspace: Workspace, actor: str) -> list[DemoAccount]:
    """Add one account a role, unless they are there; only for workspaces of made-up people.

    The passwords are kept in ``demo-accounts.json`` in the workspace folder, readable by its owner
    only, so that a later start can show them again.

    Parameters
    ----------
    workspace
        The workspace, with staff loaded.
    actor
        Who the audit log names.

    Returns
    -------
    list of DemoAccount
        Every demo account.
    """
    with workspace.reading() as session:
        present = {account.user.username for account in users.list_accounts(session)}
        officer = _busiest_officer(workspace)
    links: dict[Role, dict[str, Any]] = {
        Role.OFFICER: {"officer_ref": officer},
        Role.POLICE: {"police_partner_ref": _partner_of(workspace, officer)},
        Role.SUPERVISOR: {"team_refs": ("*",)},
    }
    kept = {account.username: account for account in demo_accounts(workspace)}
    wanted = [
        kept.get(role.value) or DemoAccount(role.value, role.value, new_password())
        for role in Role
        if role.value not in present and all(links.get(role, {"": "x"}).values())
    ]
    accounts = list((kept | {account.username: account for account in wanted}).values())
    # First the file, then the accounts: a crash in between leaves no account without password.
    _write(workspace.folder / _FILE, accounts)
    for account in wanted:
        role = Role(account.role)
        add_user(
            workspace,
            actor,
            username=account.username,
            name=f"Demo {account.role}",
            role=role,
            password=account.password,
            **links.get(role, {}),
        )
    return accounts


def demo_accounts(workspace: Workspace) -> list[DemoAccount]:
    """Read the demo accounts of a workspace.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of DemoAccount
        Empty for a workspace of a real agency. An account whose password was changed since is
        listed with its first one.

    Raises
    ------
    UnreadableFileError
        When the file was damaged.
    """
    path = workspace.folder / _FILE
    if not path.is_file():
        return []
    try:
        return [DemoAccount(**row) for row in json.loads(path.read_text())]
    except (ValueError, TypeError) as error:
        raise UnreadableFileError(
            "the list of demo accounts is damaged",
            where=str(path),
            remedy="Delete it, and set new passwords with geoteam users",
        ) from error


def _busiest_officer(workspace: Workspace) -> str:
    """The officer with most homes to visit with the police, so that the demo shows a full tour."""
    standards = workspace.profile.contact_standards
    joint = {level for level, rule in standards.items() if rule.accountability_tour}
    with workspace.reading() as session:
        officers = staff.officers(session)
        people = clients.as_frame(session, workspace.today())
    if officers.empty:
        return ""
    visited = people[people["located"] & people["level"].isin(joint)]
    counts = visited["officer"].value_counts().reindex(officers.index).fillna(0)
    general = counts[officers["specialty"] == ""]
    return str((general if len(general) else counts).idxmax())


def _partner_of(workspace: Workspace, officer_ref: str) -> str:
    """The police partner who is most with the officer on duty: both then show the same tours."""
    with workspace.reading() as session:
        partners = staff.police_partners(session)
        homes = clients.as_frame(session, workspace.today(), officers=[officer_ref])
    homes = homes[homes["located"]]
    named = []
    if len(homes):
        index = workspace.area_index("district")
        codes = index.locate(homes["lon"].to_numpy(), homes["lat"].to_numpy())
        named = [code for code in codes if code]
    most = max(sorted(set(named)), key=named.count) if named else ""
    fit = partners[partners["district"] == most]
    refs = sorted(str(ref) for ref in (fit if len(fit) else partners).index)
    together = _hours_together(workspace, officer_ref, refs)
    return max(refs, key=lambda ref: together[ref], default="")


def _hours_together(workspace: Workspace, officer_ref: str, refs: list[str]) -> dict[str, float]:
    """Hours of the next seven days that each police partner is on duty with an officer."""
    found = dict.fromkeys(refs, 0.0)
    if not officer_ref:
        return found
    with workspace.reading() as session:
        for step in range(7):
            day = workspace.today() + timedelta(days=step)
            own = duty.spans(session, workspace.profile, day, "officers", [officer_ref])
            theirs = duty.spans(session, workspace.profile, day, "partners", refs)
            for ref in refs:
                both = duty.meet(own[officer_ref], theirs[ref])
                found[ref] += sum((b - a).total_seconds() for a, b in both) / 3600
    return found


def _write(path: Path, accounts: list[DemoAccount]) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump([asdict(account) for account in accounts], file, indent=2)
    temporary.replace(path)
