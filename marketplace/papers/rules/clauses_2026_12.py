"""The clauses of December 2026: days are working days, as settings say, and late goods can be cancelled.

Issued contracts hold these words: do not edit, write another version.
"""

from typing import Final

from marketplace.papers.rules import clauses_2026_11 as before

_NEW: Final[dict[str, dict[str, str]]] = {
    "inspection": {
        "en": "Goods are counted, weighed and measured at hand-over; the hub's record is proof of quantity. The "
        "buyer examines the goods within {acceptance_days} working days of receipt by his country's calendar, fresh "
        "goods within {fresh_hours} hours; what is not claimed in that time is accepted as it came. Accepting some "
        "units gives up no claim about others.",
        "zh": "货物在交接时清点、称重和量尺，集散中心的记录为数量凭证。买方应在收货后 {acceptance_days} 个工作日内"
        "（按买方所在国日历）验货，生鲜货物为 {fresh_hours} 小时；逾期未提出索赔的，视为按到货现状接受。接受部分货物"
        "不等于放弃对其余货物的索赔。",
        "vi": "Hàng được đếm, cân và đo khi bàn giao; biên bản tại trung tâm là bằng chứng về số lượng. Bên mua "
        "kiểm hàng trong {acceptance_days} ngày làm việc kể từ khi nhận, theo lịch nước bên mua, hàng tươi sống trong "
        "{fresh_hours} giờ; phần không khiếu nại trong thời hạn là chấp nhận theo hiện trạng. Chấp nhận một phần hàng "
        "không có nghĩa là từ bỏ khiếu nại về phần còn lại.",
    },
    "claims": {
        "en": "The seller answers for wrong, short-packed or defective goods. Loss or damage after risk has passed "
        "is claimed from the carrier or the insurer. Hidden defects are claimed within {hidden_days} working days of "
        "acceptance. All claims about a line together never exceed its price.",
        "zh": "错发、短装或有缺陷的货物由卖方负责。风险转移后的灭失或损坏向承运人或保险人索赔。隐蔽瑕疵应在接受货物后 "
        "{hidden_days} 个工作日内提出。同一行货物的索赔总额不超过该行价款。",
        "vi": "Bên bán chịu trách nhiệm về hàng sai, thiếu hoặc lỗi. Mất mát, hư hỏng sau khi rủi ro đã chuyển giao "
        "thì khiếu nại người vận chuyển hoặc bảo hiểm. Lỗi ẩn phải khiếu nại trong {hidden_days} ngày làm việc kể từ "
        "khi chấp nhận. Tổng các khiếu nại về một dòng hàng không vượt quá giá của dòng đó.",
    },
    "force_majeure": {
        "en": "A party hindered by an event beyond its control, such as the closing of a border, tells the other "
        "at once and is not liable while it lasts. Whatever the cause, the buyer may cancel the order while its goods "
        "have not been handed over {late_days} working days after the promised ready date or the lorry's cargo "
        "cut-off; what he has paid is returned.",
        "zh": "一方因不可控事件（如口岸关闭）不能履约的，应立即通知对方，事件持续期间不承担责任。无论何种原因，承诺的备"
        "货日期或车辆截货时间之后满 {late_days} 个工作日货物仍未交接的，买方可取消订单，已付款项应予退还。",
        "vi": "Bên bị cản trở bởi sự kiện ngoài tầm kiểm soát, như đóng cửa khẩu, phải báo ngay cho bên kia và không "
        "chịu trách nhiệm trong thời gian đó. Dù vì lý do gì, nếu {late_days} ngày làm việc sau ngày sẵn sàng đã hứa "
        "hoặc sau giờ chốt nhận hàng của xe mà hàng chưa được bàn giao, bên mua có thể hủy đơn hàng; khoản đã trả "
        "được hoàn lại.",
    },
}
CLAUSES: Final = tuple((code, mode, heading, _NEW.get(code, text)) for code, mode, heading, text in before.CLAUSES)
