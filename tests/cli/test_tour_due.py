"""``geoteam tours due --team``, and decisions on visits at the command line."""

from __future__ import annotations

from tests.cli.conftest import Command, ahead


def _day(days: int) -> str:
    return ahead(days).isoformat()


def test_a_teams_days_backlog_and_hours(geoteam: Command) -> None:
    found = geoteam("tours", "due", "--team", "T1", "--until", _day(6), "--json").json
    assert found["last"] == _day(6)
    assert len(found["days"]) == 7
    open_ = [one for one in found["visits"] if one["planned_on"] is None]
    assert sum(one["due"] for one in found["days"]) + found["overdue"] == len(open_)
    assert found["hours"]["enough"] == all(
        one["short_min"] == 0 for one in found["hours"]["officers"] + found["hours"]["districts"]
    )
    told = geoteam("tours", "due", "--team", "T1", "--until", _day(6)).out
    assert f"{len(open_)} visits to plan, {found['overdue']} of them overdue" in told
    assert "Backlog:" in told
    assert "no such team" in geoteam("tours", "due", "--team", "T9").refused()
    for wrong in ((), ("--team", "T1", "--officer", "O1"), ("--team", "T1", "--date", _day(0))):
        assert geoteam("tours", "due", *wrong).code == 2


def test_a_visit_is_added_and_others_excluded(geoteam: Command) -> None:
    added = geoteam("tours", "add", "C001", "--why", "the court asked", "--json").json
    assert "already" in geoteam("tours", "add", "C001", "--why", "again").refused()
    told = geoteam("tours", "exclude", "C009", "--until", _day(90), "--why", "in hospital").out
    assert f"C009 is not visited before {_day(90)}." in told
    rows = geoteam("tours", "decisions", "--json").json
    assert [(row["client_ref"], row["kind"]) for row in rows] == [
        ("C001", "add"),
        ("C009", "exclude"),
    ]
    due = geoteam("tours", "due", "--team", "T1", "--json").json
    assert [row["client_ref"] for row in due["excluded"]] == ["C009"]
    assert due["visits"][0]["required"] in (True, False)
    told = geoteam("tours", "withdraw", str(added["decision"])).out
    assert told.strip() == f"Decision {added['decision']} on C001 is withdrawn."
    assert "no such decision" in geoteam("tours", "withdraw", str(added["decision"])).refused()
    assert "within a year" in geoteam(
        "tours", "exclude", "C005", "--until", _day(0), "--why", "in hospital"
    ).refused()  # fmt: skip
