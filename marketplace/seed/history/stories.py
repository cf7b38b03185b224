"""The orders of the demo city: who buys what of whom, by which lorry, how it is paid, and how far it has come.

A ride is a lorry that stands somewhere now (``border``: waiting there), the n-th upcoming one of a line (``EAST+1``) or
the n-th whose cargo has long been received (``EAST:0`` the latest).
"""

from dataclasses import dataclass
from typing import Final

from marketplace.payments.rules.terms import Plan, Rail

BANK, CARD = Rail.BANK, Rail.CARD
DEPOSIT, ACCEPTANCE = Plan.DEPOSIT_30_70, Plan.ACCEPTANCE_100
# Plans on credit that the demo merchant offers.
NET_5, NET_30 = "net_5", "net_30"
HANOI, BANGKOK, CHONGQING = "VNHAN", "THBKK", "CNCQI"

# The steps of an order in their order; a story tells how many are taken.
STEPS: Final = (
    "placed", "confirmed", "slip", "deposit", "dated", "ready", "packed", "handed", "balance", "freight", "received",
    "accepted", "settled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One order. ``goods`` is the start of the article number, ``until`` its last step, ``twist`` what goes wrong."""

    key: str
    buyer: str
    seller: str
    goods: str
    cartons: int
    ride: str
    to: str
    until: str
    rail: Rail = BANK
    plan: str = DEPOSIT
    incoterm: str = "FCA"
    twist: str = ""

    def takes(self, step: str) -> bool:
        """Tell whether the order has come as far as this step."""
        return STEPS.index(step) <= STEPS.index(self.until)


_B, _B2, _M, _F = "buyer", "buyer2", "merchant", "merchant2"
# Still before their lorry, or on it.
_UNDER_WAY: Final = (
    Story("new", _B, _M, "CQ-CH428", 30, "EAST+1", HANOI, "placed"),
    Story("new-card", _B, _F, "CTB-MGD", 40, "MIDDLE-N+1", CHONGQING, "placed", CARD, ACCEPTANCE, "DAP"),
    Story("new-2", _B2, _F, "CTB-PIL", 60, "MIDDLE-N+1", CHONGQING, "placed", BANK, ACCEPTANCE, "DAP"),
    Story("new-made", _B, _M, "CQ-TY-27517", 10, "", HANOI, "placed"),
    Story("slip", _B, _M, "CQ-BP125", 20, "EAST+2", HANOI, "slip"),
    Story("part", _B, "cq-lamp", "CQ-LAMP-LED-BULB", 80, "EAST+2", HANOI, "confirmed", twist="part"),
    Story("secured", _B, _M, "CQ-HP-500", 120, "EAST+1", HANOI, "deposit"),
    Story("made", _B, _M, "CQ-MR-UNI", 20, "", HANOI, "dated"),
    Story("ready", _B2, _M, "CQ-LB-6C", 8, "", BANGKOK, "ready"),
    Story("packed", _B, "cq-pot", "CQ-POT-HOT", 150, "EAST+1", HANOI, "packed"),
    Story("handed", _B, _M, "CQ-LED-9W", 90, "EAST+1", HANOI, "handed"),
    Story("handed-card", _B, _F, "CTB-DUR-MT-B", 120, "MIDDLE-N+0", CHONGQING, "handed", CARD, ACCEPTANCE, "DAP"),
    Story("sealed", _B, _M, "CQ-SP-A7TC", 16, "sealed", HANOI, "freight"),
    Story("sealed-2", _B, "cq-pot", "CQ-POT-SICHUAN", 40, "sealed", HANOI, "freight"),
    Story("loading", _B2, _M, "CQ-CB-PZ27", 12, "loading", BANGKOK, "balance"),
    Story("departed", _B2, "cq-lamp", "CQ-LAMP-LED-PANEL", 60, "departed", BANGKOK, "freight"),
    Story("departed-card", _B2, _M, "CQ-CL150", 30, "departed", BANGKOK, "freight", CARD, ACCEPTANCE),
    Story("border", _B, _M, "CQ-CH520", 90, "border", HANOI, "freight"),
    Story("border-2", _B, "cq-lamp", "CQ-LAMP-LED-TUBE", 90, "border", HANOI, "freight"),
    Story("cleared", _B, "cq-pot", "CQ-POT-DRIED", 60, "cleared", HANOI, "freight"),
    Story("held", "cq-fresh", "th-orchard", "TH-ORCHARD-DURIAN", 300, "held", CHONGQING, "freight", CARD, ACCEPTANCE,
          "DAP"),
    Story("arrived", "cq-pot", "vn-craft", "VN-CRAFT-STAR", 25, "arrived", CHONGQING, "freight"),
    Story("stripped", _M, "th-latex", "TH-LATEX-LATEX-PILLOW", 60, "stripped", CHONGQING, "freight"),
    Story("stripped-2", _B, _F, "CTB-COC", 400, "stripped", CHONGQING, "freight", BANK, ACCEPTANCE, "DAP"),
)  # fmt: skip
# Carried, counted and answered.
_CARRIED: Final = (
    Story("delivered", _B, _M, "CQ-CH428", 40, "EAST:0", HANOI, "received"),
    Story("accepted", _B, _F, "CTB-COC", 300, "MIDDLE-N:0", CHONGQING, "accepted", BANK, ACCEPTANCE, "DAP"),
    Story("settled", _B, _M, "CQ-CH428", 30, "EAST:3", HANOI, "settled"),
    Story("settled-2", _B2, _M, "CQ-BP125", 30, "MIDDLE:1", BANGKOK, "settled"),
    Story("settled-3", "cq-pot", "kh-pepper", "KH-PEPPER-BLACK", 40, "EAST-S-N:1", CHONGQING, "settled"),
    Story("settled-4", "cq-fresh", "la-coffee", "LA-COFFEE-ARABICA", 30, "LAOS-N:0", CHONGQING, "settled"),
    Story("settled-5", "cq-pot", "mm-pulse", "MM-PULSE-SESAME", 6, "WEST-N:0", CHONGQING, "settled"),
    Story("paid-out", _B, _M, "CQ-SP-A7TC", 12, "EAST:4", HANOI, "accepted", CARD, ACCEPTANCE),
    Story("paid-out-2", _B2, _M, "CQ-CB-PZ27", 10, "MIDDLE:1", BANGKOK, "accepted", CARD, ACCEPTANCE),
    Story("paid-out-3", _B, _F, "CTB-DUR-MT-A", 100, "MIDDLE-N:1", CHONGQING, "accepted", CARD, ACCEPTANCE, "DAP"),
    Story("to-pay-out", "cq-fresh", "vn-fruit", "VN-FRUIT-DRAGON", 200, "EAST-S-N:0", CHONGQING, "accepted", CARD,
          ACCEPTANCE, "DAP"),
    Story("to-pay-out-2", _B, _M, "CQ-LED-9W", 60, "EAST:0", HANOI, "accepted", CARD, ACCEPTANCE),
    Story("to-pay-out-3", "cq-fresh", "my-nest", "MY-NEST-BIRDS", 2, "MALAYSIA-N:0", CHONGQING, "accepted", CARD,
          ACCEPTANCE, "DAP"),
    Story("to-pay-out-4", "cq-pot", "sg-sauce", "SG-SAUCE-CHILLI", 60, "SINGAPORE-N:0", CHONGQING, "accepted", CARD,
          ACCEPTANCE, "DAP"),
)  # fmt: skip
# What does not go as agreed.
_TROUBLED: Final = (
    Story("short", _B, _M, "CQ-CH428", 24, "EAST:1", HANOI, "received", twist="short"),
    Story("damaged", _B, "cq-lamp", "CQ-LAMP-LED-BULB", 60, "EAST:1", HANOI, "received", twist="damaged"),
    Story("lost", _B2, "cq-lamp", "CQ-LAMP-LED-PANEL", 40, "MIDDLE:0", BANGKOK, "received", twist="lost"),
    Story("wrong", _B, _M, "CQ-HP-500", 100, "EAST:1", HANOI, "received", twist="wrong"),
    Story("answered", _B, "cq-pot", "CQ-POT-SICHUAN", 40, "EAST:1", HANOI, "received", twist="answered"),
    Story("agreed", _B, _M, "CQ-BP125", 20, "EAST:3", HANOI, "received", twist="agreed"),
    Story("escalated", _B2, _M, "CQ-CL150", 20, "MIDDLE:1", BANGKOK, "received", twist="escalated"),
    Story("overdue", _B, _M, "CQ-SP-A7TC", 10, "EAST:5", HANOI, "handed"),
    Story("reminded", _B, _M, "CQ-BP125", 16, "EAST:5", HANOI, "handed", plan=NET_5),
    Story("on-credit", _B, _M, "CQ-CH428", 30, "EAST:4", HANOI, "handed", plan=NET_30),
    Story("charges", _B, _M, "CQ-CH428", 24, "EAST:2", HANOI, "received", twist="charges"),
    Story("refused", _B, _M, "CQ-KB-US", 10, "EAST:1", HANOI, "placed", twist="reject"),
    Story("called-off", _B, _M, "CQ-KB-US", 8, "EAST:0", HANOI, "deposit", twist="cancel"),
    Story("refunded", _B, _F, "CTB-MGS", 150, "MIDDLE-N:0", CHONGQING, "confirmed", CARD, ACCEPTANCE, "DAP",
          twist="cancel"),
    Story("disputed", _B, _F, "CTB-MGD", 30, "MIDDLE-N+1", CHONGQING, "confirmed", CARD, ACCEPTANCE, "DAP",
          twist="dispute"),
    Story("forgotten", _B2, "cq-lamp", "CQ-LAMP-LED-TUBE", 40, "MIDDLE:0", BANGKOK, "placed"),
    Story("declined-card", _B2, _F, "CTB-MGS", 100, "MIDDLE-N:0", CHONGQING, "placed", CARD, ACCEPTANCE, "DAP",
          twist="decline"),
)  # fmt: skip
STORIES: Final = _UNDER_WAY + _CARRIED + _TROUBLED
