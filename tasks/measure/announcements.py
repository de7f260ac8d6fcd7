"""Announced activities: turns that call a group together on a day to come, and words of taking part.

The words stand in ``warehouse/reference/lexicon/announcing.tsv``; the rules are those of
:func:`read_announcements`. Grain: message, read turn by turn.
"""

from __future__ import annotations

import functools

import numpy as np
import polars as pl

from tasks.measure.text.dates import first_date
from tasks.measure.text.distinct import or_none
from tasks.measure.text.features import DATE_SHAPE
from tasks.measure.text.normalise import URL
from warehouse.reference.lexicon import words

#: A written date or the label of a day: what is announced by a form has one of them.
_FORM_DAY = rf"{DATE_SHAPE}|(?m:^\W*(?:hari|tanggal|tgl)\b[^\n:]{{0,15}}:)"
_FORM_PLACE = r"(?m:^\W*(?:tempat|lokasi|alamat)\b[^\n:]{0,15}:)"
_GREETING = r"^\W*(?:assalam|bismillah|aslm|sampurasun|punten)"
_WEEKDAY = r"(?:(?:hari|malam|malem|mlm)\s+)?(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu|ahad)\b"
#: A cheap look before days are read.
_MAY_NAME_DAY = (
    "[0-9]|senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|ahad|besok|bsk|bsok|lusa|isuk|enjing|pageto|sesuk|tomorrow"
    "| ini| ieu|nanti|ntar|tar |engke|mengko"
)
_SOMEWHERE = r"\bdi\s+[^\n,.;!?]*"
_QUOTED = r"(?m)^\s*>.*$"
#: A sentence ends at a mark before a space, but for those of titles and the like; the lines of a form are one.
_SHORT = r"\b(alm|almh|bpk|sdr|ust|kh|hj?|drs?|ir|prof|no|tgl|jln?|gg|kp|kel|kec|kab|yth|an|st)\.\s"
_END, _MARK = r"([.!?]+)(?:\s+|$)", "\x1f"
#: From when something is put off: 'diundur dari Sabtu ke Ahad', 'ke Ahad dari Sabtu'.
_FROM = r"\b(?:dari|ti|saking)\s+(.*?)(?:\s(?:ke|ka|jadi|menjadi|dados)\b|$)"
#: To when: 'ke 13 Mei' is no thirteenth time.
_TO = r"^\s*k[ea]\s"
#: What is put off is known by its day alone: 'yang Jumat dipindah Ahad'.
_THE_ONE_ON = rf"(?:yang|yg|nu|sing) +{_WEEKDAY}".replace(r"\b", r"(?-u:\b)").replace(r"\s+", " +")
_BEGINS, _MAY_FOLLOW = r"(?:^|[.,:;!?\n]\s*)", "(?: (?:ini|nanti|besok|teh|mah))? "
#: What a message may say of taking part.
ABOUT = ("arranges", "comes", "assents", "declines")
TITLE_WORD = r"[\pL\d]{2,}"
_ROLES = ("call", "hour", "past", "off", "asks", "own", "refuses", "routine", "moved")
#: Sentences with these announce nothing.
_UNSAID = ("past", "off", "asks", "refuses", "routine")
_NONE = -1


@functools.cache
def _said(role: str) -> str:
    """The words of a role, with word boundaries of ASCII: several times faster, and the same in plain words."""
    return words().said(role).replace(r"\b", r"(?-u:\b)")


@functools.cache
def _comes() -> str:
    """Words of assent and for oneself, and then that one comes."""
    return rf"^\W*(?:{_said('assent')}\W+)*{_said('comes')}"


@functools.cache
def _declines() -> str:
    """An excuse, and then that one does not come."""
    before = f"(?:{_said('assent')}\\W+)*"
    return rf"^\W*{before}(?:{_said('sorry')}\W+)+{before}{_said('refuses')}"


@functools.cache
def _by_day_alone() -> str:
    """At the beginning of a clause the day of what is put off, which stands for its name."""
    return f"{_BEGINS}{_THE_ONE_ON}{_MAY_FOLLOW}{_said('moved')}"


