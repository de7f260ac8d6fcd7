"""A group written by hand as two phones show it, with or without some of its people.

Who is left out when the files are written is the yardstick of an erasure: what remains of a group after
``forget`` must be what the group would have come to had they never been in its files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.keys import generate

GROUP = "uji"
MONTH = "2024-02"
_MORE = [
    (f"U-{at:02d}", f"{first} {last}", f"0813500010{at:02d}", f"{first} {last}")
    for at, (first, last) in enumerate(
        [
            (one, two)
            for one in ("Asep", "Dewi", "Euis", "Jajang")
            for two in ("Ardi", "Bima", "Caka", "Dasa")
        ],
        start=7,
    )
]
#: Member number, whole name, telephone number, how Siti's phone calls them (None: she never saved the number).
PEOPLE: tuple[tuple[str, str, str, str | None], ...] = (
    ("U-01", "Siti Nurjanah", "081350001001", "Siti Nurjanah"),  # whose phone's files bear her name
    ("U-02", "Bahrudin Wiraga", "081350001002", "Bahrudin"),
    ("U-03", "Hasan Gumilarang", "081350001003", None),  # silent: stands on the roster alone
    ("U-04", "Ratna Kusumadewi", "081350001004", "Ratna"),  # sends lists, for herself and for others
    ("U-05", "Fajar Pamungkasih", "081350001005", None),  # spoken of by name, by mention and by number
    ("U-06", "Lestari Widuri", "081350001006", None),  # on lists by proxy alone
    *_MORE,
    ("U-23", "Tatang Sutisna", "081350001023", "Tatang Sutisna"),  # two of one name, one of whom writes
    ("U-24", "Tatang Sutisna", "081350001024", "Tatang Sutisna"),
)
SITI, BAHRUDIN, HASAN, RATNA, FAJAR, LESTARI = (number for number, *_ in PEOPLE[:6])
_TATANG, _OTHER_TATANG = "U-23", "U-24"
_BY_NUMBER = {number: (name, phone, contact) for number, name, phone, contact in PEOPLE}
NAMES = {number: name for number, name, *_ in PEOPLE}
PHONES = {number: phone for number, _, phone, _ in PEOPLE}
#: What people say of an ordinary day.
ORDINARY = (
    "alhamdulillah acara di masjid kemarin lancar, terima kasih panitia nomor {n}",
    "besok siapa yang bisa bantu angkat barang ke sekretariat gelombang {n}?",
    "saya bisa bantu habis ashar insyaallah, rombongan {n}",
    "info beasiswa gelombang {n} sudah dibuka, silakan dibaca bersama",
    "semoga lekas sembuh untuk yang sakit, doa kami putaran {n}",
)
#: How people stand in the words of others, and what stands there once they are gone.
_SPOKEN = {
    "ratna": (RATNA, "Ratna Kusumadewi", "Anonim"),
    "lestari": (LESTARI, "Lestari Widuri", "Anonim"),
    "fajar": (FAJAR, "Fajar Pamungkasih", "Anonim"),
    "pamungkasih": (FAJAR, "Pamungkasih", "Anonim"),
    "his_number": (FAJAR, "0813-5000-1005", "Anonim"),
    "mention": (FAJAR, "@6281350001005", "@\u2068\u2026\u2069"),
    "siti": (SITI, "Siti Nurjanah", "Anonim"),
}
_ROLL = "*Daftar Bukber Angkatan*\n1. Bahrudin Wiraga\n2. Asep Ardi\n3. {ratna}\n4. {lestari}\n5. Dewi Bima"
_GIFTS = "*Donasi Jumat Berkah*\n1. Euis Caka 50rb\n2. {lestari} 75rb (titip {ratna})\n3. Jajang Dasa 25rb"
STUDY = """
[study]
name = "Uji"
controller = "Uji"
contact = "uji@example.org"
clearance = "uji"
valid_until = 2099-12-31
"""
_EXPORTERS = """
[groups.uji.exporters.pertama]
match = "*siti*"
{owner}
[groups.uji.exporters.kedua]
match = "*kedua*"
"""


@dataclass(frozen=True, order=True)
class Line:
    """One message: month, day, minute of the day, author's member number, words with places for people."""

    month: int
    day: int
    minute: int
    author: str
    text: str

    @property
    def at(self) -> str:
        return f"{self.day:02d}/{self.month:02d}/2024 {self.minute // 60:02d}.{self.minute % 60:02d}"


