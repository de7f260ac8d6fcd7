"""The ``research`` tables: what researchers read, after disclosure control. Frames in, frames out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from schemas.config import Group
from schemas.indicators import Indicator, newest
from schemas.tables import TABLES, in_schema
from tasks.measure.indicators.between import between
from tasks.publish import disclosure, enclave, public
from tasks.publish.attendance import attendance
from tasks.publish.bands import yearly_bands
from tasks.publish.by_gender import decomposition_by_gender, genders_of, member_means
from tasks.publish.decomposition import decomposition, values_by_year, years_by_group
from tasks.publish.dictionary import dictionary
from tasks.publish.limits import Limits
from tasks.publish.recompose import recompose, with_hidden_parts
from tasks.publish.survival import newcomer_survival, newcomer_survival_by_gender
from tasks.trends import regime
from tasks.trends.covariates import presence, surroundings
from tasks.trends.memory import Memory
from tasks.trends.regime import coverage_by_month, regimes
from tasks.trends.shocks import shock_table

Frames = Mapping[str, pl.DataFrame]
CELL, GROUP_MONTH = disclosure.CELL, disclosure.GROUP_MONTH

#: What publishing reads, by table; a table that is not given counts as empty. The columns named suffice.
READ: dict[str, tuple[str, ...]] = (
    {
        name: TABLES[name].names
        for name in (
            "core.dim_group",
            "core.dim_platform_break",
            "core.dim_shock",
            "core.fact_indicator",
            "core.fact_indicator_detail",
            "core.fact_indicator_vintage",
            "core.fact_revision",
            "core.fact_attendance",
            "core.fact_member_month",
            "core.fact_newcomer",
            "core.member_permission",
        )
    }
    | regime.READ
    | {
        "core.fact_activity": (
            "group_key",
            "activity_key",
            "activity_kind",
            "month",
            "n_items",
            "n_versions",
            "is_dues",
            "planned_date",
        ),
        "core.fact_participation": (
            "group_key",
            "activity_key",
            "member_key",
            "added_date",
            "participation_status",
            "amount_idr",
        ),
        "core.fact_campaign": (
            "group_key",
            "campaign_key",
            "activity_kind",
            "month",
            "is_open",
            "half_life_days",
        ),
        "core.fact_campaign_member": ("group_key", "campaign_key", "member_key", "is_talker", "is_committed"),
        "core.dim_member": (
            "member_key",
            "is_on_roster",
            "is_current",
            "pseudonym_key",
            "cohort",
            "gender",
            "role",
        ),
    }
)
#: A trend is readable where it was tested, low in n where it is a slope only.
_TREND_STATUS = {"no values": "not_applicable", "too short to tell": "low_n", "not tested": "partial"}


def _with_group_id(frames: Frames) -> dict[str, pl.DataFrame]:
    """The tables that publishing reads, each with ``group_id`` where it has a ``group_key``."""
    core = {name: frames.get(name, TABLES[name].empty()).select(columns) for name, columns in READ.items()}
    groups = core["core.dim_group"].filter("is_current").select("group_key", "group_id").unique()
    return {
        name: frame.join(groups, on="group_key")
        if "group_key" in frame.columns and "group_id" not in frame.columns
        else frame
        for name, frame in core.items()
    }


def donations_by_month(activities: pl.DataFrame, participation: pl.DataFrame) -> pl.DataFrame:
    """Whether a month's donations hide the single gift: ``group_id, month, n_donors, largest_share``.

    The gifts are those that the donation indicators count: entries of donation lists but those of dues, in
    the month they came in, none withdrawn. Donors are distinct matched members; gifts matched to nobody count
    as one giver in ``largest_share`` and not as a donor. Without amounts ``largest_share`` is NULL.
    """
    lists = activities.filter((pl.col("activity_kind") == "donation") & ~pl.col("is_dues")).select(
        "group_id", "activity_key"
    )
    gifts = (
        participation.filter(~pl.col("participation_status").is_in(["no", "withdrawn"]))
        .join(lists, on=["group_id", "activity_key"])
        .with_columns(month=pl.col("added_date").dt.truncate("1mo"))
    )
    by_donor = gifts.group_by(*GROUP_MONTH, "member_key").agg(amount=pl.col("amount_idr").sum())
    return by_donor.group_by(GROUP_MONTH).agg(
        n_donors=pl.col("member_key").is_not_null().sum().cast(pl.Int64),
        largest_share=(pl.col("amount").max() / pl.col("amount").sum()).fill_nan(None),
    )


def activity_table(
    activities: pl.DataFrame, participation: pl.DataFrame, sizes: pl.DataFrame, limits: Limits
) -> pl.DataFrame:
    """``research.activity``: entries and versions by group, month and kind, no amounts.

    A row with fewer distinct participants than the limit, or of a group too small or of unknown size, is
    suppressed.
    """
    people = (
        participation.filter(pl.col("member_key").is_not_null())
        .join(
            activities.select("group_id", "activity_key", "month", "activity_kind"),
            on=["group_id", "activity_key"],
        )
        .group_by(*GROUP_MONTH, "activity_kind")
        .agg(_people=pl.col("member_key").n_unique())
    )
    few = pl.col("_people").fill_null(0) < limits.min_activity_participants
    small = (pl.col("size") < limits.min_group_n).fill_null(True)
    return (
        activities.group_by(*GROUP_MONTH, "activity_kind")
        .agg(pl.col("n_items", "n_versions").sum())
        .join(people, on=[*GROUP_MONTH, "activity_kind"], how="left")
        .join(sizes, on=GROUP_MONTH, how="left")
        .with_columns(_hide=few | small)
        .with_columns(
            pl.when(~pl.col("_hide")).then(pl.col("n_items", "n_versions")),
            status=pl.when("_hide").then(pl.lit("suppressed")).otherwise(pl.lit("ok")),
        )
    )


def campaign_table(
    campaigns: pl.DataFrame, members: pl.DataFrame, sizes: pl.DataFrame, limits: Limits
) -> pl.DataFrame:
    """``research.campaign``: people who talked, who committed, and the median half-life, by month and kind.

    People count once per row. A row with fewer people than the limit for activities, or collections with
    fewer committed people than the limit for donors, or of a group too small or of unknown size, is
    suppressed; one with a campaign that is not over is immature.
    """
    row = [*GROUP_MONTH, "activity_kind"]
    people = (
        members.join(campaigns.select(*row, "campaign_key"), on=["group_id", "campaign_key"])
        .group_by(*row, "member_key")
        .agg(pl.col("is_talker", "is_committed").any())
        .group_by(row)
        .agg(n_talkers=pl.col("is_talker").sum(), n_committed=pl.col("is_committed").sum(), _people=pl.len())
    )
    few = pl.col("_people").fill_null(0) < limits.min_activity_participants
    few_donors = (pl.col("activity_kind") == "donation") & (
        pl.col("n_committed").fill_null(0) < limits.min_donors
    )
    small = (pl.col("size") < limits.min_group_n).fill_null(True)
    return (
        campaigns.group_by(row)
        .agg(pl.col("is_open").any(), half_life_days=pl.col("half_life_days").median())
        .join(people, on=row, how="left")
        .join(sizes, on=GROUP_MONTH, how="left")
        .with_columns(
            conversion=pl.col("n_committed") / pl.col("_people"),
            status=pl.when(few | few_donors | small)
            .then(pl.lit("suppressed"))
            .when("is_open")
            .then(pl.lit("immature"))
            .otherwise(pl.lit("ok")),
        )
        .with_columns(
            pl.when(pl.col("status") == "ok").then(
                pl.col("n_talkers", "n_committed", "conversion", "half_life_days")
            )
        )
    )


def group_month_table(
    indicators: pl.DataFrame, sizes: pl.DataFrame, coverage: pl.DataFrame, limits: Limits
) -> pl.DataFrame:
    """``research.group_month``: the disclosed indicators, one column each, with members present."""
    table = TABLES["research.group_month"]
    wide = indicators.pivot("code", index=list(GROUP_MONTH), values="value", on_columns=table.names[4:])
    known_size = indicators.group_by(GROUP_MONTH).agg(
        _n_hi=pl.col("n_hi").filter(pl.col("window_months") == 1).max()
    )
    return (
        wide.join(known_size, on=GROUP_MONTH, how="left")
        .join(coverage.select(*GROUP_MONTH, "coverage"), on=GROUP_MONTH, how="left")
        .join(sizes, on=GROUP_MONTH, how="left")
        .with_columns(n_present=pl.when(pl.col("size") >= limits.min_group_n).then("_n_hi"))
    )


def regime_table(regime: pl.DataFrame, sizes: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """``research.group_month_regime``: shares of turns and messages only where the group is large enough."""
    shares = ["poll_share", "sticker_share", "unmatched_turn_share"]
    large = (pl.col("size") >= limits.min_group_n).fill_null(False)
    return regime.join(sizes, on=GROUP_MONTH, how="left").with_columns(pl.when(large).then(pl.col(shares)))


def trend_tables(
    disclosed: pl.DataFrame,
    details: pl.DataFrame,
    around: pl.DataFrame,
    definitions: Mapping[str, Indicator],
    snapshot_id: str,
    memory: Memory,
) -> dict[str, pl.DataFrame]:
    """``research.trend`` and its variants: computed from published values, so that they tell nothing more.

    Where nothing is hidden it equals ``core.fact_trend``. A code all of whose values are hidden is
    ``suppressed``; one without any value says why, as most of its months do, and one of partial values only is
    ``partial``.
    """
    is_hidden = (pl.col("status") == "suppressed").any() & pl.col("value").is_null().all()
    why = disclosed.group_by("group_id", "code").agg(
        _hidden=is_hidden,
        _without=pl.when(pl.col("value").is_null().all())
        .then(pl.col("status").sort().mode(maintain_order=True).first())
        .otherwise(pl.lit("partial")),
    )
    status = pl.col("trend_status").replace_strict(_TREND_STATUS, default="ok", return_dtype=pl.String)
    table, variants = memory.trends(disclosed, definitions, snapshot_id, around=around, details=details)
    table = table.join(why, on=["group_id", "code"]).with_columns(
        status=pl.when("_hidden")
        .then(pl.lit("suppressed"))
        .when(pl.col("trend_status") == "no values")
        .then(pl.coalesce("_without", status))
        .otherwise(status)
    )
    return {"research.trend": table, "research.trend_variant": variants}


def change_tables(
    disclosed: pl.DataFrame, shocks: pl.DataFrame, definitions: Mapping[str, Indicator], memory: Memory
) -> dict[str, pl.DataFrame]:
    """Change points, seasons and shocks, from published values."""
    windows = {code: definition.window_months for code, definition in definitions.items()}
    return {
        "research.change_point": memory.change_points(disclosed, windows),
        "research.hijri_season": memory.hijri_seasons(disclosed, windows),
        "research.shock": shock_table(disclosed, shocks, definitions),
    }


def research_tables(
    frames: Frames,
    *,
    definitions: Mapping[str, Indicator],
    computed: Iterable[str],
    groups: Mapping[str, Group],
    snapshot_id: str,
    limits: Limits | None = None,
    is_public: bool = False,
    memory: Memory | None = None,
) -> dict[str, pl.DataFrame]:
    """Every table of ``research``, by qualified name, conforming and sorted by its key.

    Args:
        frames: tables of the core (and ``ops.file``) by qualified name, see :data:`READ`.
        definitions: the indicator registry.
        computed: codes that this version computes.
        groups: what ``groups.toml`` declares, by group.
        snapshot_id: the newest snapshot.
        limits: disclosure limits; the defaults may only be tightened.
        is_public: for a public release: figures are rounded, see :mod:`tasks.publish.public`.
        memory: of trends computed before.
    """
    limits, memory = limits or Limits(), memory or Memory()
    core = _with_group_id(frames)
    indicators, details = (
        newest(core[f"core.{name}"]) for name in ("fact_indicator", "fact_indicator_detail")
    )
    # PostgreSQL gives back wider integers than were computed
    details = pl.concat([details, between(indicators, details, limits.min_group_n)], how="vertical_relaxed")
    activities, participation = core["core.fact_activity"], core["core.fact_participation"]
    spine = indicators.select(GROUP_MONTH).unique()
    active = core["core.fact_member_month"].filter(pl.col("turns") > 0)
    sizes = disclosure.group_sizes(indicators, active.group_by(GROUP_MONTH).agg(n_active=pl.len()))
    donations = donations_by_month(activities, participation)

    def verdicts(cells: pl.DataFrame) -> pl.DataFrame:
        return cells.select(*CELL, disclosure.HIDDEN)

    def judged(cells: pl.DataFrame) -> pl.DataFrame:
        return disclosure.hidden(cells, sizes, donations, definitions, limits)

    judged_now = judged(indicators)
    marked, companions = recompose(
        judged_now, disclosure.hidden_details(details, judged_now, judged(details)), definitions
    )
    vintage = disclosure.hidden_history(judged(core["core.fact_indicator_vintage"]), marked)
    vintage = with_hidden_parts(vintage, marked, definitions)
    revision = disclosure.hidden_history(
        core["core.fact_revision"], pl.concat([verdicts(marked), verdicts(vintage)])
    )
    indicator = disclosure.suppress(marked).with_columns(snapshot_id=pl.lit(snapshot_id))
    detail = disclosure.suppress(companions).with_columns(snapshot_id=pl.lit(snapshot_id))
    if is_public:
        indicator, detail = public.rounded_indicators(indicator, definitions), detail.clear()
    months, members = core["core.fact_member_month"], enclave_tables(frames)
    coverage = coverage_by_month(spine, core["core.fact_coverage"])
    regime_rows = regime_table(regimes(spine, core, groups), sizes, limits)
    genders = genders_of(core["core.dim_member"])
    values = values_by_year(months, coverage, definitions)
    years = years_by_group(coverage, sizes, limits)
    parts = decomposition(values, years, limits)
    newcomers = core["core.fact_newcomer"]
    around = surroundings(regime_rows, presence(indicator), groups, core["core.dim_platform_break"])
    built = {
        "research.indicator": indicator,
        "research.indicator_detail": detail,
        "research.group_month": group_month_table(indicator, sizes, coverage, limits),
        "research.group_month_regime": regime_rows,
        "research.coverage": coverage,
        "research.activity": activity_table(activities, participation, sizes, limits),
        "research.campaign": campaign_table(
            core["core.fact_campaign"], core["core.fact_campaign_member"], sizes, limits
        ),
        "research.vintage": disclosure.suppress(vintage),
        "research.revision": disclosure.suppress(
            with_hidden_parts(revision, pl.concat([verdicts(marked), verdicts(vintage)]), definitions)
        ),
        "research.yearly_band": yearly_bands(indicators, details, sizes, limits),
        "research.decomposition": parts,
        "research.decomposition_by_gender": decomposition_by_gender(values, years, genders, parts, limits),
        "research.member_mean": member_means(values, years, genders, definitions, limits),
        "research.newcomer_survival": newcomer_survival(newcomers, coverage, sizes, limits),
        "research.newcomer_survival_by_gender": newcomer_survival_by_gender(
            newcomers, genders, coverage, sizes, limits
        ),
        "research.attendance": attendance(
            core["core.fact_attendance"], activities, participation, coverage, sizes, limits
        ),
        "research.sequence_effect": enclave.sequence_effects(
            members["enclave.sequence"], spine["group_id"], limits
        ),
        "research.dictionary": dictionary(definitions, computed),
        **trend_tables(indicator, detail, around, definitions, snapshot_id, memory),
        **change_tables(indicator, core["core.dim_shock"], definitions, memory),
    }
    tables = {
        table.qualified: table.conform(built.get(table.qualified, table.empty())).sort(table.key)
        for table in in_schema("research")
    }
    return public.rounded_tables(tables) if is_public else tables


def enclave_tables(frames: Frames) -> dict[str, pl.DataFrame]:
    """The tables of the enclave, by qualified name, from the same frames: rows of consenting members only."""
    core = _with_group_id(frames)
    spine = core["core.fact_indicator"].select(GROUP_MONTH).unique()
    months = enclave.member_months(
        core["core.fact_member_month"],
        core["core.member_permission"],
        core["core.dim_member"].filter("is_current"),
    )
    sequence = enclave.sequence(months, coverage_by_month(spine, core["core.fact_coverage"]))
    return {
        table.qualified: table.conform(frame).sort(table.key)
        for table, frame in ((enclave.MEMBER_MONTH, months), (enclave.SEQUENCE, sequence))
    }