@functools.cache
def _assents() -> str:
    return rf"^\W*(?:{_said('assent')}\W*)+$"


def read_announcements(messages: pl.DataFrame, texts: pl.Series, ignored: list[str]) -> pl.DataFrame:
    """announced_day?, is_moved, moved_from?, later_day?, announced_words?, names_occasion?, arranges, comes, assents,
    declines by message, in the order of the messages.

    ``announced_day``: the day of the activity that the message's turn announces. A turn announces one when it names an
    occasion ('futsal', 'pengajian', 'jenguk') and a day that is not over, either

    - in one sentence with an hour or a call ('besok jam 4 kita jenguk Bu Nyai', 'jadi nih futsal malam ini'); one's
      own plans call nobody ('besok saya ngaji jam 4'); or
    - as a form: a written date or 'Hari: …' and an hour, a place, a link or an invitation; a form may also invite
      without naming the occasion, unless it sells.

    Nothing is announced by sentences about what is over ('kemarin futsal seru'), called off ('ngaji libur'), asked
    ('kapan futsal?'), refused ('besok gak bisa ikut') or always so ('tiap malam Jumat'), nor by lists, forwarded
    templates and lines quoted with '>'. ``is_moved``: it is put off to that day, or called off. ``moved_from``: the
    day it was to be on, where the sentence names it ('futsal Sabtu diundur ke Senin'). ``later_day``: where
    ``announced_day``, a weekday, lies before that, the next one after it. ``arranges``: the message speaks of what is
    to be arranged ('bawa apa', 'listnya'). ``comes``: it begins with the promise to come ('insyaallah hadir', 'saya
    ikut'). ``assents``: it is nothing but words of assent ('siap', 'hayu'). ``declines``: it begins with an excuse
    ('maaf izin ga bisa'). ``announced_words``: of the line of an announcement that says what is announced, without
    the ignored ones and what names hours and places; whether it ``names_occasion``.

    Args:
        messages: turn?, text_no, local_date, is_list, is_template, lex_enterprise.
        texts: the normal texts that ``text_no`` numbers. ignored: words that are no part of a title.
    """
    text_no, turn = messages["text_no"].to_numpy(), messages["turn"].fill_null(_NONE).to_numpy()
    is_own = ~(messages["is_list"] | messages["is_template"]).to_numpy()
    told = _told(texts, text_no[is_own])
    days = _days(_spoken(messages, texts, is_own, told))
    place = np.full(int(turn.max(initial=_NONE)) + 2, _NONE)
    place[days["turn"].to_numpy()] = np.arange(len(days))
    of_day = or_none(np.where(is_own, place[turn], _NONE))
    day, moved_from, later_day = (
        days[name].gather(of_day) for name in ("announced_day", "moved_from", "later_day")
    )
    is_moved = days["is_moved"].gather(of_day).fill_null(False)
    says = (day.is_not_null() | is_moved).arg_true().to_numpy()
    of_title = np.full(len(messages), _NONE)
    of_title[says] = np.arange(len(says))
    # what is named by its day alone has no title
    titles = _titles(
        texts.gather(np.where(told["by_day_alone"][text_no[says]], len(texts) - 1, text_no[says])), ignored
    )
    return pl.DataFrame(
        [
            day,
            is_moved,
            moved_from,
            later_day,
            *(pl.Series(name, told[name][text_no] & is_own) for name in ABOUT),
            *(title.gather(or_none(of_title)) for title in titles),
        ]
    )


