"""One blueprint a noun."""

from __future__ import annotations

from geoteam.server.pages import (
    account,
    assignment,
    audit,
    basemap,
    clients,
    closures,
    community,
    due,
    duty,
    handover,
    health,
    home,
    map,
    plan_compare,
    plan_edits,
    plan_jobs,
    review_bulk,
    road,
    setup,
    shared,
    tour_day,
    tour_week,
    tours,
)

ALL = (
    account.page,
    assignment.page,
    audit.page,
    basemap.page,
    clients.page,
    community.page,
    closures.page,
    duty.page,
    due.page,
    health.page,
    home.page,
    map.page,
    plan_compare.api,
    plan_compare.page,
    plan_edits.api,
    plan_edits.page,
    plan_jobs.api,
    # The one blueprint of plans.py, with the routes of plan_work.py and handover.py.
    handover.page,
    # The one blueprint of review.py, with the routes of both files.
    review_bulk.page,
    road.api,
    road.page,
    setup.page,
    shared.page,
    tour_day.api,
    tour_day.page,
    tour_week.page,
    tours.page,
)

__all__ = ["ALL"]
