"""Kinds of episodes: who says what to whom, after how long, with what chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["opener", "officer", "other", "back", "as"]
Method = Literal["", "mention", "request", "broadcast", "adjacent", "list"]
METHODS: tuple[Method, ...] = ("", "mention", "request", "broadcast", "adjacent", "list")


@dataclass(frozen=True)
class Step:
    """One turn of an episode.

    ``pool`` may hold ``{topic}`` and alternatives with weights, ``a:3|b:1``. ``to`` is the step answered,
    ``after`` the step that must have happened (the same, unless said otherwise), ``gap`` the median minutes
    after it and ``spread`` the sigma of that lognormal. ``chance`` is a probability; ``answer`` takes the
    planted answer rate. ``speaker`` names the step whose author speaks again.
    """

    pool: str
    chance: float | Literal["answer"] = 1.0
    to: int = 0
    after: int | None = None
    who: Who = "other"
    speaker: int = 0
    gap: float = 5.0
    spread: float = 1.0
    method: Method = "adjacent"


@dataclass(frozen=True)
class Script:
    """One kind of episode; ``rate`` is its number per 1000 planned messages, ``family`` gives its topics."""

    name: str
    rate: float
    steps: tuple[Step, ...]
    family: str = ""
    topics: tuple[str, ...] = ()
    season: Literal["always", "fast", "feast", "friday", "tension"] = "always"


def _chorus(number: int, pool: str, chance: float, gap: float, spread: float = 1.2) -> tuple[Step, ...]:
    return tuple(Step(pool, chance, gap=gap, spread=spread, method="broadcast") for _ in range(number))


def _opening(pool: str, who: Who = "opener") -> Step:
    return Step(pool, who=who, method="")


_CHAT = "ngobrol.{topic}.lanjut:58|pendek:34|kita:3|ngobrol.{topic}.buka:5"


def _chat(length: int) -> tuple[Step, ...]:
    follow = tuple(Step(_CHAT, 0.82, to=k, who="back", gap=1.6, spread=1.0) for k in range(length - 1))
    return (_opening("ngobrol.{topic}.buka"), *follow)


_HELP = (
    _opening("minta.{topic}.buka"),
    Step("minta.{topic}.jawab", "answer", gap=9, spread=1.3, method="request"),
    Step("minta.{topic}.jawab", 0.45, after=1, gap=12, spread=1.2, method="request"),
    Step("terimakasih", 0.7, to=1, who="as", speaker=0, gap=5, spread=1.0, method="broadcast"),
    Step("samasama", 0.3, to=3, who="as", speaker=1, gap=3, spread=0.8),
)
_ASK = (
    _opening("tanya.{topic}.buka"),
    Step("tanya.{topic}.jawab", "answer", gap=6, spread=1.2, method="request"),
    Step("tanya.{topic}.jawab", 0.3, after=1, gap=9, spread=1.1, method="request"),
    Step("terimakasih:3|pendek:2", 0.45, to=1, who="as", speaker=0, gap=4, spread=0.9, method="broadcast"),
)
_NEWS = (_opening("umum.rapat", "officer"), *_chorus(9, "umum.tanggap", 0.5, 35, 1.5))
_ANNOUNCE = (
    *_NEWS,
    *_chorus(2, "umum.izin", 0.28, 90, 1.3),
    Step("umum.tanya", 0.45, gap=20, spread=1.2, method="adjacent"),
    Step("umum.jawab", 0.8, to=len(_NEWS) + 2, who="as", speaker=0, gap=10, spread=1.0, method="request"),
)
_SALE = (
    _opening("usaha.jual"),
    Step("usaha.pesan", 0.4, gap=25, spread=1.3),
    Step("usaha.balas", 0.7, to=1, who="as", speaker=0, gap=8),
    Step("usaha.pesan", 0.3, gap=60, spread=1.3),
    Step("usaha.balas", 0.6, to=3, who="as", speaker=0, gap=8),
    *_chorus(2, "usaha.puji", 0.4, 40),
)
_QUARREL = (
    _opening("konflik.buka"),
    Step("konflik.balas", 0.8, gap=6),
    Step("konflik.balas", 0.6, to=1, who="back", gap=5),
    Step("konflik.balas", 0.5, to=2, who="back", gap=5),
    Step("konflik.damai", 0.75, gap=45, spread=0.7),
    Step("konflik.damai:2|aamiin:1", 0.5, after=4, gap=20),
)

SCRIPTS: tuple[Script, ...] = (
    Script("minta", 9.0, _HELP, "minta", ("antar", "kos", "laptop", "pinjam", "tugas", "uang")),
    Script(
        "darah",
        0.6,
        (*_HELP, Step("minta.darah.jawab", 0.5, after=1, gap=25, method="request")),
        "minta",
        ("darah",),
    ),
    Script("doa", 1.5, (*_HELP, *_chorus(5, "minta.doa.jawab:3|aamiin:2", 0.6, 40)), "minta", ("doa",)),
    Script("tanya", 9.0, _ASK, "tanya"),
    Script(
        "duka",
        1.1,
        (
            _opening("duka.kabar"),
            *_chorus(14, "duka.doa", 0.7, 45, 1.4),
            Step("duka.balas", 0.6, gap=900, spread=0.4, method="broadcast"),
        ),
    ),
    Script(
        "bahagia",
        2.0,
        (_opening("bahagia.{topic}.kabar"), *_chorus(8, "bahagia.{topic}.doa:6|aamiin:1", 0.6, 40, 1.3)),
        "bahagia",
    ),
    Script("salam", 8.0, (_opening("salam.buka"), *_chorus(4, "salam.jawab", 0.6, 14))),
    Script(
        "jumat",
        10.0,
        (_opening("salam.jumat"), *_chorus(4, "aamiin:2|salam.jawab:2", 0.5, 20)),
        season="friday",
    ),
    Script("umum", 3.0, _ANNOUNCE),
    Script("peluang", 4.0, (_opening("peluang.buka"), *_chorus(3, "peluang.tanggap", 0.35, 50))),
    Script("belajar", 2.0, (_opening("belajar.buka"), *_chorus(6, "belajar.tanggap", 0.45, 60))),
    Script("usaha", 3.0, _SALE),
    Script("foto", 5.0, (_opening("foto.judul"), *_chorus(4, "foto.puji", 0.45, 15))),
    Script("terusan", 2.0, (_opening("terusan"), *_chorus(2, "aamiin:2|terimakasih:1", 0.3, 40))),
    Script("konflik", 0.3, _QUARREL),
    Script("tegang", 2.0, _QUARREL, season="tension"),
    Script(
        "puasa",
        14.0,
        (
            _opening("ramadan"),
            Step("ramadan:2|pendek:3", 0.7, gap=3),
            Step("ramadan:1|pendek:3", 0.6, to=1, who="back", gap=3),
        ),
        season="fast",
    ),
    Script("lebaran", 2.5, (_opening("lebaran"), *_chorus(24, "lebaran", 0.75, 150, 1.0)), season="feast"),
)
CHAT = Script("ngobrol", 0.0, _chat(16), "ngobrol")

#: Task of a message by the start of its pool's name; the first that fits. None: not a task (media alone).
TASKS: tuple[tuple[str, str | None], ...] = (
    ("minta.", "aid"),
    ("minta.doa.jawab", "ritual_care"),
    ("tanya.", "sociable"),
    ("duka.", "ritual_care"),
    ("bahagia.", "ritual_care"),
    ("aamiin", "ritual_care"),
    ("salam.", "ritual_care"),
    ("sambut.", "ritual_care"),
    ("lebaran", "ritual_care"),
    ("terimakasih", "ritual_care"),
    ("umum.rapat", "announce"),
    ("umum.tanggap", "organise"),
    ("umum.izin", "organise"),
    ("umum.jawab", "inform"),
    ("peluang.buka", "announce"),
    ("peluang.tanggap", "ritual_care"),
    ("belajar.buka", "announce"),
    ("belajar.tanggap", "organise"),
    ("usaha.jual", "announce"),
    ("foto.judul", "sociable"),
    ("terusan", "sociable"),
    ("kabar.transfer", "aid"),
    ("acara.", "organise"),
    ("acara.umum", "announce"),
    ("acara.jawab", "inform"),
    ("acara.syukur", "sociable"),
)


def task_of(pool: str) -> str:
    """Task class of a message of a pool, as a reader of the whole conversation would code it."""
    if (
        pool.endswith(".jawab")
        and pool.split(".")[0] in ("tanya", "minta")
        and not pool.startswith("minta.doa")
    ):
        return "inform"
    fitting = [(len(start), task) for start, task in TASKS if pool.startswith(start)]
    return max(fitting)[1] or "sociable" if fitting else "sociable"
