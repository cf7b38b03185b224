"""The clauses of January 2027: times by the class of goods, delay, temperature, remedies and warranty of each line.

Issued contracts hold these words: do not edit, write another version.
"""

from typing import Final

from marketplace.papers.rules import clauses_2026_12 as before

_NEW: Final[dict[str, dict[str, str]]] = {
    "inspection": {
        "en": "Goods are counted, weighed and measured at hand-over; the hub's record is proof of quantity. The "
        "buyer examines the goods of each line within the time of their class, working days by his country's "
        "calendar: {windows}. What is not claimed in that time is accepted as it came. Accepting some units gives up "
        "no claim about others. Temperatures on the way: {kept_at}; the logger's record is proof.",
        "zh": "货物在交接时清点、称重和量尺，集散中心的记录为数量凭证。买方应按货物类别在下列期限内验货（工作日按买方所"
        "在国日历）：{windows}。逾期未提出索赔的，视为按到货现状接受。接受部分货物不等于放弃对其余货物的索赔。运输温度："
        "{kept_at}；以温度记录仪的记录为凭证。",
        "vi": "Hàng được đếm, cân và đo khi bàn giao; biên bản tại trung tâm là bằng chứng về số lượng. Bên mua "
        "kiểm hàng của từng dòng trong thời hạn theo loại hàng, ngày làm việc theo lịch nước bên mua: {windows}. Phần "
        "không khiếu nại trong thời hạn là chấp nhận theo hiện trạng. Chấp nhận một phần hàng không có nghĩa là từ bỏ "
        "khiếu nại về phần còn lại. Nhiệt độ khi vận chuyển: {kept_at}; bản ghi của máy đo là bằng chứng.",
    },
    "claims": {
        "en": "The seller answers for wrong, short-packed or defective goods. Loss, damage or delay after risk has "
        "passed is claimed from the carrier or the insurer. Goods that come after the promised arrival: {delay}. "
        "Hidden defects are claimed, from acceptance on, within: {hidden}. A claim is settled by a lower price, a "
        "refund, parts, a replacement, or goods given up for compensation; goods go back over the border only where "
        "nothing else will do. All claims about a line together never exceed its price.",
        "zh": "错发、短装或有缺陷的货物由卖方负责。风险转移后的灭失、损坏或延误向承运人或保险人索赔。货物晚于承诺到达日"
        "到达的：{delay}。隐蔽瑕疵自接受货物起在下列期限内提出：{hidden}。索赔以减价、退款、补发零件、换货或弃货补偿方"
        "式解决；仅在其他方式均不可行时，货物才退运出境。同一行货物的索赔总额不超过该行价款。",
        "vi": "Bên bán chịu trách nhiệm về hàng sai, thiếu hoặc lỗi. Mất mát, hư hỏng, chậm trễ sau khi rủi ro đã "
        "chuyển giao thì khiếu nại người vận chuyển hoặc bảo hiểm. Hàng đến sau ngày đã hứa: {delay}. Lỗi ẩn phải "
        "khiếu nại kể từ khi chấp nhận trong: {hidden}. Khiếu nại được giải quyết bằng giảm giá, hoàn tiền, gửi phụ "
        "tùng, đổi hàng hoặc bỏ hàng có bồi thường; hàng chỉ trở lại qua biên giới khi không còn cách nào khác. Tổng "
        "các khiếu nại về một dòng hàng không vượt quá giá của dòng đó.",
    },
}
_WARRANTY: Final = (
    "warranty",
    "",
    {"en": "Warranty", "zh": "质保", "vi": "Bảo hành"},
    {
        "en": "The seller's warranty: {warranties}. Within it he answers for defects of what it covers, also after "
        "payment, by a replacement, a credit note or a refund.",
        "zh": "卖方质保：{warranties}。质保期内，即使货款已付，卖方仍就质保范围内的缺陷以换货、贷记通知或退款方式负"
        "责。",
        "vi": "Bảo hành của bên bán: {warranties}. Trong thời hạn đó, kể cả sau khi thanh toán, bên bán chịu trách "
        "nhiệm về lỗi thuộc phạm vi bảo hành bằng đổi hàng, giấy báo có hoặc hoàn tiền.",
    },
)
_KEPT: Final = tuple((code, mode, heading, _NEW.get(code, text)) for code, mode, heading, text in before.CLAUSES)
_AFTER: Final = next(position for position, clause in enumerate(_KEPT, start=1) if clause[0] == "claims")
CLAUSES: Final = (*_KEPT[:_AFTER], _WARRANTY, *_KEPT[_AFTER:])
