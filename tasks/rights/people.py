"""Who is meant: a person found by pseudonym, member number or telephone number, with everything he is known by."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from schemas.errors import FileRefused, UsageError
from schemas.frames import LABELS, PEOPLE
from schemas.roster import e164, fold
from tasks.identify.members import Row, names_of, phones_of
from tasks.identify.roster import read_roster
from tasks.identify.senders import read_label
from tasks.identify.stage import STAGE as IDENTIFY
from tasks.land.land import raw_name, read_ledger
from tasks.measure.names import name_forms
from tasks.measure.text.lexicon import lexicon_for
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.rights.withhold import number_form
from warehouse.keys import PseudonymKey
from warehouse.reference.lexicon import words
from warehouse.reference.people import known_words
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

_PSEUDONYM = re.compile(r"[0-9a-f]{24}")
_NOBODY = "nobody is known by that"
_SHORTEST_WORD = 3


@dataclass
class Held:
    """One person of one community, and all that the vault knows him by."""

    community: str
    canonical_id: str
    is_bot: bool = False
    member_keys: set[int] = field(default_factory=set)
    pseudonyms: set[str] = field(default_factory=set)
    member_ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  # whole names, as written
    aliases: set[str] = field(default_factory=set)  # other names and labels, as written
    phones: set[str] = field(default_factory=set)  # E.164
    labels: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # group -> (file_id, label)
    person_nos: dict[str, set[int]] = field(default_factory=dict)  # group -> persons of its store
    group_ids: set[str] = field(default_factory=set)
    normal: set[str] = field(default_factory=set)  # names in normal words, as lists and messages are read

    def forms(self) -> set[str]:
        """Folded names of every kind, and as they stand in what is kept of texts: 'Nur\'aini' as 'nuraini'."""
        folded = {fold(text) for text in (*self.names, *self.aliases, *self.normal)}
        return {form for form in folded if form and not form.isdigit()}


@dataclass
class Everybody:
    """All people of an installation, and the words that name nobody."""

    people: list[Held]
    common: set[str]

    def others(self, subject: list[Held], community: str) -> list[Held]:
        """The other people of a community."""
        mine = {id(held) for held in subject}
        return [held for held in self.people if held.community == community and id(held) not in mine]


def everybody(workspace: Workspace) -> Everybody:
    """Everybody whom the last run knew, put together over groups; by the vault alone."""
    found: dict[tuple[str, str], Held] = {}
    common = set(words_of_reference())
    group_ids = list(workspace.vault.names("groups"))
    for group_id in group_ids:
        common |= set(fold(workspace.config.group(group_id).name or group_id).split())
        _enter_group(workspace, group_id, found)
    index = Index.of(found.values())
    for group_id in group_ids:
        for row in _listed(workspace, group_id):
            common |= {word for place in _PLACES if row[place] for word in fold(row[place]).split()}
            index.enter(workspace.config.community_of(group_id), row)
    people = list(found.values())
    _enter_normal(people)
    return Everybody(people, common)


def _enter_normal(people: list[Held]) -> None:
    """Names in normal words, each distinct one read once."""
    written = sorted({text for held in people for text in (*held.names, *held.aliases)})
    normal = name_forms(pl.Series(written, dtype=pl.String), lexicon_for(()))
    form_of = dict(zip(written, normal, strict=True))
    for held in people:
        held.normal = {form for text in (*held.names, *held.aliases) if (form := form_of[text])}


def _enter_group(workspace: Workspace, group_id: str, found: dict[tuple[str, str], Held]) -> None:
    community = workspace.config.community_of(group_id)
    store = StageStore(workspace.vault, group_id)
    people = store.frames(IDENTIFY, only="people").get("people", PEOPLE.empty())
    by_no: dict[int, Held] = {}
    for row in people.iter_rows(named=True):
        identity = (community, row["canonical_id"])
        held = found.setdefault(identity, Held(*identity))
        _enter(held, row, group_id)
        if row["person_no"] is not None:
            by_no[row["person_no"]] = held
    labels = store.frames(RECONCILE, only="labels").get("labels", LABELS.empty())
    for file_id, label, number in labels.select("file_id", "label", "person_no").iter_rows():
        if number in by_no:
            _enter_label(by_no[number], group_id, file_id, label)


_PLACES = ("origin_region", "current_city", "campus", "field_of_study")


def words_of_reference() -> frozenset[str]:
    """Words of the shipped word lists: none of them is taken for a name."""
    terms = {word for term in words().terms["term"] for word in fold(term).split()}
    return frozenset(terms | known_words())


def _enter(held: Held, row: Row, group_id: str) -> None:
    held.is_bot = held.is_bot or row["is_bot"]
    held.member_keys.add(row["member_key"])
    held.pseudonyms.add(row["pseudonym_key"])
    held.group_ids.add(group_id)
    if row["member_id"]:
        held.member_ids.add(row["member_id"])
    if row["phone"]:
        held.phones.add(row["phone"])
    if row["person_no"] is not None:
        held.person_nos.setdefault(group_id, set()).add(row["person_no"])
    _enter_text(held, "name", row["name"])
    for alias in row["aliases"] or ():
        _enter_text(held, "alias", alias)


def _enter_text(held: Held, kind: str, text: str | None) -> None:
    if not text:
        return
    read = read_label(text)
    if read is None:
        return
    if read.phone:
        held.phones.add(read.phone)
    elif kind == "name" and not read.is_push:
        held.names.add(text)
    else:
        held.aliases.add(text)


def _enter_label(held: Held, group_id: str, file_id: str, label: str) -> None:
    held.labels.setdefault(group_id, set()).add((file_id, label))
    _enter_text(held, "alias", label)


@dataclass
class Index:
    """People by what a roster's row may know of them."""

    by_number: dict[tuple[str, str], list[Held]] = field(default_factory=lambda: defaultdict(list))
    by_phone: dict[tuple[str, str], list[Held]] = field(default_factory=lambda: defaultdict(list))
    by_form: dict[tuple[str, str], list[Held]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, people: Iterable[Held]) -> Index:
        """The index of some people as they are known so far."""
        index = cls()
        for held in people:
            for number in held.member_ids:
                index.by_number[held.community, number].append(held)
            for phone in held.phones:
                index.by_phone[held.community, phone].append(held)
            for form in held.forms():
                index.by_form[held.community, form].append(held)
        return index

    def enter(self, community: str, row: Row) -> None:
        """Add a roster's row to whom its member number, its telephone number or its name means alone."""
        number, phones, forms = row["member_id"], phones_of(row), names_of(row)
        by_phone = [held for phone in phones for held in self.by_phone.get((community, phone), ())]
        by_form = [held for form in forms for held in self.by_form.get((community, form), ())]
        both = [held for held in by_phone if held in by_form]
        by_number = self.by_number.get((community, number), []) if number else []
        for hits in (by_number, both, by_phone, [] if number else by_form):
            if len({id(held) for held in hits}) == 1:
                hits[0].phones.update(phones)
                _enter_text(hits[0], "name", row["name"])
                for alias in row["aliases"]:
                    _enter_text(hits[0], "alias", alias)
                return


