"""What a container's witness says, as the engine's side takes it."""

import json

from grader.sandboxes.docker.witness import report_of


def test_names_that_are_no_text_can_be_kept():
    file = {"name": "reward.txt", "data": "31", "writer": "left", "program": "/app/\udcff"}
    said = {"files": [file], "meddling": ["wrote /tests/\udcff"]}

    found = report_of(json.dumps(said).encode())

    assert found.model_validate_json(found.model_dump_json()) == found
    assert found.files[0].data == b"1"
