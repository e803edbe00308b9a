"""The demo city: an invented city with invented people, the same for the same seed.

The generator writes the kinds of files that a real city hands over, and a profile; loading them
takes the same path as any other city. Nothing here is random beyond its seed, nothing is copied
from a real place, and no name is meant for anyone.
"""

from __future__ import annotations

from geoteam.demo.city import City, make_city, write_demo_city
from geoteam.demo.people import write_people

__all__ = ["City", "make_city", "write_demo_city", "write_people"]
