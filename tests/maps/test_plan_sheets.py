"""Plans on paper: the summary and the hand-over list."""

from __future__ import annotations

import re
import subprocess

import geopandas as gpd
import shapely

from geoteam.maps import draw_plan, handover_sheet, plan_summary_sheet
from geoteam.maps.palettes import PATTERNS
from tests.tiny_city import CRS, lonlat


def box(x_m: float, y_m: float) -> shapely.Polygon:
    at = [(0, 0), (500, 0), (500, 500), (0, 500)]
    return shapely.Polygon([lonlat(x_m + dx, y_m + dy) for dx, dy in at])


UNITS = gpd.GeoDataFrame(
    geometry=[box(0, 0), box(0, 500), box(500, 0)], index=["101", "102", "201"], crs="EPSG:4326"
)
AREAS = gpd.GeoDataFrame(
    {"name": ["West <Team> & co", "East Team"]},
    geometry=[shapely.union_all(UNITS.geometry[:2]), UNITS.geometry.iloc[2]],
    index=["T1", "T2"],
    crs="EPSG:4326",
)


FILLS = {"T1": ("#5366bf", "plain"), "T2": ("#fea25e", "dots")}


def words(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def drawing() -> str:
    offices = [lonlat(250, 250)]
    return draw_plan(AREAS, UNITS, fills=FILLS, changed={"102": "T2"}, offices=offices, crs=CRS)


def test_the_map_names_teams_and_hatches_what_changes() -> None:
    svg = drawing()
    assert svg.count("url(#moved)") == 1
    assert "West &lt;Team&gt;" in svg
    assert "<Team>" not in svg
    assert svg.count("<rect") > 2


def test_teams_have_the_fills_that_they_are_given() -> None:
    svg = drawing()
    fills = re.findall(r'fill-rule="evenodd" fill="([^"]+)"', svg)
    assert fills == ["#5366bf", "#fea25e", "url(#dots)"]
    assert all(f'<pattern id="{name}"' in svg for name in PATTERNS if name != "plain")


def test_a_summary_is_one_page() -> None:
    """With thirty teams, and all texts as long as they may be."""
    pairs = [("will get a team for the first time", "1,234 (94.7%)")] * 5
    data = {
        "title": "East #grows", "status": "Draft", "reason": "*bold* _try_ $x$ " + "why " * 120,
        "moves_title": "Clients who will move on 1 Jul 2026, in place of " + "The plan before " * 7,
        "moves": [("Teams", pairs[:4]), ("Officers", pairs)], "legend": "Hatched: units.",
        "note": "Clients under general supervision today. " * 6, "notice": "", "map_alt": "Map",
        "facts": [("In no team's figures, as no place is known", "Sue Second, 1 Jul 2026")] * 9,
        "columns": ["Team"] + ["Units"] * 8,
        "teams": [[f"Team {k}", *["1,000"] * 8] for k in range(30)],
    }  # fmt: skip
    text = words(plan_summary_sheet(data, drawing()))
    assert text.count("\f") == 1
    assert "Team 29" in text
    assert "will get a team for the first" in text


def test_a_long_hand_over_list_runs_over_pages() -> None:
    row = {"name": "Tess #1", "ref": "C1", "address": "1 A ST", "level": "Medium",
           "officer": "Officer 2", "team": "East", "why": "Area 102 goes from West to East."}  # fmt: skip
    data = {
        "title": "Hand-over list", "subtitle": "East grows", "facts": [("Why", "x")],
        "sections": [{"title": "Officer 1 gives 40 clients", "other": "Goes to", "rows": [row] * 40},
                     {"title": "Nobody", "other": "Goes to", "rows": []}],
    }  # fmt: skip
    assert handover_sheet(data).startswith(b"%PDF")


def test_no_heading_of_a_hand_over_list_stands_alone_at_the_foot_of_a_page() -> None:
    """Wherever the second officer's list begins, a client stands below its headings."""
    row = {"area": "Area 102 goes from West to East.", "name": "Tess", "ref": "C1",
           "address": "1 A STREET", "level": "Medium", "officer": "Officer 2", "team": "East",
           "why": "x"}  # fmt: skip
    for count in range(15, 30):
        sections = [
            {"title": f"Officer {k} gives", "other": "Goes to", "rows": [row] * rows}
            for k, rows in ((1, count), (2, 3))
        ]
        data = {"title": "List", "subtitle": "East", "facts": [("Why", "x")], "sections": sections}
        for page in words(handover_sheet(data)).split("\f")[:-1]:
            assert page.rindex("Tess") > page.rindex("Area 102")


def test_the_rows_of_a_hand_over_list_are_low() -> None:
    why = "Officer 2 has the caseload nearest to the home."
    row = {"area": "Area 102 goes from West to East.", "name": "Tess #1", "ref": "C1",
           "address": "1 A STREET NORTHWEST", "level": "Medium", "officer": "Officer 2",
           "team": "East", "why": why}  # fmt: skip
    sections = [{"title": "Officer 1 gives", "other": "Goes to", "rows": [row] * 260}]
    data = {"title": "List", "subtitle": "East", "facts": [("Why", "x")], "sections": sections}
    pages = [int(number) for number in re.findall(rb"/Count (\d+)", handover_sheet(data))]
    assert 5 < max(pages) <= 12


def test_who_is_handed_over_is_ticked_with_who_and_when() -> None:
    row = {"area": "", "name": "Tess", "ref": "C1", "address": "1 A ST", "level": "Medium",
           "officer": "Officer 2", "team": "East", "why": "x"}  # fmt: skip
    done = row | {"name": "Una", "done_by": "Officer 1", "done_at": "3 Jul 2026 09:05"}
    sections = [{"title": "Officer 1 gives", "other": "Goes to", "rows": [row, done]}]
    data = {"title": "List", "subtitle": "East", "facts": [("Why", "x")], "sections": sections}
    ticked, empty = (handover_sheet(data | {"sections": [section | {"rows": [one]}]})
                     for section in sections for one in (done, row))  # fmt: skip
    assert "3 Jul 2026 09:05" in words(ticked)
    assert "Officer 1" in words(ticked).partition("09:05")[2]
    assert "2026" not in words(empty)
