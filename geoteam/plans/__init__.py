"""Plans: total maps from unit to team.

A plan names a team for every unit of one boundary set and nothing else; what a plan is worth is
computed from it, never stored in it.
"""

from geoteam.plans.layout import Layout, Load
from geoteam.plans.metrics import PLAN_METRICS, TEAM_METRICS, Metric, plan_metrics, team_metrics
from geoteam.plans.plan import check_plan
from geoteam.plans.tally import Tally

__all__ = [
    "PLAN_METRICS",
    "TEAM_METRICS",
    "Layout",
    "Load",
    "Metric",
    "Tally",
    "check_plan",
    "plan_metrics",
    "team_metrics",
]
