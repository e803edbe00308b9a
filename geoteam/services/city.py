"""What the rooms need to know of the city, taken from its profile."""

from __future__ import annotations

from geoteam.geocoding import AddressGrammar
from geoteam.profile import CityProfile


def grammar_of(profile: CityProfile) -> AddressGrammar:
    """Return the address grammar of a city.

    Parameters
    ----------
    profile
        The city profile.

    Returns
    -------
    AddressGrammar
        Quadrants, and names of the city and its state.
    """
    city = profile.city
    return AddressGrammar(
        quadrants=city.quadrants,
        postal_names=city.postal_names,
        states=(city.state,) if city.state else (),
    )
