"""The life of one group: all its messages, composed, with who answered whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tasks.simulate import phrases, rhythm
from tasks.simulate.campaign_talk import campaign_talk
from tasks.simulate.lists import Activity, Copy, lists_of, spoken_day, weekday
from tasks.simulate.membership import Roll, group_rng
from tasks.simulate.people import OFFICES, Person
from tasks.simulate.plan import SimulationPlan
from tasks.simulate.scripts import CHAT, METHODS, SCRIPTS, Script, task_of
from tasks.simulate.style import dress
from tasks.simulate.talk import Cast, Ints, Tone, Turns, cast, perform

_SHARES = (1.0, 0.85, 1.15)
_CHAT_LENGTH = 5.3

#: Kinds that a turn of small talk becomes instead of text, with their chances.
_MEDIA = (
    ("sticker", 0.05), ("image", 0.012), ("video", 0.005), ("audio", 0.005), ("gif", 0.003),
    ("document", 0.002), ("view_once", 0.003), ("contact", 0.001), ("location", 0.001),
)  # fmt: skip
KINDS = ("text", *(kind for kind, _ in _MEDIA), "deleted")


@dataclass
class Life:
    """Messages of one group, by time, and its activities.

    ``messages``: message_no, moment (wall clock, s), member, pool, kind, text, reply_no, method, mention,
    is_edited, campaign (place in ``activities`` of the list that it is about); and for late changes
    change (edited | deleted), changed_at (moment, 0 if none), earlier_text.
    """

    messages: pl.DataFrame
    activities: list[Activity] = field(default_factory=list)


def _company(plan: SimulationPlan, group: int, roll: Roll, index: int) -> Cast:
    """Who may write in a month, each weighed by the share of the month spent in the group."""
    start, end = rhythm.seconds(plan.month(index)), rhythm.seconds(plan.month(index + 1))
    share = np.zeros(len(roll.people))
    for stay in roll.stays:
        upto = end if stay.end is None else min(stay.end, end)
        share[stay.member] += max(0.0, (upto - max(stay.start, start)) / (end - start))
    weight = share * np.array([person.weight for person in roll.people])
    members = np.flatnonzero(weight > 0)
    region = np.array([roll.people[m].region for m in members])
    cohort = np.array([roll.people[m].cohort for m in members])
    alike = (region[:, None] == region).astype(float) + (cohort[:, None] == cohort)
    kinship = np.exp(1.6 * (1 - rhythm.bridging(plan.levels_of(group), index)) * alike)
    return cast(members, weight[members], kinship, int((members < len(OFFICES)).sum()))


def _starts(
    script: Script, month: dt.date, target: float, felt: float, asking: float, rng: np.random.Generator
) -> np.ndarray:
    """Beginnings of the episodes of one kind in a month."""
    rate = script.rate * target / 1000 * (asking if script.family == "minta" else 1.0)
    if script.season == "tension":
        rate *= felt if felt > 0.1 else 0.0
    if script.season == "feast":
        feast = rhythm.feast_in(month)
        number = 1 + rng.poisson(rate) if feast else 0
        midnight = rhythm.seconds(feast) if feast else 0
        return (midnight + rng.integers(5 * 3600, 14 * 3600, number)).astype(np.int64)
    starts = rhythm.moments(rng, month, int(rng.poisson(rate)))
    if script.season in ("fast", "friday"):
        fits = rhythm.fasting if script.season == "fast" else rhythm.friday
        days = np.array([fits(day) for day in rhythm.days_of(month)])
        starts = starts[days[(starts - rhythm.seconds(month)) // rhythm.DAY]]
    return starts


def _month(
    plan: SimulationPlan, group: int, roll: Roll, index: int, n_lists: int
) -> tuple[pl.DataFrame, list[Activity]]:
    """Turns of one month, with members by number, plus its lists as rows with their own text.

    ``n_lists``: lists of the months before, from which those of this one are numbered on.
    """
    rng, month = group_rng(plan, group, index, 1), plan.month(index)
    levels, texts = plan.levels_of(group), phrases.book()
    company = _company(plan, group, roll, index)
    warmth = rhythm.warmth(levels, index)
    tone = Tone(levels.answer_rate * warmth, levels.reciprocity * warmth)
    target = plan.messages_per_month * _SHARES[group % 3] * rhythm.volume(levels, index, month)
    turns = Turns()
    for script in SCRIPTS:
        starts = _starts(script, month, target, rhythm.shock(levels, index), levels.asking, rng)
        if len(starts):
            perform(turns, script, starts, company, tone, texts, rng)
    end = rhythm.seconds(plan.month(plan.months))
    lists = lists_of(month, target, roll, company, rng, end)
    missing = target - (turns.said() if turns.chunks else 0) - sum(len(copies) for _, copies in lists)
    chats = rhythm.moments(rng, month, max(1, round(missing / (_CHAT_LENGTH * 1.12))))
    perform(turns, CHAT, chats, company, tone, texts, rng)
    said = turns.frame().with_columns(
        pl.Series("author", company.members).gather(turns.frame()["author"]), text=pl.lit(None, pl.String)
    )
    rows = [said, _welcomes(roll, plan, index, company, turns.length, rng)]
    first = turns.length + len(rows[1])
    for number, (_, copies) in enumerate(lists, n_lists):
        rows.append(_list_rows(copies, first, texts.pools, number))
        first += len(copies)
    made = [activity for activity, _ in lists]
    if plan.campaign_talk:
        apart, since = group_rng(plan, group, index, 9), rhythm.seconds(month)
        rows.append(campaign_talk(made, n_lists, first, company, plan.campaign_talk, apart, since))
    frame = pl.concat(rows, how="diagonal_relaxed")
    return frame.with_columns(
        pick=pl.col("pick").fill_null(pl.Series(rng.integers(0, 1000, len(frame)))),
        random=pl.Series(rng.integers(0, 2**63, len(frame), dtype=np.uint64)),
        someone=_others(frame["author"].to_numpy(), company, rng),
    ), made


def _others(author: Ints, company: Cast, rng: np.random.Generator) -> pl.Series:
    """Somebody else of the month's company for each message, to be spoken of."""
    place = rng.integers(0, len(company.members), len(author))
    chosen, following = company.members[place], company.members[(place + 1) % len(company.members)]
    return pl.Series(np.where(chosen == author, following, chosen))


