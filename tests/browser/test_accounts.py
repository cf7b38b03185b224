"""Home, registration, login and account as people see them: three languages, phone and desk, light and dark."""

import pytest

from tests.browser.conftest import OPERATOR
from tests.browser.sight import DESK, PHONE
from tests.support.visitors import PASSWORD

pytestmark = pytest.mark.browser

LANGUAGES = {"": "Register your company", "/zh": "企业注册", "/vi": "Đăng ký công ty"}


@pytest.mark.parametrize("prefix", LANGUAGES)
@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")])
def test_pages_for_strangers_fit_and_can_be_read_by_everybody(sight, prefix, viewport, scheme):
    with sight(viewport, scheme) as seen:
        for path in ("/", "/register", "/login"):
            seen.open(prefix + path)
            assert seen.overflow() <= 0, path
            # One language in both themes is enough for contrast and names; the others share the templates.
            if not prefix:
                assert seen.accessibility() == [], path


@pytest.mark.parametrize("prefix", LANGUAGES)
def test_a_company_registers_and_its_owner_sees_his_account(sight, prefix):
    login = f"owner{prefix.strip('/')}@demo.test"
    with sight(PHONE) as seen:
        page = seen.page
        seen.open(f"{prefix}/")
        page.click("main >> text=" + LANGUAGES[prefix])
        page.fill("#field-company_name", "Lanxang Trading")
        page.select_option("#field-country", "LA")
        page.fill("#field-registration_number", "01-00000001")
        page.fill("#field-person_name", "Somsy " + "V" * 94)  # as long as a name may be
        page.fill("#field-login", login)
        page.fill("#field-password", PASSWORD)
        for box in page.locator("input[name=accepted_terms]").all():
            box.check()
        page.click("main button[type=submit]")
        page.wait_for_url(f"**{prefix}/account")
        page.click(".tool:has(.tool__who) > summary")
        for viewport, scheme in ((PHONE, "light"), (DESK, "dark")):
            page.set_viewport_size(viewport)
            assert seen.overflow() <= 0
            page.emulate_media(color_scheme=scheme)
            assert seen.accessibility() == []


def test_a_refused_form_shows_where_and_keeps_what_was_typed(sight):
    with sight(PHONE) as seen:
        page = seen.page
        seen.open("/vi/register")
        page.fill("#field-company_name", "Lanxang Trading")
        page.click("main button[type=submit]")
        page.wait_for_selector(".error-summary")
        assert page.input_value("#field-company_name") == "Lanxang Trading"
        assert page.locator("#field-country[aria-invalid=true]").count() == 1
        assert seen.accessibility() == []
        seen.faults.clear()  # Chromium reports every answer of 422 as an error


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_the_style_guide_is_clean(sight, viewport, scheme):
    with sight(viewport, scheme) as seen:
        seen.log_in(OPERATOR)
        seen.open("/operator/styleguide")
        assert seen.overflow() <= 0
        assert seen.accessibility() == []


def test_forms_work_without_scripts(address, chrome):
    context = chrome.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{address}/login")
        page.fill("#field-login", OPERATOR)
        page.fill("#field-password", PASSWORD)
        page.click("main form >> nth=0 >> button[type=submit]")
        assert page.url == f"{address}/operator"
    finally:
        context.close()
