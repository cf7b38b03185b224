"""The merchants of the demo city besides its demo logins: invented companies from China and all ten ASEAN states.

Registration numbers carry right check digits where python-stdnum knows the country's, on bodies that no register
gives out. Each company's only member is a desk, not a person.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class House:
    """A merchant: its name, where it is registered, in what it writes, and where it hands its goods over.

    ``hub`` is a hub that a line begins at; ``dap`` is the city it also delivers to, if it does.
    """

    key: str
    name: str
    country: str
    number: str
    locale: str
    currency: str
    hub: str
    dap: str | None = None

    @property
    def login(self) -> str:
        """The login of its sales desk."""
        return f"{self.key}@demo.test"


# China: handed over at the hub of Chongqing.
_CHINA: Final = (
    House("cq-drive", "Chongqing Yulan Transmission Co. (demo)", "CN", "91500000MA60DEM11J", "zh", "CNY", "CN-NANPENG"),
    House("cq-wheel", "Chongqing Banan Wheel & Tyre Co. (demo)", "CN", "91500000MA60DEM12M", "zh", "CNY", "CN-NANPENG",
          "VNHAN"),
    House("cq-auto", "Chongqing Liangjiang Auto Parts Co. (demo)", "CN", "91500000MA60DEM13Q", "zh", "CNY",
          "CN-NANPENG"),
    House("cq-laptop", "Chongqing Xiyong Notebook Parts Co. (demo)", "CN", "91500000MA60DEM14U", "zh", "CNY",
          "CN-NANPENG"),
    House("cq-lamp", "Chongqing Hemei Lighting Co. (demo)", "CN", "91500000MA60DEM15Y", "zh", "CNY", "CN-NANPENG",
          "THBKK"),
    House("cq-tile", "Chongqing Yongchuan Ceramics Co. (demo)", "CN", "91500000MA60DEM162", "zh", "CNY", "CN-NANPENG"),
    House("cq-tool", "Chongqing Dazu Hardware Co. (demo)", "CN", "91500000MA60DEM175", "zh", "CNY", "CN-NANPENG"),
    House("cq-pot", "Chongqing Hongtang Seasoning Co. (demo)", "CN", "91500000MA60DEM188", "zh", "CNY", "CN-NANPENG"),
    House("cq-power", "Chongqing Jialing Small Engines Co. (demo)", "CN", "91500000MA60DEM19B", "zh", "CNY",
          "CN-NANPENG", "LAVTE"),
    House("cq-home", "Chongqing Rongchang Houseware Co. (demo)", "CN", "91500000MA60DEM20G", "zh", "CNY",
          "CN-NANPENG"),
    House("cq-cloth", "Chongqing Fuling Textiles Co. (demo)", "CN", "91500000MA60DEM21K", "zh", "CNY", "CN-NANPENG"),
    House("cq-fresh", "Chongqing Three Gorges Fresh Foods Co. (demo)", "CN", "91500000MA60DEM22N", "zh", "CNY",
          "CN-NANPENG"),
)  # fmt: skip
# Viet Nam.
_VIET_NAM: Final = (
    House("vn-cashew", "Bình Phước Cashew Works (demo)", "VN", "9999000012", "vi", "VND", "VNSGN", "CNCQI"),
    House("vn-coffee", "Đắk Lắk Coffee Trading (demo)", "VN", "9999000037", "vi", "VND", "VNSGN"),
    House("vn-fruit", "Bình Thuận Dragon Fruit Co. (demo)", "VN", "9999000044", "vi", "VND", "VNSGN", "CNCQI"),
    House("vn-fish", "Cần Thơ Frozen Fish Co. (demo)", "VN", "9999000051", "vi", "VND", "VNSGN"),
    House("vn-craft", "Hà Nội Craft & Spice Co. (demo)", "VN", "9999000069", "vi", "VND", "VNHAN", "CNCQI"),
)
# Thailand.
_THAILAND: Final = (
    House("th-orchard", "Chanthaburi Orchard Export (demo)", "TH", "0999000001015", "th", "THB", "THCHA", "CNCQI"),
    House("th-rice", "Isan Rice Millers (demo)", "TH", "0999000001023", "th", "THB", "THBKK"),
    House("th-latex", "Rayong Latex Products (demo)", "TH", "0999000001031", "th", "THB", "THBKK", "CNCQI"),
    House("th-snack", "Chao Phraya Snacks (demo)", "TH", "0999000001040", "th", "THB", "THBKK"),
    House("th-starch", "Korat Tapioca Starch (demo)", "TH", "0999000001058", "th", "THB", "THBKK"),
)
# Malaysia and Singapore.
_STRAITS: Final = (
    House("my-nest", "Johor Bird's Nest House (demo)", "MY", "199901000011", "ms", "MYR", "MYKUL", "CNCQI"),
    House("my-orchard", "Pahang Durian Growers (demo)", "MY", "199901000012", "ms", "MYR", "MYKUL"),
    House("my-palm", "Selangor Palm & Glove (demo)", "MY", "199901000013", "ms", "MYR", "MYKUL"),
    House("sg-sauce", "Straits Sauce Company (demo)", "SG", "180000001W", "en", "SGD", "SGSIN", "CNCQI"),
    House("sg-chip", "Tuas Component Supply (demo)", "SG", "180000002H", "en", "SGD", "SGSIN"),
)
# The islands: their goods meet the lorry at Singapore or Kuala Lumpur.
_ISLANDS: Final = (
    House("id-rattan", "Cirebon Rattan Works (demo)", "ID", "999000011000000", "id", "IDR", "SGSIN", "CNCQI"),
    House("id-nest", "Kalimantan Nest Collectors (demo)", "ID", "999000029000000", "id", "IDR", "SGSIN"),
    House("id-spice", "Maluku Spice Traders (demo)", "ID", "999000037000000", "id", "IDR", "SGSIN"),
    House("id-coffee", "Lampung Coffee & Cocoa (demo)", "ID", "999000045000000", "id", "IDR", "SGSIN"),
    House("ph-coco", "Quezon Coconut Products (demo)", "PH", "990-000-011-000", "en", "PHP", "SGSIN", "CNCQI"),
    House("ph-fruit", "Davao Dried Fruit (demo)", "PH", "990-000-012-000", "en", "PHP", "SGSIN"),
    House("ph-fibre", "Bicol Abaca Weavers (demo)", "PH", "990-000-013-000", "en", "PHP", "SGSIN"),
    House("bn-sea", "Muara Bay Seafood (demo)", "BN", "RC99000011", "ms", "BND", "MYKUL", "CNCQI"),
)
# Myanmar, Laos, Cambodia.
_MEKONG: Final = (
    House("mm-pulse", "Mandalay Pulses & Sesame (demo)", "MM", "990000011", "my", "MMK", "MMRGN", "CNCQI"),
    House("mm-rubber", "Mon State Rubber (demo)", "MM", "990000012", "my", "MMK", "MMRGN"),
    House("la-coffee", "Bolaven Plateau Coffee (demo)", "LA", "99-00000011", "lo", "LAK", "LAVTE", "CNCQI"),
    House("la-rice", "Vientiane Plain Foods (demo)", "LA", "99-00000012", "lo", "LAK", "LAVTE"),
    House("kh-rice", "Battambang Rice Mill (demo)", "KH", "L001-990000011", "km", "KHR", "VNSGN", "CNCQI"),
    House("kh-pepper", "Kampot Coast Pepper (demo)", "KH", "L001-990000012", "km", "KHR", "VNSGN"),
    House("kh-fruit", "Kampong Speu Mango (demo)", "KH", "L001-990000013", "km", "KHR", "VNSGN"),
)
HOUSES: Final = _CHINA + _VIET_NAM + _THAILAND + _STRAITS + _ISLANDS + _MEKONG

# Companies that would sell: what the reviewer made of each, None while nobody has looked.
APPLICANTS: Final[tuple[tuple[House, str | None, str], ...]] = (
    (House("vn-bamboo", "Ninh Bình Bamboo Co. (demo)", "VN", "9999000076", "vi", "VND", "VNHAN"), None, ""),
    (House("cq-hotpot2", "Chongqing Beibei Foods Co. (demo)", "CN", "91500000MA60DEM23R", "zh", "CNY", "CN-NANPENG"),
     None, ""),
    (House("th-silk", "Korat Silk Weavers (demo)", "TH", "0999000001066", "th", "THB", "THBKK"), "reject",
     "The licence shows another company's name than the application."),
    (House("id-batik", "Pekalongan Batik (demo)", "ID", "999000052000000", "id", "IDR", "SGSIN"), "request_changes",
     "The licence cannot be read: please hand in a sharper scan."),
)  # fmt: skip
# Approved once, stopped since: new orders are not taken.
SUSPENDED: Final = (
    House("sg-dried", "Marina Dried Goods (demo)", "SG", "180000003Z", "en", "SGD", "SGSIN"),
    "Three orders in a row were packed short; the company was asked for its packing records.",
)
# Those of a small city: one of every country, and the parties of its orders.
SMALL: Final = frozenset(
    {"cq-lamp", "cq-fresh", "cq-pot", "vn-fruit", "vn-craft", "th-latex", "th-orchard", "my-nest", "sg-sauce",
     "id-spice", "ph-coco", "bn-sea", "mm-pulse", "la-coffee", "kh-pepper"}
)  # fmt: skip
