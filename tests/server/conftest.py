"""Fixtures of the server's tests."""

from __future__ import annotations

from tests.server.served import app, browser, clock, made, places, signed_in, workspace

__all__ = ["app", "browser", "clock", "made", "places", "signed_in", "workspace"]
