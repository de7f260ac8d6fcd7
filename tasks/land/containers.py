"""From what was handed in to the chat texts in it: a plain text, a zip or an unpacked folder beside whatever media.

Nothing is written to disk, nothing but chat texts (and contact cards, where asked for) is unpacked, and
what is unpacked is counted while it comes out: sizes that an archive states about itself are not believed.

Several chats in one archive or folder are several exports of one group. Where the names that the app gave
them say that they are chats of different names, the whole is refused: chats of another group must not
slip in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import lzma
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from schemas.errors import FileRefused

#: Most bytes that all chat texts of one file may have, unpacked.
MAX_BYTES = 512 << 20
#: Most entries of an archive that are looked into for a chat, and how far.
MAX_PROBED = 200
_PROBE_BYTES = 64 << 10
_CHUNK = 1 << 20
#: Of contact cards: how large one may be, and how many are read.
MAX_CARD_BYTES = 4 << 20
MAX_CARDS = 5_000
#: An archive's mark that a name is in UTF-8; without it, it may be in any of these.
_UTF8_NAME = 0x800
_NAME_CODECS = ("utf-8", "cp850", "cp1252")
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
#: What the app calls an export: its words, the word before the title, the title, a copy's number.
_TITLE = re.compile(
    r"(?i)^(?:WhatsApp[ -]?Chat|Chat (?:de )?WhatsApp|Sembang WhatsApp|Conversas? (?:do|de) WhatsApp"
    r"|Discussion WhatsApp)"
    r"(?: - | (?:with|dengan|mit|con|com|avec|met|ile|bersama) )(.+?)(?:[ _]*\(\d+\)| copy| \d{4}-\d\d-\d\d)*$"
)
_CARD = ".vcf"


@dataclass(frozen=True)
class Chat:
    """One chat text as it lies in the file, and the export date that its container states."""

    text: bytes
    stated_date: dt.date | None
    n_bytes: int
    is_dated_by_name: bool  # by a name, not by an archive's clock
    entry_date: dt.date | None = None  # that an archive gives the text
    cards: tuple[bytes, ...] = ()  # contact cards that lie beside it, where they were asked for

    @cached_property
    def file_id(self) -> str:
        """First 12 hex digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive or a folder."""

    name: str
    spellings: tuple[str, ...]  # what its name may be, where the archive does not say in which encoding
    date: dt.date | None  # that an archive gives it
    is_encrypted: bool
    open: Callable[[], IO[bytes]]

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def is_litter(self) -> bool:
        parts = PurePosixPath(self.name).parts
        return not parts or "__MACOSX" in parts or parts[-1].startswith(".")


def open_chats(
    content: bytes, file_name: str, *, max_bytes: int = MAX_BYTES, with_cards: bool = False
) -> list[Chat]:
    """The chat texts of one handed-in file.

    Args:
        content: bytes of the file; what it is, is told by them, not by its name.
        file_name: for the export date that a name may state (``… 2024-03-31.txt``).
        max_bytes: most bytes of text to unpack.
        with_cards: whether to unpack the contact cards beside the chat, too.

    Returns:
        At least one chat; several when an archive holds several exports of one chat.

    Raises:
        FileRefused: ``empty_file, too_large, broken_zip, encrypted_zip, nested_zip, unsafe_zip, zip_bomb,
            no_chat_in_zip, several_chats_in_zip``.
    """
    if not content:
        raise FileRefused("empty_file")
    if content.startswith(_ZIP_HEADS):
        return _from_zip(content, file_name, max_bytes, with_cards)
    if len(content) > max_bytes:
        raise FileRefused("too_large", n_bytes=len(content))
    return [_chat(content, date_in_name(file_name), None)]


def open_folder(folder: Path, *, max_bytes: int = MAX_BYTES, with_cards: bool = False) -> list[Chat]:
    """The chat texts of an export that was unpacked into a folder; as :func:`open_chats`.

    They lie in it, or somewhere below where it holds no text itself. Links are not followed. A folder's
    files state no date: copying changes their clock.

    Raises:
        FileRefused: ``empty_file, zip_bomb, no_chat_in_folder, several_chats_in_zip``; ``nested_zip`` where
            there are only archives.
    """
    found = sorted(folder.iterdir())
    if not any(path.suffix.lower() == ".txt" for path in found):
        found = sorted(folder.rglob("*"))
    members = [_of_folder(path, folder) for path in found if path.is_file() and not path.is_symlink()]
    try:
        return _read_chats(members, folder.name, max_bytes, with_cards)
    except FileRefused as error:
        if error.reason != "no_chat_in_zip":
            raise
        raise FileRefused("no_chat_in_folder", n_files=len(members)) from None


def _of_folder(path: Path, folder: Path) -> _Member:
    name = path.relative_to(folder).as_posix()
    return _Member(name, (path.name,), None, is_encrypted=False, open=lambda: path.open("rb"))


def date_in_name(file_name: str) -> dt.date | None:
    """The last day that a file's name states as year, month, day; None without a real one."""
    for year, _, month, day in reversed(_DATE.findall(PurePosixPath(file_name.replace("\\", "/")).name)):
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _chat(
    text: bytes, date_in_names: dt.date | None, entry_date: dt.date | None, cards: tuple[bytes, ...] = ()
) -> Chat:
    return Chat(
        text=text,
        stated_date=date_in_names or entry_date,
        n_bytes=len(text),
        is_dated_by_name=date_in_names is not None,
        entry_date=entry_date,
        cards=cards,
    )


