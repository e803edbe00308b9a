"""Clients who must not meet, as they are loaded and listed at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command
from tests.made_city import write_csv

HEADER = ["Client ID", "Other Client ID", "Why"]


def test_pairs_are_loaded_and_listed(geoteam: Command, tmp_path: Path) -> None:
    assert "No clients are kept apart" in geoteam("clients", "no-contact", "list").out
    path = write_csv(tmp_path / "pairs.csv", HEADER, [["C006", "C005", "Co-defendants"]])
    assert geoteam("clients", "no-contact", "import", path, "--json").json["added"] == 1
    assert "Nothing changed" in geoteam("clients", "no-contact", "import", path).out
    (pair,) = geoteam("clients", "no-contact", "list", "--json").json["pairs"]
    assert (pair["client"], pair["other"], pair["why"]) == ("C005", "C006", "Co-defendants")
    assert pair["by"]
    assert "Co-defendants" in geoteam("clients", "no-contact", "list").out
    event = geoteam("audit", "show", "--json").json[0]
    assert event["action"] == "clients.no_contact.list"


def test_a_bad_pair_is_named_and_nothing_is_loaded(geoteam: Command, tmp_path: Path) -> None:
    rows = [["C001", "C002", "Order"], ["C005", "C005", "Same"], ["C005", "C999", "Nobody"]]
    path = write_csv(tmp_path / "pairs.csv", HEADER, rows)
    said = geoteam("clients", "no-contact", "import", path).refused()
    assert "row 3, Other Client ID" in said
    assert "is the same client" in said
    assert "row 4, Other Client ID" in said
    assert geoteam("clients", "no-contact", "list", "--json").json["pairs"] == []
    done = geoteam("clients", "no-contact", "import", path, "--partial", "--json").json
    assert (done["added"], done["refused"]) == (1, 2)