def _listed(workspace: Workspace, group_id: str) -> Iterator[Row]:
    """Rows of a group's rosters and participants lists, each wording once."""
    ledger = read_ledger(workspace.vault, group_id)
    for file_id in (*ledger.contents("roster"), *ledger.contents("participants")):
        if not workspace.vault.exists(raw_name(file_id)):
            continue
        try:
            found = read_roster(workspace.vault.read_bytes(raw_name(file_id)), "roster", _ANY_MONTH)
        except FileRefused:
            continue
        yield from found.roster.unique(["member_id", "name", "phone", "aliases"]).iter_rows(named=True)


_ANY_MONTH = BEFORE_WHATSAPP = dt.date(2009, 1, 1)


def find(
    workspace: Workspace, everyone: Everybody, member: str | None, phone: str | None
) -> tuple[str, list[Held]]:
    """The person meant, in every community that knows the same telephone number as his alone.

    Args:
        workspace: the installation.
        everyone: all people of it.
        member: a pseudonym, of today, of before a change or of a release; a durable key; a member number.
        phone: a number in any spelling.

    Returns:
        What matched, and the person's entries.

    Raises:
        UsageError: nobody is known by that, or several people are.
    """
    if phone is not None:
        number = e164(phone)
        if number is None:
            raise UsageError("that is no telephone number", next_step="give it with its country code")
        matched, hits = "telephone number", [held for held in everyone.people if number in held.phones]
    else:
        matched, hits = _by_member(workspace, everyone, (member or "").strip())
    hits = [held for held in hits if not held.is_bot]
    per_community = Counter(held.community for held in hits)
    if not hits:
        raise UsageError(
            _NOBODY,
            next_step="check it against core.dim_member or the roster; who is new is known after `solidarity ingest`",
        )
    if max(per_community.values()) > 1 or (matched == "member number" and len(per_community) > 1):
        raise UsageError(
            f"several people have that {matched}",
            next_step="name one of them by pseudonym: --member with pseudonym_key of core.dim_member",
            people=len(hits),
        )
    subject = hits + _elsewhere(everyone, hits)
    return matched, subject + _known_by_name_alone(everyone, subject)


