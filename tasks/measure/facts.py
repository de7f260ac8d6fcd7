"""All facts of one group: from its reconciled store to the tables that indicators are counted from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from schemas.tables import TABLES
from tasks.measure import rules
from tasks.measure.activities import (
    Chains,
    chain_lists,
)
from tasks.measure.announcements import ABOUT, announced_turns, read_announcements
from tasks.measure.campaigns import CALENDAR_WORDS, find_campaigns
from tasks.measure.frozen import Frozen, Texts
from tasks.measure.frozen_before import renewed
from tasks.measure.gifts import told_gifts, with_told
from tasks.measure.happenings import activities
from tasks.measure.inputs import GroupInput, closing_time, cut, month_end
from tasks.measure.lists import read_lists
from tasks.measure.member_month import member_months
from tasks.measure.names import index_names
from tasks.measure.participation import participation
from tasks.measure.polls import polls, read_votes
from tasks.measure.replies import REPLY_V1, Stream, first_answers, reply_v1
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.features import FIELDS, read_written
from tasks.measure.text.lexicon import Lexicon, lexicon_for
from tasks.measure.triggers import choruses, latest_by_another, triggers
from tasks.measure.turns import assign_turns, first_messages, is_template, repeats
from tasks.measure.words import Reading, read
from warehouse.reference.lexicon import words

#: A bare assent is a promise, a bare 'gabisa' a refusal, only this long after a list or call (section 6).
OPEN_CALL_HOURS = 24
#: Kinds whose text is the app's or a form's, not speech.
_WORDLESS = ("deleted", "poll", "contact", "location", "live_location", "call")
#: What lists and roles are read from.
_OF_HEARD = "at|sent_at|local_date|member_key|turn|text|frozen_at"
_CALL_KINDS = ("rsvp", "attendance", "learning", "khataman", "order", "other_list")


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts by table name, and what may never leave the vault: list titles and entries as written."""

    facts: dict[str, pl.DataFrame]
    vault: dict[str, pl.DataFrame]


def measure_facts(inputs: GroupInput) -> dict[str, pl.DataFrame]:
    """The facts of a group, by table name, in the shapes of :mod:`schemas.tables`.

    Messages, turns and replies reach to 72 hours after the month's end (they close windows); activities,
    their entries and member months end with the month.
    """
    return measure(inputs).facts


def measure(inputs: GroupInput) -> Measured:
    """Facts and vault-private frames of a group; see :func:`measure_facts`."""
    inputs = cut(inputs)
    lexicon = lexicon_for(tuple(inputs.group.symbols))
    frozen = _tied(inputs, lexicon)
    read_now, chains, roles = _read_now(inputs, lexicon, frozen)
    reading, messages = read_now.reading, read_now.messages
    if frozen is not None:
        reading = frozen.with_reading(reading, messages)
    turns = _turns(reading, chains, roles)
    stream = _stream(turns, reading)
    answers = first_answers(stream)
    turns = _settle(turns, stream, answers, chains)
    ties = reply_v1(stream, answers, triggers(turns, answers))
    turns = _with_repeats(turns, _by_same_text(reading.messages))
    return _tables(inputs, reading, turns, answers, ties, chains, lexicon, frozen)


def texts_of(inputs: GroupInput) -> tuple[Texts, Frozen]:
    """What measuring reads of the texts that are still there, for retention to freeze; ``inputs.frozen`` is set."""
    inputs = cut(inputs)
    lexicon = lexicon_for(tuple(inputs.group.symbols))
    frozen = _tied(inputs, lexicon)
    if frozen is None:
        raise ValueError("retention gives what is frozen so far, if only nothing")
    return _read_now(inputs, lexicon, frozen)[0], frozen


def _tied(inputs: GroupInput, lexicon: Lexicon) -> Frozen | None:
    if inputs.frozen is None:
        return None
    kept = lexicon.functions | lexicon.titles | lexicon.audience | frozenset(CALENDAR_WORDS)
    return renewed(replace(inputs.frozen, kept_words=kept))


