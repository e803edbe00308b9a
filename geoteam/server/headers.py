"""Headers of every answer: the content security policy and its companions."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    # Leaflet positions its panes by style attributes.
    "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_FEATURES = (
    "camera=(), microphone=(), geolocation={place}, payment=(), usb=(), serial=(), "
    "display-capture=(), browsing-topics=()"
)
_YEAR_S = 31_536_000


def nonce() -> str:
    """Give the nonce of this response.

    Returns
    -------
    str
        Random letters that mark this response's own scripts and styles.
    """
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return str(g.nonce)


def add_headers(app: Flask, *, https: bool) -> None:
    """Set the security headers on every answer of an application.

    Parameters
    ----------
    app
        The application.
    https
        Whether browsers reach it over TLS.
    """

    @app.after_request
    def _set(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Referrer-Policy"] = "same-origin"
        # Only the phone's page may ask where it is, and only when the officer wants it to.
        place = "(self)" if request.endpoint == "road.show" else "()"
        headers["Permissions-Policy"] = _FEATURES.format(place=place)
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers.pop("Server", None)
        if https:
            # Browsers heed it, and do not complain of it, over TLS only.
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}; includeSubDomains"
        headers["Cache-Control"] = _caching(response)
        return response


def _caching(response: Response) -> str:
    if request.endpoint == "basemap.pmtiles" and response.status_code < 400:
        return "private, max-age=3600"
    if request.endpoint == "static" and response.status_code < 400:
        # Addresses of built files carry their content's hash.
        return f"public, max-age={_YEAR_S}, immutable" if "v" in request.args else "no-cache"
    # Any page may show a person, or that somebody is signed in: no cache keeps it.
    return "no-store"
