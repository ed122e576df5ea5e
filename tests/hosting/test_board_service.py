"""A real service: what submitters get, and what nobody gets."""

import gzip
import http.client
import io
import json
import os
import random
import signal
import tarfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from grader.cli.main import main
from grader.hosting import settings, store
from grader.reports.html.page import digest
from tests import board_service, machine, shares
from tests.board_service import Client, samples

HOSTILE = "<script>window.owned=1</script>\"'><img src=x onerror=owned=1>"
SUBMITTERS, EACH = (50, 20) if machine.WHOLE else (3, 1)
KILLS = 20 if machine.WHOLE else 2
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


class Place:
    """One service for all tests of this file; accounts are each test's own."""

    def __init__(self, board: Path, address: str) -> None:
        self.board = board
        self.address = address
        self.anybody = Client(address)

    def somebody(self, name: str) -> Client:
        return Client(self.address, board_service.account(self.board, name))

    @property
    def uploads(self) -> list[Path]:
        return [*(self.board.parent / "board/uploads").glob("*")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory):
    board = board_service.written(tmp_path_factory.mktemp("board"))
    with board_service.service(board) as address:
        yield Place(board, address)


@pytest.fixture(scope="module")
def graded(place: Place):
    """An account with a graded, private entry."""
    ada = place.somebody("ada")
    return ada, ada.graded(samples("done", "failed"), HOSTILE)


def test_result_is_private_until_published_and_after_withdrawal(place: Place, graded):
    ada, entry = graded
    eve, number = place.somebody("eve"), entry["id"]
    assert 0 < entry["score"] < 1

    def seen(client: Client) -> list[int]:
        paths = (f"/entries/{number}", f"/api/submissions/{number}", f"/entries/{number}/bundle")
        return [client.ask("GET", path).status for path in (*paths, f"/entries/{number}/run")]

    assert seen(ada) == [200] * 4
    assert seen(eve) == seen(place.anybody) == [404] * 4
    assert eve.turn(number, "publish").status == eve.turn(number, "withdraw").status == 404
    assert ada.turn(number, "publish").status == 200
    assert seen(eve) == seen(place.anybody) == [200] * 4
    assert ada.turn(number, "withdraw").status == 200
    assert seen(eve) == [404] * 4


def test_hostile_names_are_text_on_every_page(place: Place, graded):
    ada, entry = graded
    ada.turn(entry["id"], "publish")
    visitor = ada.log_in()
    for path in ("/", f"/entries/{entry['id']}", "/mine"):
        reply = visitor.ask("GET", path)
        assert reply.status == 200
        assert "<script>window.owned" not in reply.text
        assert "<img" not in reply.text
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_forged_forms_change_nothing(place: Place):
    ada = place.somebody("forged")
    entry = ada.graded(samples("done"))
    visitor = ada.log_in()
    path = f"/entries/{entry['id']}/publish"
    token = visitor.ask("GET", "/mine").text.partition('name="csrf" value="')[2].partition('"')[0]
    right = urlencode({"csrf": token}).encode()
    assert visitor.ask("POST", path, b"", **FORM).status == 403
    assert visitor.ask("POST", path, b"csrf=x", **FORM).status == 403
    assert visitor.ask("POST", path, right, Origin="https://evil.example", **FORM).status == 403
    assert visitor.ask("POST", path, right, Sec_Fetch_Site="cross-site", **FORM).status == 403
    assert visitor.ask("POST", f"/api/submissions/{entry['id']}/publish", b"").status == 403
    assert ada.ask("GET", f"/api/submissions/{entry['id']}").json["published_at"] is None
    assert visitor.ask("POST", path, right, Origin=place.address, **FORM).status == 303
    assert ada.ask("GET", f"/api/submissions/{entry['id']}").json["published_at"]


def test_sessions_are_for_this_site_alone(place: Place):
    ada = place.somebody("cookie")
    body = urlencode({"token": ada.token}).encode()
    reply = place.anybody.ask("POST", "/login", body, **FORM)
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    forged = place.anybody.ask("POST", "/login", body, Origin="https://evil.example", **FORM)
    assert forged.status == 403


