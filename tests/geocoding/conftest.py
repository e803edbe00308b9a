from __future__ import annotations

import pytest

from geoteam.geocoding import ReferenceIndex
from tests.geocoding import toy


@pytest.fixture(scope="session")
def reference() -> ReferenceIndex:
    """The hand-made reference of `toy`."""
    return toy.reference()
