"""What the workspace stands on: boundaries, addresses, streets. No person is in it."""

from __future__ import annotations

from typing import Any

from geoteam.services.workspace import Workspace
from geoteam.store import boundaries

# What the address reference tells of itself, in words.
_LABELS = {
    "streets": "streets",
    "addresses": "address points",
    "blocks": "hundred-blocks",
    "intersections": "intersections",
    "places": "named places",
    "zips": "ZIP areas",
    "problems": "doubtful points",
    "interpolation_m": "metres between an interpolated address and its door",
    "crs": "measured in",
    "quadrants": "quadrants",
}


def workspace_overview(workspace: Workspace) -> dict[str, Any]:
    """Describe what was loaded.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    dict
        ``boundary_sets`` (kind, version, dates, areas, source, credit), and ``addresses`` and
        ``streets`` as pairs of label and value.
    """
    with workspace.reading() as session:
        sets = [
            {
                "kind": found.kind,
                "version": found.version,
                "valid_from": found.valid_from,
                "valid_to": found.valid_to,
                "areas": len(boundaries.load_set(session, set_id)),
                "source": found.source,
                "credit": found.credit,
            }
            for set_id, found in boundaries.list_sets(session).items()
        ]
    network = workspace.streets()
    reference = workspace.reference().info()
    profile = workspace.profile
    return {
        "boundary_sets": sets,
        "addresses": [
            *((label, reference[key]) for key, label in _LABELS.items() if key in reference),
            ("credit", profile.addresses.points.credit or "–"),
        ],
        "streets": [
            ("street segments", len(network.edge_u)),
            ("credit", profile.streets.credit or "–"),
            *(("note", note) for note in network.notes),
        ],
    }
