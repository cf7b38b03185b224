"""Where the companies of the demo city sit: real towns, streets that no post serves.

Tax offices know the demo's companies by their registration numbers, which belong to nobody.
"""

from typing import Final

from marketplace.accounts.rules.companies import Address

CONTACT: Final = "Export desk (demo)"

# Town, province and postal code; the street is the demo's own.
_CHONGQING: Final = ("Chongqing", "", "400000")
_TOWNS: Final[dict[str, tuple[str, str, str]]] = {
    "vn-cashew": ("Đồng Xoài", "Bình Phước", "830000"),
    "vn-coffee": ("Buôn Ma Thuột", "Đắk Lắk", "630000"),
    "vn-fruit": ("Phan Thiết", "Bình Thuận", "800000"),
    "vn-fish": ("Cần Thơ", "", "900000"),
    "vn-craft": ("Hà Nội", "", "100000"),
    "vn-bamboo": ("Ninh Bình", "", "430000"),
    "th-orchard": ("Chanthaburi", "", "22000"),
    "th-rice": ("Khon Kaen", "", "40000"),
    "th-latex": ("Rayong", "", "21000"),
    "th-snack": ("Bangkok", "", "10100"),
    "th-starch": ("Nakhon Ratchasima", "", "30000"),
    "th-silk": ("Nakhon Ratchasima", "", "30000"),
    "my-nest": ("Johor Bahru", "Johor", "80000"),
    "my-orchard": ("Raub", "Pahang", "27600"),
    "my-palm": ("Klang", "Selangor", "41000"),
    "sg-sauce": ("Singapore", "", "018900"),
    "sg-chip": ("Singapore", "", "637000"),
    "sg-dried": ("Singapore", "", "018900"),
    "id-rattan": ("Cirebon", "Jawa Barat", "45100"),
    "id-nest": ("Pontianak", "Kalimantan Barat", "78100"),
    "id-spice": ("Ambon", "Maluku", "97100"),
    "id-coffee": ("Bandar Lampung", "Lampung", "35100"),
    "id-batik": ("Pekalongan", "Jawa Tengah", "51100"),
    "ph-coco": ("Lucena", "Quezon", "4301"),
    "ph-fruit": ("Davao", "", "8000"),
    "ph-fibre": ("Legazpi", "Albay", "4500"),
    "bn-sea": ("Muara", "", "BT1128"),
    "mm-pulse": ("Mandalay", "", "05011"),
    "mm-rubber": ("Mawlamyine", "Mon", "12011"),
    "la-coffee": ("Paksong", "Champasak", "16030"),
    "la-rice": ("Vientiane", "", "01000"),
    "kh-rice": ("Battambang", "", "020101"),
    "kh-pepper": ("Kampot", "", "070101"),
    "kh-fruit": ("Chbar Mon", "Kampong Speu", "050101"),
    "dc": ("Hà Nội", "", "100000"),
    "buyer": ("Hà Nội", "", "100000"),
    "buyer2": ("Bangkok", "", "10100"),
    "merchant2": ("Chanthaburi", "", "22000"),
    "broker": ("Pingxiang", "Guangxi", "532600"),
}


def address_of(login: str) -> Address:
    """Return where the company behind a login of the demo sits; those of no town in the table sit in Chongqing."""
    key = login.partition("@")[0]
    city, region, postcode = _TOWNS.get(key, _CHONGQING)
    # The same number at every start, and another for neighbours.
    house = sum(map(ord, key)) % 180 + 1
    return Address(f"{house} Demo Road", city, region, postcode)
