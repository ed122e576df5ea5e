"""The pages of a board that others submit to, in a real browser."""

import json
from pathlib import Path

import pytest

from tests import board_service

pytestmark = pytest.mark.browser


def violations(browser, axe: str) -> list[str]:
    browser.evaluate(axe + "; 0")
    found = browser.evaluate("axe.run(document).then(each => JSON.stringify(each.violations))")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in json.loads(found)]


def test_pages_work_by_keyboard_and_form_and_axe_finds_nothing(browser, axe: str, tmp_path: Path):
    board = board_service.written(tmp_path)
    with board_service.service(board) as address:
        ada = board_service.Client(address, board_service.account(board, "ada"))
        for words in (("done", "failed"), ("done",)):
            entry = ada.graded(board_service.samples(*words), "<b>name</b>")
            ada.turn(entry["id"], "publish")
        browser.open(f"{address}/login", ready=False)
        assert violations(browser, axe) == []
        browser.evaluate(
            f"document.querySelector('[name=token]').value = '{ada.token}';"
            "document.querySelector('form.plain button').focus(); 0"
        )
        browser.press("Enter", text="\r")
        browser.wait("location.pathname === '/mine' && document.readyState === 'complete'")
        for path in ("/mine", "/submit", "/", f"/entries/{entry['id']}"):
            browser.open(f"{address}{path}", ready=False)
            assert violations(browser, axe) == [], path
            hosts = browser.evaluate(
                "JSON.stringify(performance.getEntriesByType('resource').map(e => new URL(e.name).origin))"
            )
            assert set(json.loads(hosts)) <= {address}
