"""Outreach: where need is, and how much of it partners can reach.

The rule of this room: it counts exactly and hides nothing, so its tables are for the services to
pass through ``disclosure`` before a community user sees them. Every client given is counted once:
in a group, or in a column or attribute that says why not. Shares are 0-1, and a share of nothing
is missing, not zero.
"""

from __future__ import annotations

from geoteam.outreach.coverage import coverage, minutes_to_partner
from geoteam.outreach.density import density
from geoteam.outreach.grid import cell_ids, grid

__all__ = ["cell_ids", "coverage", "density", "grid", "minutes_to_partner"]
