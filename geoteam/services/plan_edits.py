"""Edits of a plan that several people send at once: merged unit by unit, none lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.model import Role, User
from geoteam.services.plan_rights import check_teams, refuse_other_teams, refuse_settled
from geoteam.services.plan_sent import SentEdit
from geoteam.services.plan_split import again, is_reshape, join
from geoteam.services.plan_state import edit_shown
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plan_edits, plans
from geoteam.store.plan_edits import Changes, Edit
from geoteam.store.plans import SavedPlan


def apply_edits(
    workspace: Workspace, user: User, plan_id: int, base: int, edits: Sequence[SentEdit]
) -> dict[str, Any]:
    """Apply edits to a draft, all in one transaction, unit by unit.

    A unit whose team is still the one that the browser saw changes; one that has the wanted team
    already stays; any other is a conflict: it stays, and is told. An edit that is in the log is
    not applied again, so that sending it twice is harmless.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the teams concerned.
    plan_id
        The draft.
    base
        Seq of the last edit that the browser knows.
    edits
        In their order.

    Returns
    -------
    dict
        ``seq``, ``set``, ``accepted`` (keys), ``conflicts`` (``key``, ``unit``, ``wanted``,
        ``from``, ``now``, ``by``, ``at``; ``now`` is None for a unit that was split or joined),
        ``now`` (unit -> team of every unit that was sent, when all is done) and ``edits`` (those
        in the log after ``base`` that were not sent with this call).

    Raises
    ------
    DisclosureError
        When the user is no supervisor, or does not lead a team concerned.
    InputError
        When a unit or team is not known, with its name.
    SettledError
        When the plan is no draft, or its boundaries are no longer in force.
    NotFoundError
        When there is no such plan.
    """
    require_role(user, {Role.SUPERVISOR}, "draw plans")
    with workspace.transaction() as session:
        plan = plan_edits.lock(session, plan_id)
        refuse_settled(workspace, session, plan)
        batch = _Batch(workspace, session, user, plan, edits)
        for edit in edits:
            batch.take(edit)
        batch.save()
        sent = {edit.key for edit in edits}
        others = plan_edits.since(session, plan_id, base) if plan.version > base else []
        return {
            "seq": batch.seq,
            "set": batch.set_id,
            "accepted": [edit.key for edit in edits],
            "conflicts": batch.conflicts(),
            "now": batch.now,
            "edits": [edit_shown(edit, user) for edit in others if edit.key not in sent],
        }


@dataclass(frozen=True, slots=True)
class _Conflict:
    edit: SentEdit
    unit: str


class _Batch:
    """Edits of one call while they are applied to a locked plan."""

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        user: User,
        plan: SavedPlan,
        edits: Sequence[SentEdit],
    ) -> None:
        self._workspace, self._session, self._user, self._plan = workspace, session, user, plan
        self.seq, self.set_id = plan.version, plan.boundary_set_id
        self._found: list[_Conflict] = []
        self._moved: dict[str, str] = {}
        keys = [edit.key for edit in edits] + [edit.undoes for edit in edits if edit.undoes]
        self._log = plan_edits.by_key(session, plan.id, keys)
        self._old = set(self._log)
        new = [edit for edit in edits if edit.key not in self._log]
        self._units = {unit for edit in edits for unit in edit.changes}
        self._now = plan_edits.teams_of(session, plan.id, self._units)
        self._check(new)

    def _check(self, new: Sequence[SentEdit]) -> None:
        """Refuse units that never were and teams that are no more, by name."""
        gone = {unit for edit in new for unit in edit.changes} - set(self._now)
        strange = sorted(gone - set(plan_edits.last_changes(self._session, self._plan.id, gone)))
        if strange:
            raise InputError(
                f"there is no unit {strange[0]!r} in this plan",
                where=f"plan {self._plan.id}",
                remedy="Load the plan again",
            )
        pairs = [pair for edit in new for pair in edit.changes.values()]
        check_teams(self._session, {team for _, team in pairs})
        refuse_other_teams(self._session, self._user, {team for pair in pairs for team in pair})

    def take(self, edit: SentEdit) -> None:
        """Apply one edit, as far as it can be."""
        logged = self._log.get(edit.key)
        if logged is not None:
            # Sent again: what did not go in the first time is told again.
            self._found += [
                _Conflict(edit, unit)
                for unit, (_, wanted) in edit.changes.items()
                if unit not in logged.changes and self._now.get(unit) != wanted
            ]
            return
        concerned = self._log.get(edit.undoes)
        if concerned is not None and is_reshape(concerned):
            self._reshape(edit, concerned)
            return
        changes: Changes = {}
        for unit, (seen, wanted) in edit.changes.items():
            now = self._now.get(unit)
            if now is not None and now == seen and seen != wanted:
                changes[unit] = (seen, wanted)
                self._now[unit] = self._moved[unit] = wanted
            elif now != wanted:
                self._found.append(_Conflict(edit, unit))
        self._write(edit, changes, dict(edit.detail))

    def _reshape(self, edit: SentEdit, concerned: Edit) -> None:
        """Take a split back, or split again; what was moved so far must be written before."""
        self.save_units()
        change = again if edit.kind == "redo" else join
        plan = plans.get(self._session, self._plan.id)
        made = change(self._workspace, self._session, self._user, plan, concerned, self.seq + 1)
        self.set_id = made.set_id
        for unit, (_, team) in made.changes.items():
            if team is None:
                self._now.pop(unit, None)
            else:
                self._now[unit] = team
        self._write(edit, made.changes, made.detail)

    def _write(self, edit: SentEdit, changes: Changes, detail: Mapping[str, Any]) -> None:
        self.seq += 1
        at = self._workspace.now()
        plan_edits.append(
            self._session,
            self._plan.id,
            seq=self.seq,
            key=edit.key,
            kind=edit.kind,
            by=self._user.username,
            at=at,
            changes=changes,
            undoes=edit.undoes,
            detail=detail,
        )
        self._log[edit.key] = Edit(
            edit.key,
            edit.kind,
            changes,
            edit.undoes,
            dict(detail),
            self.seq,
            self._user.username,
            self._user.name,
            at,
        )

    @property
    def now(self) -> dict[str, str | None]:
        """The teams of the units concerned; None for those that are not there."""
        return dict.fromkeys(self._units) | self._now

    def save_units(self) -> None:
        """Write the units that changed."""
        plan_edits.set_teams(self._session, self._plan.id, self._moved)
        self._moved = {}

    def save(self) -> None:
        """Write what changed, and one event to the audit log."""
        self.save_units()
        if self.seq == self._plan.version:
            return
        new = [edit for key, edit in self._log.items() if key not in self._old]
        audit.append(
            self._session,
            at=self._workspace.now(),
            actor=self._user.username,
            action="plan.edit",
            object_kind="plan",
            object_ref=str(self._plan.id),
            detail={"edits": len(new), "units": len({u for e in new for u in e.changes})}
            | {"seq": self.seq},
        )

    def conflicts(self) -> list[dict[str, Any]]:
        """Tell what was not applied, and who had changed it."""
        if not self._found:
            return []
        units = {one.unit for one in self._found}
        last = plan_edits.last_changes(self._session, self._plan.id, units)
        told = []
        for one in self._found:
            seen, wanted = one.edit.changes[one.unit]
            by = last.get(one.unit)
            told.append(
                {
                    "key": one.edit.key,
                    "unit": one.unit,
                    "wanted": wanted,
                    "from": seen,
                    "now": self._now.get(one.unit),
                    "by": by.name if by else "",
                    "at": by.at.isoformat() if by else "",
                }
            )
        return told
