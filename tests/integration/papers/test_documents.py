"""A document is issued once, set once, kept as set, and shown to its parties alone."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from marketplace.audit.models import AuditRow
from marketplace.files import store
from marketplace.files.models import StoredFile
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id
from marketplace.papers import flows, queries, services, typesetter
from marketplace.papers.models import IssuedDocument
from marketplace.papers.rules.documents import PaperKind, PaperState
from marketplace.worker import runner
from tests.support.papers import PAYEE, freight_contract, goods_line, pro_forma, sales_contract

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SELLER, BUYER, SUBJECT = new_id(), new_id(), new_id()
HOSTILE = '#panic(1) <script>alert(1)</script> {{7*7}} $x^2$ *bold* `raw` #read("/etc/passwd") \\ "quoted"'


def issue(session, paper=None, *, kind=PaperKind.PRO_FORMA, locales=("en", "zh"), parties=(SELLER, BUYER)):
    paper = paper or pro_forma()
    return services.issue(
        session,
        kind=kind,
        subject_kind="order",
        subject_id=SUBJECT,
        number=paper.number,
        locales=locales,
        data=paper.to_data(),
        parties=parties,
        now=NOW,
    )


def issued(paper=None, **options):
    return in_unit_of_work(lambda session: issue(session, paper, **options))


def row(document_id, company_id=SELLER):
    reading().rollback()
    return queries.document(reading(), company_id=company_id, document_id=document_id)


def stored(app, document_id):
    return store.read(app.extensions["city.store"], row(document_id).pdf_sha256)


def render(app, document_id):
    flows.render(document_id=document_id, site="City", store=app.extensions["city.store"], now=NOW)


def printed(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def squeezed(text):
    return re.sub(r"[\s\u200b]+", "", text)


def test_the_job_sets_a_document_and_its_parties_read_it(app):
    document_id = issued()
    assert row(document_id).state is PaperState.QUEUED
    runner.run_due(app)
    found = row(document_id, BUYER)
    assert (found.state, found.version, found.number) == (PaperState.RENDERED, 1, "PF-7K3M-Q9TX")
    text = printed(stored(app, document_id))
    for wanted in ("Pro-forma invoice", "FCA Chongqing Nanpeng hub", "44,442.00", found.data_sha256, PAYEE.reference):
        assert squeezed(wanted) in squeezed(text)
    assert queries.documents(reading(), subject_kind="order", subject_ids=[SUBJECT], company_id=BUYER) == {
        SUBJECT: (found,)
    }
    assert queries.documents(reading(), subject_kind="order", subject_ids=[SUBJECT], company_id=new_id()) == {
        SUBJECT: ()
    }


def test_what_was_issued_is_issued_once_and_a_change_is_a_version(app):
    first = issued()
    assert issued() == first
    second = issued(pro_forma(3))
    assert row(second).version == 2
    assert issued(pro_forma(3)) == second
    rows = reading().scalars(sa.select(AuditRow).where(AuditRow.action == "document.issue")).all()
    assert [entry.subject_id for entry in rows] == [first, second]
    assert rows[0].facts["sha256"] == row(first).data_sha256


def test_the_same_data_has_the_same_hash_for_every_issuer(app):
    first, other = issued(), issued(parties=(BUYER, SELLER))
    assert first != other
    assert row(first).data_sha256 == row(other).data_sha256


def test_racing_issuers_make_one_document(app):
    def one(_):
        with app.app_context():
            return issued()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(12)))) == 1


def test_a_document_is_set_once_and_its_bytes_stay(app):
    document_id = issued()
    render(app, document_id)
    content = stored(app, document_id)
    render(app, document_id)
    assert stored(app, document_id) == content
    assert reading().scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1
    with pytest.raises(Exception, match=r"hash|file|CHECK|check"), unit_of_work() as session:
        session.execute(sa.update(IssuedDocument).values(file_id=None))


def test_the_first_of_two_renderings_stands(app):
    document_id = issued()

    def one(_):
        with app.app_context():
            render(app, document_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert row(document_id).state is PaperState.RENDERED
    assert reading().scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1


def test_a_foreign_document_answers_like_an_unknown_one(app):
    document_id = issued()
    answers = []
    for company_id, wanted in ((new_id(), document_id), (SELLER, new_id())):
        with pytest.raises(NotFound) as refusal:
            row(wanted, company_id)
        answers.append(str(refusal.value))
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    ("kind", "paper"),
    [
        (PaperKind.PRO_FORMA, pro_forma(1, lines=(goods_line(title={"en": HOSTILE, "zh": HOSTILE}, sku=HOSTILE),))),
        (PaperKind.SALES_CONTRACT, sales_contract(law={"en": HOSTILE})),
        (PaperKind.FREIGHT_CONTRACT, freight_contract(order=HOSTILE)),
    ],
)
def test_text_is_never_markup(app, kind, paper):
    document_id = issued(paper, kind=kind)
    render(app, document_id)
    content = stored(app, document_id)
    assert squeezed(HOSTILE) in squeezed(printed(content))
    assert b"/JavaScript" not in content
    assert "root:" not in printed(content)


def fonts_of(content):
    names = set()
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            names.add(str(font.get_object()["/BaseFont"]).partition("+")[2])
    return names


def test_only_noto_is_embedded_in_whatever_script(app):
    everywhere = "ທຸລຽນ ចន្ទី ဆန် ทุเรียน 龍 Đắk Lắk é ₫ ฿ 😀 العربية \u202eevil"
    document_id = issued(pro_forma(1, lines=(goods_line(title={"en": everywhere}),)), locales=("en", "vi"))
    render(app, document_id)
    content = stored(app, document_id)
    names = fonts_of(content)
    assert names
    assert all(name.startswith("NotoSans") for name in names)
    assert "〓" in printed(content)  # the emoji and the Arabic have no font
    assert "Đắk Lắk" in printed(content)


def test_data_without_the_shape_fails_for_good_until_an_operator_retries(app):
    def issue_shapeless(session):
        return services.issue(
            session,
            kind=PaperKind.PRO_FORMA,
            subject_kind="order",
            subject_id=SUBJECT,
            number="PF-1",
            locales=("en",),
            data={"order": "x"},
            parties=(SELLER,),
            now=NOW,
        )

    document_id = in_unit_of_work(issue_shapeless)
    runner.run_due(app)
    assert row(document_id).state is PaperState.FAILED
    with unit_of_work() as session:
        assert services.retry(session, document_id=document_id, actor=SYSTEM, now=NOW)
    assert row(document_id).state is PaperState.QUEUED
    with unit_of_work() as session:
        assert not services.retry(session, document_id=document_id, actor=SYSTEM, now=NOW)


def test_a_document_that_is_gone_is_no_work(app):
    render(app, new_id())


@pytest.mark.parametrize("sheet", [{}, {"blocks": [{"block": "unknown"}]}])
def test_what_typst_refuses_is_unsettable(sheet):
    with pytest.raises(typesetter.Unsettable):
        typesetter.pdf_of({"issued_at": 0, **sheet})


def test_a_slow_child_is_ended():
    with pytest.raises(typesetter.subprocess.TimeoutExpired):
        typesetter.pdf_of({"issued_at": 0}, patience=0.01)


def test_changed_data_is_a_breach(app):
    document_id = issued()
    assert queries.breaches(reading()) == []
    with unit_of_work() as session:
        session.execute(sa.update(IssuedDocument).values(data={"order": "another"}))
    assert [breach.subject_id for breach in queries.breaches(reading())] == [document_id]
