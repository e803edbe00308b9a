"""Plans: total maps from unit to team.

A plan names a team for every unit of one boundary set and nothing else; what a plan is worth is
computed from it, never stored in it.
"""

from geoteam.plans.metrics import pieces, team_metrics
from geoteam.plans.plan import check_plan, transfers

__all__ = ["check_plan", "pieces", "team_metrics", "transfers"]
