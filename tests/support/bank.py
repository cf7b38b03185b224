"""Statements of a bank as files, written by hand in the three forms that banks give out."""

import io
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from marketplace.kernel.money import Money


@dataclass(frozen=True)
class Booked:
    """One line of a bank's books; positive came."""

    minor: int
    text: str = ""
    reference: str = ""
    party: str = ""
    account: str = ""
    bic: str = ""
    end_to_end: str = ""


@dataclass(frozen=True)
class Day:
    """One day of an account."""

    day: date
    account: str
    lines: tuple[Booked, ...]
    opening: int = 0
    currency: str = "CNY"
    number: int = 1

    @property
    def closing(self):
        return self.opening + sum(line.minor for line in self.lines)

    def figure(self, minor):
        return f"{Money(abs(minor), self.currency).amount:f}"


def camt053(*days: Day, version: str = "08", prefix: str = "") -> bytes:
    """Write days as one document of this version."""
    p = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    statements = "".join(_statement(day, version) for day in days)
    text = (
        f'<Document {xmlns}="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>M1</MsgId><CreDtTm>2026-11-25T20:00:00Z</CreDtTm></GrpHdr>{statements}</BkToCstmrStmt></Document>"
    )
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{p}").replace("\0", f"</{p}")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def mt940(*days: Day) -> bytes:
    """Write days as statements of SWIFT."""
    return "".join(_swift(day) for day in days).encode()


def table(day: Day, *, balances: bool = True) -> bytes:
    """Write a day as the CSV of a Chinese bank."""
    rows, balance = ["交易日期,收入,支出,余额,流水号,对方户名,对方账号,摘要"], day.opening
    for line in day.lines:
        balance += line.minor
        came, went = (day.figure(line.minor), "") if line.minor > 0 else ("", day.figure(line.minor))
        shown = f"{Money(balance, day.currency).amount:f}" if balances else ""
        text = f"{line.end_to_end} {line.text}".strip()
        rows.append(f'{day.day},{came},{went},{shown},{line.reference},"{line.party}",{line.account},"{text}"')
    return "\r\n".join(rows).encode("gb18030")


def _side(minor):
    return "CRDT" if minor >= 0 else "DBIT"


def _balance(day: Day, kind: str, minor: int) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{day.currency}">{day.figure(minor)}</Amt>'
        f"<CdtDbtInd>{_side(minor)}</CdtDbtInd><Dt><Dt>{day.day}</Dt></Dt></Bal>"
    )


def _statement(day: Day, version: str) -> str:
    entries = "".join(_entry(day, line, version) for line in day.lines)
    return (
        f"<Stmt><Id>S{day.number}</Id><ElctrncSeqNb>{day.number}</ElctrncSeqNb><Acct><Id><Othr><Id>{day.account}</Id>"
        f"</Othr></Id><Ccy>{day.currency}</Ccy></Acct>{_balance(day, 'OPBD', day.opening)}"
        f"{_balance(day, 'CLBD', day.closing)}{entries}</Stmt>"
    )


def _entry(day: Day, line: Booked, version: str) -> str:
    is_old = version == "02"
    booked = "<Sts>BOOK</Sts>" if is_old else "<Sts><Cd>BOOK</Cd></Sts>"
    who = "Dbtr" if line.minor > 0 else "Cdtr"
    name, bic = f"<Nm>{line.party}</Nm>", "BIC" if is_old else "BICFI"
    name = name if is_old else f"<Pty>{name}</Pty>"
    account = f"<{who}Acct><Id><Othr><Id>{line.account}</Id></Othr></Id></{who}Acct>" if line.account else ""
    agent = f"<{who}Agt><FinInstnId><{bic}>{line.bic}</{bic}></FinInstnId></{who}Agt>" if line.bic else ""
    reference = f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>" if line.reference else ""
    return (
        f'<Ntry><Amt Ccy="{day.currency}">{day.figure(line.minor)}</Amt><CdtDbtInd>{_side(line.minor)}</CdtDbtInd>'
        f"{booked}<BookgDt><Dt>{day.day}</Dt></BookgDt>{reference}<NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RltdPties><{who}>{name}</{who}>{account}</RltdPties><RltdAgts>{agent}</RltdAgts>"
        f"<RmtInf><Ustrd>{line.text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _swift(day: Day) -> str:
    def figure(minor: int) -> str:
        whole, _point, decimals = day.figure(minor).partition(".")
        return f"{whole},{decimals}"

    def balance(tag: str, minor: int) -> str:
        return f":{tag}:{'C' if minor >= 0 else 'D'}{day.day:%y%m%d}{day.currency}{figure(minor)}\r\n"

    lines = [f":20:S{day.number}\r\n:25:{day.account}\r\n:28C:{day.number:05d}/001\r\n", balance("60F", day.opening)]
    for line in day.lines:
        side, own = "C" if line.minor > 0 else "D", line.end_to_end[:16] or "NONREF"
        theirs = f"//{line.reference[:16]}" if line.reference else ""
        lines.append(f":61:{day.day:%y%m%d}{day.day:%m%d}{side}{figure(line.minor)}NTRF{own}{theirs}\r\n")
        lines.append(f":86:{line.text}\r\n")
    return "".join([*lines, balance("62F", day.closing), "-\r\n"])


def upload(app, token, content, expect=201, **more):
    answer = app.test_client().post(
        "/api/v1/bank-statements",
        data={"file": (io.BytesIO(content), "statement"), **more},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == expect, answer.text
    return answer.get_json()
