"""New drafts: blank, copied, carried over to other units, or forked from somebody's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import Role, User
from geoteam.plans.fit import fit_plan
from geoteam.services.ground import KIND_WORDS
from geoteam.services.plan_names import check_name, free_name, whole_name
from geoteam.services.plan_publish import note
from geoteam.services.plan_rights import refuse_other_teams, unusable_teams
from geoteam.services.plan_sent import SentEdit
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, plan_edits, plans


def unit_kinds(workspace: Workspace) -> dict[str, str]:
    """List the kinds of boundaries that a plan can be drawn on.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    dict of str to str
        Kind to its name for people; those in force today that tile the city, the usual one first.
    """
    usual = workspace.profile.unit_kind
    loose = {source.kind for source in workspace.profile.boundaries if not source.tiles}
    with workspace.reading() as session:
        today = workspace.today()
        kinds = {
            found.kind
            for found in boundaries.list_sets(session).values()
            if found.in_force(today) and found.kind not in loose
        }
    ordered = sorted(kinds, key=lambda kind: (kind != usual, kind))
    return {kind: KIND_WORDS.get(kind, kind.replace("_", " ")) for kind in ordered}


def finer_kinds(workspace: Workspace, set_id: int) -> list[str]:
    """List the kinds of boundaries that have more units than a plan's.

    Parameters
    ----------
    workspace
        The workspace.
    set_id
        The boundaries of the plan.

    Returns
    -------
    list of str
        Their names for people.
    """
    kinds, today = unit_kinds(workspace), workspace.today()
    with workspace.reading() as session:
        units = len(boundaries.codes(session, set_id))
        sets = {kind: boundaries.in_force(session, kind, today) for kind in kinds}
        return [
            kinds[kind]
            for kind, found in sets.items()
            if found and len(boundaries.codes(session, found[0])) > units
        ]


def beginnings(workspace: Workspace) -> dict[int, str]:
    """List the plans that a new one can begin as.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    dict of int to str
        Plan's id to its name, the one in force first and marked so, then the newest.
    """
    with workspace.reading() as session:
        now = plans.in_force(session, workspace.today())
        first = {} if now is None else {now.id: f"{now.name} (in force)"}
        return first | {
            plan.id: plan.name for plan in plans.list_plans(session) if plan.id not in first
        }


def new_plan(
    workspace: Workspace,
    user: User,
    name: str,
    unit_kind: str,
    copy_of: int | None = None,
    *,
    typed: bool = True,
) -> int:
    """Make a new draft.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    name
        Name of the plan.
    unit_kind
        Kind of its units, from `unit_kinds`.
    copy_of
        The plan that it begins as; on other units it is fitted by address points and ground.
        Without one, no unit has a team.
    typed
        Whether a person chose the name, and is asked for another one where a draft has it; else a
        number is added to it.

    Returns
    -------
    int
        The plan's id.

    Raises
    ------
    DisclosureError
        When the user is no supervisor.
    InputError
        When it has no name or that of another draft, or no such boundaries tile the city.
    NotFoundError
        When there is no plan to copy.
    """
    require_role(user, {Role.SUPERVISOR}, "make plans")
    if typed:
        check_name(workspace, name)
    if unit_kind not in unit_kinds(workspace):
        raise InputError(
            f"no boundaries of kind {unit_kind!r} tile the city today",
            remedy="Choose another kind of unit, or load its boundaries",
        )
    target = int(workspace.areas(unit_kind).attrs["set_id"])
    if copy_of is None:
        with workspace.reading() as session:
            units = dict.fromkeys(boundaries.codes(session, target), "")
    else:
        with workspace.reading() as session:
            source = plans.get(session, copy_of)
            units = plan_edits.teams_of(session, copy_of)
            own = boundaries.get_set(session, source.boundary_set_id)
            base = boundaries.base_of(session, own)
        if base == target:
            # Of the same boundaries, with the units that it splits.
            target = source.boundary_set_id
        else:
            units = carried(workspace, units, source.boundary_set_id, target)
    with workspace.transaction() as session:
        return _create(workspace, session, user, name, target, units, copy_of)


@dataclass(frozen=True, slots=True)
class Fork:
    """A new draft; ``left_out``: unit to why it could not be kept, sorted by unit."""

    plan_id: int
    left_out: dict[str, str]


def fork(
    workspace: Workspace, user: User, plan_id: int, name: str, keep: Sequence[SentEdit]
) -> Fork:
    """Make a draft of a plan as it is now, with edits that the plan itself did not take.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.
    name
        Name of the new one; a number is added where another draft has it.
    keep
        Edits, in their order; what they want is done, whatever they saw. Units that are no more,
        and those wanted for a team that may hold no area any more, are left out.

    Returns
    -------
    Fork
        The new plan, and what was left out.

    Raises
    ------
    DisclosureError
        When the user is no supervisor, or does not lead a team concerned.
    InputError
        When it has no name.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "make plans")
    with workspace.transaction() as session:
        source = plans.get(session, plan_id)
        now = plan_edits.teams_of(session, plan_id)
        fresh = _create(workspace, session, user, name, source.boundary_set_id, now, plan_id)
        seq = plans.get(session, fresh).version
        wanted = {(unit, team) for edit in keep for unit, (_, team) in edit.changes.items()}
        barred = unusable_teams(session, {team for _, team in wanted})
        left_out = {
            unit: barred[team] if unit in now else f"there is no unit {unit!r} in this plan"
            for unit, team in sorted(wanted)
            if unit not in now or team in barred
        }
        for edit in {edit.key: edit for edit in keep}.values():
            changes: plan_edits.Changes = {
                unit: (now[unit], team)
                for unit, (_, team) in edit.changes.items()
                if unit in now and now[unit] != team and team not in barred
            }
            teams = {team for pair in changes.values() for team in pair if team}
            refuse_other_teams(session, user, teams)
            moved = {unit: team or "" for unit, (_, team) in changes.items()}
            plan_edits.set_teams(session, fresh, moved)
            now |= moved
            seq += 1
            plan_edits.append(
                session,
                fresh,
                seq=seq,
                key=edit.key,
                kind=edit.kind,
                by=user.username,
                at=workspace.now(),
                changes=changes,
                undoes=edit.undoes,
                detail=edit.detail,
            )
    return Fork(fresh, left_out)