def _told(texts: pl.Series, used: np.ndarray) -> dict[str, np.ndarray]:
    """By text whether it names an occasion, invites without naming one, or puts off what it names by its day alone
    ('yang Jumat dipindah Ahad'); and what it says of taking part.

    Only the ``used`` ones are read. What invites without an occasion is a form, with a date or a label.
    """
    at = np.flatnonzero(np.bincount(used, minlength=len(texts)))
    said = texts.gather(at).fill_null("")
    patterns = {
        "occasion": _said("occasion"),
        "arranges": _said("arranges"),
        "comes": _comes(),
        "assents": _assents(),
        "declines": _declines(),
    }
    told = {name: np.zeros(len(texts), dtype=bool) for name in (*patterns, "invite", "by_day_alone")}
    for name, pattern in patterns.items():
        told[name][at] = said.str.contains(pattern).to_numpy()
    alone = (said.str.contains(_THE_ONE_ON) & ~pl.Series(told["occasion"][at])).arg_true()
    if len(alone):
        told["by_day_alone"][at[alone.to_numpy()]] = (
            said.gather(alone).str.contains(_by_day_alone()).to_numpy()
        )
    form = (said.str.contains("[0-9:]") & ~pl.Series(told["occasion"][at])).arg_true()
    told["invite"][at[form.to_numpy()]] = said.gather(form).str.contains(_said("invite")).to_numpy()
    return told


def _spoken(
    messages: pl.DataFrame, texts: pl.Series, is_own: np.ndarray, told: dict[str, np.ndarray]
) -> pl.DataFrame:
    """turn, local_date, said, sells: turns without lists that may announce something, with their own texts."""
    text_no, turn = messages["text_no"].to_numpy(), messages["turn"].fill_null(_NONE).to_numpy()
    sells = (messages["lex_enterprise"] > 0).to_numpy()
    is_named = (told["occasion"] | told["by_day_alone"])[text_no]
    may = is_own & (is_named | (told["invite"][text_no] & ~sells))
    is_chosen = np.zeros(int(turn.max(initial=_NONE)) + 2, dtype=bool)
    is_chosen[turn[may]] = True
    is_chosen[turn[messages["is_list"].to_numpy()]] = False
    is_chosen[_NONE] = False
    chosen = np.flatnonzero(is_own & is_chosen[turn])
    text = pl.col("said")
    rows = (
        messages.select("turn", "local_date")[chosen]
        .with_columns(said=texts.gather(text_no[chosen]), sells=pl.Series(sells[chosen]))
        .drop_nulls("said")
    )
    is_part = rows["turn"].is_duplicated()
    joined = rows.filter(is_part).group_by("turn", maintain_order=True).agg(
        pl.col("local_date").first(), text.str.join(f"\n{_MARK}"), pl.col("sells").any()
    )  # fmt: skip
    every = pl.concat([rows.filter(~is_part), joined])
    return every.with_columns(_unquoted(every["said"])).filter(
        text.str.contains(f"{_MAY_NAME_DAY}|{_said('moved')}|{_said('off')}")
    )


def _unquoted(said: pl.Series) -> pl.Series:
    """What turns say without the lines they quote."""
    at = said.str.contains(">", literal=True).arg_true()
    return said.scatter(at, said.gather(at).str.replace_all(_QUOTED, ""))


def _days(spoken: pl.DataFrame) -> pl.DataFrame:
    """turn, announced_day?, is_moved, moved_from?, later_day?: of the turns (turn, local_date, said, sells) that
    announce something."""
    text = pl.col("said")
    sentences = (
        spoken.with_columns(
            text.str.replace_all(_SHORT, "${1} ").str.replace_all(_END, f"${{1}}{_MARK}").str.split(_MARK)
        )
        .explode("said", empty_as_null=True)
        .with_columns(
            invite=text.str.contains(_said("invite")),
            occasion=text.str.contains(_said("occasion")) | text.str.contains(_by_day_alone()),
        )
        .filter(pl.col("occasion") | (pl.col("invite") & ~pl.col("sells")))
        .with_columns(text.str.contains(_said(role)).alias(role) for role in _ROLES)
        .with_columns(call=pl.col("invite") | pl.col("call"))
    )
    # asked for is an occasion before a question mark of its line
    is_asked = text.str.extract_all(r"[^\n]*\?").list.join("\n").str.contains(_said("occasion"))
    says = sentences.filter(
        ~pl.any_horizontal(_UNSAID), pl.col("call") | ~pl.col("own"), pl.col("call") | ~is_asked
    )
    at_once = says.filter("occasion", pl.any_horizontal("hour", "call", "moved"))
    forms = _forms(spoken.filter(pl.col("turn").is_in(says["turn"].implode())))
    is_changed = pl.col("occasion") & (pl.col("moved") | pl.col("off")) & ~pl.any_horizontal("past", "asks")
    told = pl.concat(
        [
            at_once.select("turn", "local_date", is_later=_is_later(), said=_of_day(at_once)),
            forms.select("turn", "local_date", pl.lit(False).alias("is_later"), "said"),
        ]
    )
    days, moves = _read_days(told, sentences.filter(is_changed))
    return (
        sentences.select("turn")
        .unique(maintain_order=True)
        .join(days, on="turn", how="left", maintain_order="left")
        .join(moves, on="turn", how="left", maintain_order="left")
        .select("turn", "announced_day", "moved_from", _later_day(), pl.col("is_moved").fill_null(False))
    )