def _by_member(workspace: Workspace, everyone: Everybody, member: str) -> tuple[str, list[Held]]:
    if not member:
        raise UsageError("nobody is named", next_step="use --member ID, or --phone - with a number on stdin")
    today = _with(everyone, lambda held: member.lower() in held.pseudonyms)
    if today:
        return "pseudonym", today
    earlier = _earlier_pseudonyms(workspace).get(member.lower())
    if earlier and (found := _with(everyone, lambda held: earlier in held.pseudonyms)):
        return "earlier pseudonym", found
    if member.isdigit() and (found := _with(everyone, lambda held: int(member) in held.member_keys)):
        return "durable key", found
    if released := _of_release(workspace, everyone, member.lower()):
        return "pseudonym of a release", released
    number = number_form(member)
    found = _with(everyone, lambda held: number in {number_form(one) for one in held.member_ids})
    return "member number", found


def _of_release(workspace: Workspace, everyone: Everybody, pseudonym: str) -> list[Held]:
    """Who has a pseudonym in the release of some snapshot, under today's key or an earlier one."""
    from warehouse.engine import Warehouse

    warehouse = Warehouse(workspace.settings.database_url)
    if not _PSEUDONYM.fullmatch(pseudonym) or not warehouse.exists():
        return []
    earlier, key = workspace.release_secrets(), workspace.key()
    keys = [PseudonymKey(bytes.fromhex(secret)) for secret in earlier.values()]
    known = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot")["snapshot_id"]
    keys += [key.for_release(one) for one in known if one not in earlier]
    return _with(everyone, lambda held: any(one.pseudonym(held.canonical_id) == pseudonym for one in keys))


def _with(everyone: Everybody, test: Callable[[Held], bool]) -> list[Held]:
    return [held for held in everyone.people if test(held)]


def _earlier_pseudonyms(workspace: Workspace) -> dict[str, str]:
    """Pseudonym of an earlier day -> today's, however often it changed in between."""
    from warehouse.engine import Warehouse

    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        return {}
    rows = warehouse.read("SELECT old_pseudonym_key, new_pseudonym_key FROM core.member_alias")
    following = dict(rows.iter_rows())
    found: dict[str, str] = {}
    for old in following:
        new, steps = following[old], 0
        while new in following and steps < len(following):
            new, steps = following[new], steps + 1
        found[old] = new
    return found


def _elsewhere(everyone: Everybody, hits: list[Held]) -> list[Held]:
    """The same person in other communities, by a number that only he has in each."""
    communities = {held.community for held in hits}
    phones = set().union(*(held.phones for held in hits)) - shared_phones(everyone, hits)
    found: list[Held] = []
    for community in sorted({held.community for held in everyone.people} - communities):
        same = [h for h in everyone.people if h.community == community and h.phones & phones]
        if len(same) == 1:
            found += same
    return found


def _known_by_name_alone(everyone: Everybody, subject: list[Held]) -> list[Held]:
    """Senders of whom nothing is known but a whole name, which of all people with a number only he bears.

    Where evidence was too thin to count them as him, it is not too thin to erase them with him.
    """
    found: list[Held] = []
    for mine in subject:
        others = everyone.others([*subject, *found], mine.community)
        known = {form for held in others if held.member_ids or held.phones for form in held.forms()}
        his = {form for form in mine.forms() if " " in form} - known
        found += [held for held in others if not held.member_ids and not held.phones and held.forms() & his]
    return found


def shared_phones(everyone: Everybody, subject: list[Held]) -> set[str]:
    """Numbers of a person that somebody else of the same community has as well."""
    return {
        phone
        for mine in subject
        for other in everyone.others(subject, mine.community)
        for phone in mine.phones & other.phones
    }


def own_words(forms: Iterable[str], others: Iterable[str], common: set[str]) -> set[str]:
    """Words of a person's names that nobody else bears and that mean nothing else."""
    taken = {word for form in others for word in form.split()} | common
    mine = {word for form in forms for word in form.split()}
    return {word for word in mine if len(word) >= _SHORTEST_WORD and not word.isdigit()} - taken


def first_month(workspace: Workspace, subject: list[Held]) -> dt.date:
    """The first month in which the person counted: by messages, memberships and rosters."""
    days: list[dt.date] = []
    for held in subject:
        for group_id in held.group_ids:
            store = StageStore(workspace.vault, group_id)
            memberships = store.frame(IDENTIFY, "core.fact_membership")
            rows = memberships.filter(pl.col("member_key").is_in(sorted(held.member_keys)))
            days += rows["from_date"].drop_nulls().to_list()
            numbers = sorted(held.person_nos.get(group_id, ()))
            said = store.frame(RECONCILE, "messages").filter(pl.col("person_no").is_in(numbers))
            days += said.select(pl.col("local_date").min()).to_series().drop_nulls().to_list()
    return min(days, default=BEFORE_WHATSAPP).replace(day=1)
