"""``geoteam streets close``, ``closures`` and ``open``."""

from __future__ import annotations

from tests.cli.conftest import Command, ahead


def test_a_street_is_closed_listed_and_opened(geoteam: Command) -> None:
    assert geoteam("streets", "closures").out.strip() == "None."
    day = ahead(3).isoformat()
    part = ("--between", "1ST STREET NW", "--and", "2ND STREET NW")
    told = geoteam("streets", "close", "A St NW", *part, "--from", day, "--why", "works").out
    place = "A STREET NW between 1ST STREET NW and 2ND STREET NW"
    assert f"{place} is closed from {day} until {day}." in told
    (row,) = geoteam("streets", "closures", "--json").json
    assert (row["street"], row["first"], row["last"], row["why"]) == (
        "A STREET NW", day, day, "works",
    )  # fmt: skip
    assert place in geoteam("streets", "closures").out
    assert geoteam("streets", "open", row["ref"]).out.strip() == f"{place} is open."
    assert geoteam("streets", "closures", "--json").json == []


def test_a_wrong_closure_is_refused_with_what_to_do(geoteam: Command) -> None:
    close = ("streets", "close", "--why", "works")
    assert "Did you mean B STREET NW" in geoteam(*close, "BB STREET NW").refused()
    said = geoteam(*close, "A STREET NW", "--between", "1ST STREET NW", "--and", "E STREET NW")
    assert "E STREET NW does not meet A STREET NW" in said.refused()
    assert "no such closure" in geoteam("streets", "open", "none").refused()
