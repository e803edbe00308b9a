"""The server: Flask pages over the services, and nothing else.

``create_app`` makes an application from a configuration and an open workspace; nothing is global.
One blueprint a noun in ``pages``. Every view says who may call it with ``@allow``; a route that
does not say so stops the start. A view reads the request, calls one service and shows a template:
no database, no geometry, no rule about persons lives here. Addresses and logs hold no person:
clients are addressed by sealed references.
"""

from __future__ import annotations

from geoteam.server.app import create_app
from geoteam.server.config import ServerConfig
from geoteam.server.serve import serve

__all__ = ["ServerConfig", "create_app", "serve"]
