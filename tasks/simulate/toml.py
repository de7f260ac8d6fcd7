"""``groups.toml`` of a synthetic community."""

from __future__ import annotations

import datetime as dt

from tasks.simulate import rhythm
from tasks.simulate.community import Community, Group

_STUDY = """[study]
name = "Solidaritas Kamaliyah (synthetic)"
controller = "Demonstration, no real persons"
contact = "demo@example.org"
clearance = "not needed: synthetic data"
valid_until = 2099-12-31
retention_days = 90
"""


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _group(group: Group) -> str:
    plan, levels = group.plan, group.plan.levels_of(group.index)
    head = f"[groups.{group.group_id}]"
    lines = [head, f"name = {_text(group.name)}", 'timezone = "Asia/Jakarta"', 'date_order = "dmy"']
    lines += [
        f"community = {_text(group.group_id)}",
        f"symbols = [{', '.join(_text(s) for s in group.symbols)}]",
    ]
    if group.index % 3 == 1:
        count = [
            (plan.month(i), len(group.roll.present(rhythm.seconds(plan.month(i)))))
            for i in range(6, plan.months, 6)
        ]
        inside = ", ".join(f"{{ date = {day.isoformat()}, n = {number} }}" for day, number in count)
        lines.append(f"participants = [{inside}]")
    for phone in plan.phones_of(group.index):
        lines += [
            f"[groups.{group.group_id}.exporters.{phone.exporter}]",
            f"match = {_text(f'* - {phone.exporter} *')}",
        ]
        if phone.owner <= 2:
            lines.append(f"admin_from = {plan.first_month.isoformat()}")
        if phone.utc_offset != 7:
            lines.append('timezone = "Asia/Makassar"')
    if levels.shock_month is not None and levels.shock_month < plan.months:
        day = plan.month(levels.shock_month) + dt.timedelta(days=2)
        lines += [f"[[groups.{group.group_id}.shocks]]", 'name = "banjir"', f"date = {day.isoformat()}"]
    return "\n".join(lines) + "\n"


def groups_toml(community: Community) -> str:
    """The text of ``groups.toml``: the study, the groups, their phones, shocks and head counts."""
    return "\n".join([_STUDY, *(_group(group) for group in community.groups.values())])
