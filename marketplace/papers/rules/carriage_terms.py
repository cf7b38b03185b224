"""Versioned terms of the carriers; a version that was accepted is never edited, a change is a new version.

Limits and periods are those of the CMR (articles 17, 23, 30 and 32), agreed on, for not every country on the road is
bound by it. Whoever books a departure accepts the latest version, and its hash is frozen with the freight contract.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

LATEST: Final = "2026-12"
LOCALES: Final = ("en", "zh", "vi")
# Special drawing rights per kilogram of gross weight lost or damaged, CMR article 23(3) as of the 1978 protocol.
LIMIT_SDR_PER_KG: Final = "8.33"
HIDDEN_DAYS: Final = 7
DELAY_DAYS: Final = 21


class TermsClause(NamedTuple):
    """A clause in every language."""

    code: str
    heading: Mapping[str, str]
    text: Mapping[str, str]


_VERSIONS: Final[dict[str, tuple[TermsClause, ...]]] = {
    "2026-12": (
        TermsClause(
            "waybill",
            {"en": "House waybill", "zh": "分运单", "vi": "Vận đơn thứ cấp"},
            {
                "en": "Each consignment travels under its own house waybill. It is shaped like a CMR consignment "
                "note and is none: it proves the contract and what was taken over, and is no document of "
                "title.",
                "zh": "每票货物各有一份分运单。其格式参照CMR运单，但并非CMR运单：它证明运输合同和所接收的货物，不是"
                "物权凭证。",
                "vi": "Mỗi lô hàng đi theo một vận đơn thứ cấp riêng. Vận đơn có hình thức như giấy gửi hàng CMR "
                "nhưng không phải là giấy đó: nó chứng minh hợp đồng và hàng đã nhận, không phải chứng từ sở "
                "hữu.",
            },
        ),
        TermsClause(
            "liability",
            {"en": "Liability", "zh": "责任", "vi": "Trách nhiệm"},
            {
                "en": "The carrier answers for loss, damage and delay from taking over to delivery, also for those "
                "whose services it uses, unless they come from the sender's fault, the goods' own nature, or "
                f"what it could not avoid. Its liability ends at {LIMIT_SDR_PER_KG} special drawing rights per "
                "kilogram of gross weight, for delay at the freight.",
                "zh": "承运人对自接收至交付期间的灭失、损坏和延误负责，包括其使用的他人的行为，但因发货人过错、货物"
                f"自身性质或其无法避免的原因所致者除外。责任限额为毛重每千克{LIMIT_SDR_PER_KG}特别提款权；延误"
                "以运费为限。",
                "vi": "Người vận chuyển chịu trách nhiệm về mất mát, hư hỏng và chậm trễ từ khi nhận đến khi giao, "
                "kể cả do người mình sử dụng, trừ khi do lỗi của người gửi, do bản chất hàng hoá hoặc điều "
                f"không thể tránh. Giới hạn là {LIMIT_SDR_PER_KG} quyền rút vốn đặc biệt cho mỗi kilôgam trọng "
                "lượng cả bì; chậm trễ thì giới hạn bằng cước phí.",
            },
        ),
        TermsClause(
            "reservations",
            {"en": "Reservations and claims", "zh": "保留与索赔", "vi": "Bảo lưu và khiếu nại"},
            {
                "en": f"What can be seen is noted on the receipt, what cannot within {HIDDEN_DAYS} days of delivery, "
                f"Sundays and holidays not counted; delay within {DELAY_DAYS} days. Claims end after one year, "
                "after three where there was intent.",
                "zh": f"可见的短缺或损坏应在收货单上注明，不可见的应在交付后{HIDDEN_DAYS}日内(星期日和节假日不计)提"
                f"出；延误应在{DELAY_DAYS}日内提出。索赔时效为一年，故意行为为三年。",
                "vi": f"Điều nhìn thấy được ghi trên biên nhận, điều không thấy được báo trong {HIDDEN_DAYS} ngày từ "
                f"khi giao, không tính chủ nhật và ngày lễ; chậm trễ báo trong {DELAY_DAYS} ngày. Thời hiệu "
                "khiếu nại là một năm, ba năm nếu có chủ ý.",
            },
        ),
        TermsClause(
            "sender",
            {"en": "What the sender answers for", "zh": "发货人的责任", "vi": "Trách nhiệm của người gửi"},
            {
                "en": "The sender answers for what it states of the goods, for packing and marks, for treated wood, "
                "and for naming every danger. Undeclared dangerous goods may be unloaded at its cost.",
                "zh": "发货人对其关于货物的陈述、包装和唛头、木质包装的处理以及所有危险的告知负责。未申报的危险货物"
                "可由其承担费用卸下。",
                "vi": "Người gửi chịu trách nhiệm về điều mình khai về hàng, về bao bì và ký mã hiệu, về gỗ đã xử "
                "lý, và về việc báo mọi nguy hiểm. Hàng nguy hiểm không khai có thể bị dỡ xuống bằng chi phí "
                "của người gửi.",
            },
        ),
        TermsClause(
            "insurance",
            {"en": "Insurance", "zh": "保险", "vi": "Bảo hiểm"},
            {
                "en": "The carrier does not insure the goods. Cargo insurance is a contract of its own.",
                "zh": "承运人不为货物投保。货物保险为独立合同。",
                "vi": "Người vận chuyển không mua bảo hiểm cho hàng. Bảo hiểm hàng hoá là một hợp đồng riêng.",
            },
        ),
    ),
}
VERSIONS: Final = tuple(_VERSIONS)


def clauses(version: str) -> tuple[TermsClause, ...]:
    """Return the clauses of a version in their order; KeyError for an unknown one."""
    return _VERSIONS[version]


@cache
def digest(version: str) -> str:
    """Return the SHA-256 of a version, in lower-case hex: what was accepted is what has this hash."""
    said = [[clause.code, dict(clause.heading), dict(clause.text)] for clause in _VERSIONS[version]]
    text = json.dumps([version, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def accepted() -> dict[str, str]:
    """Return what is frozen with a freight contract: the version that whoever books accepts, and its hash."""
    return {"version": LATEST, "sha256": digest(LATEST)}


def printed(version: str) -> list[dict[str, object]]:
    """Return the clauses of a version as paper data: code, heading and text by language."""
    return [
        {"code": clause.code, "heading": dict(clause.heading), "text": dict(clause.text)}
        for clause in _VERSIONS[version]
    ]
