"""Tours planned one after the other: nobody is at a door while another tour is there."""

from __future__ import annotations

import pandas as pd

from geoteam.services import tours
from geoteam.services.tour_meetings import keep_clear
from geoteam.services.workspace import Workspace
from geoteam.store import tour_lists, visit_limits
from tests.made_city import BOSS
from tests.services.touring import officer_with
from tests.tiny_city import TODAY


def test_the_stay_of_a_planned_tour_is_kept_clear(fresh: Workspace) -> None:
    ref = tours.plan_tour(
        fresh, BOSS, on=TODAY, officer_ref=officer_with(fresh, "C009"), departs="13:00"
    )
    zone = fresh.profile.city.zone
    with fresh.transaction() as session:
        pair = ("C009", "C013", "Co-defendants")
        visit_limits.save_no_contact(session, [pair], by="test", at=fresh.now())
        (stay,) = tour_lists.stays(session, ["C009"], TODAY, TODAY).to_dict("records")
        places = {"lon": [stay["lon"], stay["lon"] + 0.01], "lat": [stay["lat"]] * 2}
        hours = pd.Series([[["08:00", "20:00"]]] * 2, index=["C013", "C014"])
        visits = pd.DataFrame(places, index=hours.index).assign(windows=hours)
        days = (TODAY, TODAY)
        found = keep_clear(fresh, session, visits, days)["windows"]
        begins, ends = (stay[name].astimezone(zone) for name in ("arrives_at", "leaves_at"))
        spans = [f"{a:%H:%M}-{b:%H:%M}" for a, b in found["C013"]]
        assert spans == [f"08:00-{begins:%H:%M}", f"{ends:%H:%M}-20:00"]
        # At another address nothing changes, nor where the tour itself is planned anew.
        moved = visits.assign(lon=visits["lon"] + 0.01)
        assert keep_clear(fresh, session, moved, days)["windows"]["C013"] == hours["C013"]
        assert keep_clear(fresh, session, visits, days, [ref])["windows"]["C013"] == hours["C013"]
        assert found["C014"] == hours["C014"]
