"""The access log: method, route, status and time. Never a query string, a cookie or a person."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

logger = logging.getLogger("geoteam.access")


def log_requests(app: Flask) -> None:
    """Log one line for each answer of an application.

    Parameters
    ----------
    app
        The application.
    """

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _line(response: Response) -> Response:
        rule = request.url_rule
        logger.info(
            "%s %s %s %s %.0f ms",
            request.remote_addr or "-",
            request.method,
            # The route's pattern, not the path: a path may name one record.
            rule.rule if rule else "(no such route)",
            response.status_code,
            1000 * (time.perf_counter() - g.get("started", time.perf_counter())),
        )
        return response
