"""A population of people who talk: what is planted in it, a group drawn from it, and what must come out.

Everybody's traits are drawn anew for every group: how much they write, with which words, on which tasks, whether
their questions are answered, whom they answer. ``truths`` computes from a great population, by formulas of its
own and not by the product's functions, what each code would show of ever more people over ever more months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import TASKS
from tests.validity.planting import DAY, Array, Levels, Planted, beta, days, group_of, shaped, turns_of

LEVELS: dict[str, tuple[float, ...]] = {
    "members": (30, 45, 60, 90, 120),
    "volume": (5, 8, 12, 18, 26),  # turns of a member in 30 days
    "inequality": (0.3, 0.6, 0.9, 1.2, 1.5),  # sigma of the logarithm of talkativeness
    "silent": (0.05, 0.15, 0.25, 0.35, 0.5),
    "churn": (0.01, 0.03, 0.06, 0.1, 0.2),
    "ritual": (0.02, 0.05, 0.1, 0.2, 0.35),
    "symbol": (0.01, 0.03, 0.06, 0.1, 0.2),
    "style": (0.2, 0.4, 0.6, 0.9, 1.3),  # coefficient of variation of people's rates of function words
    "specialism": (40.0, 10.0, 4.0, 1.5, 0.6),  # how alike people's tasks are
    "alignment": (0.0, 0.15, 0.3, 0.5, 0.75),  # how far officers do officers' tasks only
    "requests": (0.01, 0.02, 0.04, 0.06, 0.09),
    "answers": (0.2, 0.4, 0.55, 0.7, 0.85),
    "delay": (8.0, 20.0, 45.0, 90.0, 180.0),  # median minutes to an answer
    "questions": (0.03, 0.06, 0.1, 0.15, 0.2),
    "opening": (0.25, 0.4, 0.55, 0.65, 0.75),
    "gap": (-0.2, -0.1, 0.0, 0.1, 0.2),
    "thanks": (0.01, 0.03, 0.06, 0.1, 0.16),
    "we": (0.2, 0.35, 0.5, 0.65, 0.8),
    "inclusive": (0.3, 0.5, 0.7, 0.8, 0.9),
    "conflict": (0.002, 0.006, 0.012, 0.025, 0.05),
    "opportunity": (0.001, 0.003, 0.008, 0.015, 0.03),
    "learning": (0.05, 0.1, 0.2, 0.35, 0.5),
    "reciprocity": (0.15, 0.35, 0.55, 0.75, 0.95),
    "bridging": (5.0, 3.2, 2.0, 1.4, 1.0),  # how much likelier a tie within a region or a band of cohorts is
    "crossing": (0.4, 0.7, 1.0, 1.5, 2.5),  # the same between officers and others
    "voice": (1.0, 1.4, 2.0, 2.8, 4.0),  # how much more people of the first region write
}
MONTHS = 4
_REGIONS, _PARTS = np.array(["Purwakarta", "Garut", "Cianjur"], dtype=object), np.array([0.45, 0.35, 0.2])
_BANDS, _BAND_PARTS = np.array([2010, 2013, 2016, 2019]), np.array([0.2, 0.3, 0.3, 0.2])
_OFFICERS, _TEXT, _PRONOUNS, _WORDS, _IDLE, _OFFERS = 0.12, 0.9, 0.4, 9.0, 0.3, 0.005
_TASKS = np.array(
    [0.1, 0.08, 0.16, 0.14, 0.12, 0.4]
)  # aid, announce, organise, inform, ritual_care, sociable
_OFFICE = np.array([0.0, 0.5, 0.5, 0.0, 0.0, 0.0])
_STYLE = {"negator": 0.03, "pron_2": 0.02, "pron_3": 0.02, "conjunction": 0.05, "preposition": 0.06}
_STYLE |= {"particle": 0.07}
_TIES_PER_TURN, _THREAD, _MONTHS_DRAWN = 0.45, 3, 60
_MONTH_DAYS = (31, 28, 31, 30)
assert len(TASKS) == len(_TASKS)


@dataclass(frozen=True)
class People:
    """Traits by person; ``stay`` is the share of the last month spent in the group."""

    weight: Array
    stay: Array
    has_left: Array
    officer: Array
    region: Array
    band: Array
    tasks: Array
    style: dict[str, Array]
    chance: dict[str, Array]


def draw(rng: np.random.Generator, levels: Levels, n: int) -> People:
    """People of the population."""
    sigma = levels["inequality"]
    region = rng.choice(3, n, p=_PARTS)
    voice = np.where(region == 0, levels["voice"], 1.0)
    voice = voice / (_PARTS[0] * levels["voice"] + 1 - _PARTS[0])
    talks = rng.random(n) >= levels["silent"]
    has_left = rng.random(n) < levels["churn"]
    officer = rng.random(n) < _OFFICERS
    base = (1 - levels["alignment"] * officer[:, None]) * _TASKS + levels["alignment"] * officer[
        :, None
    ] * _OFFICE
    gamma = rng.gamma(np.maximum(base * levels["specialism"], 1e-9))
    spread = 1 / levels["style"] ** 2
    lead = levels["gap"] * officer
    chance = {
        name: beta(rng, levels[name], n, 12.0)
        for name in ("ritual", "symbol", "thanks", "we", "inclusive", "conflict", "opportunity")
    }
    chance |= {name: beta(rng, levels[name], n, 6.0) for name in ("requests", "questions")}
    chance["answers"] = beta(rng, levels["answers"], n, 10.0)
    chance["opening"] = beta(rng, np.clip(levels["opening"] + lead, 0, 1), n, 10.0)
    return People(
        weight=np.where(talks, rng.lognormal(-(sigma**2) / 2, sigma, n) * voice, 0.0) * levels["volume"],
        stay=np.where(has_left, rng.integers(1, 31, n) / 30, 1.0),
        has_left=has_left,
        officer=officer,
        region=region,
        band=rng.choice(4, n, p=_BAND_PARTS),
        tasks=gamma / np.maximum(gamma.sum(axis=1, keepdims=True), 1e-300),
        style={name: rate * rng.gamma(spread, 1 / spread, n) for name, rate in _STYLE.items()},
        chance=chance,
    )


# one group ---------------------------------------------------------------------------------------------------


def group(rng: np.random.Generator, levels: Levels) -> Planted:
    """A group drawn from the population, over four months; the last one is measured."""
    n = int(levels["members"])
    people = draw(rng, levels, n)
    keys = np.arange(n) + 1000
    n_days = sum(_MONTH_DAYS)
    stay_days = np.where(people.has_left, n_days - 30 + np.round(people.stay * 30), n_days).astype(int)
    number = rng.poisson(people.weight * stay_days / 30)
    who = np.repeat(np.arange(n), number)
    minute = (rng.random(len(who)) * stay_days[who] * DAY).astype(np.int64)
    turns = turns_of(minute, keys[who], **_said(rng, people, levels, who))
    is_last = minute >= (n_days - 30) * DAY
    spoke = np.bincount(who[is_last], minlength=n) > 0
    ties = _Ties(people, levels)
    source, target, day, weight = ties.drawn(rng, 1)[1:]
    said = spoke[source] & spoke[target]
    source, target, day, weight = source[said], target[said], day[said] + n_days - 30, weight[said]
    order = np.argsort(day, kind="stable")
    replies = shaped(
        "core.fact_reply",
        {
            "source_turn_key": 10**6 + np.arange(len(order)),
            "target_turn_key": 2 * 10**6 + np.arange(len(order)),
            "source_member_key": keys[source[order]],
            "target_member_key": keys[target[order]],
            "local_date": days(day[order]),
            "weight": weight[order],
        },
        method="adjacent",
        layer="core",
        latency_min=1.0,
        params_hash="planted",
    )
    left = np.flatnonzero(people.has_left)
    gone = days(stay_days[left])
    events = shaped(
        "core.fact_membership_event",
        {
            "membership_event_key": left,
            "member_key": keys[left],
            "event_date": gone,
            "sent_at": gone.cast(turns.schema["sent_at"]),
        },
        event="left",
        n_exports=1,
    )
    learners = np.flatnonzero(rng.random(n) < levels["learning"])
    inputs = group_of(
        MONTHS,
        keys,
        turns,
        present_days=np.where(people.has_left, stay_days, n_days + 3),
        traits={
            "role": np.where(people.officer, "officer", "member"),
            "origin_region": _REGIONS[people.region].tolist(),
            "cohort": _BANDS[people.band],
        },
        fact_reply=replies,
        fact_membership_event=events,
        fact_activity=shaped(
            "core.fact_activity",
            {
                "activity_key": [0],
                "local_date": days(np.array([n_days - 28])),
                "last_seen_date": days(np.array([n_days - 20])),
            },
            activity_kind="learning",
        ),
        fact_participation=shaped(
            "core.fact_participation",
            {
                "entry_no": learners + 1,
                "member_key": keys[learners],
                "added_date": days(np.full(len(learners), n_days - 27)),
            },
            activity_key=0,
            participation_status="yes",
        ),
    )
    return Planted(inputs, {**_own(people), **ties.own(rng), **ties.crossing(turns)})


def _said(rng: np.random.Generator, people: People, levels: Levels, who: Array) -> dict[str, Array]:
    """Columns of the turns of these people, one each."""
    n = len(who)

    def happens(name: str) -> Array:
        return rng.random(n) < people.chance[name][who]

    is_text = rng.random(n) < _TEXT
    words = np.where(is_text, 1 + rng.poisson(_WORDS - 1, n), 0)
    pronoun = is_text & (rng.random(n) < _PRONOUNS)
    we = pronoun & happens("we")
    inclusive = we & happens("inclusive")
    request = is_text & happens("requests")
    question = is_text & ~request & happens("questions")
    answered = np.select([request, question], [happens("answers"), happens("opening")], rng.random(n) < _IDLE)
    delay = np.minimum(np.ceil(np.exp(rng.normal(np.log(levels["delay"]), 1.2, n))), DAY)
    cumulative = np.cumsum(people.weight) / people.weight.sum()
    answerer = np.minimum(np.searchsorted(cumulative, rng.random(n)), len(people.weight) - 1)
    task = (np.cumsum(people.tasks, axis=1)[who] < rng.random(n)[:, None]).sum(axis=1)
    columns = {
        "is_text": is_text,
        "n_words": words,
        "role": np.where(people.officer[who], "officer", "member"),
        "task": np.array(TASKS, dtype=object)[np.minimum(task, len(TASKS) - 1)],
        "is_help_request": request,
        "is_question": question,
        "answer_delay_min": np.where(answered, delay, np.nan),
        "answered_by_member_key": 1000 + answerer,
        "lex_i_word": pronoun & ~we,
        "lex_we_incl": inclusive,
        "lex_we_excl": we & ~inclusive,
        "lex_greeting_ritual": is_text & happens("ritual"),
        "lex_shared_symbol": is_text & happens("symbol"),
        "lex_gratitude": is_text & happens("thanks"),
        "lex_conflict": is_text & happens("conflict"),
        "lex_opportunity": is_text & happens("opportunity"),
        "lex_help_offer": is_text & (rng.random(n) < _OFFERS),
    }
    for name, rate in people.style.items():
        prefix = "lex_" if name == "negator" else "style_"
        columns[prefix + name] = rng.poisson(rate[who] * words)
    return columns


def _own(people: People) -> dict[str, float]:
    """What codes that count turns would show of these people over many such months."""
    chance, officer = people.chance, people.officer
    turns, present = people.weight * people.stay, people.stay.sum()
    quarter, in_quarter = people.weight * (59 / 30 + people.stay), 59 / 30 * len(turns) + present
    requests = quarter * _TEXT * chance["requests"]
    questions = quarter * _TEXT * (1 - chance["requests"]) * chance["questions"]

    def mean(name: str, weight: Array) -> float:
        return float((weight * chance[name]).sum() / weight.sum()) if weight.sum() > 0 else np.nan

    answered, opened = mean("answers", requests), mean("opening", questions)
    helps = answered * requests.sum() * people.weight / people.weight.sum() + quarter * _TEXT * _OFFERS
    return {
        "opportunity_rate": 100 * _TEXT * float((turns * chance["opportunity"]).sum() / present),
        "help_request_rate": 100 * float(requests.sum() / in_quarter),
        "help_answer_rate": answered,
        "help_answer_rate:excess": answered - _IDLE,
        "opener_answer_rate": opened,
        "opener_answer_rate:excess": opened - _IDLE,
        "answer_equity_gap": mean("opening", questions * officer) - mean("opening", questions * ~officer),
        "inclusive_we_share": mean("inclusive", turns * chance["we"]),
        "helper_breadth": float((1 - np.exp(-helps)).sum() / (1 - np.exp(-quarter)).sum()),
    }


class _Ties:
    """Who answers whom: pairs meet in threads of a day, in proportion to what both say and to what binds them."""

    def __init__(self, people: People, levels: Levels) -> None:
        self.people, n = people, len(people.weight)
        self.n = n
        turns = people.weight * people.stay
        pull = np.outer(turns, turns)
        for alike in (people.region, people.band):
            pull = np.where(alike[:, None] == alike, pull * levels["bridging"], pull)
        pull = np.where(people.officer[:, None] != people.officer, pull * levels["crossing"], pull)
        self.low, self.high = np.triu_indices(n, 1)
        pairs = pull[self.low, self.high]
        self.rate = pairs / pairs.sum() * turns.sum() * _TIES_PER_TURN
        # the direction that prevails is a trait of the pair
        toward = (self.low * 7919 + self.high * 104729) % 2 == 0
        self.forward = 0.5 + np.where(toward, 0.5, -0.5) * (1 - levels["reciprocity"])
        self.turns = turns

    def drawn(self, rng: np.random.Generator, times: int) -> tuple[Array, ...]:
        """Ties of so many months: month, source, target, day, weight."""
        threads = rng.poisson(np.broadcast_to(self.rate / _THREAD, (times, len(self.rate))))
        month, pair = np.nonzero(threads)
        again = threads[month, pair]
        month, pair = np.repeat(month, again), np.repeat(pair, again)
        day = rng.integers(0, 30, len(pair))
        size = 1 + rng.poisson(_THREAD - 1, len(pair))
        month, pair, day = (np.repeat(a, size) for a in (month, pair, day))
        is_forward = rng.random(len(pair)) < self.forward[pair]
        source = np.where(is_forward, self.low[pair], self.high[pair])
        target = np.where(is_forward, self.high[pair], self.low[pair])
        return month, source, target, day, rng.uniform(0.3, 1.0, len(pair))

    def own(self, rng: np.random.Generator) -> dict[str, float]:
        """Mean over many months of these people, as long as the one measured."""
        month, source, target, _, weight = self.drawn(rng, _MONTHS_DRAWN)
        n = self.n
        flat = (month * n + source) * n + target
        matrix = np.bincount(flat, weight, _MONTHS_DRAWN * n * n).reshape(-1, n, n)
        total = matrix.sum(axis=(1, 2))
        kept = total > 0
        matrix, total = matrix[kept], total[kept]
        both = np.minimum(matrix, matrix.transpose(0, 2, 1)).sum(axis=(1, 2)) / total
        found = {"tie_reciprocity": float(both.mean())}
        for code, label in (("ei_region", self.people.region), ("ei_cohort", self.people.band)):
            apart = label[:, None] != label
            found[code] = float((2 * (matrix * apart).sum(axis=(1, 2)) / total - 1).mean())
        return found

    def crossing(self, turns: pl.DataFrame) -> dict[str, float]:
        """Tie weight between people of unlike role or main task less what any pair would have."""
        last_month = days(np.array([sum(_MONTH_DAYS) - 30]))[0]
        frame = turns.filter(pl.col("local_date") >= last_month)
        counts = np.zeros((self.n, len(TASKS)))
        place = {task: number for number, task in enumerate(TASKS)}
        np.add.at(counts, (frame["member_key"].to_numpy() - 1000, [place[t] for t in frame["task"]]), 1)
        counts[:, place["sociable"]] = 0
        main = np.where(counts.sum(axis=1) >= 5, counts.argmax(axis=1), -1)
        known = (main[:, None] >= 0) & (main >= 0)
        unlike = (self.people.officer[:, None] != self.people.officer) | (known & (main[:, None] != main))
        talks = self.turns > 0
        anybody = unlike[np.ix_(talks, talks)]
        k = talks.sum()
        share = (self.rate * unlike[self.low, self.high]).sum() / self.rate.sum()
        return {"cross_role_tie_share": float(share - anybody.sum() / (k * (k - 1)))}


# the population -----------------------------------------------------------------------------------------------


def truths(rng: np.random.Generator, levels: Levels, n: int = 200_000) -> dict[str, float]:
    """What each code would show of ever more people over ever more months of such a population."""
    p = draw(rng, levels, n)
    turns = p.weight * p.stay
    count = rng.poisson(turns)
    some = 1 - np.exp(-turns)
    quarter = p.weight * (2 + p.stay)  # 90 days
    january = 1 - np.exp(-p.weight * 31 / 30)
    stayed = ~p.has_left
    text = turns * _TEXT
    ritual = 1 - np.exp(-text * p.chance["ritual"])
    share = _share(text, p)
    active = np.sort(count[count > 0])[::-1]
    running = np.cumsum(active)
    out = {
        "active_member_share": (some * p.stay).sum() / p.stay.sum(),
        "ritual_participation": ritual.sum() / some.sum(),
        "silent_share": np.exp(-p.weight[stayed] * 84 / 30).mean(),
        "one_off_share": (quarter * np.exp(-quarter)).sum() / (1 - np.exp(-quarter)).sum(),
        "retention_3m": (january * some).sum() / january.sum(),
        "churn_rate": levels["churn"],
        "participation_gini": _gini(count.astype(float)),
        "core50_share": (np.searchsorted(running, running[-1] / 2) + 1) / len(active),
        "shared_symbol_rate": 1000 * levels["symbol"],
        "shared_symbol_rate:pooled": 1000 * levels["symbol"],
        "gratitude_rate": 1000 * levels["thanks"],
        "conflict_rate": 1000 * levels["conflict"],
        "we_share": levels["we"],
        "inclusive_we_share": levels["inclusive"],
        "help_request_rate": 100 * levels["requests"] * share,
        "opportunity_rate": 100 * levels["opportunity"] * share,
        "opportunity_breadth": (1 - np.exp(-text * p.chance["opportunity"])).sum() / some.sum(),
        "help_answer_rate": levels["answers"],
        "help_answer_rate:excess": levels["answers"] - _IDLE,
        "help_response_time": _restricted_mean(rng, levels),
        "opener_answer_rate": levels["opening"] + levels["gap"] * _OFFICERS,
        "opener_answer_rate:excess": levels["opening"] + levels["gap"] * _OFFICERS - _IDLE,
        "answer_equity_gap": levels["gap"],
        "learning_participation": levels["learning"],
        "generalist_index": _entropy(rng.multinomial(5, p.tasks[:100_000]) / 5).mean() / np.log(6),
        "style_match": _style_match(p),
        "tie_reciprocity": levels["reciprocity"],
        "participation_parity": _parity(levels),
        "ei_region": _external(_voices(levels), levels["bridging"]),
        "ei_cohort": _external(_BAND_PARTS, levels["bridging"]),
    }
    weighted = np.average(p.tasks, axis=0, weights=turns)
    within = np.average(_entropy(p.tasks), weights=turns)
    out["division_of_labour"] = 1 - within / float(_entropy(weighted[None, :])[0])
    out["division_of_labour:excess"] = out["division_of_labour"]
    out["role_task_alignment"] = _association(p, turns)
    return {code: float(value) for code, value in out.items()}


def _share(text: Array, p: People) -> float:
    """Text turns of a member-month."""
    return float(text.sum() / p.stay.sum())


def _gini(values: Array) -> float:
    ordered = np.sort(values)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def _entropy(shares: Array) -> Array:
    return -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=-1)


def _restricted_mean(rng: np.random.Generator, levels: Levels) -> float:
    delay = np.minimum(np.ceil(np.exp(rng.normal(np.log(levels["delay"]), 1.2, 400_000))), DAY)
    return float(levels["answers"] * delay.mean() + (1 - levels["answers"]) * DAY)


def _style_match(p: People) -> float:
    """Of texts without end: each one's rates against everybody's."""
    rates = [
        _PRONOUNS * (1 - p.chance["we"]) / _WORDS,
        _PRONOUNS * p.chance["we"] / _WORDS,
        *p.style.values(),
    ]
    return float(np.mean([(1 - np.abs(r - r.mean()) / (r + r.mean() + 1e-4)).mean() for r in rates]))


def _voices(levels: Levels) -> Array:
    spoken = _PARTS * np.array([levels["voice"], 1.0, 1.0])
    return spoken / spoken.sum()


def _parity(levels: Levels) -> float:
    return float(1 - 0.5 * np.abs(_voices(levels) - _PARTS).sum())


def _external(parts: Array, likelier: float) -> float:
    """E-I of people of these shares of all talk whose pairs within a class meet so much more often."""
    alike = (parts**2).sum()
    return float((1 - alike - likelier * alike) / (1 - alike + likelier * alike))


def _association(p: People, turns: Array) -> float:
    """Cramer's V of role and task."""
    table = np.array([(p.tasks[who] * turns[who, None]).sum(axis=0) for who in (p.officer, ~p.officer)])
    table = table / table.sum()
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    return float(np.sqrt(((table - expected) ** 2 / expected).sum()))
