"""The tokenizer that begins without its whole vocabulary cuts every text as the whole one does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoders import pieces
from index.encoders.bundled import PIECES, TOKENIZER, BundledEncoder, unpacked, unpacked_pieces
from index.encoders.pieces import Table, Tokenizer
from index.errors import EncoderError

SEEDS = [file.read_text(encoding="utf-8") for file in sorted(Path("seeds/articles").glob("*.txt"))]
ODD = [
    "",
    " ",
    "a",
    "\x00x\x01",
    "<s> </s> <unk> <pad>",
    "▁▁ a▁b",
    "ﬁ Ｆｕｌｌ　ｗｉｄｔｈ ½ ㎏ …",
    "e\u0301 ạ̀ \u200b\ufeff",
    "👩‍👩‍👧‍👦 🙂🙂",
    "1" * 50,
    "ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ 𐍈𐍉 ᠮᠣᠩᠭᠣᠯ",
    "日本首相は誰ですか？한국어 문장입니다",
]


@pytest.fixture(scope="module")
def table() -> Table:
    return np.asarray(np.load(unpacked_pieces() / PIECES))


@pytest.fixture(scope="module")
def whole(table: Table) -> Tokenizer:
    tokenizer = Tokenizer(unpacked() / TOKENIZER, table)
    tokenizer.whole()
    return tokenizer


@pytest.fixture(scope="module")
def sparing(table: Table) -> Tokenizer:
    """One that has never loaded the whole vocabulary, and never does."""
    tokenizer = Tokenizer(unpacked() / TOKENIZER, table)
    tokenizer._left = 10**9
    return tokenizer


@pytest.mark.parametrize("text", [*SEEDS, *ODD])
def test_a_text_is_cut_by_its_own_pieces_as_by_all(sparing: Tokenizer, whole: Tokenizer, text: str) -> None:
    assert sparing.ids(text) == whole.ids(text)
    assert sparing.ends(text).tolist() == whole.ends(text).tolist()
    said = whole.whole().encode(text, return_type="offset_mapping")["offsets"]
    assert whole.ends(text).tolist() == [end for _, end in said]
    assert sparing._whole is None


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_cut_so(sparing: Tokenizer, whole: Tokenizer, text: str) -> None:
    assert sparing.ids(text) == whole.ids(text)


def test_no_two_pieces_have_one_hash(table: Table) -> None:
    assert (table[0, 2:] > table[0, 1:-1]).all()
    assert sorted(table[1, 1:].tolist()) == list(range(pieces.SPECIALS, table.shape[1] - 1 + pieces.SPECIALS))


def test_once_a_little_is_cut_the_whole_vocabulary_is_used(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LITTLE", 10)
    tokenizer = Tokenizer(unpacked() / TOKENIZER, table)
    first = tokenizer.ids("wind")
    assert tokenizer._whole is None
    long = tokenizer.ids("wind over the Caspian")
    assert tokenizer._whole is not None
    assert tokenizer._whole.done()
    assert (long[:1], tokenizer.ids("wind")) == (first[:1], first)


def test_a_question_does_not_wait_for_the_whole_vocabulary() -> None:
    encoder = BundledEncoder(1)
    encoder.encode_query("Who wrote it?", "en")
    assert encoder._tokenizer._whole is None


def test_a_damaged_vocabulary_says_which_folder_to_delete(table: Table, tmp_path: Path) -> None:
    model = (unpacked() / TOKENIZER).read_bytes()
    (tmp_path / TOKENIZER).write_bytes(model[: table[2].min()] + b"\xff" * (len(model) - int(table[2].min())))
    with pytest.raises(EncoderError, match=f"delete the folder {tmp_path}"):
        Tokenizer(tmp_path / TOKENIZER, table)
