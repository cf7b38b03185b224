"""A signature stands once under the hash of what was read; invoices are numbered without a gap."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit.models import AuditRow
from marketplace.files.models import StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.papers import queries, services
from marketplace.papers.models import DocumentSignature, IssuedDocument
from marketplace.papers.rules.documents import PaperKind, SignatureKind
from tests.integration.papers.test_documents import NOW, SELLER, issued, row
from tests.support.papers import pro_forma


def signer(company_id=SELLER):
    return Actor(new_id(), company_id, CompanyKind.TRADE, frozenset(), frozenset())


def seal(company_id=SELLER, sha256="ab" * 32, purpose=Purpose.SEAL):
    with unit_of_work() as session:
        file = StoredFile(
            id=new_id(), company_id=company_id, purpose=purpose, name="seal.png", media_type="image/png",
            sha256=sha256, size=1, created_at=NOW,
        )  # fmt: skip
        session.add(file)
    return file.id


def sign(document_id, file_id, *, actor=None, sha256=None, kind=SignatureKind.SEAL):
    sha256 = sha256 or row(document_id).data_sha256
    return in_unit_of_work(
        lambda session: services.sign(
            session,
            actor=actor or signer(),
            document_id=document_id,
            kind=kind,
            file_id=file_id,
            document_sha256=sha256,
            now=NOW,
        )
    )


def signatures(document_id):
    reading().rollback()
    return queries.signatures_of(reading(), document_ids=[document_id])[document_id]


def test_racing_signers_of_a_company_sign_once(app):
    document_id, file_id = issued(), seal()

    def one(_):
        with app.app_context():
            return sign(document_id, file_id)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(6))) == [False] * 5 + [True]
    (found,) = signatures(document_id)
    assert (found.company_id, found.kind, found.data_sha256) == (
        SELLER, SignatureKind.SEAL, row(document_id).data_sha256,
    )  # fmt: skip
    facts = reading().scalars(sa.select(AuditRow.facts).where(AuditRow.action == "document.sign")).all()
    assert facts == [{"kind": "seal", "file": "ab" * 32, "document": found.data_sha256}]


def test_only_the_hash_of_the_version_in_force_is_signed(app):
    document_id, file_id = issued(), seal()
    with pytest.raises(Conflict) as refused:
        sign(document_id, file_id, sha256="00" * 32)
    assert refused.value.code == "document_hash"
    later = issued(pro_forma(3))
    with pytest.raises(Conflict) as refused:
        sign(document_id, file_id)
    assert refused.value.code == "document_superseded"
    assert sign(later, file_id, sha256=row(later).data_sha256.upper())
    with pytest.raises(Conflict) as refused:
        sign(later, seal(sha256="cd" * 32))
    assert refused.value.code == "already_signed"
    assert len(signatures(later)) == 1


def test_strangers_and_others_files_are_not_found(app):
    document_id, file_id = issued(), seal()
    stranger = new_id()
    theirs = seal(stranger)
    for actor, file in ((signer(stranger), theirs), (signer(), theirs), (signer(), new_id())):
        with pytest.raises(NotFound):
            sign(document_id, file, actor=actor)
    assert signatures(document_id) == ()
    assert sign(document_id, file_id)


def test_a_signature_is_never_changed_and_stands_under_its_hash(app):
    document_id = issued()
    sign(document_id, seal())
    with pytest.raises(Exception, match="insert-only"), unit_of_work() as session:
        session.execute(sa.update(DocumentSignature).values(data_sha256="00" * 32))
    assert queries.breaches(reading()) == []
    with unit_of_work() as session:
        session.execute(sa.update(IssuedDocument).values(data_sha256="00" * 32))
    assert {breach.invariant for breach in queries.breaches(reading())} == {"2 frozen at placement", "7 signature"}


def test_numbers_of_an_issuer_have_no_gap(app):
    def number(_=None, *, issuer=SELLER, year=2026):
        with app.app_context():
            return in_unit_of_work(
                lambda session: services.next_number(
                    session, issuer_id=issuer, kind=PaperKind.COMMERCIAL_INVOICE, year=year
                )
            )

    with ThreadPoolExecutor(4) as pool:
        given = sorted(pool.map(number, range(8)))
    assert given == [f"CI-2026-{place:05}" for place in range(1, 9)]

    def roll_back():
        with unit_of_work() as session:
            services.next_number(session, issuer_id=SELLER, kind=PaperKind.COMMERCIAL_INVOICE, year=2026)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        roll_back()
    assert number() == "CI-2026-00009"
    assert number(issuer=new_id()) == number(year=2027).replace("2027", "2026") == "CI-2026-00001"
