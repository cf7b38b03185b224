"""The clauses of November 2026. Issued contracts hold these words: do not edit, write another version."""

from typing import Final

LAW: Final = {
    "en": "the United Nations Convention on Contracts for the International Sale of Goods (1980) and, where it is "
    "silent, the law of the seller's country",
    "zh": "《联合国国际货物销售合同公约》（1980年）；公约未规定的事项适用卖方所在国法律",
    "vi": "Công ước Liên Hợp Quốc về hợp đồng mua bán hàng hóa quốc tế (1980); vấn đề Công ước không quy định theo "
    "luật nước bên bán",
}
ARBITRATION: Final = {
    "en": "the China International Economic and Trade Arbitration Commission (CIETAC), seat Chongqing, in English",
    "zh": "中国国际经济贸易仲裁委员会（CIETAC），仲裁地重庆，仲裁语言为英文",
    "vi": "Ủy ban Trọng tài Kinh tế và Thương mại Quốc tế Trung Quốc (CIETAC), địa điểm Trùng Khánh, bằng tiếng Anh",
}

# Code, settlement mode it is for (empty: any), heading, text.
CLAUSES: Final[tuple[tuple[str, str, dict[str, str], dict[str, str]], ...]] = (
    (
        "goods",
        "",
        {
            "en": "Goods",
            "zh": "货物",
            "vi": "Hàng hóa",
        },
        {
            "en": "The seller sells and the buyer buys the goods listed above, of the stated origin, quantity and "
            "packing. The listing as approved on the day of the order describes their quality.",
            "zh": "卖方出售、买方购买上列货物，其原产地、数量和包装以上列为准。货物质量以下单当日经审核的商品页面所载为"
            "准。",
            "vi": "Bên bán bán và bên mua mua hàng hóa nêu trên, đúng xuất xứ, số lượng và bao bì đã ghi. Chất lượng "
            "theo trang hàng hóa đã được duyệt vào ngày đặt hàng.",
        },
    ),
    (
        "price_basis",
        "",
        {
            "en": "Price basis and risk",
            "zh": "价格条款与风险",
            "vi": "Điều kiện giá và rủi ro",
        },
        {
            "en": "Prices are {rule} {place}, Incoterms® 2020. Risk passes by that rule. Title passes when the goods "
            "are paid in full.",
            "zh": "价格按 {rule} {place}，《国际贸易术语解释通则®2020》。风险依该规则转移。货款付清时货物所有权转移。",
            "vi": "Giá theo {rule} {place}, Incoterms® 2020. Rủi ro chuyển giao theo quy tắc đó. Quyền sở hữu chuyển "
            "giao khi thanh toán đủ.",
        },
    ),
    (
        "duty",
        "",
        {
            "en": "Import duty and tax",
            "zh": "进口关税和税费",
            "vi": "Thuế nhập khẩu",
        },
        {
            "en": "Import duty and tax are not included. They are paid by the importer of record, {importer}.",
            "zh": "价格不含进口关税和税费，由登记进口商 {importer} 缴纳。",
            "vi": "Giá không gồm thuế nhập khẩu và các loại thuế. Nhà nhập khẩu đứng tên {importer} nộp.",
        },
    ),
    (
        "payment_direct",
        "direct",
        {
            "en": "Payment",
            "zh": "付款",
            "vi": "Thanh toán",
        },
        {
            "en": "The buyer pays each instalment of the plan above when it falls due, to the payee named in this "
            "contract and to no other account, quoting its reference. A change of payee needs a new version of "
            "this contract. The city's operator receives no money of this contract.",
            "zh": "买方按上列付款计划在各期到期时付款，仅可付至本合同所列收款账户，并注明付款参考号。变更收款账户须另立"
            "本合同新版本。本平台运营方不经手本合同款项。",
            "vi": "Bên mua trả từng đợt theo kế hoạch trên khi đến hạn, chỉ vào tài khoản thụ hưởng ghi trong hợp đồng "
            "này và ghi mã tham chiếu. Đổi tài khoản phải lập phiên bản hợp đồng mới. Đơn vị vận hành sàn không "
            "nhận tiền của hợp đồng này.",
        },
    ),
    (
        "payment_held",
        "provider_held",
        {
            "en": "Payment",
            "zh": "付款",
            "vi": "Thanh toán",
        },
        {
            "en": "The buyer pays in full at checkout to the licensed payment provider named there, which holds the "
            "money and pays each share of the plan above out to the seller when its event is recorded.",
            "zh": "买方下单时向所示持牌支付机构全额付款，由该机构保管款项，并在上列各节点记录后向卖方支付相应份额。",
            "vi": "Bên mua trả đủ khi đặt hàng cho tổ chức thanh toán được cấp phép nêu tại đó; tổ chức này giữ tiền "
            "và chi từng phần theo kế hoạch trên cho bên bán khi sự kiện tương ứng được ghi nhận.",
        },
    ),
    (
        "packing",
        "",
        {
            "en": "Packing and marks",
            "zh": "包装和唛头",
            "vi": "Bao bì và ký mã hiệu",
        },
        {
            "en": "The seller packs for carriage by road over a border and marks every carton with order, line, carton "
            "number, gross weight and place of destination. Damage from unfit packing is the seller's.",
            "zh": "卖方应按跨境公路运输要求包装，每箱标明订单号、行号、箱号、毛重和目的地。因包装不当造成的损坏由卖方承"
            "担。",
            "vi": "Bên bán đóng gói phù hợp vận tải đường bộ qua biên giới và ghi trên mỗi thùng: số đơn hàng, số "
            "dòng, số thùng, trọng lượng cả bì và nơi đến. Hư hỏng do bao bì không phù hợp thuộc bên bán.",
        },
    ),
    (
        "inspection",
        "",
        {
            "en": "Inspection",
            "zh": "检验",
            "vi": "Kiểm tra",
        },
        {
            "en": "Goods are counted, weighed and measured at hand-over; the hub's record is proof of quantity. The "
            "buyer examines the goods within {acceptance_days} days of receipt, fresh goods within 24 hours; "
            "without a claim in that time they are accepted.",
            "zh": "货物在交接时清点、称重和量尺，集散中心的记录为数量凭证。买方应在收货后 {acceptance_days} 天内验货，"
            "生鲜货物为24小时；逾期未提出索赔视为接受。",
            "vi": "Hàng được đếm, cân và đo khi bàn giao; biên bản tại trung tâm là bằng chứng về số lượng. Bên mua "
            "kiểm hàng trong {acceptance_days} ngày kể từ khi nhận, hàng tươi sống trong 24 giờ; quá hạn không "
            "khiếu nại là chấp nhận.",
        },
    ),
    (
        "claims",
        "",
        {
            "en": "Claims",
            "zh": "索赔",
            "vi": "Khiếu nại",
        },
        {
            "en": "The seller answers for wrong, short-packed or defective goods. Loss or damage after risk has passed "
            "is claimed from the carrier or the insurer. Hidden defects are claimed within 14 days of receipt.",
            "zh": "错发、短装或有缺陷的货物由卖方负责。风险转移后的灭失或损坏向承运人或保险人索赔。隐蔽瑕疵应在收货后14"
            "天内提出。",
            "vi": "Bên bán chịu trách nhiệm về hàng sai, thiếu hoặc lỗi. Mất mát, hư hỏng sau khi rủi ro đã chuyển "
            "giao thì khiếu nại người vận chuyển hoặc bảo hiểm. Lỗi ẩn phải khiếu nại trong 14 ngày kể từ khi "
            "nhận.",
        },
    ),
    (
        "force_majeure",
        "",
        {
            "en": "Force majeure",
            "zh": "不可抗力",
            "vi": "Bất khả kháng",
        },
        {
            "en": "A party hindered by an event beyond its control, such as the closing of a border, tells the other "
            "at once and is not liable while it lasts. After 30 days either party may cancel what is undelivered.",
            "zh": "一方因不可控事件（如口岸关闭）不能履约的，应立即通知对方，事件持续期间不承担责任。超过30天，任何一方"
            "可解除未交付部分。",
            "vi": "Bên bị cản trở bởi sự kiện ngoài tầm kiểm soát, như đóng cửa khẩu, phải báo ngay cho bên kia và "
            "không chịu trách nhiệm trong thời gian đó. Sau 30 ngày mỗi bên có thể hủy phần chưa giao.",
        },
    ),
    (
        "law",
        "",
        {
            "en": "Law",
            "zh": "适用法律",
            "vi": "Luật áp dụng",
        },
        {
            "en": "This contract is governed by {law}.",
            "zh": "本合同适用{law}。",
            "vi": "Hợp đồng này theo {law}.",
        },
    ),
    (
        "arbitration",
        "",
        {
            "en": "Arbitration",
            "zh": "仲裁",
            "vi": "Trọng tài",
        },
        {
            "en": "Disputes that the parties do not settle are finally decided by {arbitration}.",
            "zh": "双方协商不成的争议，由{arbitration}终局裁决。",
            "vi": "Tranh chấp các bên không tự giải quyết được do {arbitration} phán quyết chung thẩm.",
        },
    ),
    (
        "language",
        "",
        {
            "en": "Languages",
            "zh": "文本",
            "vi": "Ngôn ngữ",
        },
        {
            "en": "The languages of this contract are equally authentic; where they differ, the English text, kept "
            "with the data of this contract, prevails.",
            "zh": "本合同各文本同等有效；如有歧义，以随本合同数据保存的英文文本为准。",
            "vi": "Các bản ngôn ngữ của hợp đồng có giá trị như nhau; nếu khác nhau, bản tiếng Anh lưu cùng dữ liệu "
            "của hợp đồng được ưu tiên.",
        },
    ),
)
