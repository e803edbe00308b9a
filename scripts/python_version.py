"""Stop early, with words, on a Python that geoteam does not run on."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  the reader may have an older one
    sys.exit(
        f"geoteam needs Python 3.11 or newer; this is {sys.version.split()[0]}.\n"
        "Name a newer one: make run PYTHON=python3.12"
    )
