"""What a sales contract promises of each line, in words: time to accept and claim, delay, temperature, warranty."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from marketplace.papers.rules.parts import Texts

_LOCALES: Final = ("en", "zh", "vi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A line's times as they were frozen, how cold its goods are kept, and its warranty where it has one.

    ``hours`` by the clock or working ``days``; ``hidden_days`` are working days; shares in hundredths of a per cent.
    """

    position: int  # 0 where no line is meant: what is said of a class
    commodity: str  # orders.rules.classes.CommodityClass
    hours: int | None
    days: int | None
    hidden_days: int
    late_day_bp: int
    late_most_bp: int
    kept_at: str = ""  # degrees, the same in every language
    months: int | None = None
    kilometres: int | None = None
    covers: Texts = field(default_factory=dict)  # empty without a warranty


_CLASSES: Final[dict[str, Texts]] = {
    "standard": {"en": "standard goods", "zh": "普通货物", "vi": "hàng thông thường"},
    "fresh": {"en": "fresh goods", "zh": "生鲜货物", "vi": "hàng tươi sống"},
    "machinery": {"en": "machinery", "zh": "机械设备", "vi": "máy móc"},
}
_HOURS: Final[Texts] = {"en": "{} hours by the clock", "zh": "{} 小时（按自然时间）", "vi": "{} giờ theo đồng hồ"}
_DAYS: Final[Texts] = {"en": "{} working days", "zh": "{} 个工作日", "vi": "{} ngày làm việc"}
_LINES: Final[Texts] = {"en": "line {}", "zh": "第 {} 行", "vi": "dòng {}"}
_NOTHING: Final[Texts] = {
    "en": "none of the lines carries one",
    "zh": "各行货物均无质保",
    "vi": "không dòng hàng nào có bảo hành",
}
_UNNAMED: Final[Texts] = {"en": "none is named", "zh": "未约定", "vi": "không nêu"}


def windows(promises: Sequence[Promise]) -> Texts:
    """Return until when the buyer of each line accepts or claims, lines of one class and time together."""

    def said(promise: Promise, locale: str) -> str:
        time = _time(promise, locale)
        return f"{_CLASSES[promise.commodity][locale]}: {time}"

    return _grouped(promises, said)


def hidden(promises: Sequence[Promise]) -> Texts:
    """Return until when hidden defects of each line are claimed."""

    def said(promise: Promise, locale: str) -> str:
        return f"{_CLASSES[promise.commodity][locale]}: {_DAYS[locale].format(promise.hidden_days)}"

    return _grouped(promises, said)


def delay(promises: Sequence[Promise]) -> Texts:
    """Return what a day of delay of each line is worth, and what delay is worth at most."""

    def said(promise: Promise, locale: str) -> str:
        day, most = _percent(promise.late_day_bp), _percent(promise.late_most_bp)
        return _PER_DAY[locale].format(day, most)

    return _grouped(promises, said)


_PER_DAY: Final[Texts] = {
    "en": "{}% of the price for each day, {}% at most",
    "zh": "每日按价款的 {}%，最高 {}%",
    "vi": "{}% giá hàng cho mỗi ngày, tối đa {}%",
}


def kept_at(promises: Sequence[Promise]) -> Texts:
    """Return between which temperatures each line's goods are kept, where any are named."""
    named = [one for one in promises if one.kept_at]
    return _grouped(named, lambda promise, _locale: promise.kept_at) if named else _UNNAMED


def warranties(promises: Sequence[Promise]) -> Texts:
    """Return how long and for what the merchant answers for each line that has a warranty."""
    named = [one for one in promises if one.covers]
    return _grouped(named, _warranty) if named else _NOTHING


_MONTHS: Final[Texts] = {
    "en": "{} months from acceptance",
    "zh": "自接受之日起 {} 个月",
    "vi": "{} tháng từ khi chấp nhận",
}
_KILOMETRES: Final[Texts] = {"en": "{} km", "zh": "{} 公里", "vi": "{} km"}
_OR: Final[Texts] = {
    "en": "{} or {}, whichever ends first",
    "zh": "{}或{}，以先到者为准",
    "vi": "{} hoặc {}, tùy điều kiện nào đến trước",
}


def _warranty(promise: Promise, locale: str) -> str:
    ends = [
        words[locale].format(number)
        for words, number in ((_MONTHS, promise.months), (_KILOMETRES, promise.kilometres))
        if number is not None
    ]
    time = _OR[locale].format(*ends) if len(ends) > 1 else ends[0]
    return f"{time} ({promise.covers[locale]})"


def _time(promise: Promise, locale: str) -> str:
    if promise.hours is not None:
        return _HOURS[locale].format(promise.hours)
    return _DAYS[locale].format(promise.days)


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def _grouped(promises: Sequence[Promise], said: Callable[[Promise, str], str]) -> Texts:
    """Return the words of each line by language, lines of which the same is said named together."""
    return {locale: _joined(((said(one, locale), one.position) for one in promises), locale) for locale in _LOCALES}


def _joined(said: Iterable[tuple[str, int]], locale: str) -> str:
    lines: dict[str, list[str]] = {}
    for words, position in said:
        lines.setdefault(words, []).extend([str(position)] if position else [])
    return "; ".join(
        f"{_LINES[locale].format(', '.join(where))} – {words}" if where else words for words, where in lines.items()
    )
