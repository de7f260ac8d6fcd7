"""The valid messages of a group: the merged store less the rows that break a rule, which are held by number."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas.frames import MESSAGES
from schemas.rules import Rule, rules_of
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.validate.rows import split
from warehouse.stages import StageStore

STAGE = "validate"
_BEFORE_WHATSAPP = dt.date(2009, 1, 1)

#: What no single column can say of a message.
_MORE_RULES = (
    Rule("sent_at", "before WhatsApp existed", pl.col("sent_at") >= _BEFORE_WHATSAPP),
    Rule("local_date", "not the day of its clock", pl.col("local_date") == pl.col("local_at").dt.date()),
    Rule("export_ids", "exports miscounted", pl.col("export_ids").list.len() == pl.col("n_exports")),
)
#: What the rules look at: not the texts, which are most of a store.
RULED = tuple(
    sorted({name for rule in (*rules_of(MESSAGES), *_MORE_RULES) for name in rule.holds.meta.root_names()})
)


def failures_of(messages: pl.DataFrame) -> pl.DataFrame:
    """Which rows of MESSAGES (the columns ``RULED``) break which rule: ``row_no, column_name, rule``."""
    return split(messages, MESSAGES, _MORE_RULES).failures


def valid_messages(store: StageStore) -> pl.DataFrame:
    """MESSAGES of a group that meet all rules, in their order."""
    messages = store.frame(RECONCILE, "messages")
    if store.facts(STAGE).get("of") == store.stamp(RECONCILE):
        refused = store.frame(STAGE, "refused")["row_no"]
    else:  # merged anew, and not validated since
        refused = failures_of(messages)["row_no"]
    if refused.is_empty():
        return messages
    return messages.filter(~pl.int_range(pl.len(), dtype=pl.Int64).is_in(refused.implode()))
