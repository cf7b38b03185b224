"""The clauses of January 2027, second version: the operator's trading company may sell, and buys for that.

Issued contracts hold these words: do not edit, write another version.
"""

from typing import Final

from marketplace.papers.rules import clauses_2027_01 as before

_HEADING: Final = {"en": "Payment", "zh": "付款", "vi": "Thanh toán"}
_SELLS: Final = {
    "en": "The seller is the trading company of the city's operator. It has bought the goods from the consignor named "
    "in this contract and answers for them to the buyer as the seller. The buyer pays each instalment of the plan "
    "above when it falls due to the account named in this contract, quoting its reference, or in full at checkout by "
    "card. What buyer and consignor agree to change through the city binds the seller as well.",
    "zh": "卖方为本平台运营方的贸易公司，其已向本合同所列发货人购入货物，并作为卖方就货物对买方负责。买方按上列付款计划"
    "在各期到期时向本合同所列账户付款并注明付款参考号，或下单时以银行卡全额付款。买方与发货人通过本平台达成的变更对卖方"
    "同样有约束力。",
    "vi": "Bên bán là công ty thương mại của đơn vị vận hành sàn; công ty này mua hàng của bên gửi hàng ghi trong hợp "
    "đồng này và chịu trách nhiệm về hàng với bên mua với tư cách bên bán. Bên mua trả từng đợt theo kế hoạch trên khi "
    "đến hạn vào tài khoản ghi trong hợp đồng này và ghi mã tham chiếu, hoặc trả đủ bằng thẻ khi đặt hàng. Thay đổi mà "
    "bên mua và bên gửi hàng thỏa thuận qua sàn cũng ràng buộc bên bán.",
}
_BUYS: Final = {
    "en": "The buyer is the trading company of the city's operator and sells the goods on. It owes each instalment of "
    "the plan above when its event is recorded, the deposit once the order is confirmed and secured, whether or not it "
    "has been paid itself, and pays it to the account of the seller. What the seller and the company that the goods "
    "are sold on to agree to change through the city, and what is let off the price there for goods that were short, "
    "wrong, damaged at the seller's risk or defective, changes this contract by the same share.",
    "zh": "买方为本平台运营方的贸易公司，并将货物转售。上列各期款项在相应节点记录时即由买方承担（定金在订单确认且得到"
    "保障后），不以买方自身已收到货款为条件，并支付至卖方账户。卖方与转售对象通过本平台达成的变更，以及因货物短少、错发、"
    "在卖方风险下损坏或有缺陷而在转售价中减让的金额，按相同比例变更本合同。",
    "vi": "Bên mua là công ty thương mại của đơn vị vận hành sàn và bán lại hàng. Bên mua nợ từng đợt theo kế hoạch "
    "trên khi sự kiện tương ứng được ghi nhận, tiền đặt cọc khi đơn hàng đã được xác nhận và bảo đảm, dù bản thân đã "
    "được thanh toán hay chưa, và trả vào tài khoản của bên bán. Thay đổi mà bên bán và bên mua lại thỏa thuận qua "
    "sàn, cùng phần giảm giá ở đó do hàng thiếu, sai, hư hỏng thuộc rủi ro của bên bán hoặc lỗi, làm thay đổi hợp đồng "
    "này theo cùng tỷ lệ.",
}
_AFTER: Final = "payment_held"
_MORE: Final = (
    ("payment_sells", "operator_sells", _HEADING, _SELLS),
    ("payment_buys", "operator_buys", _HEADING, _BUYS),
)
_AT: Final = next(place for place, clause in enumerate(before.CLAUSES, 1) if clause[0] == _AFTER)
CLAUSES: Final = (*before.CLAUSES[:_AT], *_MORE, *before.CLAUSES[_AT:])
