"""Lists as Indonesian groups write them, invented by hand and apart from the simulator, with the facts they tell.

A case is a chat (``# hour author`` before each message, ``# +2 08:00 author`` two days later; the first day is
Monday, 6 May 2024) and what a careful reader takes from it: the kind, the planned day, and per person on the list
``name | status | amount | paid | +guests | slot`` (what is left out is none). ``? n`` counts the people who are
no members, ``? amount`` their gifts.
"""

from __future__ import annotations

from typing import NamedTuple

PEOPLE: dict[str, list[str]] = {
    "Ahmad Fauzi": ["Oji"], "Siti Nurhaliza": ["Neng Siti"], "Budi Santoso": [], "Dewi Lestari": [],
    "Eko Prasetyo": [], "Fitri Handayani": ["Pipit"], "Gilang Ramadhan": [], "Hasan Basri": [],
    "Indah Permata": [], "Jajang Nurjaman": ["Jang Nur"], "Kokom Komariah": [], "Lukman Hakim": [],
    "Maman Suherman": [], "Nisa Aulia": [], "Opik Hidayat": ["Taufik"], "Putri Ayu": [], "Rizki Maulana": [],
    "Rina Marlina": [], "Sandi Permana": [], "Tati Sumiati": [], "Ujang Kosasih": [], "Wawan Gunawan": [],
    "Yanti Oktaviani": [], "Zaenal Arifin": [], "Muhammad Ilham": [], "Aisyah Zahra": [], "Cecep Supriatna": [],
    "Dadan Hamdani": [], "Euis Kurniasih": [], "Agus Salim": [],
}  # fmt: skip


class Case(NamedTuple):
    """A chat and what it tells."""

    name: str
    chat: str
    kind: str
    told: str
    planned: str | None = None


