"""What a rule would accept, in the reader's language.

Rules are pure and name it in English, which the API hands out as it is. A person reads it inside a sentence of another
language, so the phrases that rules use are known here; values and codes stay as they are.
"""

import re
from typing import Any, Final

from flask_babel import gettext

from marketplace.edge.written import written


def N_(text: str) -> str:  # noqa: N802  the name by which catalogues are gathered
    """Mark a text for translation and return it unchanged."""
    return text


# The first that fits is taken: those with the fewest values come before those that would swallow their words.
_PHRASES: Final = (
    N_("a value"),
    N_("a return of this amount that no other entry is for"),
    N_("the account of the payer"),
    N_("a company with a tax id and an address"),
    N_("an HS code or words that can be compared"),
    N_("2 to %(high)s digits of the Harmonized System"),
    N_("%(low)s to %(high)s words each"),
    N_("a text without semicolons"),
    N_("a row each vehicle"),
    N_("at most %(rows)s rows of %(articles)s articles"),
    N_("at most %(most)s articles"),
    N_("an article number of yours"),
    N_("another card"),
    N_("one or more"),
    N_("one weekday or more"),
    N_("a time such as 08:00"),
    N_("small letters, digits and -, a letter first"),
    N_("01 to 97, such as 08 10"),
    N_("hours at which the other side is open too"),
    N_("only the rule of a longest stay has hours"),
    N_("only rules of chapters have chapters"),
    N_("a list"),
    N_("an object"),
    N_("only the documented fields"),
    N_("an id as given by this service"),
    N_("a number such as 1234.50"),
    N_("a number such as 1234.50, given as text"),
    N_("a whole number"),
    N_("a whole number from %(low)s to %(high)s"),
    N_("true or false"),
    N_("text"),
    N_("text on one line"),
    N_("64 digits and letters from a to f"),
    N_("a file handed in with the purpose %(purpose)s"),
    N_("text without control characters"),
    N_("text or a number, no tick"),
    N_("a day such as %(day)s"),
    N_("a day such as %(day)s, or an instant such as %(at)s"),
    N_("a day up to %(day)s"),
    N_("two letters of ISO 3166-1 such as CN, VN, TH"),
    N_("an ISO 4217 code such as CNY, THB, VND"),
    N_("6 to 10 digits of the Harmonized System, such as 8714.10"),
    N_("price@quantity, parted by semicolons: 11.80@500; 11.20@2000"),
    N_("length × width × height such as 60×40×35"),
    N_("at least one price"),
    N_("at least one tier"),
    N_("at most %(most)s tiers"),
    N_("a price above zero"),
    N_("a lower price for more"),
    N_("a value, or the workbook saved by a sheet program"),
    N_("goods whose packing is stated"),
    N_("an account in this currency"),
    N_("an account that your company has named"),
    N_("each once"),
    N_("the balance before the first entry"),
    N_("a receipt of this amount that no other entry is for"),
    N_("a way that the bank itself offers"),
    N_("the carton: units, three sides, gross and net weight"),
    N_("quantities from 1 up, each above the one before"),
    N_("one ladder for each currency and price basis"),
    N_("either stock or lead_days"),
    N_("each warehouse once"),
    N_("either stock, or lead_days for goods made to order"),
    N_("a multiple that divides the carton, or whole cartons"),
    N_("more than 0 and no more than the gross weight"),
    N_("%(low)s to %(high)s units in a carton"),
    N_("%(low)s to %(high)s characters on one line"),
    N_("%(low)s to %(high)s letters and digits"),
    N_("8 or 11 letters and digits (ISO 9362)"),
    N_("4 to 30 letters, digits, dots, dashes or slashes, with at least one digit"),
    N_("an IBAN with right check digits"),
    N_("a bank in %(country)s"),
    N_("as the bank writes it"),
    N_("an article number you do not use yet"),
    N_("each article number once"),
    N_("the hub where the goods are handed over"),
    N_("a file handed in as picture"),
    N_("a workbook (XLSX) or a table of text (CSV)"),
    N_("gross weight of all cartons in kg"),
    N_("at least %(weight)s kg, what the goods alone weigh as offered"),
    N_("outer size of one carton in cm"),
    N_("all three sides, or m3"),
    N_("0 to the cartons received"),
    N_("above 0, with at most 6 decimals"),
    N_("nothing, or the answer that the goods are dangerous"),
    N_("a number of up to %(digits)s digits and 6 decimals, such as 12.5"),
    N_("a number from 0 up of up to %(digits)s digits and 6 decimals, such as 12.5"),
    N_("a password, or a one-time code as code"),
    N_("a new key for a new request"),
    N_("a new random value"),
    N_("1 to 255 printable ASCII letters, no spaces"),
    N_("32 MB in all, 2 MB of form text"),
    N_("at least %(least)s characters"),
    N_("at most %(most)s characters"),
    N_("at most %(most)s digits before the point"),
    N_("at most %(most)s digits"),
    N_("at least %(least)s entries"),
    N_("at most %(most)s entries"),
    N_("at most %(most)s decimals in %(currency)s"),
    N_("at most %(most)s decimals"),
    N_("at most 1 decimal"),
    N_("the decimals of %(currency)s"),
    N_("%(rows)s rows, %(columns)s columns"),
    N_("%(rows)s rows"),
    N_("%(columns)s columns"),
    N_("up to %(most)s megapixels"),
    N_("%(kinds)s up to %(most)s MB"),
    N_("%(low)s to %(high)s cartons"),
    N_("%(low)s to %(high)s days"),
    N_("%(low)s to %(high)s milestones"),
    N_("percentages that sum to %(most)s"),
    N_("%(low)s to %(high)s small letters, digits and _, a letter first"),
    N_("at most %(most)s plans"),
    N_("by bank only, nothing due before the hand-over"),
    N_("a plan that is offered"),
    N_("a plan of your own"),
    N_("a lower price"),
    N_("a higher price"),
    N_("%(low)s to %(high)s kg"),
    N_("%(low)s to %(high)s cm"),
    N_("more than %(bound)s, at most %(most)s"),
    N_("more than %(bound)s, less than %(most)s"),
    N_("more than %(bound)s"),
    N_("less than %(bound)s"),
    N_("%(least)s or more"),
    N_("%(most)s or less"),
    N_("%(at)s or earlier"),
    N_("%(at)s or later"),
    N_("%(low)s or %(high)s"),
    N_("%(low)s to %(high)s"),
    N_("another member of the company"),
    N_("another member who may approve"),
    N_("members who may approve"),
    N_("a role, or members who may approve"),
    N_("an amount above that of the tier before"),
    N_("days on which nobody stands in yet"),
    N_("members of the company"),
    N_("units of the company"),
    N_("ids of companies"),
    N_("categories of this city"),
    N_("places of this city"),
    N_("a moment after the beginning"),
    N_("a name that is not in use yet"),
    N_("at most %(most)s pictures"),
    N_("at most %(most)s records"),
    N_("a file handed in with purpose workbook"),
    N_("a file of your company handed in with purpose licence"),
    N_("a ZIP of pictures"),
    N_("a ZIP without a password"),
    N_("pictures themselves, no archives in the archive"),
    N_("a small letter, then small letters, digits and _"),
    N_("a to z, digits and underscores, at most 40"),
    N_("no unit, for it is no number"),
    N_("choices for a choice, none for anything else"),
    N_("a card"),
    N_("no local method beside a bank or a card"),
    N_("small letters, digits and dashes, such as fresh-durian"),
    N_("prices above zero"),
    N_("%(low)s to %(high)s, each another"),
    N_("an article number and %(count)s values"),
    N_("each article number and each value once"),
    N_("another state of the listing"),
    N_("2, 4, 6, 8 or 10 digits of an HS code"),
    N_("the first day, or a later one"),
    N_("today, or an earlier day"),
    N_("%(amount)s or less"),
    N_("a JSON object: our column to the header of yours"),
    N_("a company or a customer group"),
    N_("at most %(most)s ids"),
    N_("an end after the beginning"),
    N_("an instant from now on until the beginning"),
    N_("%(day)s or later"),
    N_("%(day)s or earlier"),
    N_("more than 0, at most %(most)s m²"),
    N_("a member who answers enquiries"),
    N_("a member who answers leads"),
    N_("merchants that may sell"),
    N_("a merchant that may sell"),
    N_("another code and another cell of the plan"),
    N_("goods that a lorry can be booked for"),
    N_("a place that a lorry takes these goods to"),
    N_("a number of goods that are on sale here"),
    N_("files handed in with the purpose evidence"),
    N_("more than nothing"),
    N_("a period of at most %(most)s days"),
    N_("at least %(least)s"),
    N_("at most %(most)s rows"),
    N_("each line of the order once"),
    N_("the number of an order of your company"),
    N_("the number of an invoice of this order"),
    N_("an amount for each line"),
    N_("up to %(most)s of A-Z 0-9 . / -"),
    N_("the invoice that a red-letter invoice refers to"),
    N_("a period of at most %(most)s entries"),
    N_("payments that %(amount)s reaches"),
    N_("0 to 10000 for goods, 0 for freight"),
    N_("each line once, all in one currency"),
    N_("more than 0 on every line"),
    N_("the reference of another transfer"),
    N_("an amount of money, not negative"),
    N_("two different currencies"),
    N_("units of the new currency for one of the old"),
    N_("a number of up to %(digits)s digits and %(places)s decimals, such as 12.5"),
    N_("four digits, such as UN 3480"),
    N_("letters or digits, such as 0 986 494 123"),
    N_("no attributes on this shelf"),
    N_("our column names, each with a header text or an object with header, column, value or made_from"),
    N_("names such as chain.jpg, or addresses that begin with https://, parted by semicolons"),
    N_("each article number once, or again with prices in another currency, rule or place"),
    N_("a heading with %(names)s, and at most %(rows)s rows"),
    N_("a name or number that can be compared"),
    N_("text, a number, true or false"),
    N_("a day and a time such as 2026-12-01T09:00, by the clock of the place"),
    N_("article number; price; tiers"),
    N_("1 to 12 capital letters, digits and hyphens, such as A-12"),
    N_("%(pictures)s pictures, %(size)s MB unpacked"),
    N_("at most %(most)s MB"),
    N_("at most %(files)s files, %(size)s MB"),
    N_("at most %(size)s MB and %(pages)s pages"),
    N_("a company that inspects goods"),
    N_("a company that may sell"),
    N_("a trading company"),
    N_("an inspector whose papers are in force"),
    N_("%(low)s to %(high)s together"),
    N_("at most %(most)s redirects"),
    N_("an https address without name, password and port"),
    N_("+ and 7 to 15 digits"),
    N_("pictures handed in with the purpose evidence"),
    N_("at most %(most)s pictures"),
    N_("at most %(most)s readings"),
    N_("at least %(fewest)s readings"),
    N_("the columns time and celsius"),
    N_("times such as 2026-12-01T09:00+08:00, each later than the one before"),
    N_("degrees between -100 and 100 °C, such as 4.5"),
    N_("the number of the logger"),
    N_("the coldest and the warmest"),
    N_("a picture of the odometer"),
    N_("why no other remedy does"),
    N_("%(low)s to %(high)s characters"),
    N_("%(low)s to %(high)s entries"),
)
_VALUE: Final = re.compile(r"%\\\((\w+)\\\)s")
# Numbers, days and amounts; a word would make "4 to 30 letters" look like a range.
_NUMBER: Final = r"[−+-]?\d[\d.,:TZ-]*(?: [A-Z]{3})?"
_SHAPES: Final = {
    "amount": r"\d+(?:\.\d+)? [A-Z]{3}",
    "at": r"\d.+",
    "country": "[A-Z]{2}",
    "currency": "[A-Z]{3}",
    "kinds": "[A-Z0-9, ]+",
    "names": "[a-z, ]+",
    "purpose": "[a-z]+",
}


def _pattern(phrase: str) -> re.Pattern[str]:
    """Return the phrase as a pattern with a named group for each value."""
    return re.compile(_VALUE.sub(_group, re.escape(phrase)))


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_SHAPES.get(found[1], _NUMBER)})"


_PATTERNS: Final = tuple((phrase, _pattern(phrase)) for phrase in _PHRASES)


def in_words(accepted: Any) -> Any:
    """Return what is accepted in the reader's language; what is no known phrase comes back as it is."""
    if isinstance(accepted, str):
        for phrase, pattern in _PATTERNS:
            if found := pattern.fullmatch(accepted):
                return gettext(phrase, **_written(phrase, found.groupdict()))
        return written(accepted)
    return accepted


def _written(phrase: str, values: dict[str, str]) -> dict[str, str]:
    """Return the values of a phrase as the reader writes them; an example is typed as it stands."""
    if "such as" in phrase:
        return values
    return {name: written(value, numbers=True) for name, value in values.items()}


def is_phrase(accepted: str) -> bool:
    """Tell whether a phrase is known, so that every language has it."""
    return any(pattern.fullmatch(accepted) for _phrase, pattern in _PATTERNS)


__all__ = ["in_words", "is_phrase"]
