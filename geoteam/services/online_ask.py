"""Asking an online geocoding service about the addresses that wait in review."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pandas as pd

from geoteam.errors import ServiceAnswerError, ServiceError
from geoteam.geocoding.services import (
    Answer,
    OnlineService,
    Outcome,
    Question,
    ServiceInfo,
    check_answers,
    open_service,
    question_of,
)
from geoteam.model import Role, User
from geoteam.services.geocoding import place, weigh
from geoteam.services.online import require_on
from geoteam.services.progress import Progress, silent
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, geocodes, online

_TIMEOUT_S = 60.0
# So many answers in a row that cannot be read are no accident of one address.
_MOST_JUNK = 3
Opened = Callable[[], AbstractContextManager[OnlineService]]


@dataclass
class AskReport:
    """What became of one run.

    Attributes
    ----------
    service
        Name of the service.
    waiting
        Addresses in review that it had not been asked yet.
    withheld
        Of them those not sent: nothing that a service says of them could count, or the present
        reference can place them.
    accepted
        Placed by the service, and used from now on.
    review
        Answered, and still for a person to decide.
    nothing
        The service found nothing; still for a person to decide.
    failed
        Sent, but not answered in a way that can be read; asked again next time.
    left
        Not sent, because of the limit or since the service stopped answering.
    fault
        Why the run ended early; None when it did not.
    """

    service: str
    waiting: int = 0
    withheld: int = 0
    accepted: int = 0
    review: int = 0
    nothing: int = 0
    failed: int = 0
    left: int = 0
    fault: ServiceError | None = field(default=None, compare=False)

    def counts(self) -> dict[str, Any]:
        """Return the figures alone.

        Returns
        -------
        dict
            All but the fault.
        """
        return {name: value for name, value in vars(self).items() if name != "fault"}


@contextmanager
def _connected(name: str, environ: Mapping[str, str]) -> Iterator[OnlineService]:
    with httpx.Client(timeout=_TIMEOUT_S, headers={"User-Agent": "geoteam"}) as client:
        yield open_service(name, environ, client, time.sleep)


def ask(
    workspace: Workspace,
    user: User,
    name: str,
    *,
    limit: int | None = None,
    environ: Mapping[str, str] = os.environ,
    progress: Progress = silent,
    opened: Opened | None = None,
) -> AskReport:
    """Ask a service about the addresses that wait in review; each is sent to it once.

    Every part is saved in one transaction, so that a run can be stopped and started again. What
    agrees with the text by our own rules becomes a geocode like any other, except that a place
    whose circle of uncertainty reaches another unit always waits for a person.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An administrator.
    name
        The service.
    limit
        The most addresses to send; all by default.
    environ
        The environment.
    progress
        Told of each part.
    opened
        Opens the service; by default with its own HTTP client.

    Returns
    -------
    AskReport
        What became of them.

    Raises
    ------
    ServiceOffError
        When nobody has turned the service on.
    WorkspaceBusyError
        When another process is asking.
    """
    require_role(user, [Role.ADMINISTRATOR], "ask an online service")
    info = require_on(workspace, name, environ)
    with workspace.exclusive("services"):
        run = _Run(workspace, info, progress)
        run.prepare(limit)
        _note(workspace, user, info, "service.ask", {"addresses": len(run.rows)})
        if len(run.rows):
            with (opened or partial(_connected, name, environ))() as service:
                run.work(service)
        _note(workspace, user, info, "service.answers", run.report.counts())
    return run.report


def _note(
    workspace: Workspace, user: User, info: ServiceInfo, action: str, detail: dict[str, Any]
) -> None:
    with workspace.transaction() as session:
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action=action,
            object_kind="service",
            object_ref=info.name,
            detail=detail,
        )


class _Run:
    """One run: what is asked, and what became of it."""

    def __init__(self, workspace: Workspace, info: ServiceInfo, progress: Progress) -> None:
        self.report = AskReport(info.name)
        self.rows = pd.DataFrame()
        self._workspace, self._info, self._progress = workspace, info, progress

    def prepare(self, limit: int | None) -> None:
        """Choose what is sent: all that our own reference leaves open, each question once."""
        with self._workspace.reading() as session:
            rows = online.waiting(session, self._info.name, self._workspace.now())
        if rows.empty:
            return
        base = place(self._workspace, rows["address"], rows["zip"])
        grammar = self._workspace.reference().grammar
        asked = [
            question_of(text, code, grammar) if decision == "review" else None
            for text, code, decision in zip(
                rows["address"], rows["zip"], base["decision"], strict=True
            )
        ]
        order = {q: i for i, q in enumerate(dict.fromkeys(q for q in asked if q))}
        if limit is not None:
            order = {question: i for question, i in order.items() if i < limit}
        position = pd.Series([order.get(q, -1) if q else -1 for q in asked], index=rows.index)
        rows["question"] = pd.Series(asked, index=rows.index, dtype=object)
        self.report.waiting = len(rows)
        self.report.withheld = sum(q is None for q in asked)
        self.report.left = len(rows) - self.report.withheld
        self.rows = rows[position >= 0].assign(position=position).sort_values("position")
        self._base = base

    def work(self, service: OnlineService) -> None:
        """Send part after part, and save each."""
        questions = list(dict.fromkeys(self.rows["question"]))
        for start in range(0, len(questions), service.chunk):
            self._progress(f"asking {self._info.title}", start / len(questions))
            part = questions[start : start + service.chunk]
            answers: dict[Question, Answer] = {}
            try:
                for answer in _answers(service, part):
                    answers[answer.question] = answer
            except ServiceError as fault:
                self.report.fault = fault
            finally:
                # Even when the run is stopped by hand: what was sent is not sent again.
                self._save(answers)
            if self.report.fault:
                return
            missed = self.rows["question"].isin(set(part) - set(answers)).sum()
            self.report.failed += int(missed)
            self.report.left -= int(missed)
        self._progress(f"asking {self._info.title}", 1.0)

    def _save(self, answers: Mapping[Question, Answer]) -> None:
        rows = self.rows[self.rows["question"].isin(answers)]
        if rows.empty:
            return
        outcomes = [answers[question] for question in rows["question"]]
        result = self._judged(rows, outcomes)
        with self._workspace.transaction() as session:
            held = online.still_waiting(session, rows["geocode_id"].tolist())
            keep = rows["geocode_id"].isin(held)
            fingerprint = self._workspace.reference().fingerprint
            geocodes.save(session, result[keep], self._workspace.now(), reference=fingerprint)
        unknown = pd.Series([a.outcome is Outcome.NOTHING for a in outcomes], index=rows.index)
        accepted = result["decision"] == "accepted"
        self.report.accepted += int((keep & accepted).sum())
        self.report.nothing += int((keep & unknown).sum())
        self.report.review += int((keep & ~accepted & ~unknown).sum())
        self.report.left -= len(rows)

    def _judged(self, rows: pd.DataFrame, answers: Sequence[Answer]) -> pd.DataFrame:
        areas = self._workspace.area_index(self._workspace.profile.unit_kind)
        result = check_answers(
            self._base.loc[rows.index],
            rows["address"],
            rows["zip"],
            answers,
            self._workspace.reference(),
            lambda lon, lat: bool(areas.locate([lon], [lat])[0]),
            name=self._info.name,
            title=self._info.title,
        )
        agrees = result["agrees"]
        if not agrees.any():
            return result
        weighed = weigh(self._workspace, result[agrees].copy())
        # Our own points are surveyed; of a service's we know only what it says.
        close = (weighed["decision"] == "accepted") & weighed["boundary_ambiguous"]
        said = result.loc[agrees, "reason"]
        weighed.loc[close, "decision"] = "review"
        weighed.loc[close, "reason"] = (
            said + " It is close to another area: " + weighed["units"].str.replace(",", " or ")
        )[close] + "."
        return pd.concat([result[~agrees], weighed]).reindex(result.index)


def _answers(service: OnlineService, questions: Sequence[Question]) -> Iterator[Answer]:
    """Ask, and leave out a question whose answer cannot be read, unless it happens on and on."""
    rest = dict.fromkeys(questions)
    junk = 0
    while rest:
        try:
            for answer in service.ask(list(rest)):
                junk = 0
                del rest[answer.question]
                yield answer
        except ServiceAnswerError:
            junk += 1
            if junk == _MOST_JUNK:
                raise
            del rest[next(iter(rest))]
        else:
            return