def lines() -> list[Line]:
    """The whole chat in its order; Hasan, Lestari and one Tatang never write."""
    writing = [number for number, *_ in PEOPLE if number not in (HASAN, LESTARI, _TATANG, _OTHER_TATANG)]
    found = []
    for month in (1, 2):
        for day in range(1, 29):
            for turn in range(4):
                n = len(found) + 1
                author = writing[(day * 5 + turn * 7 + month) % len(writing)]
                found.append(Line(month, day, 480 + turn * 9, author, ORDINARY[n % 5].format(n=n)))
    special = (
        (1, 5, 600, RATNA, _ROLL),
        (1, 19, 600, BAHRUDIN, _GIFTS),
        (2, 12, 600, BAHRUDIN, _ROLL),
        (2, 26, 600, RATNA, _GIFTS),
        (2, 3, 610, BAHRUDIN, "tolong sampaikan ke {fajar} soal kunci gudang"),
        (2, 9, 610, BAHRUDIN, "{pamungkasih} titip salam buat semua"),
        (2, 15, 610, BAHRUDIN, "hubungi {his_number} untuk kursi"),
        (2, 21, 610, BAHRUDIN, "siap {mention} nanti saya jemput"),
        (2, 27, 610, BAHRUDIN, "bu {siti} sudah di lokasi"),
        (2, 27, 620, _TATANG, "saya menyusul dari terminal"),
    )
    return sorted([*found, *(Line(*one) for one in special)])


def _shown(number: str, phone: str) -> str:
    """How a phone calls somebody: Siti's by contact name, the other by whole name, strangers by number."""
    name, tel, contact = _BY_NUMBER[number]
    if phone == "siti":
        return f"+62 {tel[1:4]}-{tel[4:8]}-{tel[8:]}" if contact is None else contact
    return name


def export(phone: str, but: frozenset[str] = frozenset()) -> str:
    """A phone's export of the chat, without some people's messages and names."""
    words = {name: gone if number in but else there for name, (number, there, gone) in _SPOKEN.items()}
    told = {
        "siti": '01/01/2024 07.01 - Anda membuat grup "Uji"\n',
        "kedua": "",  # its owner came later
    }
    said = (
        f"{line.at} - {_shown(line.author, phone)}: {line.text.format(**words)}\n"
        for line in lines()
        if line.author not in but
    )
    return told[phone] + "".join(said)


def roster(but: frozenset[str] = frozenset()) -> str:
    """The community's roster, without some people."""
    rows = (f"{number},{name},{phone},ya,setuju\n" for number, name, phone, _ in PEOPLE if number not in but)
    return "no anggota,nama,no hp,di grup,persetujuan\n" + "".join(rows)


def write(home: Path, but: frozenset[str] = frozenset(), secret: bytes = b"0123456789abcdef" * 4) -> None:
    """Files in ``landing/``, and a key. The names of Siti's files and what is declared of her phone name her."""
    generate(home / "vault" / "pseudonym.key")
    (home / "vault" / "pseudonym.key").write_bytes(secret)
    owner = "" if SITI in but else 'owner = "Siti Nurjanah"'
    files = {
        "groups.toml": STUDY + _EXPORTERS.format(owner=owner),
        f"{GROUP}/exports/Chat WhatsApp Siti Nurjanah 2024-02-29.txt": export("siti", but),
        f"{GROUP}/exports/Chat WhatsApp hp kedua 2024-02-29.txt": export("kedua", but),
        f"{GROUP}/rosters/roster-2023-12.csv": roster(but),
    }
    put(home, files)


def put(home: Path, files: dict[str, str]) -> None:
    """Write files into landing."""
    for name, content in files.items():
        path = home / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