def _welcomes(
    roll: Roll, plan: SimulationPlan, index: int, company: Cast, first: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Newcomers are greeted by some, and some introduce themselves."""
    start, end = rhythm.seconds(plan.month(index)), rhythm.seconds(plan.month(index + 1))
    texts, rows = phrases.book(), list[tuple[int, int, int, int]]()
    for event in roll.events:
        newcomer = -1 if event.target is None else event.target
        settled = event.moment > rhythm.seconds(plan.first_month) + 5 * rhythm.DAY
        if event.event not in ("added", "joined_link") or not start <= event.moment < end or not settled:
            continue
        greeters = rng.permutation(company.members)[: rng.binomial(5, 0.45)]
        for greeter in greeters:
            moment = event.moment + int(rng.lognormal(np.log(1500), 1.2)) + 20
            if greeter != newcomer:
                rows.append((moment, int(greeter), texts.pools["sambut.buka"], newcomer))
        if len(greeters) and rng.random() < 0.5 and not roll.people[newcomer].is_silent:
            moment = event.moment + int(rng.integers(1800, 20_000))
            rows.append((moment, newcomer, texts.pools["sambut.jawab"], -1))
    frame = pl.DataFrame(
        rows, {"moment": pl.Int64, "author": pl.Int64, "pool": pl.Int64, "target": pl.Int64}, orient="row"
    )
    return frame.with_columns(
        row=first + pl.int_range(pl.len()), ref=pl.lit(-1, pl.Int64), method=pl.lit(0, pl.Int64)
    )


def _list_rows(copies: list[Copy], first: int, pools: dict[str, int], number: int) -> pl.DataFrame:
    """Rows of the messages of list ``number``: copies refer to the first one, what is told beside it to nobody."""
    copied = [copy.what in ("list", "rest") and not copy.is_first for copy in copies]
    return pl.DataFrame(
        {
            "row": range(first, first + len(copies)),
            "moment": [copy.moment for copy in copies],
            "author": [copy.author for copy in copies],
            "pool": [pools["kabar.transfer" if copy.what == "told" else "kosong"] for copy in copies],
            "ref": [first if is_copy else -1 for is_copy in copied],
            "method": [METHODS.index("list") if is_copy else 0 for is_copy in copied],
            "text": [copy.text for copy in copies],
            "list_kind": [copy.kind if copy.what != "told" else None for copy in copies],
            "list_edited": [copy.is_edited for copy in copies],
            "campaign": number,
        },
        schema_overrides={
            "campaign": pl.Int64,
            "row": pl.Int64,
            "pool": pl.Int64,
            "ref": pl.Int64,
            "method": pl.Int64,
            "list_kind": pl.String,
        },
    )


def _echoes(frame: pl.DataFrame) -> pl.DataFrame:
    """Second messages of one turn: a thought goes on, or the same short word is sent twice."""
    texts = phrases.book()
    chat = [number for name, number in texts.pools.items() if name.startswith("ngobrol.")]
    short = [texts.pools[name] for name in ("pendek", "aamiin", "umum.tanggap")]
    random = frame["random"].to_numpy()
    frame = frame.with_columns(
        draw=pl.Series(phrases.mix(random, 30) % 1000), later=pl.Series(phrases.mix(random, 31) % 45)
    )
    more = frame.filter(pl.col("pool").is_in(chat) & (pl.col("draw") < 110)).with_columns(
        moment=pl.col("moment") + 5 + pl.col("later"),
        pool=pl.lit(texts.pools["sambung"], pl.Int64),
        random=pl.col("random") // 3,
        pick=pl.col("pick") * 7 + pl.col("later"),
    )
    again = frame.filter(pl.col("pool").is_in(short) & (pl.col("draw") < 15)).with_columns(
        moment=pl.col("moment") + 2 + pl.col("later") // 3
    )
    extra = pl.concat([more, again]).with_columns(
        row=pl.int_range(pl.len()) + frame.select(pl.col("row").max()).item() + 1,
        ref=pl.lit(-1, pl.Int64),
        method=pl.lit(0, pl.Int64),
    )
    return pl.concat([frame, extra]).drop("draw", "later")


def _inside(frame: pl.DataFrame, roll: Roll, end: int) -> pl.DataFrame:
    """Only what was written by members while in the group, and before the end of the plan."""
    stays = pl.DataFrame(
        [(stay.member, stay.start, stay.end if stay.end is not None else 2**62) for stay in roll.stays],
        {"author": pl.Int64, "start": pl.Int64, "until": pl.Int64},
        orient="row",
    ).sort("start")
    placed = frame.sort("moment", "row").join_asof(
        stays, left_on="moment", right_on="start", by="author", check_sortedness=False
    )
    return placed.filter((pl.col("moment") < pl.col("until")) & (pl.col("moment") < end)).drop(
        "start", "until"
    )


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Number the messages by time and let each reply point at a number, or nowhere if its target is gone."""
    frame = frame.with_columns(message_no=pl.int_range(pl.len(), dtype=pl.Int64))
    index = frame.select(ref="row", reply_no="message_no", replied="author", spoken_of="someone")
    frame = frame.join(index, on="ref", how="left", maintain_order="left")
    return frame.with_columns(
        target=pl.coalesce(pl.col("target"), pl.col("replied")),
        method=pl.when(pl.col("reply_no").is_null()).then(0).otherwise(pl.col("method")),
    )


def _special(
    frame: pl.DataFrame, people: list[Person], plan: SimulationPlan
) -> dict[str, tuple[pl.Series, np.ndarray]]:
    """Slot values that depend on the message."""
    author, random = frame["author"].to_numpy(), frame["random"].to_numpy()
    someone = frame["someone"].to_numpy()
    news = [number for name, number in phrases.book().pools.items() if name.startswith(("bahagia.", "duka."))]
    wished = pl.when(pl.col("pool").is_in(news)).then(pl.col("spoken_of"))
    target = frame.select(target=pl.coalesce(wished, "target").fill_null(-1))["target"].to_numpy()
    target = np.where(target < 0, someone, target)
    names = pl.Series([person.nickname for person in people])
    titled = [f"{person.title} {person.nickname}" for person in people]
    vocative = pl.Series([v for person, t in zip(people, titled, strict=True) for v in (t, t, person.title)])
    first = plan.first_month
    days = [first + dt.timedelta(days=ahead) for ahead in range(31 * plan.months + 60)]
    ahead = (
        (frame["moment"].to_numpy() - rhythm.seconds(first)) // rhythm.DAY + 1 + phrases.mix(random, 20) % 9
    )
    local = pl.Series(["0" + person.phone[3:] for person in people])
    return {
        "sapa": (vocative, target * 3 + phrases.mix(random, 21) % 3),
        "nama": (names, target),
        "saya_nama": (names, author),
        "orang": (pl.Series(titled), someone),
        "hari_tgl": (pl.Series([spoken_day(day) for day in days]), ahead),
        "hari": (pl.Series([weekday(day) for day in days]), ahead),
        "hp_saya": (local, author),
    }


def _kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Kind of each message: some small talk is a sticker or a picture, some is deleted or edited."""
    texts = phrases.book()
    random, pool = frame["random"].to_numpy(), frame["pool"].to_numpy()
    names = list(texts.pools)
    light = np.array([name.startswith("ngobrol.") or name in ("pendek", "sambung") for name in names])[pool]
    draw = phrases.mix(random, 22) % 100_000 / 100_000
    edges = np.cumsum([chance for _, chance in _MEDIA])
    kind = np.where(light & (draw < edges[-1]), np.searchsorted(edges, draw, side="right") + 1, 0)
    kind[pool == texts.pools["foto.judul"]] = KINDS.index("image")
    own = frame["text"].is_null().to_numpy()
    fate = phrases.mix(random, 23) % 10_000
    kind[(kind == 0) & own & (fate < 60)] = KINDS.index("deleted")
    bare = (light & (kind > 0)) | (kind == KINDS.index("deleted")) | ((kind > 0) & (fate % 10 < 3))
    answering = pl.col("method").is_in([METHODS.index("request"), METHODS.index("broadcast")])
    return frame.with_columns(
        kind=pl.when(pl.col("list_kind") == "poll")
        .then(pl.lit("poll"))
        .otherwise(pl.Series(np.array(KINDS)[kind])),
        is_bare=pl.Series(bare),
        is_edited=pl.Series((kind == 0) & own & (fate >= 60) & (fate < 150))
        | pl.col("list_edited").fill_null(False),
        is_mention=pl.Series((kind == 0) & (fate >= 9000) & (fate < 9600)) & answering,
    )


def live(plan: SimulationPlan, group: int, roll: Roll) -> Life:
    """Simulate the talk of one group over the whole plan."""
    months, activities = [], list[Activity]()
    offset = 0
    for index in range(plan.months):
        frame, lists = _month(plan, group, roll, index, len(activities))
        moved = frame.with_columns(
            pl.col("row") + offset, ref=pl.when(pl.col("ref") >= 0).then(pl.col("ref") + offset).otherwise(-1)
        )
        offset += frame.select(pl.col("row").max()).item() + 1
        months.append(moved)
        activities += lists
    # a short plan may hold no list at all
    no_list = pl.DataFrame(schema={"list_kind": pl.String, "list_edited": pl.Boolean, "campaign": pl.Int64})
    frame = pl.concat([*months, no_list], how="diagonal_relaxed")
    frame = _numbered(_inside(_echoes(frame), roll, rhythm.seconds(plan.month(plan.months))))
    frame = _kinds(frame)
    special = _special(frame, roll.people, plan)
    spoken = phrases.compose(
        frame["pool"].to_numpy(), frame["pick"].to_numpy(), frame["random"].to_numpy(), special
    )
    frame = frame.with_columns(text=pl.coalesce(pl.col("text"), dress(spoken, frame, special)))
    return Life(_changed(_finish(frame), plan.late_changes), activities)


def _changed(frame: pl.DataFrame, wanted: bool) -> pl.DataFrame:
    """Edits and deletions some days after a message, so that exports in between differ."""
    random = frame["random"].to_numpy()
    fate, days = phrases.mix(random, 25) % 1000, phrases.mix(random, 26) % (40 * rhythm.DAY)
    of_lists = pl.col("pool").is_in(["kosong", "kabar.transfer"])
    able = (pl.col("kind") == "text") & ~pl.col("is_edited") & ~of_lists & pl.lit(wanted)
    change = (
        pl.when(able & (pl.Series(fate) < 4))
        .then(pl.lit("deleted"))
        .when(able & (pl.Series(fate) < 10))
        .then(pl.lit("edited"))
    )
    frame = frame.with_columns(change=change, earlier_text=pl.col("text"))
    edited = pl.col("change") == "edited"
    return frame.with_columns(
        changed_at=pl.when(pl.col("change").is_null())
        .then(0)
        .otherwise(pl.col("moment") + 60 + pl.Series(days)),
        text=pl.when(edited).then(pl.col("text") + " (ralat)").otherwise(pl.col("text")),
        is_edited=pl.col("is_edited") | edited.fill_null(False),
    ).drop("random")


def _finish(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns later steps need, with mentions in front and no text where a message shows none."""
    names = list(phrases.book().pools)
    tasks = pl.Series([task_of(name) for name in names])
    lists = pl.col("pool") == names.index("kosong")
    donation = (pl.col("list_kind") == "donation").fill_null(False)
    wordless = pl.col("is_bare") & ~pl.col("kind").is_in(["text", "poll"])
    return frame.with_columns(
        text=pl.when(wordless)
        .then(None)
        .when(pl.col("is_mention") & pl.col("target").is_not_null())
        .then(pl.concat_str(pl.lit("@" + phrases.MENTION + " "), pl.col("text")))
        .otherwise(pl.col("text")),
        mention=pl.when(pl.col("is_mention")).then(pl.col("target")),
        task=pl.when(wordless | (pl.col("kind") == "poll")).then(None)
        .when(lists & donation).then(pl.lit("aid")).when(lists).then(pl.lit("organise"))
        .otherwise(tasks.gather(frame["pool"])),
        pool=pl.Series(names).gather(frame["pool"]),
        method=pl.Series([name or None for name in METHODS], dtype=pl.String).gather(frame["method"]),
    ).select("message_no", "moment", pl.col("author").alias("member"), "pool", "kind", "text", "task", "reply_no", "method", "mention", "is_edited", "campaign", "random")  # fmt: skip  # noqa: E501
