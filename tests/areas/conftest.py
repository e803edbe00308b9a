"""A city of four squares, each 0.01 degrees wide, checkable by hand.

+-----+-----+
| 103 | 104 |   lat 38.92
+-----+-----+   lat 38.91
| 101 | 102 |
+-----+-----+   lat 38.90
-77.02  -77.01  -77.00
"""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

CRS = "EPSG:26985"


def boundaries(
    shapes: dict[str, object], parents: dict[str, str] | None = None
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "code": list(shapes),
            "name": [f"Area {code}" for code in shapes],
            "parent": [(parents or {}).get(code, "") for code in shapes],
        },
        geometry=list(shapes.values()),
        crs="EPSG:4326",
    ).astype({"code": "str", "name": "str", "parent": "str"})
    return frame.set_index("code")


def squares() -> dict[str, object]:
    return {
        "101": box(-77.02, 38.90, -77.01, 38.91),
        "102": box(-77.01, 38.90, -77.00, 38.91),
        "103": box(-77.02, 38.91, -77.01, 38.92),
        "104": box(-77.01, 38.91, -77.00, 38.92),
    }


@pytest.fixture
def city() -> gpd.GeoDataFrame:
    return boundaries(squares(), {"101": "1", "102": "1", "103": "2", "104": "2"})


@pytest.fixture
def districts() -> gpd.GeoDataFrame:
    return boundaries(
        {"1": box(-77.02, 38.90, -77.00, 38.91), "2": box(-77.02, 38.91, -77.00, 38.92)}
    )
