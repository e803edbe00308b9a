"""The workspace: a folder, a database and the derived artefacts that can be rebuilt."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geoteam.areas import AreaIndex
from geoteam.errors import (
    AddressReferenceError,
    MissingFileError,
    NotFoundError,
    ProfileError,
    StreetsError,
    WorkspaceBusyError,
    WorkspaceError,
)
from geoteam.geocoding import ReferenceIndex
from geoteam.profile import CityProfile
from geoteam.store import boundaries, engine, settings
from geoteam.streets import StreetNetwork

LANDSCAPE_FILE = "landscape.parquet"
DATABASE_VARIABLE = "GEOTEAM_DATABASE_URL"
_Made = TypeVar("_Made")
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the machine's moment, timezone-aware.

    Returns
    -------
    datetime
        In UTC.
    """
    return datetime.now(UTC)


class Workspace:
    """One agency's data: opened once per process and shared by its threads.

    Parameters
    ----------
    folder
        The workspace folder, which must exist.
    opened
        Engine of a migrated database.
    clock
        Tells the current moment; tests give their own.
    """

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        clock: Clock = system_clock,
    ) -> None:
        self.folder = folder
        self.engine = engine
        self._clock = clock
        self._cache: dict[object, Any] = {}
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        folder: Path,
        database_url: str | None = None,
        *,
        create: bool = False,
        clock: Clock = system_clock,
    ) -> Workspace:
        """Open a workspace and bring its database to the present schema.

        Parameters
        ----------
        folder
            The workspace folder.
        database_url
            SQLAlchemy URL; by default ``GEOTEAM_DATABASE_URL``, else SQLite in the folder.
        create
            Make the folder when it is not there.
        clock
            Tells the current moment.

        Returns
        -------
        Workspace
            Ready for use.

        Raises
        ------
        WorkspaceError
            When the folder is missing or cannot be written, or the database cannot be opened.
        """
        url = database_url or os.environ.get(DATABASE_VARIABLE) or ""
        if create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WorkspaceError(
                    f"the workspace cannot be made: {error.strerror}",
                    where=str(folder),
                    remedy="Choose a folder that you may write, with --workspace",
                ) from error
        elif not folder.is_dir() or not (url or (folder / "geoteam.db").is_file()):
            raise WorkspaceError(
                "there is no workspace here",
                where=str(folder),
                remedy="Make one with: geoteam init --demo (or --profile FILE --data DIR)",
            )
        if not os.access(folder, os.W_OK):
            raise WorkspaceError(
                "the workspace is read-only",
                where=str(folder),
                remedy="Give yourself the right to write there, or choose another with --workspace",
            )
        opened = engine.open_engine(url or engine.sqlite_url(folder / "geoteam.db"))
        engine.migrate(opened)
        return cls(folder, opened, clock)

    def close(self) -> None:
        """Close the connections to the database; the next use opens new ones."""
        self.engine.dispose()

    def now(self) -> datetime:
        """Return the current moment, timezone-aware."""
        return self._clock()

    def today(self) -> date:
        """Return the current day in the city's time zone."""
        return self.now().astimezone(self.profile.city.zone).date()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that is committed at the end, or rolled back on any error.

        Yields
        ------
        Session
            An open session.
        """
        with engine.transaction(self.engine) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session on one consistent view, which cannot write and waits for nobody.

        Yields
        ------
        Session
            An open session.
        """
        with engine.reading(self.engine) as session:
            yield session

    @contextmanager
    def exclusive(self, work: str) -> Iterator[None]:
        """Hold the workspace for work that two processes must not do at once.

        Parameters
        ----------
        work
            Name of the work; one lock file each.

        Yields
        ------
        None
            While the lock is held.

        Raises
        ------
        WorkspaceBusyError
            When another process is at the same work.
        """
        path = self.folder / f"{work}.lock"
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise WorkspaceBusyError(
                    f"another process is busy with {work} on this workspace",
                    where=str(self.folder),
                    remedy="Wait until it ends, or stop it, and try again",
                ) from error
            yield

    def is_ready(self) -> bool:
        """Tell whether ``init`` ran to its end here."""
        with self.reading() as session:
            return settings.get(session, "ready") is not None

    @property
    def profile(self) -> CityProfile:
        """The city profile that the workspace was made with."""

        def load() -> CityProfile:
            with self.reading() as session:
                value = settings.get(session, "profile")
            if value is None:
                raise ProfileError(
                    "the workspace has no city profile yet",
                    where=str(self.folder),
                    remedy="Run geoteam init first",
                )
            return CityProfile.model_validate(value)

        return self.once("profile", load)

    def streets(self) -> StreetNetwork:
        """Return the street network of the workspace, loaded on first use."""
        path = self.folder / "streets.npz"
        if not path.is_file():
            raise StreetsError(
                "the workspace has no street network", remedy="Build it with: geoteam streets build"
            )
        return self.once(("streets", path.stat().st_mtime_ns), lambda: StreetNetwork.load(path))

    def streets_stamp(self) -> int:
        """Return what changes whenever the street network is built anew; 0 without one."""
        path = self.folder / "streets.npz"
        return path.stat().st_mtime_ns if path.is_file() else 0

    def reference(self) -> ReferenceIndex:
        """Return the geocoding reference of the workspace, loaded on first use."""
        path = self.folder / "reference.npz"
        if not path.is_file():
            raise AddressReferenceError(
                "the workspace has no address reference",
                remedy="Build it with: geoteam addresses add",
            )
        return self.once(("reference", path.stat().st_mtime_ns), lambda: ReferenceIndex.load(path))

    def landscape(self) -> gpd.GeoDataFrame | None:
        """Return water and parks, loaded on first use; None where the city has none on file."""
        path = self.folder / LANDSCAPE_FILE
        if not path.is_file():
            return None
        return self.once(("landscape", path.stat().st_mtime_ns), lambda: gpd.read_parquet(path))

    def areas(self, kind: str, on: date | None = None) -> gpd.GeoDataFrame:
        """Return the boundary set of a kind in force on a day.

        Parameters
        ----------
        kind
            Boundary kind, such as ``service_area``.
        on
            The day; today by default.

        Returns
        -------
        GeoDataFrame
            BOUNDARIES; ``attrs["set"]`` is the ``BoundarySet``.

        Raises
        ------
        NotFoundError
            When no set of the kind is in force on that day.
        """
        day = on or self.today()
        with self.reading() as session:
            found = boundaries.in_force(session, kind, day)
        if found is None:
            raise NotFoundError(
                f"no boundaries of kind {kind} are in force on {day.isoformat()}",
                remedy="See: geoteam boundaries list",
            )
        return self.areas_of(found[0])

    def areas_of(self, set_id: int) -> gpd.GeoDataFrame:
        """Return a boundary set, in force or not.

        Parameters
        ----------
        set_id
            Its id.

        Returns
        -------
        GeoDataFrame
            BOUNDARIES; ``attrs["set"]`` is the ``BoundarySet``, ``attrs["set_id"]`` its id.

        Raises
        ------
        NotFoundError
            When there is no such set.
        """

        def load() -> gpd.GeoDataFrame:
            with self.reading() as session:
                frame = boundaries.load_set(session, set_id)
                frame.attrs["set"] = boundaries.get_set(session, set_id)
            frame.attrs["set_id"] = set_id
            return frame

        return self.once(("areas", set_id), load)

    def area_index(self, kind: str, on: date | None = None) -> AreaIndex:
        """Return the point-in-area index of a boundary set.

        Parameters
        ----------
        kind
            Boundary kind.
        on
            The day; today by default.

        Returns
        -------
        AreaIndex
            Index over the set in force.
        """
        return self.index_of(self.areas(kind, on).attrs["set_id"])

    def index_of(self, set_id: int) -> AreaIndex:
        """Return the point-in-area index of a boundary set, in force or not.

        Parameters
        ----------
        set_id
            Its id.

        Returns
        -------
        AreaIndex
            Index over the set.
        """
        crs = self.profile.city.crs
        return self.once(("index", set_id), lambda: AreaIndex(self.areas_of(set_id), crs))

    def newest(self, name: str, stamp: object, make: Callable[[], _Made]) -> _Made:
        """Return something derived from the data, made anew when the data has another stamp.

        Parameters
        ----------
        name
            What it is; only the newest one of each name is kept.
        stamp
            Stands for the data that it is derived from.
        make
            Makes it; others go on working meanwhile.

        Returns
        -------
        object
            What ``make`` returned for this stamp.
        """
        with self._lock:
            kept = self._cache.get(("newest", name))
        if kept is None or kept[0] != stamp:
            kept = stamp, make()
            with self._lock:
                self._cache["newest", name] = kept
        made: _Made = kept[1]
        return made

    def forget(self) -> None:
        """Drop what was loaded, after a write that changes it."""
        with self._lock:
            self._cache.clear()

    def artefact(self, name: str) -> Path:
        """Return the path of a derived artefact that must exist.

        Parameters
        ----------
        name
            File name in the workspace folder.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        MissingFileError
            When it has not been built.
        """
        path = self.folder / name
        if not path.is_file():
            raise MissingFileError(
                f"{name} is not in the workspace", remedy="Run geoteam init again"
            )
        return path

    def latest(self, key: object, stamp: object, make: Callable[[], _Made]) -> _Made:
        """Return what was made under a key, making it again when its stamp changes.

        Parameters
        ----------
        key
            Names what is made; the one before it is dropped.
        stamp
            What it follows from.
        make
            Makes it.

        Returns
        -------
        object
            The same one until the stamp changes or `forget`.
        """
        with self._lock:
            kept = self._cache.get(("latest", key))
            if kept is None or kept[0] != stamp:
                kept = self._cache[("latest", key)] = (stamp, make())
            made: _Made = kept[1]
            return made

    def once(self, key: object, make: Callable[[], _Made]) -> _Made:
        """Return what was made under a key, making it on first use.

        Parameters
        ----------
        key
            Names what is made; whatever it follows from is part of it.
        make
            Makes it.

        Returns
        -------
        object
            The same one until `forget`.
        """
        with self._lock:
            if key not in self._cache:
                self._cache[key] = make()
            made: _Made = self._cache[key]
            return made