@pytest.mark.parametrize("words", ["' OR '1'='1", "x'; DROP TABLE submission; --", '" OR ""="'])
def test_sql_in_what_is_sent_is_text(place: Place, words: str):
    ada = place.somebody(f"sql {words}")
    assert ada.submit(samples("done"), words).json["name"] == words
    path = f"/api/submissions/{'%27%20OR%20%271%27=%271'}"
    assert ada.ask("GET", path).status == 404
    assert [each["name"] for each in ada.ask("GET", "/api/submissions").json] == [words]


@pytest.mark.parametrize(
    "path",
    ["/entries/..%2f..%2fBOARD.toml", "/entries/%2e%2e/bundle", "/entries/../../etc/passwd",
     "/api/submissions/..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd", "/entries/" + "0" * 31 + "%00"],
)  # fmt: skip
def test_paths_lead_to_entries_alone(place: Place, path: str):
    reply = place.anybody.ask("GET", path)
    assert reply.status == 404
    assert "root:" not in reply.text


def multipart(csrf: str, body: bytes, file_name: str) -> tuple[bytes, dict[str, str]]:
    fields = f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
    fields += '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nby form\r\n'
    fields += (
        f'--x\r\nContent-Disposition: form-data; name="samples"; filename="{file_name}"\r\n\r\n'
    )
    return fields.encode() + body + b"\r\n--x--\r\n", {
        "Content_Type": "multipart/form-data; boundary=x"
    }


def test_form_takes_a_file_in_under_a_name_of_our_own(place: Place):
    ada = place.somebody("form")
    visitor = ada.log_in()
    token = visitor.ask("GET", "/submit").text.partition('name="csrf" value="')[2].partition('"')[0]
    body, kind = multipart(token, samples("done"), "../../../../tmp/owned.jsonl")
    assert visitor.ask("POST", "/submit", body, **kind).status == 303
    (entry,) = ada.ask("GET", "/api/submissions").json
    assert ada.waited(entry["id"])["state"] == "graded"
    assert any(path.stem == entry["id"] for path in place.uploads)


def refused(place: Place, client: Client, body: bytes, status: int) -> None:
    before = len(place.uploads)
    assert client.submit(body).status == status
    assert len(place.uploads) == before
    assert client.ask("GET", "/api/submissions").json == []


def test_bombs_and_what_is_no_samples_are_refused(place: Place):
    ada = place.somebody("bomber")
    row = b'{"task_id": "a", "solution": "' + b" " * (8 << 20) + b'"}\n'
    refused(place, ada, gzip.compress(row), 413)
    refused(place, ada, gzip.compress(gzip.compress(row)), 422)
    refused(place, ada, b"x" * (2 << 20), 413)
    for body in (b"PK\x03\x04zip", b"", b"[]\n", b'{"a": 1}\nno json\n', gzip.compress(row)[:-9]):
        assert ada.submit(body).status in {413, 422}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../../owned"), io.BytesIO())
    refused(place, ada, archive.getvalue(), 422)


def test_endless_upload_is_cut_off(place: Place):
    ada = place.somebody("endless")
    where = urlsplit(place.address)
    link = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    link.putrequest("POST", "/api/submissions?name=x")
    link.putheader("Authorization", f"Bearer {ada.token}")
    link.putheader("Content-Length", str(10 << 30))
    link.endheaders()
    sent = 0
    try:
        while sent < 256 << 20:
            link.send(b" " * (1 << 20))
            sent += 1 << 20
    except OSError:
        pass
    finally:
        link.close()
    assert sent < 256 << 20
    assert ada.ask("GET", "/api/submissions").json == []
    assert not [path for path in place.uploads if path.stat().st_size > 1 << 20]


def test_refusal_is_read_before_all_was_sent(place: Place):
    refused = Client(place.address, "no token of ours").submit(b" " * (8 << 20))
    assert (refused.status, refused.json) == (401, {"error": "there is no such token"})
    assert refused.headers["connection"] == "close"
    assert "connection" not in place.anybody.ask("GET", "/entries/x").headers


