"""The warehouse's tables: grain, columns, key. A column's own description stands in :mod:`schemas.fields`.

A column written ``name?`` may be NULL; all others may not. One written ``name=field`` is described by the
field of another name: where a table says by itself what its ``kind`` is a kind of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from schemas.catalogue import CODES
from schemas.fields import FIELDS, Field
from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES

Schema = Literal["ops", "core", "research", "enclave"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field in its place: with whether it may be NULL there."""

    field: Field
    nullable: bool

    @property
    def name(self) -> str:
        return self.field.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table or frame: its grain in words, its columns, the key that makes a row unique."""

    schema: str
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    partition: tuple[str, ...] = ()  # a load replaces whole partitions

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def polars_schema(self) -> pl.Schema:
        """Column name -> Polars dtype, in order."""
        return pl.Schema({column.name: column.field.dtype for column in self.columns})

    @property
    def subject_columns(self) -> tuple[str, ...]:
        """Columns that point at a person; the erasure registry derives from them."""
        return tuple(column.name for column in self.columns if column.field.subject)

    def empty(self) -> pl.DataFrame:
        """A frame of this shape without rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, order and dtypes; raises when one is missing."""
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.polars_schema.items())


def _columns(spec: str) -> tuple[Column, ...]:
    columns = tuple(_column(word.rstrip("?"), word.endswith("?")) for word in spec.split())
    names = [column.name for column in columns]
    if len(names) != len(set(names)):
        raise ValueError("a table names a column twice")
    return columns


def _column(word: str, nullable: bool) -> Column:
    name, _, described = word.partition("=")
    return Column(replace(FIELDS[described or name], name=name), nullable)


def table(schema: str, name: str, grain: str, spec: str, *, key: str, partition: str = "") -> Table:
    """Declare one table; ``key`` and ``partition`` are column names separated by spaces."""
    declared = Table(schema, name, grain, _columns(spec), tuple(key.split()), tuple(partition.split()))
    unknown = (set(declared.key) | set(declared.partition)) - set(declared.names)
    if unknown:
        raise ValueError(f"{schema}.{name}: key or partition names unknown columns {sorted(unknown)}")
    return declared


_LEX = " ".join(f"lex_{category}" for category in LEXICON_CATEGORIES)
_STYLE = " ".join(f"style_{category}" for category in STYLE_CATEGORIES)
_QUALITY = "precision? precision_lo? precision_hi? recall? recall_lo? recall_hi?"
_VALUE = "value? ci_low? ci_high? ci_kind n_num? n_den?"

_DIMENSIONS = [
    table(
        "core",
        "dim_date",
        "one row per day",
        "date month year month_of_year weekday hijri_year hijri_month hijri_day is_ramadan is_eid is_public_holiday",
        key="date",
    ),
    table(
        "core",
        "dim_month",
        "one row per month",
        "month year month_of_year n_days ramadan_days syawal_first10_days muharram_days public_holidays",
        key="month",
    ),
    table(
        "core",
        "dim_group",
        "one row per version of a group",
        "group_version_key group_key group_id group_name timezone community? continues? selling_allowed valid_from valid_to? is_current",
        key="group_key valid_from",
        partition="group_key",
    ),
    table(
        "core",
        "dim_member",
        "one row per version of a person",
        "member_version_key member_key pseudonym_key community cohort? origin_region? current_city? campus? field_of_study? role gender? is_adult? is_on_roster is_in_good_standing consent valid_from valid_to? is_current",
        key="member_key valid_from",
        partition="community",
    ),
    table(
        "core",
        "member_alias",
        "one row per change of a pseudonym",
        "old_pseudonym_key new_pseudonym_key since_snapshot_id",
        key="old_pseudonym_key new_pseudonym_key",
    ),
    table(
        "core",
        "dim_indicator",
        "one row per version of an indicator's definition",
        "code def_version facet name_en name_id formula unit range_low? range_high? direction minimum_n ci_kind window_months look_back_months look_ahead_months is_optional is_computed threats source is_current",
        key="code def_version",
    ),
    table(
        "core",
        "dim_activity_kind",
        "one row per kind of activity",
        "activity_kind name_en name_id",
        key="activity_kind",
    ),
    table(
        "core",
        "dim_platform_break",
        "one row per change of the platform",
        "breaks_kind date description source",
        key="breaks_kind date",
    ),
    table(
        "core",
        "dim_shock",
        "one row per shock and group; no group means all",
        "shock shock_date group_id? origin",
        key="shock shock_date group_id",
    ),
    table(
        "core",
        "dim_snapshot",
        "one row per snapshot",
        "snapshot_id month created_at manifest_sha256 manifest_json numbers_sha256 code_version lexicon_version definitions_hash n_groups n_exports n_rosters withdrawn_at? successor_snapshot_id?",
        key="snapshot_id",
    ),
]

_FACTS = [
    table(
        "core",
        "fact_message",
        "one authored message",
        f"group_key message_key member_key turn_key? sent_at local_date kind n_exports has_seconds is_edited is_forwarded is_bot lang n_chars n_words n_emoji n_folded_hands? n_urls n_emails n_phones n_mentions {_LEX}",
        key="group_key message_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_message_change",
        "one first sighting of an edit or deletion",
        "group_key message_key kind=change_kind first_seen_date",
        key="group_key message_key kind",
        partition="group_key",
    ),
    table(
        "core",
        "fact_turn",
        "one turn: consecutive messages of one sender with gaps of at most 2 minutes",
        f"group_key turn_key member_key sent_at local_date role task? is_text is_list is_announcement is_question is_help_request is_prayer_request is_commitment is_forwarded answer_delay_min? answered_by_member_key? same_text_days? others_text_days? others_again_days? n_messages n_words n_folded_hands? {_LEX} {_STYLE} n_ya?",
        key="group_key turn_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_reply",
        "one inferred tie from a turn to an earlier one",
        "group_key source_turn_key target_turn_key source_member_key target_member_key local_date method layer weight latency_min params_hash",
        key="group_key source_turn_key target_turn_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_mention",
        "one person to whom a turn speaks by name, who may not have written yet",
        "group_key turn_key member_key local_date",
        key="group_key turn_key member_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_membership_event",
        "one person in one system event, or one event of the whole group",
        "group_key membership_event_key event event_date sent_at member_key? actor_member_key? n_exports",
        key="group_key membership_event_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_membership",
        "one interval of membership or presence",
        "group_key member_key kind=membership_kind from_date to_date? basis end_basis? is_proven",
        key="group_key member_key kind from_date",
        partition="group_key",
    ),
    table(
        "core",
        "fact_coverage",
        "group, day, exporter",
        "group_key date exporter_no is_covered is_gap is_unverified",
        key="group_key date exporter_no",
        partition="group_key",
    ),
    table(
        "core",
        "fact_activity",
        "one joint activity: a chain of lists, a poll or an announcement with date",
        "group_key activity_key activity_kind month local_date last_seen_date planned_date? deadline_date? organiser_member_key? n_versions n_forks n_lost_updates n_items n_matched n_unmatched n_guests stated_total_idr? items_total_idr? is_total_mismatch? n_refused_amounts n_large_amounts is_dues",
        key="group_key activity_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_activity_version",
        "one copy of a list",
        "group_key activity_key version_no parent_version_no? turn_key member_key local_date n_items",
        key="group_key activity_key version_no",
        partition="group_key",
    ),
    table(
        "core",
        "fact_participation",
        "one entry of an activity",
        "group_key activity_key entry_no member_key? slot? added_date added_by_member_key is_proxy is_on_list participation_status amount_idr? is_paid? n_guests",
        key="group_key activity_key entry_no",
        partition="group_key",
    ),
    table(
        "core",
        "fact_attendance",
        "one declared attendance (attendee 0: the whole), and one person of it",
        "group_key activity_date attendee_no member_key? n_attended?",
        key="group_key activity_date attendee_no",
        partition="group_key",
    ),
    table(
        "core",
        "fact_trigger",
        "one turn that brings the news of a death or a joy",
        "group_key turn_key trigger_kind member_key local_date n_chorus n_chorus_upper",
        key="group_key turn_key trigger_kind",
        partition="group_key",
    ),
    table(
        "core",
        "fact_campaign",
        "one campaign: a list, a poll or an announced activity with the talk about it",
        "group_key campaign_key activity_kind month local_date last_seen_date is_open n_turns n_active_days n_talkers n_committed n_reached half_life_days? half_life_lo? half_life_hi?",
        key="group_key campaign_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_campaign_member",
        "one person in a campaign",
        "group_key campaign_key member_key is_talker is_committed",
        key="group_key campaign_key member_key",
        partition="group_key",
    ),
    table(
        "core",
        "member_permission",
        "one member of a group, by the consent in force",
        "group_key member_key is_counted may_have_row",
        key="group_key member_key",
        partition="group_key",
    ),
    table(
        "core",
        "fact_member_month",
        "one person present in a group in a month",
        "group_key member_key month turns text_turns words replies_given replies_received questions help_requests help_answers unanswered_requests list_entries learning_entries symbol_turns ritual_turns we_turns i_turns offer_turns opportunity_turns n_ties present_days covered_days tenure_days",
        key="group_key member_key month",
        partition="group_key",
    ),
    table(
        "core",
        "fact_newcomer",
        "one observed stretch of a person who joined in sight of the exports",
        "group_key member_key stretch_no joined_on is_welcomed? from_day to_day is_silent",
        key="group_key member_key stretch_no",
        partition="group_key",
    ),
    table(
        "core",
        "fact_indicator",
        "group, month, indicator",
        f"group_key group_id month code def_version params_hash {_VALUE} n_lo? n_hi? window_months coverage status snapshot_id",
        key="group_key month code def_version",
        partition="group_key",
    ),
    table(
        "core",
        "fact_indicator_detail",
        "a companion of an indicator",
        f"group_key group_id month code def_version detail {_VALUE} status snapshot_id",
        key="group_key month code def_version detail",
        partition="group_key",
    ),
    table(
        "core",
        "composite_base",
        "base period of a component",
        "group_key group_id code def_version base_version base_from base_to n_months median mad",
        key="group_key code base_version",
        partition="group_key",
    ),
    table(
        "core",
        "lexicon_eval",
        "one category of the lexicon, as human coders judged it in a group",
        f"group_key category lexicon_version n_coded n_coders alpha? {_QUALITY} rate_per_1000? corrected_rate_per_1000?",
        key="group_key category lexicon_version",
    ),
    table(
        "core",
        "reply_eval",
        "one rule of reply inference, as human coders judged it in a group",
        f"group_key method=reply_rule params_hash n_coded n_coders alpha? {_QUALITY}",
        key="group_key method params_hash",
    ),
    table(
        "core",
        "fact_indicator_vintage",
        "a cell that a snapshot changed; as of a snapshot holds the last row at or before it",
        f"group_key group_id month code def_version {_VALUE} coverage status is_removed snapshot_id",
        key="group_key month code snapshot_id",
    ),
    table(
        "core",
        "fact_trend",
        "group, indicator: trend over the covered history",
        "group_key group_id code def_version n_months slope_per_month? slope_lo? slope_hi? p_ar1boot? p_hamed_rao? p_seasonal? q_bh? q_by? is_adjusted same_sign_share? is_window_sensitive? trend_status snapshot_id",
        key="group_key code",
        partition="group_key",
    ),
    table(
        "core",
        "fact_trend_variant",
        "group, indicator, variant of the trend model",
        "group_key group_id code def_version variant slope_per_month is_sign_kept rank_correlation? snapshot_id",
        key="group_key code variant",
        partition="group_key",
    ),
    table(
        "core",
        "fact_revision",
        "a cell of the past that a snapshot changed",
        "group_key group_id month code from_snapshot_id snapshot_id old_value? new_value? old_status new_status reason",
        key="group_key month code snapshot_id",
    ),
    table(
        "core",
        "fact_restatement",
        "a snapshot that restated cells of the past because somebody was erased or withdrew consent",
        "from_snapshot_id snapshot_id reason n_cells?",
        key="from_snapshot_id snapshot_id reason",
    ),
]

_OPS = [
    table(
        "ops",
        "file",
        "one chat or roster handed in",
        "file_id group_id file_kind file_status refusal? stated_date? exporter_no? platform? language? date_order? clock? utc_offset_basis? is_truncated? n_bytes n_lines? n_messages? n_events? n_continuation_lines? n_rejected_lines? n_senders? n_rows? first_date? last_date? run_id",
        key="file_id group_id",
    ),
    table(
        "ops",
        "run",
        "one run of a flow",
        "run_id flow month started_at ended_at? run_status exit_code? snapshot_id? n_groups n_exports n_rosters",
        key="run_id",
    ),
    table(
        "ops",
        "load",
        "one load of a table",
        "load_id run_id table_name started_at n_rows",
        key="load_id table_name",
    ),
    table(
        "ops",
        "group_state",
        "what the warehouse holds of one group",
        "group_id input_hash run_id is_carried_over",
        key="group_id",
    ),
    table(
        "ops",
        "validation_result",
        "one expectation in a run",
        "run_id suite expectation column_name? severity is_success n_unexpected",
        key="run_id suite expectation column_name",
    ),
    table(
        "ops",
        "quarantine",
        "one refused row",
        "file_id group_id row_no column_name? rule severity",
        key="group_id file_id row_no rule",
        partition="group_id",
    ),
    table(
        "ops",
        "identity_decision",
        "one resolved label cluster",
        "group_key member_key decision identity_method confidence n_labels votes",
        key="group_key member_key identity_method",
        partition="group_key",
    ),
    table(
        "ops",
        "identity_conflict",
        "one contradiction of evidence about a person",
        "group_key conflict_key conflict_kind member_key n_labels is_settled",
        key="group_key conflict_key member_key",
        partition="group_key",
    ),
    table(
        "ops",
        "erasure",
        "one erasure carried out",
        "erasure_token created_at table_name n_removed",
        key="erasure_token table_name",
    ),
]

_RESEARCH = [
    table(
        "research",
        "indicator",
        "group, month, indicator: newest snapshot, newest definition",
        f"group_id month code def_version {_VALUE} coverage status snapshot_id window_months n_lo? n_hi?",
        key="group_id month code",
    ),
    table(
        "research",
        "indicator_detail",
        "a companion of an indicator",
        f"group_id month code detail def_version {_VALUE} status snapshot_id",
        key="group_id month code detail",
    ),
    table(
        "research",
        "group_month_regime",
        "group, month: what changed around the group",
        "group_id month poll_share? sticker_share? is_admins_only is_disappearing unmatched_turn_share? ios_share? n_exporters coverage",
        key="group_id month",
    ),
    table(
        "research",
        "activity",
        "group, month, kind of activity",
        "group_id month activity_kind n_items? n_versions? status",
        key="group_id month activity_kind",
    ),
    table(
        "research",
        "campaign",
        "group, month: campaigns that began",
        "group_id month activity_kind n_talkers? n_committed? conversion? half_life_days? status",
        key="group_id month activity_kind",
    ),
    table(
        "research",
        "trend",
        "group, indicator",
        "group_id code def_version n_months slope_per_month? slope_lo? slope_hi? p_ar1boot? p_hamed_rao? p_seasonal? q_bh? q_by? is_adjusted same_sign_share? is_window_sensitive? status trend_status snapshot_id",
        key="group_id code",
    ),
    table(
        "research",
        "trend_variant",
        "group, indicator, variant of the trend model",
        "group_id code variant slope_per_month is_sign_kept rank_correlation? snapshot_id",
        key="group_id code variant",
    ),
    table(
        "research",
        "change_point",
        "group, indicator, month in which a new level may begin; exploratory",
        "group_id code month shift confirmed_share",
        key="group_id code month",
    ),
    table(
        "research",
        "hijri_season",
        "group, indicator, Islamic month",
        "group_id code hijri_month n_months deviation",
        key="group_id code hijri_month",
    ),
    table(
        "research",
        "shock",
        "group, shock, indicator",
        "group_id shock shock_date code shock_status drop? drop_share? placebo_rank_p? n_placebos? surge? recovery_months? its_status n_before? n_after? step? step_lo? step_hi? step_p? step_p_hac? step_placebo_p? slope_change? slope_change_lo? slope_change_hi? status",
        key="group_id shock shock_date code",
    ),
    table(
        "research",
        "decomposition",
        "group, indicator, pair of years",
        "group_id code from_year to_year change? within? entry? exit? turnover? status",
        key="group_id code from_year to_year",
    ),
    table(
        "research",
        "decomposition_by_gender",
        "group, indicator, pair of years, gender",
        "group_id code from_year to_year gender=gender_of_part change? within? entry? exit? turnover? status",
        key="group_id code from_year to_year gender",
    ),
    table(
        "research",
        "member_mean",
        "group, indicator, calendar year, gender (NULL: everybody): means over members",
        "group_id code year gender=gender_of_part? value=member_mean? ci_low? ci_high? n_people? status",
        key="group_id code year gender",
    ),
    table(
        "research",
        "newcomer_survival",
        "group, year of joining, welcomed or not (NULL: all newcomers), months since joining",
        "group_id joined_year is_welcomed? months_since_joining survival? survival_lo? survival_hi? n_at_risk? status",
        key="group_id joined_year is_welcomed months_since_joining",
    ),
    table(
        "research",
        "newcomer_survival_by_gender",
        "group, year of joining, gender, months since joining",
        "group_id joined_year gender=gender_of_part months_since_joining survival? survival_lo? survival_hi? n_at_risk? status",
        key="group_id joined_year gender months_since_joining",
    ),
    table(
        "research",
        "yearly_band",
        "group, calendar year, figure that single people make",
        "group_id code year band_low? band_high? n_months status",
        key="group_id code year",
    ),
    table(
        "research",
        "attendance",
        "group, calendar year: what lists promised against declared attendance",
        "group_id year n_activities? n_committed? n_attended? kept_share? unannounced_share? status",
        key="group_id year",
    ),
    table(
        "research",
        "sequence_effect",
        "group, outcome in the next month, what came before: coefficients of an event-history model",
        "group_id outcome term coefficient? coefficient_lo? coefficient_hi? has_member_effects status",
        key="group_id outcome term",
    ),
    table(
        "research",
        "coverage",
        "group, month",
        "group_id month coverage covered_days n_exporters",
        key="group_id month",
    ),
    table(
        "research",
        "revision",
        "a cell of the past that a snapshot changed",
        "group_id month code from_snapshot_id snapshot_id old_value? new_value? old_status new_status reason",
        key="group_id month code snapshot_id",
    ),
    table(
        "research",
        "vintage",
        "a cell that a snapshot changed",
        f"group_id month code def_version {_VALUE} coverage status is_removed snapshot_id",
        key="group_id month code snapshot_id",
    ),
    table(
        "research",
        "dictionary",
        "a table, a column or an indicator",
        "entry_kind table_name? column_name? code? description unit? data_type? valid_values? sensitivity? is_subject? is_computed?",
        key="entry_kind table_name column_name code",
    ),
]


#: Rows of consenting members, for studies under an agreement of their own; in no release.
_ENCLAVE = [
    table(
        "enclave",
        "member_month",
        "one consenting person present in a group in a month",
        "group_id pseudonym_key month cohort? gender? role turns text_turns words replies_given replies_received questions help_requests help_answers unanswered_requests list_entries learning_entries offer_turns opportunity_turns n_ties present_days covered_days tenure_days",
        key="group_id pseudonym_key month",
    ),
    table(
        "enclave",
        "sequence",
        "one consenting person in a group in a month, with what follows in the next",
        "group_id pseudonym_key month is_active is_isolated has_unanswered_request has_received_aid is_empowered is_silent_next? is_gone_next? is_empowered_next?",
        key="group_id pseudonym_key month",
    ),
]


def _group_month() -> Table:
    """The wide table: one column per code of the catalogue, from the registry."""
    head = table(
        "research",
        "group_month",
        "group, month: every indicator in a column of its own",
        "group_id month n_present? coverage",
        key="group_id month",
    )
    wide = tuple(
        Column(
            Field(code, pl.Float64(), f"Value of {code}; NULL where its status is neither ok nor partial."),
            True,
        )
        for code in CODES
    )
    return Table(head.schema, head.name, head.grain, head.columns + wide, head.key)


#: Every table of the warehouse, in the order of creation.
TABLES: dict[str, Table] = {
    declared.qualified: declared
    for declared in [*_DIMENSIONS, *_FACTS, *_OPS, *_RESEARCH, _group_month(), *_ENCLAVE]
}


def in_schema(schema: Schema) -> list[Table]:
    """The tables of one schema."""
    return [declared for declared in TABLES.values() if declared.schema == schema]
