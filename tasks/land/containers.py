"""From a handed-in file to the chat texts in it: plain text, or a zip beside whatever media.

Nothing is written to disk, nothing but chat texts is unpacked, and what is unpacked is counted while it
comes out: sizes that an archive states about itself are not believed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from schemas.errors import FileRefused

#: Most bytes that all chat texts of one file may have, unpacked.
MAX_BYTES = 512 << 20
#: Most entries of an archive that are looked into for a chat, and how far.
MAX_PROBED = 200
_PROBE_BYTES = 64 << 10
_CHUNK = 1 << 20
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_DATE = re.compile(r"(?<!\d)(20\d{2})([-._]?)(\d{2})\2(\d{2})(?!\d)")
#: A zip's clock starts in 1980; nobody exported a chat before the app could.
_FIRST_PLAUSIBLE_YEAR = 2010
_MEDIA = [
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".gif",
    ".heic",
    ".mp4",
    ".mov",
    ".3gp",
    ".mkv",
    ".avi",
    ".opus",
    ".ogg",
    ".m4a",
    ".mp3",
    ".aac",
    ".amr",
    ".wav",
    ".vcf",
    ".pdf",
    ".doc",
    ".docx",
    ".xls",
    ".xlsx",
    ".ppt",
    ".pptx",
    ".apk",
    ".csv",
    ".json",
    ".html",
    ".xml",
    ".ics",
    ".rtf",
    ".odt",
    ".ods",
    ".epub",
]
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar")
#: A line may begin a message when, after marks and a bracket, two separated numbers come.
_HEADER_START = re.compile(r"^[^\w\[\n]{0,4}\[?[^\w\n]{0,3}\d{1,4}[^\w\n]{1,4}\d{1,2}\D", re.MULTILINE)
_CHAT_NAME = re.compile(r"(?i)^_chat\b|whatsapp")


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat text as it lies in the file, and the export date that its container states."""

    text: bytes
    stated_date: dt.date | None
    file_id: str  # first 12 hex digits of the SHA-256 of the text
    n_bytes: int
    is_dated_by_name: bool  # by a name, not by an archive's clock


def open_chats(content: bytes, file_name: str, *, max_bytes: int = MAX_BYTES) -> list[Chat]:
    """The chat texts of one handed-in file.

    Args:
        content: bytes of the file; what it is, is told by them, not by its name.
        file_name: for the export date that a name may state (``… 2024-03-31.txt``).
        max_bytes: most bytes of text to unpack.

    Returns:
        At least one chat; several when an archive holds several exports.

    Raises:
        FileRefused: ``empty_file, too_large, broken_zip, encrypted_zip, nested_zip, unsafe_zip, zip_bomb,
            no_chat_in_zip``.
    """
    if not content:
        raise FileRefused("empty_file")
    if content.startswith(_ZIP_HEADS):
        return _from_zip(content, file_name, max_bytes)
    if len(content) > max_bytes:
        raise FileRefused("too_large", n_bytes=len(content))
    return [_chat(content, date_in_name(file_name), None)]


def date_in_name(file_name: str) -> dt.date | None:
    """The last day that a file's name states as year, month, day; None without a real one."""
    for year, _, month, day in reversed(_DATE.findall(PurePosixPath(file_name.replace("\\", "/")).name)):
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _chat(text: bytes, date_in_names: dt.date | None, entry_date: dt.date | None) -> Chat:
    file_id = hashlib.sha256(text).hexdigest()[:12]
    return Chat(text, date_in_names or entry_date, file_id, len(text), date_in_names is not None)


def _from_zip(content: bytes, file_name: str, max_bytes: int) -> list[Chat]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_unsafe(entries)
            return _read_chats(archive, _candidates(archive, entries), file_name, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, IndexError):
        raise FileRefused("broken_zip", n_bytes=len(content)) from None
    except RuntimeError:  # zipfile's word for a missing password
        raise FileRefused("encrypted_zip", n_bytes=len(content)) from None


def _refuse_unsafe(entries: list[zipfile.ZipInfo]) -> None:
    """No phone writes names that point elsewhere, or links."""
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in name.split("/"):
            raise FileRefused("unsafe_zip", n_entries=len(entries))


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _candidates(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Entries that hold a chat: texts by name, else by content; never media.

    Raises:
        FileRefused: there is none; the reason says what there is instead.
    """
    own = [entry for entry in entries if not _is_litter(entry)]
    suffixes = {id(entry): PurePosixPath(entry.filename).suffix.lower() for entry in own}
    texts = [entry for entry in own if suffixes[id(entry)] == ".txt"]
    named = [entry for entry in texts if _CHAT_NAME.search(PurePosixPath(entry.filename).name)]
    known = {".txt", *_MEDIA, *_ARCHIVES}
    nameless = [entry for entry in own if suffixes[id(entry)] not in known]
    for group in (named, texts, nameless):
        found = [entry for entry in group[:MAX_PROBED] if _looks_like_chat(archive, entry)]
        if found:
            return found
    if named:
        return named
    if any(suffixes[id(entry)] in _ARCHIVES for entry in own):
        raise FileRefused("nested_zip", n_entries=len(entries))
    raise FileRefused("no_chat_in_zip", n_entries=len(entries))


def _looks_like_chat(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if entry.flag_bits & 1:
        raise FileRefused("encrypted_zip")
    with archive.open(entry) as stream:
        head = stream.read(_PROBE_BYTES)
    if head.startswith(_ZIP_HEADS):
        return False
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return _HEADER_START.search(head.replace(b"\x00", b"").decode("utf-8", "ignore")) is not None or (
        _HEADER_START.search(head.decode(encoding, "ignore")) is not None
    )


def _read_chats(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], file_name: str, max_bytes: int
) -> list[Chat]:
    """Read the texts, within one budget for all; a text that another chat names as attached is no chat."""
    stated = date_in_name(file_name)
    texts: list[tuple[zipfile.ZipInfo, bytes]] = []
    for entry in entries:
        read = sum(len(text) for _, text in texts)
        texts.append((entry, _unpack(archive, entry, max_bytes - read)))
    chats = {
        chat.file_id: chat
        for entry, text in texts
        if not _is_attachment(entry, texts)
        for chat in [_chat(text, date_in_name(entry.filename) or stated, _entry_date(entry))]
        if text
    }
    if not chats:
        raise FileRefused("empty_file")
    return list(chats.values())


def _is_attachment(entry: zipfile.ZipInfo, texts: list[tuple[zipfile.ZipInfo, bytes]]) -> bool:
    name = PurePosixPath(entry.filename).name.encode()
    return any(name in text for other, text in texts if other is not entry)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes:
    """An entry's bytes, counted as they come out."""
    if entry.flag_bits & 1:
        raise FileRefused("encrypted_zip")
    out = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            out += chunk
            if len(out) > budget:
                raise FileRefused("zip_bomb", limit_bytes=budget)
    return bytes(out)


def _entry_date(entry: zipfile.ZipInfo) -> dt.date | None:
    """The day an archive gives its entry, unless its clock was never set."""
    year, month, day = entry.date_time[:3]
    if year < _FIRST_PLAUSIBLE_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
