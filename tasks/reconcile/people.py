"""Which labels of different exports are one person: contact name here, number there.

A node is one label in one export. Nodes are joined in the order of evidence: a number and the one it was
changed to, the same number, shared texts by falling votes, the same name; by texts and names never two nodes
of one export. But a phone that does not know a number may show its owner's public name (``~ Name``) as author
and the number in system lines: these two labels of one export can be one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl

STRONG_VOTE, WEAK_VOTE = 4, 1
#: A pair is believed if it has at least this share of what one of its labels shares with the other export.
MIN_SHARE = 0.5
#: A rejected pair with so many long texts is a conflict worth listing.
CONFLICT_TEXTS = 2
#: How an export may call its own phone's owner: on another phone that is somebody else.
OWNER_WORDS = ("you", "anda", "kamu")
#: Confidence in a person joined by the same name alone, without a shared text.
NAME_CONFIDENCE = 0.5

_MARKS = r"[\x{061C}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FEFF}]"
_NUMBER = r"^\+?[\d\s().\-\x{2010}-\x{2015}]{7,}$"


@dataclass
class People:
    """Clusters of nodes; built up by :meth:`join`.

    Attributes:
        exports: export of each node.
        is_public: whether the node is a public name; is_told: whether it is a number in system lines alone.
        conflicts: (node, node, votes) pairs that shared texts would join and another pair forbids.
    """

    exports: list[int]
    is_public: list[bool]
    is_told: list[bool]
    conflicts: list[tuple[int, int, int]] = field(default_factory=list)
    _parent: list[int] = field(default_factory=list)
    _writes: list[int] = field(default_factory=list)  # exports that show it, as a mask; but numbers only told
    _is_named: list[int] = field(default_factory=list)  # the same, but public names

    def __post_init__(self) -> None:
        self._parent = list(range(len(self.exports)))
        pairs = list(zip(self.exports, self.is_told, self.is_public, strict=True))
        self._writes = [0 if is_told else 1 << export for export, is_told, _ in pairs]
        self._is_named = [0 if is_public else 1 << export for export, _, is_public in pairs]

    @classmethod
    def of_nodes(cls, nodes: pl.DataFrame) -> People:
        """Everybody alone."""
        return cls(nodes["x"].to_list(), nodes["is_public"].to_list(), nodes["is_told"].to_list())

    def of(self, node: int) -> int:
        """Representative node of a node's cluster."""
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def may_join(self, a: int, b: int) -> bool:
        """Whether no export holds labels of both: two labels of one export are two people."""
        a, b = self.of(a), self.of(b)
        return not (self._writes[a] & self._writes[b] or self._is_named[a] & self._is_named[b])

    def join(self, a: int, b: int) -> None:
        """Declare two nodes one person; the lower node represents both."""
        low, high = sorted((self.of(a), self.of(b)))
        if low != high:
            self._parent[high] = low
            self._writes[low] |= self._writes[high]
            self._is_named[low] |= self._is_named[high]

    def clusters(self) -> list[int]:
        """Representative of every node."""
        heads = np.array(self._parent, dtype=np.int64)
        while not np.array_equal(heads, above := heads[heads]):
            heads = above
        return heads.tolist()


