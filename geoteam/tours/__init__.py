"""Tours: which home visits are due, and one day's tour of a CSO with a police partner.

Visits come from contact standards and history, not from guesses. A stop lies only where both
people are on duty and the client is at home; every visit that is left out carries a reason that
was found by checking, and a tour of up to 18 stops is proven to be the best. Who must not meet is
never on one tour nor at one door at one time, and driving takes longer where the day has peaks. The
solver takes a matrix and knows no map. With a seed and no time limit the same input gives the same
tour.
"""

from __future__ import annotations

from geoteam.tours.advice import LONG_WAIT_S, waiting_advice
from geoteam.tours.bound import verdict
from geoteam.tours.due import visits_due
from geoteam.tours.inputs import Break
from geoteam.tours.plan import TourPlan, plan_tour
from geoteam.tours.remedies import Remedy, offer_remedies
from geoteam.tours.replan import replan_tour
from geoteam.tours.slots import Slot
from geoteam.tours.solomon import VrptwInstance, VrptwSolution, read_solomon, solve_vrptw
from geoteam.tours.week import WeekPlan, WeekTour, plan_week

__all__ = [
    "LONG_WAIT_S",
    "Break",
    "Remedy",
    "Slot",
    "TourPlan",
    "VrptwInstance",
    "VrptwSolution",
    "WeekPlan",
    "WeekTour",
    "offer_remedies",
    "plan_tour",
    "plan_week",
    "read_solomon",
    "replan_tour",
    "solve_vrptw",
    "verdict",
    "visits_due",
    "waiting_advice",
]
