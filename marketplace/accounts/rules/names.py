"""Names that a reader takes for one another: each has a skeleton, and two that look alike have the same.

Letters of other scripts drawn like Latin ones are those of Unicode Technical Standard #39 (confusables.txt) that a
company's name can hold; Han characters are the traditional forms and near twins that stand in names of companies.
"""

import re
import unicodedata
from typing import Final

LONGEST_SKELETON: Final = 200
_LETTERS: Final = str.maketrans(
    {
        # Cyrillic and Greek capitals, then small letters.
        **dict(zip("АВЕКМНОРСТУХЅІЈԚԜҮ", "ABEKMHOPCTYXSIJQWY", strict=True)),
        **dict(zip("авекмнорстухѕіјһԁԛԝү", "abekmhopctyxsijhdqwy", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("αβεικνορυχγω", "abeikvopuxyw", strict=True)),
        # Letters that keep their stroke when marks are taken off.
        **dict(zip("ĐđŁłØøıƖ", "DdLlOoii", strict=True)),
    }
)
# Read as one stroke or one ring, whatever is meant; after capitals are gone.
_STROKES: Final = str.maketrans("01i|", "olll")
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
_HAN: Final = str.maketrans(
    "國東貿業發實電車華龍廣門興陽豐義億開關長馬進達運機鐵銀農際經濟產貨資氣飛鴻鵬寶灣聯環紅綠藍藝術藥學師莊園場廠慶漢蘇橋勝寧鄭陳楊趙黃劉張吳"
    "末土曰巳已",
    "国东贸业发实电车华龙广门兴阳丰义亿开关长马进达运机铁银农际经济产货资气飞鸿鹏宝湾联环红绿蓝艺术药学师庄园场厂庆汉苏桥胜宁郑陈杨赵黄刘张吴"
    "未士日己己",
)
# What says no more than that it is a company; longer words before those they begin with.
_FORMS: Final = re.compile(
    unicodedata.normalize(
        "NFKC",
        r"\b(?:joint stock|cong ty|co phan|company|co|ltd|limited|llc|incorporated|inc|corporation|corp|plc|pte|pvt|"
        r"pty|sdn|bhd|berhad|pt|tbk|jsc|sole|tnhh|mtv|public|private)\b"
        r"|股份有限公司|有限责任公司|有限責任公司|有限公司|公司|株式会社|株式會社|有限会社|주식회사|บริษัท|จำกัด|มหาชน|ບໍລິສັດ|ຈຳກັດ",
    )
)
_MARKS: Final = re.compile("[\u0300-\u036f]")


def skeleton(name: str) -> str:
    """Return what a name looks like: its first 200 letters and digits, one form of each look; never empty for a name.

    Case, width, accents, blanks, points and the kind of company say nothing. Vowels and tones of Thai, Lao, Khmer and
    Burmese are letters.
    """
    wide = unicodedata.normalize("NFKC", name).translate(_LETTERS)
    plain = _MARKS.sub("", unicodedata.normalize("NFD", wide)).translate(_LETTERS).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    return (_look(_FORMS.sub(" ", plain)) or _look(plain) or plain.strip() or wide.strip())[:LONGEST_SKELETON]


def _look(text: str) -> str:
    kept = "".join(letter for letter in text if unicodedata.category(letter)[0] in "LMN")
    kept = kept.translate(_STROKES).translate(_HAN)
    for pair, one in _PAIRS:
        kept = kept.replace(pair, one)
    return kept
