"""Plans on paper: the summary on one page, and the hand-over list of an officer."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
from sqlalchemy.orm import Session

from geoteam.areas import dissolve
from geoteam.maps import draw_plan, handover_sheet, plan_summary_sheet
from geoteam.model import Role, User
from geoteam.services.plan_change import Names, change_of
from geoteam.services.plan_figures import plan_figures
from geoteam.services.plan_ground import team_fills
from geoteam.services.plan_handover import handover
from geoteam.services.plan_history import named
from geoteam.services.plan_impact import plan_impact
from geoteam.services.plan_publish import note
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, plan_states, plans, staff, users
from geoteam.store.plans import PUBLISHED, WITHDRAWN, SavedPlan

_STATUS = {
    "draft": "Draft",
    "proposed": "Proposed, waits for approval",
    "published": "Published",
    "withdrawn": "Taken back",
}
_COLUMNS = ("Team", "Units", "Clients", "Workload", "Officers", "Per officer", "From ideal")


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
            if whole and side == "receives":
                mine = [row for row in mine if not row["gives"]]
            rows = [_hand_row(row, whose, zone) for row in mine]
            title = f"{one['name']} {verb} {len(rows)} client{'' if len(rows) == 1 else 's'}"
            if rows:
                sections.append({"title": title, "other": other, "rows": rows})
    printed = workspace.now().astimezone(zone)
    done = sum(row["done_at"] is not None for row in view["clients"])
    return handover_sheet(
        {
            "title": "Hand-over list",
            "subtitle": f"{view['plan']['name']}, from {_day(view['on'])}",
            "facts": [
                ("Why", view["plan"]["reason"] or "–"),
                ("Clients on this list", f"{len(view['clients'])}, {done} handed over"),
                ("Printed", f"{_day(printed.date())} {printed:%H:%M}, {user.name}"),
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
    with workspace.reading() as session:
        plan = plans.get(session, plan_id)
        names = Names.load(session)
    facts = _facts(workspace, user, plan)
    with workspace.transaction() as session:
        drawing, changed = _map(workspace, session, plan, names)
        note(workspace, session, user.username, "plan.print", plan_id)
    worst = max((abs(row["deviation"]) for row in figures["teams"]), default=0.0)
    printed = workspace.now().astimezone(workspace.profile.city.zone)
    return plan_summary_sheet(
        {
            "title": plan.name,
            "status": _status(plan),
            "reason": plan.reason,
            "facts": [
                *facts,
                ("In no team's figures, as no place is known", f"{figures['unplaced']:,} clients"),
                ("Largest deviation from ideal", f"{worst:.1%}"),
            ],
            "legend": "Hatched: units that change team. Black squares: field offices."
            if changed
            else "Black squares: field offices.",
            "columns": _COLUMNS,
            "teams": [_team_row(row, names) for row in figures["teams"]],
            "note": "Clients under general supervision; workload in points, by default the "
            "contacts a month that a client's level requires. From ideal: workload per officer "
            "against that of all officers.",
            "notice": f"Plan {plan.id}, printed {_day(printed.date())} {printed:%H:%M} by "
            f"{user.name}. No person is named on this page.",
            "map_alt": f"Map of {len(figures['teams'])} team areas; the table gives their figures",
        },
        drawing,
    )


def _status(plan: SavedPlan) -> str:
    """Say what a plan is; a draft that was proposed once and deleted never held."""
    gone = plan.status == WITHDRAWN and plan.effective_from is None
    return "Deleted" if gone else _STATUS[plan.status]


def _team_row(row: dict[str, Any], names: Names) -> list[str]:
    each = row["workload_per_officer"]
    off = row["deviation"]
    return [
        names.team(row["team"]),
        f"{row['units']:,}",
        f"{row['clients']:,}",
        f"{row['workload']:,.0f}",
        f"{row['officers']:g}",
        f"{each:.1f}" if each == each else "–",
        f"{off:+.1%}" if off == off else "–",
    ]


def _facts(workspace: Workspace, user: User, plan: SavedPlan) -> list[tuple[str, str]]:
    version = workspace.areas_of(plan.boundary_set_id).attrs["set"].version
    since = plan.effective_from or plan.proposed_from
    with workspace.reading() as session:
        people = {one.user.username: one.user.name for one in users.list_accounts(session)}
    facts = [
        (
            "Was to begin" if plan.status == WITHDRAWN else "From",
            _day(since) if since else "no day yet",
        ),
        ("Drawn by", named(plan.created_by, people)),
        ("Proposed by", named(plan.proposed_by, people) or "–"),
        ("Approved by", named(plan.approved_by, people) or "–"),
        ("Boundaries", version),
    ]
    if plan.status == PUBLISHED and plan.effective_from is not None:
        with workspace.reading() as session:
            moved = assignments.transfers(session, plan.id, plan.effective_from)
        kind = change_of(moved)
        facts += [
            ("Clients who changed team", f"{int((kind == 'team').sum()):,}"),
            ("Changed officer within the team", f"{int((kind == 'officer').sum()):,}"),
            ("Got an officer within the team, had none", f"{int((kind == 'gained').sum()):,}"),
            ("Have no officer any more", f"{int((kind == 'lost').sum()):,}"),
            ("Got a team for the first time", f"{int((kind == 'new').sum()):,}"),
        ]
        return facts
    impact = plan_impact(workspace, user, plan.id, purpose="print")["figures"]
    facts += [
        ("Clients who would get another team", f"{impact['team']:,}"),
        ("Change officer within the team", f"{impact['officer']:,}"),
        ("Get an officer within the team, have none", f"{impact['gained']:,}"),
        ("Would have no officer", f"{impact['lost']:,}"),
        ("Get a team for the first time", f"{impact['new']:,}"),
    ]
    if impact["continuity"] is not None:
        facts.append(("Keep their officer", f"{impact['continuity']:.1%}"))
    if impact["minutes_mean_after"] is not None:
        facts.append(
            (
                "Mean drive to the office",
                f"{impact['minutes_mean_after']:.1f} min (now {impact['minutes_mean_before']:.1f})",
            )
        )
    return facts


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


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
