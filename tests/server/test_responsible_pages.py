"""Who was responsible for an address on a day: what was typed is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from flask.testing import FlaskClient

from geoteam.model import Role
from tests.server.served import send

PATH = "/responsible"
_CHOICE = re.compile(r'<button class="button button-small" name="address" value="([^"]+)"')


def test_choosing_among_tied_addresses_keeps_the_zip_and_the_day(
    signed_in: Callable[[Role], FlaskClient],
) -> None:
    """The ZIP 00101 is the west, where A Street is NW: it speaks against the one in the NE."""
    browser = signed_in(Role.SUPERVISOR)
    asked = {"zip": "00101", "on": "2026-06-01"}
    _, body = send(browser, PATH, PATH, address="122 A STREET NE", **asked)
    choices = [html.unescape(one) for one in _CHOICE.findall(body)]
    assert choices == ["122 A STREET NE", "122 A STREET NW"]
    form = body[body.index("Which one is meant?") :]
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    assert (kept["zip"], kept["on"]) == ("00101", "2026-06-01")
    _, west = send(browser, PATH, PATH, address=choices[1], **asked)
    assert '<h2 id="answer">West Team</h2>' in west
    assert 'value="00101"' in west
    _, east = send(browser, PATH, PATH, address=choices[0], **asked)
    assert "Nobody can be named" in east
    assert "The ZIP 00101 does not belong to 122 A STREET NE." in html.unescape(east)