def test_right_tokens_at_one_time_are_no_guesses(place: Place):
    ada = place.somebody("many at once")
    with ThreadPoolExecutor(40) as askers:
        replies = list(askers.map(lambda _: ada.ask("GET", "/api/submissions").status, range(80)))
    assert set(replies) == {200}


def test_guessing_tokens_is_stopped(tmp_path: Path):
    board = board_service.written(tmp_path)
    with board_service.service(board) as address:
        guesses = [
            Client(address, f"guess-{number}").ask("GET", "/mine").status for number in range(15)
        ]
        assert guesses == [401] * 10 + [429] * 5
        assert Client(address).ask("GET", "/").status == 200


def test_board_has_the_figures_of_leaderboard_build(place: Place, tmp_path: Path, capsys):
    ada = place.somebody("figures")
    for words in (("done",), ("done", "done", "failed"), ("done", "error")):
        entry = ada.graded(samples(*words), " ".join(words))
        ada.turn(entry["id"], "publish")
    board = settings.read(place.board)
    opened = store.BoardStore(board.url)
    runs = [board.folder / "runs" / each.id for each in opened.published()]
    opened.close()
    assert main(["leaderboard", "build", *map(str, runs), "-o", str(tmp_path / "site")]) == 0
    built = json.loads((tmp_path / "site/leaderboard.json").read_text())
    ours = place.anybody.ask("GET", "/api/board").json
    keys = (
        "run_id",
        "score",
        "low",
        "high",
        "rank_best",
        "rank_worst",
        "outcomes",
        "counts",
        "status",
    )

    def figures(made) -> list[object]:
        entries = [[each[key] for key in keys] for each in made["boards"][0]["entries"]]
        return [sorted(entries, key=str), made["boards"][0]["tasks"]]

    named = {"superseded": "ranked"}
    assert len(ours["boards"][0]["entries"]) == len(runs)
    assert json.loads(json.dumps(figures(ours))) == json.loads(json.dumps(figures(built))), named


def test_comparison_tells_gained_and_lost_tasks(place: Place):
    ada = place.somebody("compare")
    one, other = ada.graded(samples("done", "failed")), ada.graded(samples("failed", "done"))
    page = ada.ask("GET", f"/compare?id={one['id']}&id={other['id']}").text
    assert "Gained:" in page
    assert "Paired tests" in page
    assert place.anybody.ask("GET", f"/compare?id={one['id']}&id={other['id']}").status == 404


def test_comparison_tells_each_entry_its_own_score(place: Place):
    ada = place.somebody("compare scores")
    worse, better = ada.graded(samples("failed"), "worse"), ada.graded(samples("done"), "better")
    page = ada.ask("GET", f"/compare?id={worse['id']}&id={better['id']}").text
    assert 0 < better["score"] <= 1
    assert f"<td>better</td><td>{better['score']:.4f}</td>" in page
    assert "<td>worse</td><td>0.0000</td>" in page


def test_page_of_a_run_works_under_every_policy_that_it_has(graded):
    ada, entry = graded
    reply = ada.ask("GET", f"/entries/{entry['id']}/run")
    style = reply.text.partition("<style>")[2].partition("</style>")[0]
    own = unescape(reply.text.partition('Content-Security-Policy" content="')[2].partition('"')[0])
    assert digest(style) in own
    told = reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in told
    assert "style-src" not in told
    assert "default-src" not in told


def test_board_follows_what_another_service_of_its_store_publishes(place: Place):
    ada = place.somebody("elsewhere")
    entry = ada.graded(samples("done"))

    def runs() -> set[str]:
        made = place.anybody.ask("GET", "/api/board").json
        return {each["page"] for board in made["boards"] for each in board["entries"]}

    assert f"/entries/{entry['id']}" not in runs()
    other = store.BoardStore(settings.read(place.board).url)
    other.publish("elsewhere", entry["id"])
    assert f"/entries/{entry['id']}" in runs()
    other.withdraw("elsewhere", entry["id"])
    other.close()
    assert f"/entries/{entry['id']}" not in runs()


