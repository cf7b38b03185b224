"""The borders of the demo network: hours and rules as they were read, and what was not found as an assumption."""

from datetime import date
from typing import Final

from marketplace.logistics.borders.rules.hours import ALL_DAYS, Hours
from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode
from marketplace.logistics.services.building import CrossingPlan, HoursPlan, RulePlan

# Long before the first order of the demo.
_FIRST: Final = date(2016, 1, 1)
_DAY: Final = 24 * 60
_KHAOSOD: Final = "khaosodenglish 2024-04-29, jclao.com: 08:00-18:00"
_LONGER: Final = "khaosodenglish 2024-04-29: agreed to 21:00 from 5/2024; the day is assumed"
_SEASON: Final = "assumed: regular hours not found; vietnamplus 256067: Vietnamese side to 23:00 in the season of 2023"
_PUZHAI: Final = "sggpnews 89720: 08:00-20:00 by the clock of China since 12/2020; the day is assumed"
_RUILI: Final = "cnimyanmar 11343, 11820: announced 08:00-23:30 from 2023-01-08"
_PILOT: Final = "vietnam.vn: two-way pilot of 12/2025 (date of the page not seen); the day is assumed"
_PILOT_FROM: Final = date(2025, 12, 1)


def _mohan(place_code: str) -> tuple[HoursPlan, HoursPlan]:
    """Open to 18:00 until spring 2024, to 21:00 since."""
    return (
        HoursPlan(place_code, Hours(ALL_DAYS, 8 * 60, 18 * 60, _FIRST, date(2024, 4, 30)), _KHAOSOD),
        HoursPlan(place_code, Hours(ALL_DAYS, 8 * 60, 21 * 60, date(2024, 5, 1)), _LONGER),
    )


CROSSINGS: Final = (
    CrossingPlan(
        "YOUYIGUAN-HUUNGHI",
        "CN-YOUYIGUAN",
        "VN-HUUNGHI",
        hours=tuple(
            HoursPlan(side, Hours(ALL_DAYS, 0, _DAY, _FIRST), _SEASON, is_assumed=True)
            for side in ("CN-YOUYIGUAN", "VN-HUUNGHI")
        ),
        rules=tuple(
            RulePlan("two-way", rule, _PILOT_FROM, _PILOT, is_assumed=True)
            for rule in (
                LaneRule(LaneRuleCode.NO_MIXED_CARGO, {}),
                LaneRule(LaneRuleCode.ONE_FARM_PRODUCT, {}),
                LaneRule(LaneRuleCode.ONE_COMPANY, {}),
                LaneRule(LaneRuleCode.MAX_STAY_HOURS, {"hours": 36}),
            )
        ),
    ),
    CrossingPlan(
        "PUZHAI-TANTHANH",
        "CN-PUZHAI",
        "VN-TANTHANH",
        hours=(
            HoursPlan("CN-PUZHAI", Hours(ALL_DAYS, 8 * 60, 20 * 60, date(2020, 12, 1)), _PUZHAI),
            # The same instants by the clock of Vietnam.
            HoursPlan("VN-TANTHANH", Hours(ALL_DAYS, 7 * 60, 19 * 60, date(2020, 12, 1)), _PUZHAI),
        ),
    ),
    CrossingPlan("LONGBANG-TRALINH", "CNLGB", "VN-TRALINH"),
    CrossingPlan("HEKOU-LAOCAI", "CNHKM", "VNLCA"),
    CrossingPlan("MOHAN-BOTEN", "CNMHN", "LABTN", hours=(*_mohan("CNMHN"), *_mohan("LABTN"))),
    CrossingPlan("THANALENG-NONGKHAI", "LATHG", "THNOK"),
    CrossingPlan(
        "RUILI-MUSE",
        "CNRUI",
        "MM-MUSE",
        hours=(
            HoursPlan("CNRUI", Hours(ALL_DAYS, 8 * 60, 23 * 60 + 30, date(2023, 1, 8)), _RUILI),
            HoursPlan(
                "MM-MUSE", Hours(ALL_DAYS, 8 * 60, 23 * 60 + 30, date(2023, 1, 8)),
                f"{_RUILI}; assumed for this side too", is_assumed=True,
            ),
        ),
    ),
    # Its hours were not found: it counts as open.
    CrossingPlan("QINGSHUIHE-CHINSHWEHAW", "CN-MENGDING", "MM-CHINSHWEHAW"),
    CrossingPlan("SADAO-BUKITKAYUHITAM", "TH-SADAO", "MYBKH"),
    CrossingPlan("SECOND-LINK", "MY-TUAS2", "SG-TUAS2"),
    CrossingPlan("QINZHOU-SINGAPORE", "CN-QINZHOU-PORT", "SG-PORT"),
    CrossingPlan("MOHAN-BOTEN-RAIL", "CN-MOHAN-RAIL", "LA-BOTEN-RAIL"),
    CrossingPlan("PINGXIANG-DONGDANG-RAIL", "CN-PINGXIANG-RAIL", "VN-DONGDANG-RAIL"),
)  # fmt: skip
