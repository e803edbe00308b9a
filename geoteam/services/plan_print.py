"""Plans on paper: the summary on one page, and the hand-over list of an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
from sqlalchemy.orm import Session

from geoteam.areas import dissolve
from geoteam.maps import draw_plan, handover_sheet, plan_summary_sheet
from geoteam.model import Role, User
from geoteam.services.plan_change import Names
from geoteam.services.plan_figures import plan_figures
from geoteam.services.plan_ground import team_fills
from geoteam.services.plan_handover import handover
from geoteam.services.plan_history import named
from geoteam.services.plan_moves import WILL, Moves, moves_of, tense_of, told_moves
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role
from geoteam.services.wording import counted, told_day
from geoteam.services.workspace import Workspace
from geoteam.store import plan_states, plans, staff, users
from geoteam.store.plans import PUBLISHED, WITHDRAWN, SavedPlan

_STATUS = {
    "draft": "Draft",
    "proposed": "Proposed, waits for approval",
    "withdrawn": "Taken back",
}
_COLUMNS = (
    "Team", "Units", "Clients", "Workload", "Officers", "Per officer", "From ideal", "Gives",
    "Receives",
)  # fmt: skip


def handover_pdf(workspace: Workspace, user: User, plan_id: int, *, officer: str = "") -> bytes:
    """Print the hand-over list, of one officer or of all that the user may see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    plan_id
        A published plan.
    officer
        Only what this officer gives or receives.

    Returns
    -------
    bytes
        A PDF file.

    Raises
    ------
    NotFoundError
        When there is no such plan, or it is not published.
    DisclosureError
        For officers, while it is not published.
    """
    view = handover(workspace, user, plan_id, officer=officer, purpose="print")
    # On the list of everybody each client stands once: with who gives, or takes from nobody.
    whole = not officer and user.role is not Role.OFFICER
    zone = workspace.profile.city.zone
    sections = []
    for one in view["officers"]:
        for verb, other, side, whose in (
            ("gives", "Goes to", "gives", "after"),
            ("receives", "Comes from", "receives", "before"),
        ):
            mine = [row for row in view["clients"] if row[side] == one["ref"]]
            here = [row for row in mine if not (whole and side == "receives" and row["gives"])]
            title = f"{one['name']} {verb} {counted(len(mine), 'client')}"
            if len(here) < len(mine):
                title += f": {len(here)} had nobody, the others stand with who gives them"
            rows = [_hand_row(row, whose, zone) for row in here]
            if rows:
                sections.append({"title": title, "other": other, "rows": rows})
    printed = workspace.now().astimezone(zone)
    done = sum(row["done_at"] is not None for row in view["clients"])
    return handover_sheet(
        {
            "title": "Hand-over list",
            "subtitle": f"{view['plan']['name']}, from {told_day(view['on'])}",
            "facts": [
                ("Why", view["plan"]["reason"] or "–"),
                ("Clients on this list", f"{len(view['clients'])}, {done} handed over"),
                ("Printed", f"{told_day(printed.date())} {printed:%H:%M}, {user.name}"),
            ],
            "sections": sections,
        }
    )


def _hand_row(row: dict[str, Any], whose: str, zone: ZoneInfo) -> dict[str, Any]:
    unit, before, after = row["after_unit"], row["before_team"], row["after_team"]
    area = f"Area {unit} goes from {before} to {after}. "
    area = area if row["why"].startswith(area) else ""
    # Both officers stand on the row and its heading.
    change = f"The officer changes from {row['before_officer']} to {row['after_officer']}. "
    return {
        "area": area.strip(),
        "name": row.get("name"),
        "ref": row.get("client_ref"),
        "address": row.get("address"),
        "level": row.get("level"),
        "officer": row[f"{whose}_officer"] or "nobody",
        "team": row[f"{whose}_team"],
        "why": row["why"].removeprefix(area).removeprefix(change),
        "done_by": row["done_by"],
        "done_at": f"{row['done_at'].astimezone(zone):%-d %b %Y %H:%M}" if row["done_at"] else "",
    }


def summary_pdf(workspace: Workspace, user: User, plan_id: int) -> bytes:
    """Print a plan on one page: map, table, what changes, who decided and why.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.
    plan_id
        The plan.

    Returns
    -------
    bytes
        A PDF file.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    DisclosureError
        When the user is no supervisor.
    """
    require_role(user, [Role.SUPERVISOR], "print a plan")
    figures = plan_figures(workspace, plan_id)
    today = workspace.today()
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        names = Names.load(session)
    moves = moves_of(workspace, user, plan)
    with workspace.transaction() as session:
        drawing, changed = _map(workspace, session, plan, names)
        note(workspace, session, user.username, "plan.print", plan_id)
    worst = max((abs(row["deviation"]) for row in figures["teams"]), default=0.0)
    printed = workspace.now().astimezone(workspace.profile.city.zone)
    return plan_summary_sheet(
        {
            "title": plan.name,
            "status": _status(plan, today),
            "reason": plan.reason
            if plan.status != WITHDRAWN
            else f"{plan.reason.rstrip('. ')}. Taken back: {plan.withdrawn_why}",
            "facts": [
                *_facts(workspace, plan),
                ("Largest deviation from ideal", f"{worst:.1%}"),
                ("In no team's figures, as no place is known", f"{figures['unplaced']:,} clients"),
            ],
            **told_moves(moves, tense_of(plan, today), len(changed)),
            "legend": "Hatched: units that change team. Black squares: field offices."
            if changed
            else "Black squares: field offices.",
            "columns": _COLUMNS,
            "teams": _team_rows(figures["teams"], moves, names),
            "note": "Clients under general supervision today; workload in points, by default the "
            "contacts a month that a client's level requires. From ideal: workload per officer "
            "against that of all officers. Gives and receives: clients whose assignment changes "
            "team.",
            "notice": f"Plan {plan.id}, printed {told_day(printed.date())} {printed:%H:%M} by "
            f"{user.name}. No person under supervision is named on this page.",
            "map_alt": f"Map of {len(figures['teams'])} team areas; the table gives their figures",
        },
        drawing,
    )


def _status(plan: SavedPlan, today: date) -> str:
    """Say what a plan is; a draft that was proposed once and deleted never held."""
    if plan.status == WITHDRAWN and plan.effective_from is None:
        return "Deleted"
    if plan.status != PUBLISHED:
        return _STATUS[plan.status]
    if tense_of(plan, today) == WILL:
        return "Published, to come"
    over = plan.effective_to is not None and plan.effective_to <= today
    return "No longer in force" if over else "In force"


def _team_rows(
    teams: Sequence[Mapping[str, Any]], moves: Moves | None, names: Names
) -> list[list[str]]:
    """Lay out the table: teams with their areas, then others that give or receive clients."""
    rows = []
    for row in teams:
        each, off = row["workload_per_officer"], row["deviation"]
        rows.append(
            [
                names.team(row["team"]),
                f"{row['units']:,}",
                f"{row['clients']:,}",
                f"{row['workload']:,.0f}",
                f"{row['officers']:g}",
                f"{each:.1f}" if each == each else "–",
                f"{off:+.1%}" if off == off else "–",
            ]
        )
    if moves is None:
        return [[*row, "–", "–"] for row in rows]
    refs = [str(row["team"]) for row in teams]
    others = sorted({ref for ref in [*moves.given, *moves.received] if ref} - set(refs))
    rows += [[names.team(ref), *["–"] * 6] for ref in others]
    return [
        [*row, f"{moves.given.get(ref, 0):,}", f"{moves.received.get(ref, 0):,}"]
        for ref, row in zip(refs + others, rows, strict=True)
    ]


def _facts(workspace: Workspace, plan: SavedPlan) -> list[tuple[str, str]]:
    """Say when it holds, who decided when, and on which boundaries it is drawn."""
    version = workspace.areas_of(plan.boundary_set_id).attrs["set"].version
    zone = workspace.profile.city.zone
    since = plan.effective_from or plan.proposed_from
    with workspace.reading() as session:
        people = {one.user.username: one.user.name for one in users.list_accounts(session)}

    def who(by: str, at: datetime | None) -> str:
        day = f", {told_day(at.astimezone(zone).date())}" if by and at else ""
        return f"{named(by, people)}{day}" or "–"

    return [
        (
            "Was to begin" if plan.status == WITHDRAWN else "From",
            told_day(since) if since else "no day yet",
        ),
        *([("Until", told_day(plan.effective_to))] if plan.effective_to else []),
        ("Drawn by", who(plan.created_by, plan.created_at)),
        ("Proposed by", who(plan.proposed_by, plan.proposed_at)),
        ("Approved by", who(plan.approved_by, plan.approved_at)),
        *(
            [("Taken back by", who(plan.withdrawn_by, plan.withdrawn_at))]
            if plan.status == WITHDRAWN
            else []
        ),
        ("Boundaries", version),
    ]


def _map(
    workspace: Workspace, session: Session, plan: SavedPlan, names: Names
) -> tuple[str, dict[str, str]]:
    """Draw the team areas; units that change team against the plan before are hatched."""
    frame = workspace.areas_of(plan.boundary_set_id)
    units = plans.units(session, plan.id)
    areas: gpd.GeoDataFrame = dissolve(frame, units)
    areas["name"] = [names.team(str(ref)) for ref in areas.index]
    published = plan_states.schedule(session, workspace.today())
    until = plan_states.before(session, plan) if plan.status == PUBLISHED else None
    if plan.status != PUBLISHED and published:
        until = published[-1]
    changed = {}
    if until is not None and until.boundary_set_id == plan.boundary_set_id:
        old = plans.units(session, until.id)
        changed = {unit: team for unit, team in units.items() if old.get(unit, "") != team}
    officers = staff.officers(session).dropna(subset=["lon", "lat"])
    mine = officers[officers["team"].isin(areas.index)]
    offices = sorted({(float(x), float(y)) for x, y in zip(mine["lon"], mine["lat"], strict=True)})
    crs = workspace.profile.city.crs
    fills = team_fills(workspace, session, plan)
    drawing = draw_plan(areas, frame, fills=fills, changed=changed, offices=offices, crs=crs)
    return drawing, changed