def _read_now(
    inputs: GroupInput, lexicon: Lexicon, frozen: Frozen | None
) -> tuple[Texts, Chains, pl.DataFrame]:
    """What the texts say that are there, the chains of all lists, and roles by turn."""
    names = index_names(inputs.people, lexicon)
    messages, texts = _prepare(inputs, frozen)
    is_read = pl.lit(True) if frozen is None else pl.col("frozen_at").is_null()
    heard = messages.select(pl.col(f"^(?:{_OF_HEARD})$")).filter(pl.col("turn").is_not_null())
    own_lists = lists = read_lists(heard.filter(is_read), names, lexicon, words().list_kinds)
    if frozen is not None:
        lists = frozen.with_lists(lists, messages)
    roles = _roles(heard, inputs.dim_member)
    chains = chain_lists(lists, roles.filter(pl.col("role") != "member"))
    messages = _mark_lists(messages, chains)
    reading = read(messages.filter(is_read), texts, lexicon, names)
    announced = read_announcements(reading.messages, texts["plain"], sorted(_no_titles(lexicon)))
    votes = read_votes(reading.messages, words().list_kinds)
    reading = replace(reading, messages=reading.messages.hstack(announced).hstack(votes))
    standing = chains.versions.select("at", "block")
    return Texts(messages, own_lists, standing, reading, lexicon.version), chains, roles


def _by_same_text(messages: pl.DataFrame) -> pl.DataFrame:
    """Messages in whose column ``plain`` equal texts are equal, whether frozen or not."""
    return messages.with_columns(plain="same_text") if "same_text" in messages.columns else messages


