"""Who trades in the replayed history: companies that say they are made up, with goods in cartons of 20 kg.

The published sources name kinds of goods, not companies: motorcycle and car parts, laptops and building material went
out; fruit, grain, oil and timber came in. Prices are two only, so that values share out exactly.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.quantity import Load
from marketplace.seed.cast import Colleague, Founder
from marketplace.seed.houses import House
from marketplace.seed.replay.published import CARTON_KG

OPERATOR: Final = Founder(
    "replay-admin@demo.test", "Replay Admin", "Replay City Operating Co. (synthetic)", "CN", "91500000MA60DEM31L",
    CompanyKind.OPERATOR,
)  # fmt: skip
MODERATOR: Final = "replay-moderator@demo.test"
LOGISTICS: Final = "replay-logistics@demo.test"
STAFF: Final = (
    Colleague(MODERATOR, "Replay Moderator", "moderator"),
    Colleague(LOGISTICS, "Replay Logistics", "operations"),
)
CARRIER: Final = Founder(
    "replay-carrier@demo.test", "Replay Carrier", "Replay Regular Lorry (synthetic)", "CN", "91500000MA60DEM32P",
    CompanyKind.CARRIER,
)  # fmt: skip
# The kinds of each merchant's goods: at the dear price, and two at the cheap one.
DEAR, CHEAP, CHEAP_TOO = "DEAR", "CHEAP", "CHEAP-TOO"
CARTON: Final = Packing(
    carton_units=1, length_mm=400, width_mm=300, height_mm=400, gross_g=CARTON_KG * 1_000, net_g=19_000
)
# What the published loads need: 23 t on one floor are two layers of pallets. An assumption, like the tariffs.
LORRY: Final = ("SEMI-13.7", "Semi-trailer 13.7 m", Load(28_000_000, 80_000_000, 13_600, 66), "assumption: two layers")
CONTAINER: Final = ("BOX-40HQ", "Container 40 ft high cube", Load(26_500_000, 68_000_000, 12_000, 60), "cnctnr.com")


@dataclass(frozen=True, slots=True)
class Goods:
    """What a merchant sells by the carton: a dear kind and two cheap ones, as subheading with English and Chinese."""

    dear: tuple[str, str, str]
    cheap: tuple[str, str, str]
    cheap_too: tuple[str, str, str]


MOTOR: Final = Goods(("871410", "Motorcycle parts", "摩托车配件"), ("870829", "Car body parts", "汽车车身件"),
                     ("690721", "Ceramic tiles", "瓷砖"))  # fmt: skip
LAPTOPS: Final = Goods(("847130", "Laptop computers", "笔记本电脑"), ("847330", "Computer parts", "电脑配件"),
                       ("940542", "LED lamps", "LED 灯具"))  # fmt: skip
HARVEST: Final = Goods(("081060", "Durians", "榴莲"), ("100630", "Milled rice", "大米"),
                       ("151190", "Palm oil", "棕榈油"))  # fmt: skip
FOREST: Final = Goods(("081090", "Fresh fruit", "鲜果"), ("440729", "Sawn timber", "锯材"),
                      ("100630", "Milled rice", "大米"))  # fmt: skip


def _cn(key: str, name: str, number: str) -> House:
    return House(key, f"{name} (synthetic)", "CN", number, "zh", "CNY", "CN-NANPENG")


# Sellers at Chongqing, who also buy what comes in.
AT_CHONGQING: Final = (
    (_cn("replay-cq-motor", "Replay Chongqing Motor Parts", "91500000MA60DEM33T"), MOTOR),
    (_cn("replay-cq-wheel", "Replay Banan Wheels", "91500000MA60DEM34X"), MOTOR),
    (_cn("replay-cq-laptop", "Replay Xiyong Notebooks", "91500000MA60DEM351"), LAPTOPS),
    (_cn("replay-cq-light", "Replay Hechuan Lights", "91500000MA60DEM364"), LAPTOPS),
)
# Buyers at the far ends, who also sell what comes in, by the city where they sit.
ABROAD: Final = {
    "VNHAN": (
        (House("replay-vn-one", "Replay Hanoi Imports (synthetic)", "VN", "9999000206", "vi", "CNY", "VNHAN"), HARVEST),
        (House("replay-vn-two", "Replay Red River (synthetic)", "VN", "9999000213", "vi", "CNY", "VNHAN"), FOREST),
        (House("replay-vn-three", "Replay West Lake (synthetic)", "VN", "9999000220", "vi", "CNY", "VNHAN"), HARVEST),
    ),
    "THBKK": (
        (House("replay-th-one", "Replay Bangkok Imports (synthetic)", "TH", "0999000001104", "en", "CNY", "THBKK"),
         HARVEST),
        (House("replay-th-two", "Replay Chao Phraya (synthetic)", "TH", "0999000001112", "en", "CNY", "THBKK"), FOREST),
        (House("replay-th-three", "Replay Rama Nine (synthetic)", "TH", "0999000001121", "en", "CNY", "THBKK"),
         HARVEST),
    ),
    "MMRGN": (
        (House("replay-mm-one", "Replay Yangon Imports (synthetic)", "MM", "990000201", "en", "CNY", "MMRGN"), FOREST),
        (House("replay-mm-two", "Replay Shwe Trading (synthetic)", "MM", "990000202", "en", "CNY", "MMRGN"), FOREST),
        (House("replay-mm-three", "Replay Irrawaddy (synthetic)", "MM", "990000203", "en", "CNY", "MMRGN"), HARVEST),
    ),
    "SGSIN": (
        (House("replay-sg-one", "Replay Straits (synthetic)", "SG", "180000201G", "en", "CNY", "SGSIN"), HARVEST),
        (House("replay-sg-two", "Replay Tuas (synthetic)", "SG", "180000202W", "en", "CNY", "SGSIN"), HARVEST),
        (House("replay-sg-three", "Replay Keppel (synthetic)", "SG", "180000203H", "en", "CNY", "SGSIN"), FOREST),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the network with its far end, from when on it runs, and how many lorries run there beside others.

    The lines and the years of the first two are published; the rest and all shares are assumptions.
    """

    line: str
    far: str
    since: date
    weight: int
    is_home: bool = False


ROUTES: Final = (
    Route("EAST", "VNHAN", date(2016, 4, 28), 40),
    Route("EAST-N", "VNHAN", date(2016, 7, 1), 16, is_home=True),
    Route("MIDDLE", "THBKK", date(2017, 7, 1), 20),
    Route("MIDDLE-N", "THBKK", date(2017, 9, 1), 12, is_home=True),
    Route("WEST", "MMRGN", date(2018, 1, 1), 6),
    Route("SINGAPORE", "SGSIN", date(2018, 7, 1), 6),
)


def houses() -> tuple[tuple[House, Goods], ...]:
    """Return every trading company with its goods."""
    return (*AT_CHONGQING, *(each for city in ABROAD.values() for each in city))
