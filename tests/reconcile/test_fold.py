"""What is kept of exports from run to run gives the store that the exports themselves give."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Group
from tasks.reconcile import Export, Reconciled, reconcile
from tasks.reconcile.digest import purged as purged_export
from tasks.reconcile.fold import Fold, add, nothing, purged, without
from tasks.reconcile.kept import folded, purge_fold
from tasks.reconcile.reconcile import merge
from tests.reconcile.handmade import Said, Told, export
from tests.reconcile.test_properties import SETTINGS, _same
from tests.reconcile.world import START, chats, exports
from warehouse.vault import Vault

CHAT = [
    Said("2024-03-01 08:00", "Ani", "selamat pagi semuanya"),
    Said("2024-03-01 08:00", "Budi", "ok"),
    Said("2024-03-01 08:00", "Budi", "ok"),
    Told("2024-03-01 08:01", "left", actor="Cici"),
    Said("2024-03-01 08:02", "Ani", "kumpul di mushola jam tujuh"),
]


def _merged(fold: Fold, made: list[Export]) -> Reconciled:
    return merge(fold, made, Group())


@SETTINGS
@given(st.data())
def test_exports_added_and_withdrawn_in_any_order_give_the_store_of_those_left(data: st.DataObject) -> None:
    """Late ones in the middle too; nothing depends on what the fold held before."""
    made = data.draw(exports(data.draw(chats()), hours=True, edges=True))
    fold = nothing()
    for part in _split(data, data.draw(st.permutations(made))):
        fold = add(fold, part)
    assert _same(_merged(fold, made), reconcile(made, Group()))
    left = data.draw(st.lists(st.sampled_from(made), unique_by=lambda one: one.file_id))
    fold = without(fold, {one.file_id for one in made} - {one.file_id for one in left})
    assert _same(_merged(fold, left), reconcile(left, Group()))
    again = [one for one in made if one.file_id not in fold.files]
    assert _same(_merged(add(fold, again), made), reconcile(made, Group()))


def _split(data: st.DataObject, made: list[Export]) -> list[list[Export]]:
    ends = sorted({*data.draw(st.lists(st.integers(1, len(made)), max_size=3)), len(made)})
    return [made[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@SETTINGS
@given(st.data())
def test_a_fold_whose_old_texts_went_is_one_of_exports_without_them(data: st.DataObject) -> None:
    made = data.draw(exports(data.draw(chats()), edges=True))
    until = START + dt.timedelta(minutes=data.draw(st.integers(-14, 25)))
    is_over = pl.col("local_at") <= until
    bare = [
        Export(
            one.meta,
            one.landed,
            pl.concat([purged_export(one.frame.filter(is_over)), one.frame.filter(~is_over)]),
        )
        for one in made
    ]
    fold = purged(add(nothing(), made), is_over)
    assert fold.rows.filter(is_over)["text"].null_count() == fold.rows.filter(is_over).height
    assert _same(_merged(fold, made), reconcile(bare, Group()))


def test_what_exports_show_alike_is_held_once() -> None:
    one, two = export("one", CHAT), export("two", [*CHAT, Said("2024-03-02 09:00", "Ani", "terima kasih")])
    fold = add(add(nothing(), [one]), [two])
    # the last minute of the first export is none of the second's edges; the head is both's, 08:00
    assert fold.rows.height == 3 + 1 + 1 + 1
    assert sorted(fold.sets) == [(0,), (0, 1), (1,)]
    store = _merged(fold, [one, two])
    assert store.messages["n_exports"].to_list() == [2, 2, 2, 2, 1]
    assert store.messages["text"].to_list().count("ok") == 2


def test_an_hour_that_a_wall_clock_skipped_loses_no_repeat() -> None:
    """02:30 never was in Berlin: it is read as 03:30, beside what stands there."""
    lines = [
        Said("2024-03-31 01:50", "Ani", "selamat pagi semuanya"),
        Said("2024-03-31 02:30", "Budi", "ok"),
        Said("2024-03-31 03:30", "Budi", "ok"),
        Said("2024-03-31 03:31", "Ani", "kumpul di mushola jam tujuh"),
    ]
    two = [export(name, lines, zone="Europe/Berlin") for name in ("one", "two")]
    store = reconcile(two, Group())
    assert store.messages["text"].to_list().count("ok") == 2
    assert store.messages["n_exports"].to_list() == [2, 2, 2, 2]


@pytest.fixture
def vault(tmp_path) -> Vault:
    return Vault(tmp_path / "vault", None)


def test_only_what_is_new_or_was_read_anew_is_read(vault: Vault) -> None:
    made = {one.file_id: one for one in (export(name, CHAT) for name in "abcd")}
    asked: list[str] = []

    def read(file_id: str) -> Export:
        asked.append(file_id)
        return made[file_id]

    first, *others = made
    stamps = dict.fromkeys(others, "1")
    folded(vault, "g", stamps, read)
    assert sorted(asked) == sorted(others)
    asked.clear()
    fold = folded(vault, "g", stamps | {first: "1"}, read)
    assert asked == [first]
    assert _same(_merged(fold, list(made.values())), reconcile(list(made.values()), Group()))
    asked.clear()
    folded(vault, "g", stamps | {first: "2"}, read)
    assert asked == [first]
    asked.clear()
    kept = folded(vault, "g", stamps, read)
    assert not asked
    assert first not in kept.files


def test_few_exports_leave_no_fold_behind(vault: Vault) -> None:
    made = {one.file_id: one for one in (export(name, CHAT) for name in "abc")}
    folded(vault, "g", dict.fromkeys(made, ""), made.__getitem__)
    assert list(vault.names("groups/g"))
    folded(vault, "g", dict.fromkeys(list(made)[:2], ""), made.__getitem__)
    assert not list(vault.names("groups/g"))


def test_texts_that_are_over_leave_the_kept_fold(vault: Vault) -> None:
    made = {one.file_id: one for one in (export(name, CHAT) for name in "abc")}
    stamps = dict.fromkeys(made, "")
    folded(vault, "g", stamps, made.__getitem__)
    purge_fold(vault, "g", dt.date(2024, 2, 29))
    assert folded(vault, "g", stamps, made.__getitem__).rows["text"].null_count() == 0
    purge_fold(vault, "g", dt.date(2024, 3, 1))
    (folder,) = (name for name in vault.names("groups/g") if not name.endswith(".json"))
    assert vault.read_frame(f"groups/g/{folder}/rows.parquet")["text"].null_count() == 4
