"""Texts are found in a stream of bytes wherever its chunks begin."""

import pytest

from grader.image.layers import LOOKED_FOR, search, texts_of

DATA = b"..first text..second\xfftext.." + b"x" * 50


@pytest.mark.parametrize("size", range(1, 40))
def test_text_is_found_across_chunks(size):
    chunks = [DATA[at : at + size] for at in range(0, len(DATA), size)]
    found = search(chunks, ["first text", "text..second", "no text"])
    assert found.found == {"first text", "text..second"}
    assert not found.packed


def test_packed_layers_are_told():
    kinds = ("oci.image.layer.v1.tar+gzip", "oci.image.layer.v1.tar+zstd")
    for kind in (*kinds, "docker.image.rootfs.diff.tar.gzip"):
        for gap in ("", "\n         "):
            text = f'{{"mediaType":"application/vnd.{kind}",{gap}"digest":"sha256:0"}}'.encode()
            assert search([text[:40], text[40:]], ["text"]).packed
            assert search([text], []).packed
    assert not search([b'"application/vnd.oci.image.layer.v1.tar+gzip" in a program'], []).packed


def test_longest_lines_are_looked_for():
    lines = ["x" * number for number in range(1, 30)]
    found = texts_of(lines)
    assert len(found) == LOOKED_FOR
    assert min(map(len, found)) == 29 - LOOKED_FOR + 1