def test_submitting_a_file_that_is_not_there_names_it(tmp_path: Path, capsys):
    (tmp_path / "token").write_text("t")
    words = ["--name", "x", "--token-file", str(tmp_path / "token")]
    assert main(["submit", "http://127.0.0.1:9", str(tmp_path / "gone.jsonl"), *words]) == 2
    assert f"cannot read {tmp_path / 'gone.jsonl'}: No such file" in capsys.readouterr().err


def test_bundle_holds_the_run_and_its_statement(place: Place):
    ada = place.somebody("bundle")
    entry = ada.graded(samples("done"))
    where = urlsplit(place.address)
    link = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    headers = {"Authorization": f"Bearer {ada.token}"}
    link.request("GET", f"/entries/{entry['id']}/bundle", headers=headers)
    with tarfile.open(fileobj=io.BytesIO(link.getresponse().read())) as archive:
        names = set(archive.getnames())
    link.close()
    assert {"run/run.json", "run/results.jsonl", "run/seal.json", "statement.json"} <= names


def test_news_comes_when_something_changes(place: Place):
    ada = place.somebody("news")
    where = urlsplit(place.address)
    link = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    link.request("GET", "/events")
    answer = link.getresponse()
    assert answer.getheader("content-type").startswith("text/event-stream")
    assert answer.readline().startswith(b"data: ")
    answer.readline()
    ada.submit(samples("done"))
    assert answer.readline().startswith(b"data: ")
    link.close()


def test_hidden_tasks_are_told_in_sums_alone(tmp_path: Path):
    board = board_service.written(tmp_path, more='public = ["c*"]')
    with board_service.service(board) as address:
        ada = Client(address, board_service.account(board, "ada"))
        entry = ada.graded(samples("done", "failed"))
        ada.turn(entry["id"], "publish")
        page = ada.ask("GET", f"/entries/{entry['id']}").text
        assert "crop-grid" in page
        assert ada.ask("GET", f"/entries/{entry['id']}/bundle").status == 404
        made = ada.ask("GET", "/api/board").json["boards"][0]
        assert all(task.startswith("c") for task in made["tasks"])
        texts = (page, ada.ask("GET", "/").text, json.dumps(made))
        assert not any("bill-split" in text for text in texts)


@pytest.mark.timeout(600)
def test_killed_service_loses_nothing_and_grades_nothing_twice(tmp_path: Path):
    board = board_service.written(tmp_path)
    tokens = [board_service.account(board, f"a{number}") for number in range(SUBMITTERS)]
    draw = random.Random(shares.SEED)
    sent: list[str] = []
    process, address = board_service.started(board)

    def send(token: str) -> list[str]:
        client = Client(address, token)
        return [client.submit(samples("done", "failed")).json["id"] for _ in range(EACH)]

    with ThreadPoolExecutor(SUBMITTERS) as senders:
        sent = [each for part in senders.map(send, tokens) for each in part]
    for _ in range(KILLS):
        threading.Event().wait(draw.uniform(0.5, 3))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        process, address = board_service.started(board)
    clients = [Client(address, token) for token in tokens]
    with process:
        ends_at = time.monotonic() + 100 * len(sent)
        found: dict[str, dict] = {}
        while time.monotonic() < ends_at and len(found) < len(sent):
            listed = [each for one in clients for each in one.ask("GET", "/api/submissions").json]
            found = {each["id"]: each for each in listed if each["state"] == "graded"}
            time.sleep(0.2)
        process.terminate()
    assert set(found) == set(sent)
    assert len({each["score"] for each in found.values()}) == 1
    opened = store.BoardStore(settings.read(board).url)
    noted = Counter(event[4] for event in opened.events() if event[3] == "graded")
    opened.close()
    assert noted == dict.fromkeys(sent, 1)
    for number in sent:
        lines = (tmp_path / "board/runs" / number / "results.jsonl").read_text().splitlines()
        keys = [json.loads(line)["task_id"] for line in lines]
        assert len(keys) == len(set(keys)) > 1
    assert main(["verify", str(board)]) == 0
