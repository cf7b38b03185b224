"""The clauses of January 2027, third version: the English text that prevails is printed in the contract.

Issued contracts hold these words: do not edit, write another version.
"""

from typing import Final

from marketplace.papers.rules import clauses_2027_01_2 as before

_PREVAILS: Final = (
    "language",
    "",
    {"en": "Languages", "zh": "文本", "vi": "Ngôn ngữ"},
    {
        "en": "The languages of this contract are equally authentic; where they differ, the English text, printed in "
        "it, prevails.",
        "zh": "本合同各文本同等有效；如有歧义，以印于本合同中的英文文本为准。",
        "vi": "Các bản ngôn ngữ của hợp đồng có giá trị như nhau; nếu khác nhau, bản tiếng Anh in trong hợp đồng này "
        "được ưu tiên.",
    },
)
CLAUSES: Final = tuple(_PREVAILS if clause[0] == "language" else clause for clause in before.CLAUSES)