def _read_days(told: pl.DataFrame, changed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """turn, announced_day, is_later, said: of turns the first that names a day to come (turn, local_date, is_later,
    said); turn, moved_from?, is_moved: of sentences that put something off. All days are read at once."""
    said = [told["said"], *_of_old_day(changed)]
    posted = [told["local_date"], changed["local_date"], changed["local_date"]]
    day = first_date(pl.concat(said), pl.concat(posted)).rename("announced_day")
    clause, whole = day.slice(len(told), len(changed)), day.tail(len(changed))
    days = (
        told.with_columns(day.head(len(told)))
        .filter(pl.col("announced_day") >= pl.col("local_date"))
        .unique("turn", keep="first", maintain_order=True)
        .drop("local_date")
    )
    moves = (
        changed.select("turn", moved_from=clause.zip_with(clause.is_not_null(), whole))
        .group_by("turn", maintain_order=True)
        .agg(pl.col("moved_from").drop_nulls().first(), is_moved=pl.lit(True))
    )
    return days, moves


def _is_later() -> pl.Expr:
    """Whether a sentence (said, moved) puts something off to a later day, not to an earlier one."""
    return pl.col("moved") & pl.col("said").str.contains(r"undur|tunda|pending")


def _later_day() -> pl.Expr:
    """later_day?: the weekday to which something is put off, after the day it was to be on."""
    day, old = pl.col("announced_day"), pl.col("moved_from")
    weeks = ((old - day).dt.total_days() // 7 + 1) * 7
    is_before = pl.col("is_later") & (day <= old) & pl.col("said").str.contains(_WEEKDAY)
    return pl.when(is_before).then(day + pl.duration(days=weeks)).alias("later_day")


def _of_day(sentences: pl.DataFrame) -> pl.Series:
    """What sentences (said, moved, hour) say of the day that they announce."""
    said = sentences["said"]
    # of what is put off the day behind that word is meant, but not the one it is put off from
    at = sentences["moved"].arg_true()
    said = said.scatter(at, _around_move(said.gather(at))[1].str.replace_all(_FROM, " ").str.replace(_TO, ""))
    # without an hour a weekday behind the occasion is its name: 'kajian Ahad', 'yasinan malam Jumat'
    at = (~sentences["hour"] & said.str.contains(rf"\s{_WEEKDAY}")).arg_true()
    if at.is_empty():
        return said
    return said.scatter(at, said.gather(at).str.replace_all(f"({_said('occasion')})\\s+{_WEEKDAY}", "${1}"))


def _around_move(said: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What stands before and behind the word that puts something off; all and nothing, where there is none."""
    halves = said.str.replace(_said("moved"), _MARK).str.splitn(_MARK, 2).struct
    return halves.field("field_0"), halves.field("field_1")


def _of_old_day(sentences: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """What sentences that put something off or call it off say of the day it was to be on: the last clause before
    that word, or what stands behind 'dari'; and all there is before it."""
    before, behind = _around_move(sentences["said"])
    origin = behind.str.extract(_FROM, 1)
    clause = before.str.extract(r"([^,;\n]*)[,;\s]*$", 1)
    return origin.zip_with(origin.is_not_null(), clause), before


def _forms(spoken: pl.DataFrame) -> pl.DataFrame:
    """Of turns those in the shape of a form: with a day, and with an hour, a place, a link or an invitation."""
    text = pl.col("said")
    dated = spoken.filter(text.str.contains(_FORM_DAY))
    ways = (_said("hour"), _said("invite"), _said("place"), _FORM_PLACE, URL)
    return dated.filter(pl.any_horizontal(text.str.contains(way) for way in ways))


def announced_turns(messages: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Turns that announce an activity or move one: turn, sent_at, local_date, member_key, title_words?, planned_date?,
    is_moved, moved_from?, later_day?; in the order of time.

    ``title_words``: of the first message whose title names an occasion, else of the first that has one.

    Args:
        messages: turn?, and the columns of :func:`read_announcements`. turns: turn, sent_at, local_date, member_key.
    """
    read = messages.select(
        "turn", "announced_day", "is_moved", "moved_from", "later_day", "announced_words", "names_occasion"
    )
    told = read.filter(pl.col("announced_day").is_not_null() | pl.col("is_moved")).drop_nulls("turn")
    titles = (
        told.drop_nulls("announced_words")
        .sort("turn", ~pl.col("names_occasion"), maintain_order=True)
        .unique("turn", keep="first", maintain_order=True)
        .select("turn", title_words="announced_words")
    )
    days = told.group_by("turn").agg(
        pl.col("is_moved").any(),
        pl.col("moved_from", "later_day").drop_nulls().first(),
        planned_date=pl.col("announced_day").first(),
    )
    return (
        turns.select("turn", "sent_at", "local_date", "member_key")
        .filter(pl.col("turn").is_in(days["turn"].implode()))
        .join(days, on="turn", maintain_order="left")
        .join(titles, on="turn", how="left", maintain_order="left")
    )


def _titles(plain: pl.Series, ignored: list[str]) -> list[pl.Series]:
    """announced_words?, names_occasion? of texts that announce something: of the first line that names an occasion,
    else of the first of two words or more; its sentence, without hours, places, numbers and ignored words."""
    split = plain.fill_null("").str.split("\n")
    lines = split.explode(empty_as_null=True)
    of_text = np.repeat(np.arange(len(plain)), split.list.len().to_numpy())
    named = lines.str.contains(_said("occasion")).arg_true().to_numpy()
    chosen = np.full(len(plain), _NONE)
    chosen[of_text[named[::-1]]] = named[::-1]
    rest = np.flatnonzero(chosen[of_text] == _NONE)
    if len(rest):
        others = lines.gather(rest)
        tells = (others.str.count_matches(r"\pL{3,}") >= 2) & ~others.str.contains(_GREETING)
        told = rest[tells.to_numpy()][::-1]
        chosen[of_text[told]] = told
    with_title = np.flatnonzero(chosen != _NONE)
    bare = lines.gather(chosen[with_title]).str.replace_all(f"{_said('hour')}|{_SOMEWHERE}", " ")
    word = pl.element()
    spoken = _sentences(bare).str.extract_all(TITLE_WORD).list.unique(maintain_order=True)
    kept = spoken.list.eval(word.filter(~word.is_in(ignored) & ~word.str.contains(r"^\d")))
    place = np.full(len(plain), _NONE)
    place[with_title] = np.arange(len(with_title))
    is_named = np.zeros(len(lines), dtype=bool)
    is_named[named] = True
    at = or_none(place)
    names = pl.Series("names_occasion", is_named[chosen[with_title]])
    return [kept.alias("announced_words").gather(at), names.gather(at)]


def _sentences(lines: pl.Series) -> pl.Series:
    """Of each line the first sentence that names an occasion, else the whole line."""
    parts = lines.str.extract_all("[^.!?]+")
    of_line = np.repeat(np.arange(len(lines)), parts.list.len().to_numpy())
    each = parts.explode(empty_as_null=False)
    names = each.str.contains(_said("occasion")).arg_true().to_numpy()
    line, first = np.unique(of_line[names], return_index=True)
    return lines.scatter(line, each.gather(names[first]))
