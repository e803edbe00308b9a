"""What a boundary file is, before GDAL opens it: there, whole, and of a size that can be read."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from geoteam.errors import MissingFileError, UnreadableFileError

MAX_BYTES = 1 << 30
SUFFIXES = (".geojson", ".json", ".shp", ".zip", ".gpkg", ".fgb", ".gdb", ".kml", ".kmz")
_WHOLE_COPY = "Get a whole copy of the file and try again"


def check_file(path: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Refuse a file that cannot be a whole boundary file, without opening it with GDAL.

    Parameters
    ----------
    path
        A file, or the folder of a File Geodatabase.
    max_bytes
        Largest size, unpacked, in bytes.

    Raises
    ------
    MissingFileError
        When nothing is there.
    UnreadableFileError
        When it is empty, too large, truncated, or of an unknown kind.
    """
    if not path.exists():
        raise MissingFileError(f"there is no file {path.name}", where=str(path))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableFileError(
            f"{suffix or 'a file without an extension'} is no boundary format",
            where=str(path),
            remedy=f"Give one of {', '.join(SUFFIXES)}",
        )
    if path.is_dir() and suffix != ".gdb":
        raise UnreadableFileError("this is a folder, not a file", where=str(path))
    size = _size(path)
    if size == 0:
        raise UnreadableFileError(
            "the file is empty (0 bytes)", where=str(path), remedy=_WHOLE_COPY
        )
    if size > max_bytes:
        raise UnreadableFileError(
            f"the file holds {size / 1e9:.1f} GB; boundaries may have {max_bytes / 1e9:.1f} GB",
            where=str(path),
            remedy="Keep only the boundary layer, or simplify it, and try again",
        )
    fault = _FAULTS.get(suffix, _no_fault)(path)
    if fault:
        raise UnreadableFileError(fault, where=str(path), remedy=_WHOLE_COPY)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    if path.suffix.lower() in {".zip", ".kmz"}:
        if path.stat().st_size == 0:
            return 0
        try:
            with zipfile.ZipFile(path) as archive:
                return sum(entry.file_size for entry in archive.infolist())
        except zipfile.BadZipFile as error:
            raise UnreadableFileError(
                "the zip file is damaged or truncated", where=str(path), remedy=_WHOLE_COPY
            ) from error
    if path.suffix.lower() == ".shp":
        # The attributes are read too.
        return sum(p.stat().st_size for p in (path, path.with_suffix(".dbf")) if p.exists())
    return path.stat().st_size


def _no_fault(_path: Path) -> str:
    return ""


def _shapefile_fault(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        return "the file is truncated or no Shapefile"
    # Bytes 24-27 give the length in 16-bit words (ESRI Shapefile Technical Description, 1998).
    promised = 2 * struct.unpack(">i", head[24:28])[0]
    if path.stat().st_size < promised:
        return f"the file is truncated: {path.stat().st_size:,} of {promised:,} bytes are there"
    missing = [s for s in (".shx", ".dbf") if not path.with_suffix(s).exists()]
    if missing:
        return f"the Shapefile's {' and '.join(missing)} are missing beside the .shp"
    return ""


def _geopackage_fault(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return "the file is truncated or no GeoPackage"
    # SQLite file format, section 1.3: page size at offset 16 (1 means 65536), pages at 28.
    page = struct.unpack(">H", head[16:18])[0]
    promised = (65536 if page == 1 else page) * struct.unpack(">I", head[28:32])[0]
    if path.stat().st_size < promised:
        return f"the file is truncated: {path.stat().st_size:,} of {promised:,} bytes are there"
    return ""


def _flatgeobuf_fault(path: Path) -> str:
    with path.open("rb") as file:
        return "" if file.read(3) == b"fgb" else "the file is truncated or no FlatGeobuf"


def _geojson_fault(path: Path) -> str:
    with path.open("rb") as file:
        text = file.read(4096)
        # An HTML error page, or a virtual data source that would have GDAL open other files.
        if text.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b""):
            return "the file is no GeoJSON; it does not begin with a brace"
        file.seek(max(0, path.stat().st_size - 4096))
        text += file.read()
    # A page of a feature service that was saved says at its start or end that rows are missing.
    if re.search(rb'"exceededTransferLimit"\s*:\s*true', text):
        return "the file is one page of a download from a feature service; further rows are missing"
    return ""


def _kml_fault(path: Path) -> str:
    with path.open("rb") as file:
        return "" if b"<kml" in file.read(4096) else "the file is truncated or no KML"


_FAULTS = {
    ".shp": _shapefile_fault,
    ".gpkg": _geopackage_fault,
    ".fgb": _flatgeobuf_fault,
    ".kml": _kml_fault,
    ".geojson": _geojson_fault,
    ".json": _geojson_fault,
}
