"""Lines of messages that may hold a list: numbers, bullets, slots, entries, sections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.features import DATE_SHAPE
from tasks.measure.text.scripts import Writing, read_by_script

_LEAD = r"[\s>*_~•\-(]*"
#: A numbered entry: '1.', '1)', '(1)', '1-', '1:', '*1.*', '1a.', '1️⃣' (whose sign was made a full stop before).
NUMBERED = rf"^{_LEAD}(\d{{1,3}})(?i:[a-d]?)\s*[*_~]*\s*[.):\-/]+[*_~]*(\s.*|[^\d\s].*|)$"
#: A number and a name with only a space between.
_BARE_NUMBER = r"^[\s>*_~]*(\d{1,3})(?i:[a-d]?)\s+(@?\pL.*)$"
#: A bullet before a name; ticks and crosses among them say something besides.
_TICKS = "✓✔☑✅❌✖✗✘✕❎🚫"
_BULLET_SIGNS = f"-–—•▪●○◦‣·▫◾◽■□👉➡▶🔹🔸🔘⚪⚫📌{_TICKS}"
_BULLET = rf"^\s*(?:(?:[{_BULLET_SIGNS}]\s*)+|\*\s+(?:[{_TICKS}]\s*)*)(@?\pL.*)$"
_MARK = rf"^\s*(?:[{_BULLET_SIGNS}*]\s*)*?([{_TICKS}])"
JUZ = (
    r"(?i)^[\s>*_~•\-\d.)(]*ju[zs][ '’]*(\d{1,2})[a-d]?\b"
    r"(?:\s*(?:-|–|s/?d|sampai|&|dan|,)\s*(\d{1,2})\b)?\s*[*_~]*\s*[.):\-=>]*\s*(.*)$"
)
MIN_JUZ = 10
#: Quick test, in one pass over whole texts, for what cannot be a list: an entry 1, a juz, bullets, a rest.
MAYBE_LIST = (
    r"(?m)^[\s>*_~•\-(]*0?0?1[a-dA-D]?\s*\x{fe0f}?\x{20e3}?\s*[*_~]*\s*(?:[.):\-/]|\s\pL)"
    r"|^[\s>*_~•\-]*(?:0\x{fe0f}?\x{20e3})?1\x{fe0f}?\x{20e3}|^[\s>*_~•\-\d.)(]*(?i:ju[zs])[ '’]*\d"
    rf"|^\s*(?:[{_BULLET_SIGNS}]|\*\s)"
    r"|\A[\s>*_~(]*\d{1,3}\x{fe0f}?\x{20e3}?\s*[.)]|[\x{2460}\x{661}\x{6f1}\x{1d7cf}\x{1d7d9}\x{1d7e3}\x{1d7ed}\x{1d7f7}]"
)
_DENIED = r"(?:tidak|tdk|gak?|ngg?ak|belum|blm|teu)(?: bisa| tiasa)? (?:hadir|ikut|bayar|transfer|tf|lunas)"
#: What a part of a list says of those who stand in it.
_STATUS = (
    r"(?:bisa |siap |akan )?hadir|ikut"
    rf"|{_DENIED}"
    r"|izin|ijin|absen|berhalangan|mungkin|tentatif|ragu(?:-ragu)?|belum pasti|lunas"
    r"|(?:sudah|sdh|udah|udh) (?:bayar|transfer|tf|lunas|setor)"
)
#: After a tick or cross nothing but that, or what one does not do: the head of a part, no bullet before a name.
_MARKED_STATUS = (
    rf"(?i)^\s*[{_TICKS}]\W*(?:(?:yang|yg)\s+)?(?:{_DENIED}(?:\s+\pL+){{0,2}}|{_STATUS})\W*\d*\W*$"
)
#: A line that parts the entries of one list and begins no other list.
SECTION = (
    r"(?i)^\W*(?:(?:yang|yg|list|daftar|nama(?:-nama)?|grup|group|kelompok|tim)\s+)*"
    r"(?:pa|pi|putra|putri|ikhwan|akhwat|laki(?:-laki| laki)?|perempuan|cowo?k?|cewe?k?|bapak(?:-bapak)?|ibu(?:-ibu)?"
    rf"|{_STATUS}|angkatan|kelas|mobil|kamar|sesi|panitia|peserta"
    r"|motor|regu|tim|kelompok|meja|rayon|korwil|waiting list|cadangan|lanjutan|[a-z]|\d{4})\b"
    r"\W*(?:\pL+\W*){0,2}\d*\W*$"
)


#: Digits of Arabic script, as Arabic and as Persian have them.
_ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
#: Ways of numbering, in the order in which a message is read by one of them.
_JUZ, _NUMBER, _BARE, _BULLETS, _NO_LIST = range(5)
NONE = -1


@dataclass(frozen=True, slots=True)
class ListLines:
    """Lines of the messages that hold a list, in their order; arrays by line, :data:`NONE` for what is not there.

    ``of_list``: ordinal of the list; ``message``: row of the message that holds the line; ``line``: ordinal among
    the lines of the messages of the list; ``number`` of an entry; ``body``: its place in ``bodies``, the distinct
    texts of entries; ``slot_to``: last juz of a line that takes several; ``text``: of other lines the place in
    ``texts``, the distinct ones; ``is_header``, ``is_item``; ``section``: place in ``texts`` of the last label of
    a part of the list before an entry.
    By list: ``at`` (row of the message it begins in), ``block`` (ordinal among the lists of that message),
    ``is_juz``, ``is_seed``, ``is_bulleted``.
    """

    of_list: np.ndarray
    message: np.ndarray
    line: np.ndarray
    number: np.ndarray
    body: np.ndarray
    slot_to: np.ndarray
    text: np.ndarray
    is_header: np.ndarray
    is_item: np.ndarray
    section: np.ndarray
    at: np.ndarray
    block: np.ndarray
    is_juz: np.ndarray
    is_seed: np.ndarray
    is_bulleted: np.ndarray
    bodies: pl.Series
    texts: pl.Series


def list_lines(messages: pl.DataFrame) -> ListLines:
    """Lines of the messages that hold a list.

    A list has entries 1 and 2, or at least 10 juz lines, or at least two bullets under a header. A seed has one
    entry alone: it may be the first version of a list, if copies follow. A message that begins with the number
    after the last one of the message before, in the same turn, goes on with that list; a title before a new
    entry 1 begins another block.

    Args:
        messages: at (row, rising), turn (of one writer; NULL never continues a list), text.
    """
    some = messages.filter(pl.col("text").str.contains("\n", literal=True))
    some = some.filter(some["text"].str.contains(MAYBE_LIST))
    written = _unmarked(some["text"]).str.split("\n")
    distinct, code = distinct_values(written.explode(empty_as_null=True).fill_null(""))
    read = _read_lines(distinct)
    n_lines = np.maximum(written.list.len().to_numpy(), 1)
    message = np.repeat(np.arange(len(some)), n_lines)
    host = _hosts(read, message, code, some["turn"])
    manner, is_seed = _manners(read, host, code)
    chosen = np.flatnonzero(manner[host] != _NO_LIST)
    at = some["at"].to_numpy()
    kept = _Kept.of(read, code[chosen], host[chosen], manner)
    body, bodies = _bodies(read, kept)
    text, others = _numbered_anew(np.where(kept.is_item, NONE, kept.code))
    texts = read.raw.gather(others)
    told = read_by_script(texts, _labels_and_titles)
    labels, titles = told["label"].to_numpy(), told["title"].to_numpy()
    # an item's text is NONE, the last of them: no label and no title
    is_label, is_title = np.append(labels, False)[text], np.append(titles & ~labels, False)[text]
    block = _blocks(kept, is_title)
    first = _runs(kept.host, block)
    begins = np.flatnonzero(first == np.arange(len(first)))
    of_list = np.cumsum(first == np.arange(len(first))) - 1
    is_header, label = _around(kept.is_item, is_label, begins, of_list)
    host_of_list = kept.host[begins]
    return ListLines(
        of_list=of_list,
        message=at[message[chosen]],
        line=np.arange(len(chosen)) - _runs(kept.host),
        number=kept.number,
        body=body,
        slot_to=kept.slot_to,
        text=text,
        is_header=is_header,
        is_item=kept.is_item,
        section=np.where(kept.is_item & (label != NONE), text[label], NONE),
        at=at[host_of_list],
        block=block[begins],
        is_juz=manner[host_of_list] == _JUZ,
        is_seed=is_seed[host_of_list],
        is_bulleted=manner[host_of_list] == _BULLETS,
        bodies=bodies,
        texts=texts,
    )


def _unmarked(texts: pl.Series) -> pl.Series:
    """Numbers drawn as keys, written as numbers."""
    return texts.str.replace_many(["\U0001f51f", "\ufe0f\u20e3", "\u20e3"], ["10.", ".", "."])


@dataclass(frozen=True, slots=True)
class _Read:
    """Distinct lines: their text, and by :data:`_JUZ`, … the number and text of the entry each could be.

    ``number`` (bullets have none), ``body``: one row or column for each way of numbering.
    """

    raw: pl.Series
    number: np.ndarray
    juz_to: np.ndarray
    body: tuple[pl.Series, ...]


def _read_lines(written: pl.Series) -> _Read:
    """Distinct lines as written, with what each could be."""
    # ASCII stays as it is
    at = (written.str.len_bytes() != written.str.len_chars()).arg_true()
    others = written.gather(at).str.normalize("NFKC").str.replace_all(r"[\p{Cf}\x{fe00}-\x{fe0f}]", "")
    others = others.str.replace_many(list(_ARABIC_DIGITS), list("0123456789" * 2))
    # keycaps of two digits come as '1.0.'
    keycaps = r"^([\s>*_~•\-]*)(\d)\.(\d)\."
    raw = written.clone().scatter(at, others).str.replace(keycaps, "${1}${2}${3}.").rename("line")
    read = read_by_script(raw, _entries)
    number = np.stack([read[name].to_numpy() for name in ("juz", "item", "bare")])
    bodies = tuple(read[name] for name in ("juz_body", "item_body", "bare_body", "bullet"))
    return _Read(raw, number, read["juz_to"].to_numpy(), bodies)


def _entries(lines: pl.Series, written: Writing) -> pl.DataFrame:
    """What lines are as entries of each way of numbering: number and body of juz, item, bare, what follows a bullet."""
    line = pl.col("line")
    mark = line.str.extract(_MARK, 1)
    bullet = pl.when(~line.str.contains(written(_MARKED_STATUS))).then(line.str.extract(written(_BULLET), 1))
    read = lines.to_frame().select(
        juz=line.str.extract_groups(written(JUZ)),
        item=line.str.extract_groups(written(NUMBERED)),
        bare=line.str.extract_groups(written(_BARE_NUMBER)),
        # a tick or cross before the name is the bullet, and says that it is done or will not be
        bullet=pl.when(mark.is_null()).then(bullet).otherwise(pl.concat_str(bullet, pl.lit(" "), mark)),
    )
    juz, item, bare = (pl.col(name).struct for name in ("juz", "item", "bare"))
    return read.select(
        juz=_whole(juz[0]), juz_to=_whole(juz[1]), item=_whole(item[0]), bare=_whole(bare[0]),
        juz_body=juz[2], item_body=item[1], bare_body=bare[1], bullet="bullet",
    )  # fmt: skip


def _whole(digits: pl.Expr) -> pl.Expr:
    """Numbers of up to three digits; NONE without one."""
    return digits.cast(pl.Int64, strict=False).fill_null(NONE)


def _hosts(read: _Read, message: np.ndarray, code: np.ndarray, turn: pl.Series) -> np.ndarray:
    """By line, the ordinal of the message in which a list that goes on in the next ones began."""
    n = len(turn)
    number = np.where(read.number[_JUZ] != NONE, read.number[_JUZ], read.number[_NUMBER])[code]
    at = np.flatnonzero(number != NONE)
    first, last = np.full(n, NONE), np.full(n, NONE)
    last[message[at]] = number[at]
    first[message[at[::-1]]] = number[at[::-1]]
    goes_on = np.zeros(n, dtype=bool)
    goes_on[1:] = (first[1:] > 1) & (last[:-1] != NONE) & (first[1:] == last[:-1] + 1)
    goes_on &= (turn == turn.shift()).fill_null(False).to_numpy()
    return np.maximum.accumulate(np.where(goes_on, 0, np.arange(n)))[message]


def _manners(read: _Read, host: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By host, the way of numbering that fits the whole message, and whether it is no more than a seed."""
    n = int(host.max(initial=-1)) + 1
    begins = _runs(host)
    juz, item, bare = (number[code] for number in read.number)
    bulleted = read.body[_BULLETS].is_not_null().to_numpy()[code]

    def count(is_so: np.ndarray) -> np.ndarray:
        return np.bincount(host[is_so], minlength=n)

    # a juz counts once in a message; numbers have three digits at most
    juz_of_host = np.unique(host[juz != NONE] * 1000 + juz[juz != NONE]) // 1000
    n_bullets, n_items, n_bare = count(bulleted), count(item != NONE), count(bare != NONE)
    opens_by_bullet = count(bulleted & (begins == np.arange(len(host)))) > 0
    has_item, has_bare = count(item == 1) > 0, count(bare == 1) > 0
    by_bullet = (n_bullets > 0) & ~opens_by_bullet
    told = (
        (_JUZ, np.bincount(juz_of_host, minlength=n) >= MIN_JUZ),
        (_NUMBER, has_item & (count(item == 2) > 0)),
        (_BARE, has_bare & (count(bare == 2) > 0)),
        (_BULLETS, by_bullet & (n_bullets != 1)),
        (_NUMBER, has_item & (n_items == 1)),
        (_BARE, has_bare & (n_bare == 1) & (n_items == 0)),
        (_BULLETS, by_bullet),
    )
    manner = np.select([fits for _, fits in told], [which for which, _ in told], _NO_LIST)
    return manner, ~np.any([fits for _, fits in told[:4]], axis=0)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Lines of messages that hold a list, read in its way of numbering; arrays by line."""

    code: np.ndarray
    host: np.ndarray
    manner: np.ndarray
    number: np.ndarray
    slot_to: np.ndarray
    is_item: np.ndarray

    @classmethod
    def of(cls, read: _Read, code: np.ndarray, host: np.ndarray, manners: np.ndarray) -> _Kept:
        manner = manners[host]
        bulleted = (manner == _BULLETS) & read.body[_BULLETS].is_not_null().to_numpy()[code]
        n_before = np.cumsum(bulleted) - bulleted
        number = read.number[np.minimum(manner, _BARE), code]
        number = np.where(manner == _BULLETS, NONE, number)
        number = np.where(bulleted, n_before - n_before[_runs(host)] + 1, number)
        slot_to = np.where(manner == _JUZ, read.juz_to[code], NONE)
        return cls(code, host, manner, number, slot_to, number != NONE)


def _bodies(read: _Read, kept: _Kept) -> tuple[np.ndarray, pl.Series]:
    """By line the place of its entry's text, and the distinct texts of entries."""
    n = len(read.raw)
    place, used = _numbered_anew(np.where(kept.is_item, kept.manner * n + kept.code, NONE))
    bodies, of_used = distinct_values(pl.concat(read.body).gather(used).fill_null(""))
    return np.where(kept.is_item, np.append(of_used, NONE)[place], NONE), bodies


