"""Other names of streets, written out as the city writes them: MLK AVENUE, EYE STREET."""

from __future__ import annotations

from collections.abc import Mapping

from geoteam.geocoding.clean import clean, tokens
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.street import read_street


class StreetAliases:
    """Renames the streets of parsed addresses.

    Parameters
    ----------
    aliases
        Other names -> the city's own, without quadrant, in any spelling.
    grammar
        The city's address habits.
    """

    def __init__(self, aliases: Mapping[str, str], grammar: AddressGrammar) -> None:
        self._own: dict[str, tuple[str, str, str]] = {}
        self._grammar = grammar
        for other, own in aliases.items():
            known = self._parts(own)
            said = " ".join(part for part in self._parts(other) if part)
            if said and known[1]:
                self._own[said] = known

    def _parts(self, text: str) -> tuple[str, str, str]:
        street = read_street(tokens(clean(text)), self._grammar)
        return street.predirectional, street.name, street.type

    def rename(self, parsed: ParsedAddress) -> ParsedAddress:
        """Write the streets of an address by the city's own names.

        Parameters
        ----------
        parsed
            Any parsed address.

        Returns
        -------
        ParsedAddress
            The same, its street and crossing streets renamed where they are known by another name.
        """
        known = self._own.get(parsed.street)
        if known:
            direction, name, street_type = known
            parsed = parsed.but(predirectional=direction, name=name, type=street_type)
        return parsed.but(
            street2=self._renamed(parsed.street2), street3=self._renamed(parsed.street3)
        )

    def _renamed(self, street: str) -> str:
        other = read_street(street.split(), self._grammar)
        said = " ".join(p for p in (other.predirectional, other.name, other.type) if p)
        words = (*self._own[said], other.quadrant) if said in self._own else (street,)
        return " ".join(word for word in words if word)
