"""Make the Flask application: everything it knows comes in through ``create_app``."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from geoteam.model import Role
from geoteam.server import pages, show
from geoteam.server.access import (
    EVERY_ROLE,
    PUBLIC,
    Anyone,
    allow,
    check_declarations,
    declared,
    guard,
)
from geoteam.server.accesslog import log_requests
from geoteam.server.config import ServerConfig
from geoteam.server.context import Parts
from geoteam.server.faults import handle_faults
from geoteam.server.headers import add_headers
from geoteam.server.sealing import Sealer
from geoteam.server.secret import workspace_secret
from geoteam.server.throttle import Throttle
from geoteam.services.workspace import Workspace

_HERE = Path(__file__).parent
# Longer than any session lives; the store's own time-outs decide.
_COOKIE_S = 13 * 3600
_STATIC = "Send a style, script, font or picture of the front end."


def create_app(config: ServerConfig, workspace: Workspace) -> Flask:
    """Make the application that serves one workspace.

    Parameters
    ----------
    config
        Settings of the server.
    workspace
        The open workspace.

    Returns
    -------
    Flask
        An application with every route, guarded.

    Raises
    ------
    RuntimeError
        When a route does not say who may call it.
    WorkspaceError
        When the secret of the workspace cannot be read or made.
    """
    app = Flask(
        "geoteam.server",
        root_path=str(_HERE),
        static_folder=str(_HERE / "static"),
        template_folder=str(_HERE / "templates"),
    )
    secret = workspace_secret(workspace.folder)
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=config.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=config.max_request_bytes,
        SESSION_COOKIE_NAME="__Host-geoteam" if config.https else "geoteam",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        PERMANENT_SESSION_LIFETIME=_COOKIE_S,
        PREFERRED_URL_SCHEME="https" if config.https else "http",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=_COOKIE_S,
    )
    app.extensions["geoteam"] = Parts(
        config, workspace, Sealer(secret), Throttle(config.sign_ins_per_minute)
    )
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # as Flask documents
    # Order matters: time first, then who calls, then whether the form is ours.
    log_requests(app)
    guard(app)
    CSRFProtect(app)
    add_headers(app, https=config.https)
    handle_faults(app)
    show.teach_templates(app)
    _add_routes(app)
    check_declarations(app)
    return app


def route_table() -> list[tuple[str, str, str, str]]:
    """List every route, for the reference page and for the tests.

    Returns
    -------
    list of tuple of str
        Route, methods, who may call it, and what it does in a sentence.
    """
    app = Flask("geoteam.server", root_path=str(_HERE), static_folder=str(_HERE / "static"))
    _add_routes(app)
    rows = []
    for rule in app.url_map.iter_rules():
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        audiences = declared(app, rule.endpoint) or frozenset()
        view = app.view_functions[rule.endpoint]
        what = _STATIC if rule.endpoint == "static" else (view.__doc__ or "").partition("\n")[0]
        rows.append((rule.rule, methods, _who(audiences), what))
    return sorted(rows)


def _add_routes(app: Flask) -> None:
    app.view_functions["static"] = allow(PUBLIC)(app.view_functions["static"])
    for page in pages.ALL:
        app.register_blueprint(page)


def _who(audiences: frozenset[Role | Anyone]) -> str:
    if PUBLIC in audiences:
        return "anyone"
    if audiences == frozenset(EVERY_ROLE):
        return "every role"
    return ", ".join(role.value for role in EVERY_ROLE if role in audiences)
