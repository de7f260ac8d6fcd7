"""Announced activities: turns that call a group together on a day to come, and words of taking part.

The words stand in ``warehouse/reference/lexicon/announcing.tsv``; the rules are those of
:func:`read_announcements`. Grain: message, read turn by turn.
"""

from __future__ import annotations

import functools

import polars as pl

from tasks.measure.text.dates import first_date
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
#: What a message may say of taking part.
ABOUT = ("arranges", "comes", "assents", "declines")
TITLE_WORD = r"[\pL\d]{2,}"
_ROLES = ("occasion", "invite", "call", "hour", "past", "off", "asks", "own", "refuses", "routine", "moved")
#: Sentences with these announce nothing.
_UNSAID = ("past", "off", "asks", "refuses", "routine")


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
def _assents() -> str:
    return rf"^\W*(?:{_said('assent')}\W*)+$"


def read_announcements(messages: pl.DataFrame, texts: pl.Series, ignored: list[str]) -> pl.DataFrame:
    """announced_day?, is_moved, announced_words?, names_occasion?, arranges, comes, assents, declines by message, in
    the order of the messages.

    ``announced_day``: the day of the activity that the message's turn announces. A turn announces one when it names an
    occasion ('futsal', 'pengajian', 'jenguk') and a day that is not over, either

    - in one sentence with an hour or a call ('besok jam 4 kita jenguk Bu Nyai', 'jadi nih futsal malam ini'); one's
      own plans call nobody ('besok saya ngaji jam 4'); or
    - as a form: a written date or 'Hari: …' and an hour, a place, a link or an invitation; a form may also invite
      without naming the occasion, unless it sells.

    Nothing is announced by sentences about what is over ('kemarin futsal seru'), called off ('ngaji libur'), asked
    ('kapan futsal?'), refused ('besok gak bisa ikut') or always so ('tiap malam Jumat'), nor by lists, forwarded
    templates and lines quoted with '>'. ``is_moved``: it is put off to that day. ``arranges``: the message speaks of
    what is to be arranged ('bawa apa', 'listnya'). ``comes``: it begins with the promise to come ('insyaallah hadir',
    'saya ikut'). ``assents``: it is nothing but words of assent ('siap', 'hayu'). ``declines``: it
    begins with an excuse ('maaf izin ga bisa'). ``announced_words``: of the line of an announcement that says what
    is announced, without the ignored ones and what names hours and places; whether it ``names_occasion``.

    Args:
        messages: turn?, text_no, local_date, is_list, is_template, lex_enterprise.
        texts: the normal texts that ``text_no`` numbers. ignored: words that are no part of a title.
    """
    text, is_own = pl.col("said"), ~pl.col("is_list") & ~pl.col("is_template")
    found = texts.alias("said").to_frame().select(
        occasion=text.str.contains(_said("occasion")),
        # what invites without naming the occasion is a form, with a date or a label
        invite=pl.when(text.str.contains("[0-9:]")).then(text).str.contains(_said("invite")),
        arranges=text.str.contains(_said("arranges")),
        comes=text.str.contains(_comes()),
        assents=text.str.contains(_assents()),
        declines=text.str.contains(_declines()),
    ).fill_null(False)[messages["text_no"].to_numpy()]  # fmt: skip
    told = messages.select("turn", "local_date", "text_no", "lex_enterprise", own_text=is_own).hstack(found)
    may = told.filter(
        "own_text", pl.col("occasion") | (pl.col("invite") & (pl.col("lex_enterprise") == 0))
    )["turn"]  # fmt: skip
    listed = messages.filter("is_list")["turn"]
    spoken = told.filter(
        "own_text",
        pl.col("turn").is_in(may.drop_nulls().implode()),
        ~pl.col("turn").is_in(listed.drop_nulls().implode()),
    )
    spoken = (
        spoken.with_columns(said=texts.gather(spoken["text_no"]))
        .drop_nulls("said")
        .group_by("turn", maintain_order=True)
        .agg(
            pl.col("local_date").first(),
            pl.col("said").str.join(f"\n{_MARK}").str.replace_all(_QUOTED, ""),
            sells=(pl.col("lex_enterprise") > 0).any(),
        )
        .filter(text.str.contains(f"{_MAY_NAME_DAY}|{_said('moved')}|{_said('off')}"))
    )
    announced = told.join(_days(spoken), on="turn", how="left", maintain_order="left").select(
        announced_day=pl.when("own_text").then("announced_day"),
        is_moved=pl.col("own_text") & pl.col("is_moved").fill_null(False),
        **{name: pl.col("own_text") & pl.col(name) for name in ABOUT},
    )
    says = (announced["announced_day"].is_not_null() | announced["is_moved"]).arg_true()
    titles = _titles(texts.gather(messages["text_no"].gather(says)), ignored)
    rows = announced.with_row_index("row").join(
        titles.with_columns(row=says), on="row", how="left", maintain_order="left"
    )
    return rows.drop("row")