def with_identity(nodes: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_number``, ``written`` (the label as all phones write it: digits of a number, bare name),
    ``is_public`` and ``is_told`` (see :class:`People`); ``nodes`` has ``label`` and ``is_author``."""
    bare = pl.col("label").str.replace_all(_MARKS, "").str.replace_all(r"\s+", " ").str.strip_chars()
    return nodes.with_columns(bare=bare).with_columns(
        is_number=pl.col("bare").str.contains(_NUMBER),
        written=pl.when(pl.col("bare").str.contains(_NUMBER))
        .then(pl.col("bare").str.replace_all(r"\D", ""))
        .otherwise(pl.col("bare").str.normalize("NFC")),
        is_public=pl.col("bare").str.starts_with("~"),
        is_told=~pl.col("is_author") & pl.col("bare").str.contains(_NUMBER),
    )


def resolve(nodes: pl.DataFrame, votes: pl.DataFrame, renumbered: Iterable[tuple[int, int]]) -> People:
    """Cluster nodes into people.

    Args:
        nodes: ``node`` (dense), ``x``, ``label``, ``exporter_no``, ``is_number``, ``written``.
        votes: VOTES.
        renumbered: nodes that a system line calls the old and the new number of one person.
    """
    people = People.of_nodes(nodes)
    for old, new in renumbered:
        people.join(old, new)
    for same in _same(nodes.filter(pl.col("is_number")), "written"):
        _join_all(people, same)
    for same in _same(nodes.filter(~pl.col("is_number")), "x", "written"):
        _join_all(people, same)
    join_by_votes(people, nodes, votes)
    _join_by_name(people, nodes)
    return people


def join_by_votes(people: People, nodes: pl.DataFrame, votes: pl.DataFrame) -> int:
    """Join pairs by falling votes where nothing forbids it; returns the number of pairs joined."""
    n_joined = 0
    for a, b, strong in _believed(nodes, votes):
        if people.of(a) == people.of(b):
            continue
        if people.may_join(a, b):
            people.join(a, b)
            n_joined += 1
        elif strong >= CONFLICT_TEXTS:
            people.conflicts.append((a, b, strong))
    return n_joined


def _believed(nodes: pl.DataFrame, votes: pl.DataFrame) -> Iterable[tuple[int, int, int]]:
    label = nodes.select("node", "x", "label")
    ranked = (
        shares(nodes, votes)
        .filter(pl.max_horizontal("share_a", "share_b") >= MIN_SHARE)
        .join(label.rename({"node": "a", "x": "a_x", "label": "a_label"}), on="a")
        .join(label.rename({"node": "b", "x": "b_x", "label": "b_label"}), on="b")
        .sort("score", "a_x", "b_x", "a_label", "b_label", descending=[True, False, False, False, False])
    )
    return ranked.select("a", "b", "strong").iter_rows()


def shares(nodes: pl.DataFrame, votes: pl.DataFrame) -> pl.DataFrame:
    """Votes with ``score`` and each label's share of what it has in common with the other export."""
    export = nodes.select("node", "x")
    score = STRONG_VOTE * pl.col("strong") + WEAK_VOTE * pl.col("weak")
    return (
        votes.join(export.rename({"node": "a", "x": "a_x"}), on="a")
        .join(export.rename({"node": "b", "x": "b_x"}), on="b")
        .with_columns(score=score)
        .with_columns(
            share_a=pl.col("score") / pl.col("score").sum().over("a", "b_x"),
            share_b=pl.col("score") / pl.col("score").sum().over("b", "a_x"),
        )
        .drop("a_x", "b_x")
    )


def _join_by_name(people: People, nodes: pl.DataFrame) -> None:
    """Join what bears the same name: within a phone, then between phones unless the name is ambiguous."""
    names = nodes.filter(~pl.col("is_number"))
    for same in _same(names, "exporter_no", "written"):
        for earlier, later in pairwise(same):
            if people.may_join(earlier, later):
                people.join(earlier, later)
    everywhere = names.filter(~pl.col("written").str.to_lowercase().is_in(OWNER_WORDS))
    for same in _same(everywhere, "written"):
        heads = sorted({people.of(node) for node in same})
        if all(people.may_join(a, b) for i, a in enumerate(heads) for b in heads[i + 1 :]):
            _join_all(people, heads)


def _same(nodes: pl.DataFrame, *by: str) -> list[list[int]]:
    grouped = (
        nodes.sort("x", "node")
        .group_by(*by, maintain_order=True)
        .agg("node")
        .filter(pl.col("node").list.len() > 1)
    )
    return grouped["node"].to_list()


def _join_all(people: People, nodes: list[int]) -> None:
    for node in nodes[1:]:
        people.join(nodes[0], node)


def parties(people: People) -> list[int]:
    """Representative of each node's party: people whom a conflict ties together.

    One contact name may stand for two numbers. Whoever of a party wrote a message, it is the same message;
    so messages are merged by party, and told apart by the finer label.
    """
    if not people.conflicts:
        return people.clusters()
    union = People(people.exports, people.is_public, people.is_told)
    for node, head in enumerate(people.clusters()):
        union.join(node, head)
    for a, b, _ in people.conflicts:
        union.join(a, b)
    return union.clusters()


def coarse_nodes(people: People, nodes: pl.DataFrame, votes: pl.DataFrame) -> set[int]:
    """Labels that stand for more than one person: of two in conflict the one sharing less of its texts."""
    columns = shares(nodes, votes).select("a", "b", "share_a", "share_b")
    share = {(a, b): (share_a, share_b) for a, b, share_a, share_b in columns.iter_rows()}
    coarse: set[int] = set()
    for a, b, _ in people.conflicts:
        share_a, share_b = share.get((a, b), (0.0, 0.0))
        if share_a != share_b:
            coarse.add(a if share_a < share_b else b)
    return coarse


def support(nodes: pl.DataFrame, votes: pl.DataFrame, person: pl.Series) -> pl.DataFrame:
    """Per node the shared texts that speak for its person, and the share of those that speak at all.

    Without any: certain for a number or for a label that stands alone, else the confidence of a name.

    Args:
        person: person of each node, in the order of ``nodes``.

    Returns:
        ``node, votes, confidence``.
    """
    of = pl.DataFrame({"node": nodes["node"], "person": person})
    sides = [
        votes.select(node=me, other=you, n=pl.col("strong") + pl.col("weak"))
        for me, you in (("a", "b"), ("b", "a"))
    ]
    spoken = (
        pl.concat(sides)
        .join(of, on="node")
        .join(of.rename({"node": "other", "person": "other_person"}), on="other")
        .group_by("node")
        .agg(votes=pl.col("n").filter(pl.col("person") == pl.col("other_person")).sum(), n=pl.col("n").sum())
    )
    alone = of.select("person").group_by("person").len("n_nodes")
    return (
        nodes.select("node", "is_number")
        .with_columns(person=person)
        .join(alone, on="person", how="left")
        .join(spoken, on="node", how="left")
        .select(
            "node",
            pl.col("votes").fill_null(0).cast(pl.Int64),
            confidence=pl.when(pl.col("is_number") | (pl.col("n_nodes") == 1) & pl.col("n").is_null())
            .then(1.0)
            .when(pl.col("n").is_null())
            .then(NAME_CONFIDENCE)
            .otherwise(pl.col("votes") / pl.col("n")),
        )
        .sort("node")
    )