def _numbered_anew(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By place the number of its code among those that occur, NONE where it is NONE; and the codes that do."""
    size = int(codes.max(initial=NONE)) + 1
    occurs = np.zeros(size + 1, dtype=bool)
    occurs[codes] = True
    occurs[size] = False  # where NONE, the last place, has written
    number = np.cumsum(occurs) - 1
    number[size] = NONE
    return number[codes], np.flatnonzero(occurs)


def _labels_and_titles(texts: pl.Series, written: Writing) -> pl.DataFrame:
    """label, title: whether distinct lines part the entries of a list, and whether they may be titles."""
    text = pl.col(texts.name)
    return texts.to_frame().select(
        label=text.str.contains(written(SECTION)),
        title=(text.str.count_matches(written(r"\pL{2,}")) >= 2)
        & (text.str.contains(r"^\s*\*[^*]+\*\s*$") | text.str.contains(written(rf"(?i){DATE_SHAPE}"))),
    )


def _blocks(kept: _Kept, is_title: np.ndarray) -> np.ndarray:
    """By line the list in its message it belongs to: a title between entries, then a new entry 1, begins another.

    The lines of a message follow one another; so do those up to its next entry, which make a stretch.
    """
    of_message = _runs(kept.host)
    n_items = np.cumsum(kept.is_item) - kept.is_item
    n_before = n_items - n_items[of_message]
    stretch = _runs(kept.host, n_before)
    n_titles = np.cumsum(is_title)
    # the title and what follows it stand before the entry 1 they announce
    is_after_title = n_titles > (n_titles - is_title)[stretch]
    begins = (
        (kept.number == 1) & (n_before > 0) & is_after_title
        & (kept.manner != _JUZ) & (kept.manner != _BULLETS)
    )  # fmt: skip
    has_begun = np.zeros(len(of_message), dtype=bool)
    has_begun[stretch[begins]] = True
    announced = has_begun[stretch] & (is_after_title | kept.is_item)
    first = announced.copy()
    first[1:] &= ~(announced[:-1] & (of_message[1:] == of_message[:-1]))
    n_first = np.cumsum(first)
    blocks: np.ndarray = n_first - (n_first - first)[of_message]
    return blocks


def _around(
    is_item: np.ndarray, is_label: np.ndarray, begins: np.ndarray, of_list: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By line whether it stands before the first entry of its list, and the last label in the list so far."""
    at = np.arange(len(is_item))
    n_items = np.cumsum(is_item)
    begun = (n_items - is_item)[begins][of_list]
    has_items = np.zeros(len(begins), dtype=bool)
    has_items[of_list[is_item]] = True
    label = np.maximum.accumulate(np.where(is_label, at, NONE))
    return (n_items == begun) & has_items[of_list], np.where(label >= begins[of_list], label, NONE)


def _runs(*keys: np.ndarray) -> np.ndarray:
    """For each place the first place of its run of equal keys."""
    new = np.ones(len(keys[0]), dtype=bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
