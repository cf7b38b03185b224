"""Reasons that reviewers choose instead of writing them anew: in which languages, for which kinds of cases."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.moderation.rules import CaseKind

# Every reason is there in these; a merchant who reads another language gets the first.
LANGUAGES: Final = ("en", "zh", "vi")
LONGEST: Final = 500
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: what it says by language, for which kinds of cases (none: for all), and whether it is offered."""

    code: str
    texts: Mapping[str, str]
    kinds: tuple[CaseKind, ...]
    position: int
    is_retired: bool = False

    def fits(self, kind: CaseKind) -> bool:
        """Tell whether it can be chosen for a kind of case."""
        return not self.is_retired and (not self.kinds or kind in self.kinds)


_DESCRIBED: Final = (CaseKind.LISTING, CaseKind.CHANGE)
# What a city begins with; its admin writes them as he likes.
SHIPPED: Final = (
    Reason(
        "unclear_title",
        {
            "en": "The title does not say what the goods are. Name kind, model and size.",
            "zh": "标题没有说明是什么商品。请写明品类、型号和规格。",
            "vi": "Tiêu đề không nói rõ là hàng gì. Hãy ghi loại, mã và kích cỡ.",
        },
        _DESCRIBED,
        10,
    ),
    Reason(
        "wrong_hs_code",
        {
            "en": "The HS code does not fit the goods. Look it up again or ask your broker.",
            "zh": "海关编码与商品不符。请重新查询，或向报关行咨询。",
            "vi": "Mã HS không khớp với hàng. Hãy tra lại hoặc hỏi đại lý hải quan.",
        },
        _DESCRIBED,
        20,
    ),
    Reason(
        "picture_unfit",
        {
            "en": "The pictures do not show these goods, or show addresses or marks of others.",
            "zh": "图片不是该商品，或含有他人的地址、商标。",
            "vi": "Ảnh không phải của hàng này, hoặc có địa chỉ, nhãn hiệu của người khác.",
        },
        _DESCRIBED,
        30,
    ),
    Reason(
        "copied",
        {
            "en": "Pictures or text are those of another company. Use your own.",
            "zh": "图片或文字属于其他公司。请使用自己的内容。",
            "vi": "Ảnh hoặc lời văn là của công ty khác. Hãy dùng nội dung của mình.",
        },
        _DESCRIBED,
        40,
    ),
    Reason(
        "packing_missing",
        {
            "en": "Packing is not stated: without cartons and weights the goods cannot be ordered.",
            "zh": "未填写包装信息：没有装箱数和重量，无法下单。",
            "vi": "Chưa ghi quy cách đóng gói: thiếu số thùng và trọng lượng thì không thể đặt hàng.",
        },
        _DESCRIBED,
        50,
    ),
    Reason(
        "proof_missing",
        {
            "en": "We need a proof for what is claimed: a certificate, or a letter of the brand's owner.",
            "zh": "所作声明需要证明：证书，或品牌权利人的授权书。",
            "vi": "Cần bằng chứng cho điều đã nêu: giấy chứng nhận hoặc thư ủy quyền của chủ nhãn hiệu.",
        },
        _DESCRIBED,
        60,
    ),
    Reason(
        "not_traded_here",
        {
            "en": "Goods of this kind are not traded in the city.",
            "zh": "本城不经营此类商品。",
            "vi": "Loại hàng này không được giao dịch tại đây.",
        },
        (),
        70,
    ),
    Reason(
        "price_wrong",
        {
            "en": "The price looks like a slip of the pen. Check currency, unit and decimal point.",
            "zh": "价格似有笔误。请检查币种、单位和小数点。",
            "vi": "Giá có vẻ bị ghi nhầm. Hãy kiểm tra tiền tệ, đơn vị và dấu thập phân.",
        },
        (CaseKind.PRICE,),
        80,
    ),
)


def is_code(text: str) -> bool:
    """Tell whether a reason can be called so."""
    return _CODE.fullmatch(text) is not None


def check(code: str, texts: Mapping[str, str], kinds: Collection[str]) -> tuple[CaseKind, ...]:
    """Return the kinds, or refuse the reason naming every wrong field."""
    errors: list[FieldError] = []
    if not _CODE.fullmatch(code):
        errors.append(FieldError("code", "reason_code", "a to z, digits and underscores, at most 40"))
    for language in LANGUAGES:
        text = texts.get(language, "")
        if not text:
            errors.append(FieldError(language, "required", "the reason in this language"))
        elif len(text) > LONGEST:
            errors.append(FieldError(language, "too_long", f"at most {LONGEST} characters"))
    if not set(kinds) <= set(CaseKind):
        errors.append(FieldError("kinds", "choice", ", ".join(CaseKind)))
    if errors:
        raise Refused.fields(*errors)
    return tuple(CaseKind(kind) for kind in dict.fromkeys(kinds))


def written(said: Mapping[str, str], text: str, language: str) -> str:
    """Return a reason as somebody reads it: the chosen one in his language, then what was written beside it."""
    chosen = said.get(language) or said.get(LANGUAGES[0]) or next(iter(said.values()), "")
    return "\n".join(part for part in (chosen, text) if part)
