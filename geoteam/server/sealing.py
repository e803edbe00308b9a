"""Sealed words: what an address bar, a log or a browser history may hold instead of a person.

A client is addressed by a sealed reference and a search by its sealed text. Sealing is
deterministic (one client has one address, so that bookmarks work) and authenticated (an altered
word does not open). Construction: synthetic IV, Rogaway and Shrimpton, "Deterministic
authenticated encryption", Eurocrypt 2006, with HMAC-SHA256 as the PRF and SHAKE-256 keyed by a
derived key as the stream.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_TAG_BYTES = 12
# Texts are padded to a multiple of this, so that the length says little.
_BLOCK = 12


class Sealer:
    """Seals texts for one workspace.

    Parameters
    ----------
    secret
        The workspace's secret.
    """

    def __init__(self, secret: bytes) -> None:
        self._tag_key = hmac.digest(secret, b"geoteam sealing tag", "sha256")
        self._stream_key = hmac.digest(secret, b"geoteam sealing stream", "sha256")

    def seal(self, text: str, *, context: str) -> str:
        """Seal a text.

        Parameters
        ----------
        text
            What is to be hidden.
        context
            What kind of thing it is; a word sealed for one context does not open in another.

        Returns
        -------
        str
            Letters, digits, ``-`` and ``_`` only.
        """
        body = text.encode()
        body += b"\x80" + b"\x00" * (-(len(body) + 1) % _BLOCK)
        tag = self._tag(body, context)
        return base64.urlsafe_b64encode(tag + self._mix(tag, body)).decode().rstrip("=")

    def unseal(self, word: str, *, context: str) -> str | None:
        """Open a sealed word.

        Parameters
        ----------
        word
            What ``seal`` returned.
        context
            The context it was sealed for.

        Returns
        -------
        str | None
            The text, or None when the word was not sealed by this workspace for this context.
        """
        try:
            raw = base64.b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        tag, hidden = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        body = self._mix(tag, hidden)
        if not hmac.compare_digest(tag, self._tag(body, context)):
            return None
        text, mark, _ = body.rpartition(b"\x80")
        return text.decode() if mark else None

    def _tag(self, body: bytes, context: str) -> bytes:
        return hmac.digest(self._tag_key, context.encode() + b"\x00" + body, "sha256")[:_TAG_BYTES]

    def _mix(self, tag: bytes, body: bytes) -> bytes:
        stream = hashlib.shake_256(self._stream_key + tag).digest(len(body))
        return bytes(a ^ b for a, b in zip(body, stream, strict=True))
