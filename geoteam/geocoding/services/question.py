"""What may be asked of a service: only what it needs, and only where its answer could count."""

from __future__ import annotations

from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.services.answer import Question
from geoteam.model import AddressKind


def zip_of(parsed: ParsedAddress, column: str) -> str:
    """Return the ZIP that an address says.

    Parameters
    ----------
    parsed
        The address.
    column
        ZIP code from another column.

    Returns
    -------
    str
        Five digits, or '' when neither says one or they contradict each other.
    """
    said = {code for code in (parsed.zip[:5], column.strip()[:5]) if len(code) == 5}
    return said.pop() if len(said) == 1 else ""


def question_of(text: str, zip_code: str, grammar: AddressGrammar) -> Question | None:
    """Make the question for an address, without the apartment and all words that are no address.

    Parameters
    ----------
    text
        An address as a client gave it.
    zip_code
        ZIP code from another column.
    grammar
        The city's address habits.

    Returns
    -------
    Question or None
        None for what a service must not be asked: anything but one house number on a street, and
        an address without quadrant and ZIP, of which no answer could count.
    """
    said = parse_address(text, grammar)
    if said.kind != AddressKind.ADDRESS or not (said.number and said.name) or said.second:
        return None
    code = zip_of(said, zip_code)
    if grammar.quadrants and not said.quadrant and not code:
        return None
    street = " ".join(part for part in (said.number, said.street, said.quadrant) if part)
    city = said.city or (grammar.postal_names[0] if grammar.postal_names else "")
    state = said.state or (grammar.states[0] if grammar.states else "")
    return Question(street, city, state, code)