def _from_zip(content: bytes, file_name: str, max_bytes: int, with_cards: bool) -> list[Chat]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_unsafe(entries)
            members = [_of_zip(archive, entry) for entry in entries]
            return _read_chats(members, file_name, max_bytes, with_cards)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
        IndexError,
        OverflowError,
    ):
        raise FileRefused("broken_zip", n_bytes=len(content)) from None
    except RuntimeError:  # zipfile's word for a missing password
        raise FileRefused("encrypted_zip", n_bytes=len(content)) from None


def _of_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Member:
    return _Member(
        entry.filename,
        _spellings(entry),
        _entry_date(entry),
        is_encrypted=bool(entry.flag_bits & 1),
        open=lambda: archive.open(entry),
    )


def _spellings(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """An entry's own name, in every encoding it may have been written in."""
    name = PurePosixPath(entry.filename).name
    if entry.flag_bits & _UTF8_NAME or name.isascii():
        return (name,)
    found = [name]
    for codec in _NAME_CODECS:
        try:
            found.append(name.encode("cp437").decode(codec))
        except UnicodeError:
            continue
    return tuple(dict.fromkeys(found))


def _refuse_unsafe(entries: list[zipfile.ZipInfo]) -> None:
    """No phone writes names that point elsewhere, or links."""
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in name.split("/"):
            raise FileRefused("unsafe_zip", n_entries=len(entries))


def _candidates(members: list[_Member]) -> list[_Member]:
    """Members that hold a chat: texts by name, else by content; never media.

    Raises:
        FileRefused: there is none; the reason says what there is instead.
    """
    own = [member for member in members if not member.is_litter]
    texts = [member for member in own if member.suffix == ".txt"]
    named = [member for member in texts if _CHAT_NAME.search(PurePosixPath(member.name).name)]
    known = {".txt", *_MEDIA, *_ARCHIVES}
    nameless = [member for member in own if member.suffix not in known]
    for group in (named, texts, nameless):
        found = [member for member in group[:MAX_PROBED] if _looks_like_chat(member)]
        if found:
            return found
    if named:
        return named
    if any(member.suffix in _ARCHIVES for member in own):
        raise FileRefused("nested_zip", n_entries=len(members))
    raise FileRefused("no_chat_in_zip", n_entries=len(members))


def _looks_like_chat(member: _Member) -> bool:
    if member.is_encrypted:
        raise FileRefused("encrypted_zip")
    with member.open() as stream:
        head = stream.read(_PROBE_BYTES)
    if head.startswith(_ZIP_HEADS):
        return False
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return _HEADER_START.search(head.replace(b"\x00", b"").decode("utf-8", "ignore")) is not None or (
        _HEADER_START.search(head.decode(encoding, "ignore")) is not None
    )


def _read_chats(members: list[_Member], container: str, max_bytes: int, with_cards: bool) -> list[Chat]:
    """Read the texts, within one budget for all; a text that another chat names as attached is no chat."""
    texts: list[tuple[_Member, bytes]] = []
    for member in _candidates(members):
        read = sum(len(text) for _, text in texts)
        texts.append((member, _unpack(member, max_bytes - read)))
    own = [(member, text) for member, text in texts if text and not _is_attachment(member, texts)]
    if not own:
        raise FileRefused("empty_file")
    titles = {title for member, _ in own if (title := _title(member.name))}
    if len(titles) > 1:
        raise FileRefused("several_chats_in_zip", n_chats=len(own))
    stated = date_in_name(container)
    cards = _cards(members, max_bytes - sum(len(text) for _, text in texts)) if with_cards else ()
    chats = [_chat(text, date_in_name(member.name) or stated, member.date, cards) for member, text in own]
    return list({chat.file_id: chat for chat in chats}.values()) if len(chats) > 1 else chats


def _title(name: str) -> str | None:
    """The chat's name that the app wrote into an export's; None where it wrote none."""
    path = PurePosixPath(name)
    stem = path.parent.name if path.stem.lower().startswith("_chat") else path.stem
    match = _TITLE.match(unicodedata.normalize("NFC", stem))
    return match[1].strip().casefold() if match else None


def _is_attachment(member: _Member, texts: list[tuple[_Member, bytes]]) -> bool:
    names = [name.encode("utf-8", "surrogateescape") for name in member.spellings]
    return any(name in text for other, text in texts if other is not member for name in names)


def _cards(members: list[_Member], budget: int) -> tuple[bytes, ...]:
    """The contact cards, as many as are plausible, within what is left of the budget."""
    found: list[bytes] = []
    for member in members:
        if member.suffix != _CARD or member.is_litter or member.is_encrypted or len(found) == MAX_CARDS:
            continue
        with member.open() as stream:
            card = stream.read(min(MAX_CARD_BYTES, max(budget, 0)))
        budget -= len(card)
        found.append(card)
    return tuple(found)


def _unpack(member: _Member, budget: int) -> bytes:
    """A member's bytes, counted as they come out."""
    if member.is_encrypted:
        raise FileRefused("encrypted_zip")
    out = bytearray()
    with member.open() as stream:
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