def _create(
    workspace: Workspace,
    session: Session,
    user: User,
    name: str,
    set_id: int,
    units: Mapping[str, str],
    based_on_id: int | None,
) -> int:
    plan_id = plans.create(
        session,
        name=free_name(session, whole_name(name)),
        boundary_set_id=set_id,
        units=units,
        by=user.username,
        at=workspace.now(),
        based_on_id=based_on_id,
    )
    detail = {} if based_on_id is None else {"based_on": based_on_id}
    note(workspace, session, user.username, "plan.create", plan_id, **detail)
    return plan_id


def carried(workspace: Workspace, units: Mapping[str, str], old: int, new: int) -> dict[str, str]:
    """Carry a plan over to other boundaries, by address points and by ground.

    Parameters
    ----------
    workspace
        The workspace.
    units
        Unit -> team of the plan.
    old, new
        Boundary sets of the plan and of the new units.

    Returns
    -------
    dict of str to str
        New unit -> team; '' where no team has any of it.
    """
    with workspace.reading() as session:
        bases = [
            boundaries.base_of(session, boundaries.get_set(session, one)) for one in (old, new)
        ]
    # A piece lies in one unit of the same boundaries, whoever lives there.
    nobody: Sequence[float] = ()
    lon, lat = (nobody, nobody) if bases[0] == bases[1] else workspace.reference().points()
    fit = fit_plan(
        workspace.areas_of(new),
        workspace.areas_of(old),
        units,
        crs=workspace.profile.city.crs,
        lon=lon,
        lat=lat,
    )
    return {str(unit): str(team) for unit, team in fit["team"].items()}


def teams_in_force(workspace: Workspace, session: Session, set_id: int) -> dict[str, str]:
    """Tell the teams of today on any boundaries.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    set_id
        The boundaries.

    Returns
    -------
    dict of str to str
        Unit -> team of the plan in force; empty where none is.
    """
    now = plans.in_force(session, workspace.today())
    if now is None:
        return {}
    if now.boundary_set_id == set_id:
        return plan_edits.teams_of(session, now.id)

    def carry() -> dict[str, str]:
        units = plan_edits.teams_of(session, now.id)
        return carried(workspace, units, now.boundary_set_id, set_id)

    # A published plan is not edited any more.
    return workspace.once(("carried", now.id, set_id), carry)