def _days(spoken: pl.DataFrame) -> pl.DataFrame:
    """turn, announced_day, is_moved: of the turns (turn, local_date, said, sells) that announce something."""
    text, posted = pl.col("said"), pl.col("local_date")
    sentences = (
        spoken.with_columns(
            text.str.replace_all(_SHORT, "${1} ").str.replace_all(_END, f"${{1}}{_MARK}").str.split(_MARK)
        )
        .explode("said", empty_as_null=True)
        .with_columns(text.str.contains(_said(role)).alias(role) for role in _ROLES)
        .filter(pl.col("occasion") | (pl.col("invite") & ~pl.col("sells")))
        .with_columns(call=pl.col("invite") | pl.col("call"))
    )
    is_asked = text.str.contains(rf"{_said('occasion')}[^\n]*\?") & ~pl.col("call")
    says = sentences.filter(~pl.any_horizontal(_UNSAID) & ~is_asked & (pl.col("call") | ~pl.col("own")))
    # of what is put off the day behind that word is meant
    says = says.with_columns(
        pl.when("moved").then(text.str.extract(f"{_said('moved')}((?s).*)$", 1)).otherwise(text).alias("said")
    )
    # without an hour a weekday behind the occasion is its name: 'kajian Ahad', 'yasinan malam Jumat'
    named = f"({_said('occasion')})\\s+{_WEEKDAY}"
    says = says.with_columns(
        pl.when("hour").then(text).otherwise(text.str.replace_all(named, "${1}")).alias("said")
    )
    at_once = says.with_columns(announced_day=first_date(says["said"], says["local_date"])).filter(
        "occasion", pl.col("announced_day") >= posted, pl.any_horizontal("hour", "call", "moved")
    )
    way = f"{_said('hour')}|{_said('place')}|{_said('invite')}|{_FORM_PLACE}|{URL}"
    forms = spoken.filter(
        pl.col("turn").is_in(says["turn"].implode()), text.str.contains(_FORM_DAY), text.str.contains(way)
    )
    as_form = forms.with_columns(announced_day=first_date(forms["said"], forms["local_date"])).filter(
        pl.col("announced_day") >= posted
    )
    days = pl.concat([at_once.select("turn", "announced_day"), as_form.select("turn", "announced_day")])
    is_changed = pl.col("occasion") & (pl.col("moved") | pl.col("off")) & ~pl.any_horizontal("past", "asks")
    return (
        sentences.group_by("turn", maintain_order=True)
        .agg(is_moved=is_changed.any())
        .join(
            days.unique("turn", keep="first", maintain_order=True),
            on="turn",
            how="left",
            maintain_order="left",
        )
    )


def announced_turns(messages: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Turns that announce an activity or move one: turn, sent_at, local_date, member_key, title_words, planned_date?,
    is_moved; in the order of time.

    ``title_words``: of the first message whose title names an occasion, else of the first that has one.

    Args:
        messages: turn?, and the columns of :func:`read_announcements`. turns: turn, sent_at, local_date, member_key.
    """
    told = messages.filter(pl.col("announced_day").is_not_null() | pl.col("is_moved")).drop_nulls("turn")
    titles = (
        told.drop_nulls("announced_words")
        .sort("turn", ~pl.col("names_occasion"), maintain_order=True)
        .unique("turn", keep="first", maintain_order=True)
        .select("turn", title_words="announced_words")
    )
    days = told.group_by("turn").agg(pl.col("is_moved").any(), planned_date=pl.col("announced_day").first())
    return (
        turns.select("turn", "sent_at", "local_date", "member_key")
        .join(days, on="turn", maintain_order="left")
        .join(titles, on="turn", how="left", maintain_order="left")
        .with_columns(pl.col("title_words").fill_null([]))
    )


def _titles(plain: pl.Series, ignored: list[str]) -> pl.DataFrame:
    """announced_words?, names_occasion? of texts that announce something: of the first line that names an occasion,
    else of the first of two words or more; its sentence, without hours, places, numbers and ignored words."""
    line, names = pl.col("line"), pl.col("names_occasion")
    lines = (
        plain.alias("line").to_frame().with_row_index("no").with_columns(line.str.split("\n"))
        .explode("line", empty_as_null=True)
        .with_columns(names_occasion=line.str.contains(_said("occasion")))
        .filter(names | ((line.str.count_matches(r"\pL{3,}") >= 2) & ~line.str.contains(_GREETING)))
        .sort("no", ~names, maintain_order=True)
        .unique("no", keep="first", maintain_order=True)
    )  # fmt: skip
    bare = line.str.replace_all(f"{_said('hour')}|{_SOMEWHERE}", " ")
    sentence = pl.coalesce(bare.str.extract(f"([^.!?]*{_said('occasion')}[^.!?]*)", 1), bare)
    word = pl.element()
    spoken = sentence.str.extract_all(TITLE_WORD).list.unique(maintain_order=True)
    kept = spoken.list.eval(word.filter(~word.is_in(ignored) & ~word.str.contains(r"^\d")))
    titles = lines.select("no", names, announced_words=kept)
    numbers = pl.DataFrame({"no": range(len(plain))}, schema={"no": lines.schema["no"]})
    return numbers.join(titles, on="no", how="left", maintain_order="left").select(
        "announced_words", "names_occasion"
    )