CASES = [
    Case("bukber with places and clock", """# 08:00 Ahmad Fauzi
Assalamu'alaikum akang teteh 🙏
*BUKBER ALUMNI*
🗓 Sabtu, 18 Mei 2024
🕔 16.30 sd selesai
📍 RM Ampera Cibiru
HTM 50rb/orang
Yang hadir isi ya:
1. Oji
2. kang Budi
3. Teh Pipit + suami
4. Gilang (2 org)
5.
6.
Ditunggu konfirmasinya maks Kamis""", "rsvp", """Ahmad Fauzi|yes
Budi Santoso|yes
Fitri Handayani|yes|+1
Gilang Ramadhan|yes|+1""", "2024-05-18"),
    Case("sections for coming and not coming", """# 08:00 Dewi Lestari
Konfirmasi rapat besok jam 19.30

*HADIR*
1. Dewi
2. Eko
3. Hasan B

*TIDAK HADIR*
1. Indah (masih di luar kota)
2. Rizki""", "rsvp", """Dewi Lestari|yes
Eko Prasetyo|yes
Hasan Basri|yes
Indah Permata|no
Rizki Maulana|no""", "2024-05-07"),
    Case("brothers and sisters apart", """# 08:00 Sandi Permana
Daftar peserta rihlah Ciwidey 25/5/2024
Ikhwan:
1) Sandi
2) Wawan
3) Zaenal
Akhwat:
1) Nisa
2) Teh Yanti
3) Rina, bawa anak 2""", "rsvp", """Sandi Permana|yes
Wawan Gunawan|yes
Zaenal Arifin|yes
Nisa Aulia|yes
Yanti Oktaviani|yes
Rina Marlina|yes|+2""", "2024-05-25"),
    Case("no numbers but dashes", """# 08:00 Ujang Kosasih
Yg ikut futsal malam Jumat:
- Ujang
- cecep
- dadan
- agus
kurang 6 lagi euy""", "rsvp", """Ujang Kosasih|yes
Cecep Supriatna|yes
Dadan Hamdani|yes
Agus Salim|yes""", "2024-05-09"),
    Case("emoji digits past ten", """# 08:00 Kokom Komariah
Ngaliwet di rumah Teh Kokom, Ahad ini
1️⃣ Kokom
2️⃣ Tati
3️⃣ Euis
4️⃣ Lukman
5️⃣ Maman
6️⃣ Opik
7️⃣ Putri
8️⃣ Nisa
9️⃣ Rina
🔟 Sandi
1️⃣1️⃣ Wawan""", "rsvp", """Kokom Komariah|yes
Tati Sumiati|yes
Euis Kurniasih|yes
Lukman Hakim|yes
Maman Suherman|yes
Opik Hidayat|yes
Putri Ayu|yes
Nisa Aulia|yes
Rina Marlina|yes
Sandi Permana|yes
Wawan Gunawan|yes""", "2024-05-12"),
    Case("flood relief with every spelling of money", """# 08:00 Siti Nurhaliza
OPEN DONASI banjir Dayeuhkolot
Rek BSI 7145 2233 01 a.n. Siti Nurhaliza
Konfirmasi ke 0812-3456-7890

1. Siti 100rb ✅
2. Budi Rp. 50.000,-
3. Pak Maman = 1,5jt (sudah tf)
4. Hamba Allah 250k
5. Dewi L - dua ratus ribu lunas
6. Keluarga alm. H. Sobari 300.000
7. Neng Nisa goceng hehe
8. Rizki 75 ribu, nyusul ya
Total sementara: Rp 2.480.000""", "donation", """Siti Nurhaliza|yes|100000|paid
Budi Santoso|yes|50000
Maman Suherman|yes|1500000|paid
Dewi Lestari|yes|200000|paid
Nisa Aulia|yes|5000
Rizki Maulana|yes|75000
?|250000
?|300000"""),
    Case("pledge and goal", """# 08:00 Hasan Basri
Patungan beli sound system mushola
Target 3jt, baru terkumpul 350rb, kurang 2.650.000
1. Hasan 200.000 ✔
2. Agus Salim 150.000 ✔
3. Euis InsyaAllah 100rb""", "donation", """Hasan Basri|yes|200000|paid
Agus Salim|yes|150000|paid
Euis Kurniasih|yes|100000"""),
    Case("an amount that cannot be told", """# 08:00 Opik Hidayat
Infaq Jumat berkah
1. Opik 20rb
2. Ujang 50-100rb
3. Jajang gocap
4. Kokom 25 rb""", "donation", """Opik Hidayat|yes|20000
Ujang Kosasih|yes
Jajang Nurjaman|yes
Kokom Komariah|yes|25000""", "2024-05-10"),
    Case("unit prices are no gifts", """# 08:00 Putri Ayu
PO kaos angkatan @95rb
Nama - size - jumlah
1. Putri - M - 1 pcs
2. Aisyah - L - 2 pcs
3. Gilang - XXL - 1""", "order", """Putri Ayu|yes
Aisyah Zahra|yes
Gilang Ramadhan|yes"""),
    Case("juz with ticks and two readers", """# 05:00 Zaenal Arifin
KHATAMAN PEKANAN
Juz 1 : Zaenal ✅
Juz 2 : Teh Tati
Juz 3 : Yanti (khatam)
Juz 4 :
Juz 5 : Ahmad F & Budi
Juz 6 : Dadan ✅✅
Juz 7 : -
Juz 8 : Cecep belum selesai
Juz 9 : Sandi
Juz 10: Rina kholas""", "khataman", """Zaenal Arifin|done|juz 1
Tati Sumiati|yes|juz 2
Yanti Oktaviani|done|juz 3
Ahmad Fauzi|yes|juz 5
Budi Santoso|yes|juz 5
Dadan Hamdani|done|juz 6
Cecep Supriatna|yes|juz 8
Sandi Permana|yes|juz 9
Rina Marlina|done|juz 10"""),
    Case("thirty numbers are thirty juz", "# 05:00 Lukman Hakim\nOne Day One Juz, mulai malam ini\n" + "\n".join(
        f"{juz}. " + {1: "Lukman", 2: "Pak Hasan", 15: "Indah ✅", 30: "Kokom"}.get(juz, "") for juz in range(1, 31)
    ), "khataman", """Lukman Hakim|yes|juz 1
Hasan Basri|yes|juz 2
Indah Permata|done|juz 15
Kokom Komariah|yes|juz 30""", "2024-05-06"),
    Case("a copy by each", """# 08:00 Eko Prasetyo
Touring Garut 1 Juni
1. Eko
# 08:30 Wawan Gunawan
Touring Garut 1 Juni
1. Eko
2. Wawan
# 09:00 Sandi Permana
Touring Garut 1 Juni
1. Eko
2. Wawan
3. Sandi
4. Dadan nebeng saya""", "rsvp", """Eko Prasetyo|yes
Wawan Gunawan|yes
Sandi Permana|yes
Dadan Hamdani|yes""", "2024-06-01"),
    Case("two copy at once", """# 08:00 Rina Marlina
Munggahan yuk, siapa ikut?
1. Rina
2. Nisa
# 08:10 Putri Ayu
Munggahan yuk, siapa ikut?
1. Rina
2. Nisa
3. Putri
# 08:10 Indah Permata
Munggahan yuk, siapa ikut?
1. Rina
2. Nisa
3. Indah
# 08:40 Dewi Lestari
Munggahan yuk, siapa ikut?
1. Rina
2. Nisa
3. Indah
4. Dewi""", "rsvp", """Rina Marlina|yes
Nisa Aulia|yes
Putri Ayu|yes
Indah Permata|yes
Dewi Lestari|yes"""),
    Case("somebody strikes himself", """# 08:00 Maman Suherman
Kerja bakti RW, Minggu pagi
1. Maman
2. Jajang
3. Agus
4. Ujang
# 10:00 Agus Salim
Kerja bakti RW, Minggu pagi
1. Maman
2. Jajang
3. ~Agus~
4. Ujang""", "rsvp", """Maman Suherman|yes
Jajang Nurjaman|yes
Agus Salim|withdrawn
Ujang Kosasih|yes""", "2024-05-12"),
    Case("somebody takes himself off", """# 08:00 Maman Suherman
List baksos panti
1. Maman
2. Jajang
3. Agus
4. Ujang
# 10:00 Agus Salim
List baksos panti
1. Maman
2. Jajang
3. Ujang""", "rsvp", """Maman Suherman|yes
Jajang Nurjaman|yes
Agus Salim|withdrawn
Ujang Kosasih|yes"""),
    Case("cancelled in words", """# 08:00 Aisyah Zahra
Nobar timnas di kosan Gilang nanti malam
1. Aisyah
2. Gilang
3. Rizki ga jadi, sakit
4. Fitri msh ragu
5. Yanti otw""", "rsvp", """Aisyah Zahra|yes
Gilang Ramadhan|yes
Rizki Maulana|withdrawn
Fitri Handayani|maybe
Yanti Oktaviani|yes""", "2024-05-06"),
    Case("training with campus", """# 08:00 Nisa Aulia
Assalamualaikum
Pelatihan jurnalistik dasar, 12 Mei 2024
via zoom, gratis
Nama / kampus
1. Nisa Aulia / UPI
2. Rizki Maulana/UIN
3. Muhammad Ilham / ITB
4. Teh Euis K / Unpas""", "learning", """Nisa Aulia|yes
Rizki Maulana|yes
Muhammad Ilham|yes
Euis Kurniasih|yes""", "2024-05-12"),
    Case("attendance sheet", """# 20:00 Budi Santoso
ABSEN kajian kitab malam ini
1. Budi ✅
2. Hasan ✅
3. Cecep izin
4. Opik ❌""", "learning", """Budi Santoso|yes
Hasan Basri|yes
Cecep Supriatna|no
Opik Hidayat|no""", "2024-05-06"),
    Case("dues of a month", """# 08:00 Tati Sumiati
*Uang kas Mei* (20rb)
yg udah bayar ke Tati:
1. Tati
2. Kokom
3. Dadan
4. Sandi""", "donation", """Tati Sumiati|yes|paid
Kokom Komariah|yes|paid
Dadan Hamdani|yes|paid
Sandi Permana|yes|paid"""),
    Case("petition", """# 08:00 Gilang Ramadhan
Kami yang bertanda tangan di bawah ini mendukung perbaikan jembatan Cihampelas:
1. Gilang Ramadhan
2. Indah Permata
3. Haji Sobirin
4. Lukman Hakim""", "petition", """Gilang Ramadhan|yes
Indah Permata|yes
Lukman Hakim|yes
? 1"""),
    Case("who rides with whom", """# 08:00 Wawan Gunawan
Nebeng ke nikahan Aisyah, Sabtu 11/5
Mobil Wawan:
1. Wawan (supir)
2. Eko
3. Zaenal
Mobil Pak Hasan:
1. Hasan
2. Tati
3. Euis""", "rsvp", """Wawan Gunawan|yes
Eko Prasetyo|yes
Zaenal Arifin|yes
Hasan Basri|yes
Tati Sumiati|yes
Euis Kurniasih|yes""", "2024-05-11"),
    Case("names by tag", """# 08:00 Dewi Lestari
Piket sekre pekan ini, tag ya
1. @Budi Santoso
2. @Eko Prasetyo
3. @Fitri Handayani""", "other_list", """Budi Santoso|yes
Eko Prasetyo|yes
Fitri Handayani|yes"""),
    Case("slips of the pen", """# 08:00 Sandi Permana
Ziarah ke makam Sunan Gunung Jati, 19 Mei
1. Sandi
2. Gilnag
3. Lukmn Hakim
4. wawan gunawn
5. Yantii
6. Zainal""", "rsvp", """Sandi Permana|yes
Gilang Ramadhan|yes
Lukman Hakim|yes
Wawan Gunawan|yes
Yanti Oktaviani|yes
Zaenal Arifin|yes""", "2024-05-19"),
    Case("a married couple on one line", """# 08:00 Hasan Basri
Halal bihalal, Ahad 12 Mei, yang insyaallah hadir
1. Hasan & Tati
2. Maman dan istri
3. Keluarga Ujang (4 org)
4. Opik +3""", "rsvp", """Hasan Basri|yes
Tati Sumiati|yes
Maman Suherman|yes|+1
Ujang Kosasih|yes|+3
Opik Hidayat|yes|+3""", "2024-05-12"),
    Case("names behind the sum", """# 08:00 Euis Kurniasih
Saweran kado teh Aisyah
1. 50rb Euis
2. 100rb kang Dadan ✅
3. Rp20.000 Neng Siti
Terkumpul 170rb""", "donation", """Euis Kurniasih|yes|50000
Dadan Hamdani|yes|100000|paid
Siti Nurhaliza|yes|20000"""),
    Case("transfer with a unique code", """# 08:00 Agus Salim
Sedekah subuh pekan ini
1. Agus transfer 50.017
2. Cecep tf 25.000
3. NN 10.000""", "donation", """Agus Salim|yes|50017
Cecep Supriatna|yes|25000
?|10000"""),
    Case("bare numbers", """# 08:00 Rizki Maulana
Mabar ML jam 9 malam
1 Rizki
2 Ilham
3 Gilang
4 Sandi
5""", "rsvp", """Rizki Maulana|yes
Muhammad Ilham|yes
Gilang Ramadhan|yes
Sandi Permana|yes"""),
    Case("in brackets", """# 08:00 Yanti Oktaviani
Camping ceria
(1) Yanti
(2) Putri
(3) Rina""", "rsvp", """Yanti Oktaviani|yes
Putri Ayu|yes
Rina Marlina|yes"""),
    Case("bold and slanted", """# 08:00 Kokom Komariah
_Yasinan ibu-ibu_
*1.* *Kokom*
*2.* _Tati_
*3.* Bu Euis""", "rsvp", """Kokom Komariah|yes
Tati Sumiati|yes
Euis Kurniasih|yes"""),
    Case("Sundanese", """# 08:00 Cecep Supriatna
Sampurasun, dulur. Botram di Curug, dinten Minggu 12 Mei. Saha wae nu ngiring?
1. Cecep siap
2. Jang Nur
3. Teh Yanti teu tiasa, nuju teu damang
4. Dadan sareng pun bojo""", "rsvp", """Cecep Supriatna|yes
Jajang Nurjaman|yes
Yanti Oktaviani|no
Dadan Hamdani|yes|+1""", "2024-05-12"),
    Case("a list in two messages", """# 08:00 Lukman Hakim
Peserta manasik, 20 Mei 2024
1. Lukman
2. Hasan
3. Maman
# 08:00 Lukman Hakim
4. Tati
5. Euis
6. Kokom""", "rsvp", """Lukman Hakim|yes
Hasan Basri|yes
Maman Suherman|yes
Tati Sumiati|yes
Euis Kurniasih|yes
Kokom Komariah|yes""", "2024-05-20"),
    Case("put off by a day", """# 08:00 Opik Hidayat
Badminton Kamis 9 Mei jam 20.00
1. Opik
2. Eko
3. Budi
4. Agus
# 18:00 Opik Hidayat
Badminton diundur Jumat 10 Mei jam 20.00
1. Opik
2. Eko
3. Budi
4. Agus
5. Wawan""", "rsvp", """Opik Hidayat|yes
Eko Prasetyo|yes
Budi Santoso|yes
Agus Salim|yes
Wawan Gunawan|yes""", "2024-05-10"),
    Case("a misspelt name is mended", """# 08:00 Rina Marlina
Kado wisuda, patungan
1. Rina 25rb
2. Zulkarnean 25rb
# 09:00 Putri Ayu
Kado wisuda, patungan
1. Rina 25rb
2. Zulkarnaen 25rb
3. Putri 30rb""", "donation", """Rina Marlina|yes|25000
Putri Ayu|yes|30000
?|25000"""),
    Case("a stale copy does not take a tick back", """# 08:00 Siti Nurhaliza
Donasi Palestina
1. Siti 100rb
2. Budi 50rb
3. Eko 50rb
# 09:00 Siti Nurhaliza
Donasi Palestina
1. Siti 100rb ✅
2. Budi 50rb ✅
3. Eko 50rb
# 09:05 Nisa Aulia
Donasi Palestina
1. Siti 100rb
2. Budi 50rb
3. Eko 50rb
4. Nisa 20rb""", "donation", """Siti Nurhaliza|yes|100000|paid
Budi Santoso|yes|50000|paid
Eko Prasetyo|yes|50000
Nisa Aulia|yes|20000"""),
    Case("one gives twice", """# 08:00 Dadan Hamdani
Urunan beli kurma
1. Dadan 50rb
2. Sandi 20rb
3. Dadan lagi 30rb
Total 100rb""", "donation", """Dadan Hamdani|yes|80000
Sandi Permana|yes|20000"""),
    Case("a raised gift", """# 08:00 Aisyah Zahra
Galang dana sakitnya Pak Sobri
1. Aisyah 50rb
2. Indah 50rb
# 12:00 Indah Permata
Galang dana sakitnya Pak Sobri
1. Aisyah 50rb
2. Indah 100rb
3. Fitri 25rb""", "donation", """Aisyah Zahra|yes|50000
Indah Permata|yes|100000
Fitri Handayani|yes|25000"""),
    Case("told beside the list", """# 08:00 Hasan Basri
Santunan yatim Muharram, rek BRI 002301004455506 an Hasan
1. Hasan 200rb
2. Tati 100rb
# 09:00 Wawan Gunawan
punten kang, barusan sudah transfer 150rb ya
# 09:30 Tati Sumiati
alhamdulillah sudah tf""", "donation", """Hasan Basri|yes|200000
Tati Sumiati|yes|100000|paid
Wawan Gunawan|done|150000|paid"""),
    Case("plus joins two gifts", """# 08:00 Maman Suherman
Infak pembangunan asrama
1. Maman 100rb + 50rb
2. Ujang 2 juta
3. Agus 1jt 250rb""", "donation", """Maman Suherman|yes|150000
Ujang Kosasih|yes|2000000
Agus Salim|yes|1250000"""),
    Case("a trip's deposit is no gift", """# 08:00 Fitri Handayani
Rihlah Pangandaran 8-9 Juni, DP 100rb
1. Fitri (lunas)
2. Pipit
3. Gilang DP 100rb
4. Indah DP 100rb
5. Rina lunas 350rb""", "rsvp", """Fitri Handayani|yes
Gilang Ramadhan|yes
Indah Permata|yes
Rina Marlina|yes""", "2024-06-08"),
    Case("a name that is nobody's alone", """# 08:00 Gilang Ramadhan
Panahan hari Sabtu
1. Gilang
2. Bagas
3. Pak RT
4. Ilham""", "rsvp", """Gilang Ramadhan|yes
Muhammad Ilham|yes
? 2""", "2024-05-11"),
    Case("ticks as bullets", """# 08:00 Tati Sumiati
Yang sudah setor tahfidz pekan ini
✅ Tati
✅ Kokom
▪️ Euis
▪️ Yanti""", "other_list", """Tati Sumiati|yes
Kokom Komariah|yes
Euis Kurniasih|yes
Yanti Oktaviani|yes"""),
    Case("paid and unpaid apart", """# 08:00 Sandi Permana
Donasi konsumsi maulid
Sudah transfer:
1. Sandi 50.000
2. Zaenal 100.000
Belum transfer:
3. Rizki 50.000
4. Hamba Alloh 20.000""", "donation", """Sandi Permana|yes|50000|paid
Zaenal Arifin|yes|100000|paid
Rizki Maulana|yes|50000
?|20000"""),
    Case("a forwarded frame and quotation signs", """# 08:00 Jajang Nurjaman
╔══ 🕌 ══╗
 *PENGAJIAN BULANAN*
╚══ 🕌 ══╝
Senin, 13 Mei 2024
Konfirmasi hadir:
> 1. Jajang
> 2. Ujang
> 3. H. Maman S.Pd.I""", "rsvp", """Jajang Nurjaman|yes
Ujang Kosasih|yes
Maman Suherman|yes""", "2024-05-13"),
    Case("Arabic greeting and title in Arabic letters", """# 08:00 Muhammad Ilham
السلام عليكم
Halaqah tahsin, Rabu 8 Mei bada Isya
1. Ilham
2. Lukman
3. Agus""", "learning", """Muhammad Ilham|yes
Lukman Hakim|yes
Agus Salim|yes""", "2024-05-08"),
    Case("monthly dues with ticks and crosses before the names", """# 08:00 Tati Sumiati
Assalamualaikum, ngingetkeun kas bulan Mei 20rb nya 🙏
✅ Ahmad Fauzi
✅ Neng Siti
❌ Budi
❌ Eko
✅ Dewi (2 bln)""", "donation", """Ahmad Fauzi|yes|paid
Siti Nurhaliza|yes|paid
Budi Santoso|no
Eko Prasetyo|no
Dewi Lestari|yes|paid"""),
    Case("who is excused is crossed", """# 08:00 Hasan Basri
Absen ngaji malam ini
✅ Hasan
✅ Indah
❌ Jajang (sakit)""", "attendance", """Hasan Basri|yes
Indah Permata|yes
Jajang Nurjaman|no""", "2024-05-06"),
    Case("dashes before ticks and crosses", """# 08:00 Tati Sumiati
Bukber Sabtu
- ✅ Tati
- ✗ Kokom
- ✘ Euis (sakit)""", "rsvp", """Tati Sumiati|yes
Kokom Komariah|no
Euis Kurniasih|no""", "2024-05-11"),
    Case("a part of those who do not come, under a cross", """# 08:00 Hasan Basri
❌ gak ikut bukber
• Hasan
• Indah""", "rsvp", """Hasan Basri|no
Indah Permata|no"""),
]  # fmt: skip