def _prepare(inputs: GroupInput, frozen: Frozen | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Messages in time order with at, written, text_no, plain, turn, is_template; and the texts they number.

    The texts: plain (normal), n_chars, n_emoji, n_folded_hands of each distinct text as written; the last one is none.
    """
    messages = inputs.messages.with_row_index("at").with_columns(
        pl.col("at").cast(pl.Int64), pl.when(pl.col("kind") != "deleted").then("text").alias("text")
    )
    distinct, written = distinct_values(messages["text"])
    texts = read_written(distinct.extend_constant(None, 1))
    text_no = np.where(messages["kind"].is_in(_WORDLESS).to_numpy(), len(distinct), written)
    messages = messages.with_columns(
        texts["plain"].gather(text_no),
        assign_turns(messages),
        written=pl.Series(written),
        text_no=pl.Series(text_no),
    )
    if frozen is not None:
        messages = frozen.attach(messages)
    return messages.with_columns(is_template(_by_same_text(messages)).alias("is_template")), texts


def _roles(heard: pl.DataFrame, dim_member: pl.DataFrame) -> pl.DataFrame:
    """turn, member_key, role: as of the turn's day (convention 12); 'member' where no roster says more."""
    turns = heard.select("turn", "member_key", "local_date")[first_messages(heard["turn"])]
    versions = dim_member.select("member_key", "valid_from", role_then="role").sort("valid_from")
    met = turns.sort("local_date").join_asof(
        versions,
        left_on="local_date",
        right_on="valid_from",
        by="member_key",
        strategy="backward",
        check_sortedness=False,
    )
    return met.select("turn", "member_key", role=pl.col("role_then").fill_null("member")).sort("turn")


def _mark_lists(messages: pl.DataFrame, chains: Chains) -> pl.DataFrame:
    """Messages with is_list, is_copied, is_donation_list; ``at`` is their row."""
    held = chains.versions["messages"]
    n_held = held.list.len().to_numpy()
    at = held.explode(empty_as_null=True).to_numpy()
    told = {
        "is_list": np.ones(len(held), dtype=bool),
        "is_copied": (chains.versions["version_no"] > 1).to_numpy(),
        "is_donation_list": (chains.versions["activity_kind"] == "donation").to_numpy(),
    }
    marks = {name: np.zeros(len(messages), dtype=bool) for name in told}
    for name, is_so in told.items():
        marks[name][at[np.repeat(is_so, n_held)]] = True
    return messages.with_columns(**{name: pl.Series(mark) for name, mark in marks.items()})


def _turns(reading: Reading, chains: Chains, roles: pl.DataFrame) -> pl.DataFrame:
    """One row per turn in time order, with its words and the flags that need no other turn."""
    flags = {f"field_{name}": pl.col(f"field_{name}") for name in FIELDS} | {
        "is_list": pl.col("is_list"),
        **{name: pl.col(name) for name in ABOUT},
        "is_copy": pl.col("is_copied"),
        "is_donation_list": pl.col("is_donation_list"),
        "is_more_than_stickers": pl.col("kind") != "sticker",
        "has_template": pl.col("is_template") & ~pl.col("is_list"),
        "has_own": ~pl.col("is_template") & ~pl.col("is_list") & (pl.col("n_words") > 0),
    }
    kept = ("turn", "member_key", "local_date", "sent_at", "n_folded_hands")
    heard = reading.messages.select(*kept, **flags).drop_nulls("turn")
    first = first_messages(heard["turn"])
    turns = heard.select("turn", "member_key", "local_date", pl.col("sent_at").dt.truncate("1m"))[first]
    turns = turns.with_columns(
        roles["role"],
        *_of_any(heard.select(*flags), first),
        *reading.turn_words.drop("turn").rename({"is_question": "asks"}),
        n_messages=pl.Series(np.diff(np.append(first, len(heard)))),
        n_folded_hands=_folded_hands(heard, first),
    )
    turns = turns.with_columns(
        is_text=pl.col("has_own"),
        is_sticker=~pl.col("is_more_than_stickers"),
        is_forwarded=pl.col("has_template") & ~pl.col("has_own"),
        minute=pl.col("sent_at").dt.epoch("s") // 60,
        sender=pl.Series(np.unique(turns["member_key"].to_numpy(), return_inverse=True)[1]),
    )
    return (
        turns.with_columns(is_announcement=rules.is_announcement())
        .with_columns(is_help_request=rules.is_help_request(), is_question=rules.is_question())
        .with_columns(
            is_prayer_request=rules.is_prayer_request(),
            can_answer=rules.can_answer(),
            has_cue=rules.has_cue(),
            is_bare_number=rules.is_bare_number(),
        )
    )


def _folded_hands(heard: pl.DataFrame, first: np.ndarray) -> pl.Series:
    """By turn, those outside lists and templates; NULL where one message's are unknown."""
    said = heard.select(
        pl.when(pl.col("is_list") | pl.col("has_template")).then(0).otherwise("n_folded_hands")
    )
    counts = said.to_series().cast(pl.Float64).fill_null(np.nan).to_numpy()
    sums = np.add.reduceat(counts, first) if len(first) else counts
    return pl.Series(sums).fill_nan(None).cast(pl.Int64)


def _of_any(flags: pl.DataFrame, first: np.ndarray) -> list[pl.Series]:
    """By turn whether any of its messages is so; ``first``: where the messages of each begin."""
    bits = flags.select(
        pl.sum_horizontal(
            pl.col(name).fill_null(False).cast(pl.UInt32) * (1 << place)
            for place, name in enumerate(flags.columns)
        )
    )
    are = np.bitwise_or.reduceat(bits.to_series().to_numpy(), first) if len(first) else np.zeros(0, np.uint32)
    return [pl.Series(name, (are & (1 << place)) > 0) for place, name in enumerate(flags.columns)]


def _with_repeats(turns: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """Turns with when the same text stood before and after, for those that share an opportunity or offer something."""
    is_chosen = (turns["lex_opportunity"] > 0) | (turns["lex_enterprise"] > 0)
    of_chosen = messages.select("turn", "plain", "is_list").filter(
        pl.col("turn").is_in(turns["turn"].filter(is_chosen).implode())
        & ~pl.col("is_list")
        & pl.col("plain").is_not_null()
    )
    said = of_chosen.group_by("turn", maintain_order=True).agg(said=pl.col("plain").str.join("\n"))
    texts = turns.select(pl.col("turn", "sent_at", "member_key").gather(said["turn"])).with_columns(
        said["said"]
    )
    days = turns.select("turn").join(repeats(texts), on="turn", how="left", maintain_order="left")
    return turns.hstack(days.drop("turn"))


def _stream(turns: pl.DataFrame, reading: Reading) -> Stream:
    sender = turns["sender"].to_numpy()
    members = np.zeros(sender.max(initial=-1) + 1, dtype=np.int64)
    members[sender] = turns["member_key"].to_numpy()
    known = pl.DataFrame({"member_key": members, "sender": np.arange(len(members))})
    spoken = reading.spoken_to.join(known, on="member_key").sort("turn", "nth")
    return Stream(
        minute=turns["minute"].to_numpy(),
        sender=sender,
        is_text=turns["is_text"].to_numpy(),
        is_copy=turns["is_copy"].to_numpy(),
        can_answer=turns["can_answer"].to_numpy(),
        has_cue=turns["has_cue"].to_numpy(),
        is_bare_number=turns["is_bare_number"].to_numpy(),
        is_question=turns["is_question"].to_numpy(),
        is_asking=(turns["is_help_request"] | turns["is_question"]).to_numpy(),
        is_broadcast=turns["is_broadcast"].to_numpy(),
        content=reading.content,
        speaker=spoken["turn"].to_numpy(),
        addressed=spoken["sender"].to_numpy(),
    )


def _settle(turns: pl.DataFrame, stream: Stream, answers: np.ndarray, chains: Chains) -> pl.DataFrame:
    """Flags that need other turns: answers, calls, promises, tasks."""
    answering = np.zeros(len(turns), dtype=bool)
    asked = stream.is_asking & (answers >= 0)
    answering[answers[asked]] = True
    delay = np.where(answers >= 0, stream.minute[np.maximum(answers, 0)] - stream.minute, np.nan)
    calls = chains.versions.filter(pl.col("activity_kind").is_in(_CALL_KINDS))
    root, any_copy = (np.zeros(len(turns), dtype=bool) for _ in range(2))
    any_copy[calls["turn"].to_numpy()] = True
    root[calls["turn"].filter(calls["version_no"] == 1).to_numpy()] = True
    dated = (turns["field_day"] & turns["is_announcement"]).to_numpy()
    replies = turns.select(
        agrees=(pl.col("lex_ack") > 0) | rules.has_tag("agrees_call"), refuses=rules.has_tag("refuses_call")
    )
    replying = np.flatnonzero((replies["agrees"] | replies["refuses"]).to_numpy())
    called = latest_by_another(stream.sender, stream.minute, any_copy | dated, OPEN_CALL_HOURS, replying)
    is_called = np.zeros(len(turns), dtype=bool)
    is_called[replying] = called >= 0
    agrees, refuses = (replies[name] & pl.Series(is_called) for name in ("agrees", "refuses"))
    return turns.with_columns(
        is_answer=pl.Series(answering),
        answer_delay_min=pl.Series(delay).fill_nan(None),
        answered_by_member_key=turns["member_key"].gather(pl.Series(answers).replace(-1, None)),
        is_call=pl.Series(root) | pl.Series(dated),
        is_giving=pl.Series(answering) | (pl.col("lex_help_offer") > 0) | pl.col("is_announcement"),
        is_commitment=pl.col("is_text") & ((pl.col("lex_commitment") > 0) | agrees),
        lex_decline=pl.col("lex_decline") + refuses.cast(pl.Int64),
    ).with_columns(task=rules.task())


def _tables(
    inputs: GroupInput,
    reading: Reading,
    turns: pl.DataFrame,
    answers: np.ndarray,
    ties: pl.DataFrame,
    chains: Chains,
    lexicon: Lexicon,
    frozen: Frozen | None,
) -> Measured:
    group = pl.lit(inputs.group_key, dtype=pl.Int64).alias("group_key")
    last = month_end(inputs.month)
    reply = _replies(turns, ties).with_columns(group)
    listed = participation(chains)
    ignored = _coded(_no_titles(lexicon), frozen)
    found = activities(
        chains, listed, announced_turns(reading.messages, turns), polls(reading.messages), ignored
    )
    keys = found.keys
    versions = _version_rows(chains, keys)
    kept = found.rows.filter(pl.col("local_date") <= last)
    entries = with_told(listed, told_gifts(reading.messages, turns, chains))
    joined = entries.join(keys, on="chain", maintain_order="left").filter(pl.col("added_date") <= last)
    part = joined.rename({"added_by": "added_by_member_key"}).sort(
        "activity_key", "added_version", "line", "added_date", nulls_last=True, maintain_order=True
    )
    part = part.with_columns(entry_no=pl.int_range(1, pl.len() + 1).over("activity_key"))
    frames = {
        "fact_message": reading.messages.with_columns(
            message_key=pl.col("message_id"), turn_key=pl.col("turn")
        ),
        "fact_mention": _mentions(reading.spoken_to, turns),
        "fact_message_change": inputs.changes.with_columns(message_key=pl.col("message_id")),
        "fact_turn": turns.with_columns(turn_key=pl.col("turn")),
        "fact_reply": reply,
        "fact_activity": kept,
        "fact_activity_version": versions.filter(pl.col("local_date") <= last),
        "fact_participation": part,
        "fact_trigger": choruses(turns).filter(pl.col("local_date") <= last).with_columns(turn_key="turn"),
    }
    talk = find_campaigns(
        kept,
        pl.concat(
            [
                versions.select("activity_key", "turn", is_first=pl.col("version_no") == 1),
                found.calls.with_columns(is_first=pl.lit(True)),
            ]
        ),
        part,
        turns,
        reading.content,
        reading.vocabulary,
        ties,
        ignored,
        _coded(words().occasions, frozen),
        closing_time(inputs.month),
    )
    frames |= {"fact_campaign": talk.campaigns, "fact_campaign_member": talk.members}
    facts = {
        name: TABLES[f"core.{name}"].conform(frame.with_columns(group)) for name, frame in frames.items()
    }
    helped = (turns["is_help_request"].to_numpy()) & (answers >= 0)
    facts["fact_member_month"] = member_months(
        turns,
        facts["fact_reply"],
        answers[helped],
        part.join(kept.select("activity_key", "activity_kind"), on="activity_key", how="left"),
        inputs.presence,
        inputs.coverage,
        group_key=inputs.group_key,
        last=last,
        known_since=inputs.known_since,
    )
    titles = chains.versions.join(keys, on="chain", maintain_order="left").select(
        "activity_key", "version_no", "title"
    )
    return Measured(
        facts,
        {
            "list_title": titles,
            "list_entry": part.filter("is_on_list").select("activity_key", "entry_no", "entity"),
        },
    )


def _replies(turns: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    who = turns.select("turn", "member_key", "local_date")
    source = who[ties["source"].to_numpy()]
    return ties.with_columns(
        source_turn_key=pl.col("source"),
        target_turn_key=pl.col("target"),
        source_member_key=source["member_key"],
        target_member_key=who[ties["target"].to_numpy()]["member_key"],
        local_date=source["local_date"],
        params_hash=pl.lit(REPLY_V1.hash),
    )


def _mentions(spoken_to: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Whom turns speak to: turn_key, member_key, local_date; nobody mentions himself."""
    named = turns["turn", "member_key", "local_date"][spoken_to["turn"].to_numpy()]
    return (
        spoken_to.select("member_key", turn_key=named["turn"], local_date=named["local_date"])
        .filter(pl.col("member_key") != named["member_key"])
        .unique(["turn_key", "member_key"])
        .sort("turn_key", "member_key")
    )


def _version_rows(chains: Chains, keys: pl.DataFrame) -> pl.DataFrame:
    numbers = chains.versions.select(parent="version", parent_version_no="version_no")
    return (
        chains.versions.join(keys, on="chain", maintain_order="left")
        .join(numbers, on="parent", how="left", maintain_order="left")
        .with_columns(turn_key=pl.col("turn"), member_key=pl.col("sender_key"), n_items=pl.col("n_entries"))
        .sort("activity_key", "version_no")
    )


def _no_titles(lexicon: Lexicon) -> frozenset[str]:
    """Words that are no part of a title."""
    return lexicon.functions | lexicon.titles | lexicon.audience | words().no_titles


def _coded(spoken: frozenset[str], frozen: Frozen | None) -> list[str]:
    """Words as they stand and, where texts are frozen, as those are compared."""
    plain = pl.Series("word", sorted(spoken))
    return plain.to_list() + ([] if frozen is None else frozen.coded(plain).to_list())
