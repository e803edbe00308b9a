"""The ``geoteam`` command: nouns then verbs, thin over ``geoteam.services``.

Exit 0 is success, 1 is bad input (the message on stderr says what, where and the remedy), 2 is a
command that was typed wrongly.
"""

from __future__ import annotations

import errno
import os
import sys

import click

from geoteam import __version__
from geoteam.cli.common import State
from geoteam.cli.register import add_commands
from geoteam.errors import GeoteamError, ImportProblems
from geoteam.services.outputs import system_failure

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# So many problems of a file are printed.
_SHOWN = 200


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="geoteam")
@click.option(
    "--workspace",
    envvar="GEOTEAM_WORKSPACE",
    default="workspace",
    show_default=True,
    help="Workspace folder (or GEOTEAM_WORKSPACE).",
)
@click.pass_context
def cli(context: click.Context, workspace: str) -> None:
    """Map, assign and visit the people a supervision agency is responsible for.

    Example: geoteam init --demo && geoteam serve
    """
    context.obj = State(workspace)
    context.call_on_close(context.obj.close)


add_commands(cli)


def main() -> None:
    """Run the command and turn errors into a message and an exit code."""
    # What geoteam writes holds people's addresses: for its owner's eyes only.
    os.umask(0o077)
    try:
        # Without its stand-alone mode, click returns the exit code of a command that chose one.
        code = cli(standalone_mode=False)
        sys.stdout.flush()
    except ImportProblems as error:
        _say(str(error))
        for problem in error.problems[:_SHOWN]:
            _say(
                f"  {problem.place}: {problem.message}"
                f"{f' ({problem.value})' if problem.value else ''}. {problem.remedy}"
            )
        if error.total > _SHOWN:
            _say(f"  and {error.total - _SHOWN:,} more")
        sys.exit(1)
    except GeoteamError as error:
        _say(str(error))
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        _say("Stopped.")
        sys.exit(1)
    except OSError as error:
        if error.errno == errno.EPIPE:
            # Whoever read our output has read enough; nothing more can be said to them.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        _say(str(system_failure(error)))
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _say(text: str) -> None:
    click.echo(f"geoteam: {text}" if not text.startswith("  ") else text, err=True)
