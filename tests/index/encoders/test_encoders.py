"""The bundled encoder and any sentence-transformers model: what their vectors promise, and what they load."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.archive import Archive
from index.article import Draft
from index.encoders.bundled import BundledEncoder
from index.encoders.codes import normalise
from index.encoders.e5 import bundled_weights, read_weights
from index.encoders.encoder import Encoder, Passage, load_encoder
from index.encoders.neutral import load_neutral_space
from index.errors import EncoderError, EncoderMismatch
from index.ingesting.ingest import ingest
from index.verify import verify
from retrieval import Searcher

SEEDS = sorted((Path(__file__).parents[3] / "seeds" / "articles").glob("*.txt"))
TEXTS = {
    "en": "The energy ministers met in Baku on Tuesday, and agreed on a plan worth $626.8 million.",
    "de": "Die Außenministerin besuchte am 31. Oktober Kasachstan: „Wasserstoffdiplomatie“ heißt das Büro.",
    "tr": "İstanbul'da düzenlenen toplantıya çok sayıda gazeteci katıldı; görüşmeler sürüyor.",
    "az": "Azərbaycan və Almaniya bərpa olunan enerji sahəsində əməkdaşlıq imkanlarını müzakirə ediblər.",
    "ru": "Министры энергетики встретились в Баку и договорились о строительстве ветряных электростанций.",
    "zh": "两国能源部长周二在巴库会面，就里海风电场计划达成一致。（新华社）",
    "ja": "両国のエネルギー相は火曜日にバクーで会談し、ｶｽﾋﾟ海の風力発電計画で合意した。",
    "ar": "اجتمع وزراء الطاقة في البلدين في باكو يوم الثلاثاء واتفقوا على خطة لمزارع الرياح.",
    "hi": "दोनों देशों के ऊर्जा मंत्री मंगलवार को बाकू में मिले और पवन फार्म की योजना पर सहमत हुए।",
    "th": "รัฐมนตรีพลังงานของทั้งสองประเทศพบกันที่บากูเมื่อวันอังคาร และตกลงแผนฟาร์มกังหันลม",
    "ka": "ორი ქვეყნის ენერგეტიკის მინისტრები სამშაბათს ბაქოში შეხვდნენ.",
}
ODD = ["", " ", "\n\n", "😀👩‍👩‍👧", "a\u0301 \u00a0x\t\tｆｕｌｌ", "ﬁne №5 ½ ™", "x" * 300]
ODD += ["\u200b\ufeff", "<s> </s> <unk>", "۱۲۳"]


@pytest.fixture(scope="session")
def bundled() -> BundledEncoder:
    return BundledEncoder(threads=2)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model as a sentence-transformers folder in float32 (470 MB)."""
    from index.encoders.e5_export import write_checkpoint

    folder = tmp_path_factory.mktemp("checkpoint")
    write_checkpoint(read_weights(bundled_weights()), folder)
    return folder


@pytest.fixture(scope="session")
def fp32(checkpoint: Path) -> Iterator[Encoder]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's and transformers' own
        yield load_encoder(str(checkpoint))


def passages() -> list[Passage]:
    return [Passage(text, "", language) for language, text in TEXTS.items()]


def drafts() -> list[Draft]:
    return [Draft(path.read_text(encoding="utf-8"), path.name, 1, name=path.stem) for path in SEEDS]


def test_vectors_have_unit_length_and_each_token_has_a_code(bundled: BundledEncoder) -> None:
    for passage, encoded in zip(passages(), bundled.encode_passages(passages()), strict=True):
        assert encoded.vector.shape == (384,)
        assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-5)
        assert encoded.codes.shape == (len(bundled.token_ends(passage.text)), 48)
        query = bundled.encode_query(passage.text, passage.language)
        assert np.linalg.norm(query.vector) == pytest.approx(1, abs=1e-5)
        assert len(query.tokens) == len(encoded.codes)


def test_a_passage_has_one_vector_whatever_is_encoded_beside_it(bundled: BundledEncoder) -> None:
    together = bundled.encode_passages(passages())
    for passage, other in zip(passages(), together, strict=True):
        [alone] = bundled.encode_passages([passage])
        assert np.array_equal(alone.vector, other.vector)
        assert np.array_equal(alone.codes, other.codes)


def test_a_passage_longer_than_the_window_is_an_error_and_one_of_its_size_is_not(bundled: BundledEncoder) -> None:
    fits = "wind " * bundled.window
    assert len(bundled.token_ends(fits.strip())) == bundled.window
    [encoded] = bundled.encode_passages([Passage(fits.strip(), "context " * 200, "en")])
    assert len(encoded.codes) == bundled.window
    with pytest.raises(EncoderError, match=f"window of {bundled.window}"):
        bundled.encode_passages([Passage(fits + "wind", "", "en")])


def test_a_question_of_any_length_is_encoded(bundled: BundledEncoder) -> None:
    assert len(bundled.encode_query("wind " * 2000, "en").tokens) < 512
    for text in ODD:
        query = bundled.encode_query(text, "und")
        assert np.isfinite(query.vector).all()


@pytest.mark.parametrize("text", [*TEXTS.values(), *ODD])
def test_tokens_end_within_the_text_and_in_order(bundled: BundledEncoder, text: str) -> None:
    ends = bundled.token_ends(text)
    assert (np.diff(ends) >= 0).all()
    assert ends.max(initial=0) <= len(text)


@pytest.mark.filterwarnings("ignore")  # torch's and transformers' own
def test_a_model_is_the_same_each_time_it_is_loaded(checkpoint: Path, fp32: Encoder) -> None:
    """Also where its file lacks weights, such as the pooler's, which are then drawn by chance."""
    assert load_encoder(str(checkpoint)).fingerprint == fp32.fingerprint


def test_nothing_is_looked_up_on_the_network(
    bundled: BundledEncoder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked for")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with Archive.create(folder, bundled) as archive, archive.writing():
        assert ingest(archive, bundled, drafts()).added == 3
    with Searcher(folder) as archive:
        for question in ("Where will an office of hydrogen diplomacy open?", "水素外交の事務所はどこに開設されますか"):
            assert archive.search(question).passages[0].article.id == SEEDS[1].stem


SEARCH = """
import json, sys
from retrieval import open_archive
with open_archive(sys.argv[1]) as archive:
    archive.search("renewable energy")
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""
COMMAND = """
import contextlib, io, json, sys
from api.cli import main
with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
    main(["search", "renewable energy", "--archive", sys.argv[1], "--json"])
assert json.loads(printed.getvalue())["passages"]
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("script", [SEARCH, COMMAND], ids=["retrieval", "command"])
def test_a_search_loads_neither_torch_nor_what_needs_it(
    bundled: BundledEncoder, folder: Path, python: list[str], script: str
) -> None:
    with Archive.create(folder, bundled) as archive, archive.writing():
        ingest(archive, bundled, drafts())
    made = subprocess.run([*python, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    loaded = set(json.loads(made.stdout))
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "sentence_transformers", "transformers", "sklearn", "pandas"}


UNPACK = """
from index.encoders.bundled import BundledEncoder
print(BundledEncoder(1).encode_query("wind", "en").vector.tobytes().hex())
"""


def test_two_processes_that_unpack_at_once_get_one_sound_model(
    bundled: BundledEncoder, tmp_path: Path, python: list[str]
) -> None:
    environment = os.environ | {"ZITAT_CACHE": str(tmp_path)}
    command = [*python, "-c", UNPACK]
    pair = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate() for process in pair]
    expected = bundled.encode_query("wind", "en").vector.tobytes().hex()
    assert [out.strip() for out, _ in said] == [expected, expected]
    assert sum(err.count("Unpacking") for _, err in said) == 3  # the graph for passages, that for questions, the pieces
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 3


def test_a_model_that_is_not_there_is_said_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="give the path of a model"):
        load_encoder(str(tmp_path / "no-model"))


@pytest.mark.slow
def test_tokens_are_those_of_the_exported_checkpoint(bundled: BundledEncoder, checkpoint: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    for text in TEXTS.values():
        theirs = tokenizer.encode(f"passage: {text}", add_special_tokens=False).ids
        assert bundled._tokenizer.ids("passage:") + bundled._tokenizer.ids(text) == theirs, text


def test_what_is_stored_is_made_of_the_plain_vectors(bundled: BundledEncoder) -> None:
    space = load_neutral_space()
    for language in ("de", "th", "und"):
        text = TEXTS.get(language, TEXTS["en"])
        pooled, own = bundled.plain_vectors(text, "passage:")
        [encoded] = bundled.encode_passages([Passage(text, "", language)])
        assert len(own) == len(encoded.codes) == len(bundled.token_ends(text))
        assert np.allclose(encoded.vector, space.passages.neutral(normalise(pooled), language, 1.0), atol=1e-6)
        pooled, own = bundled.plain_vectors(text, "query:")
        asked = bundled.encode_query(text, language)
        assert np.allclose(asked.vector, space.questions.neutral(normalise(pooled), language, 1.0), atol=1e-6)
        assert np.allclose(asked.tokens, space.questions.centred(own, language) @ space.rotation, atol=1e-5)


@pytest.mark.slow
def test_int8_vectors_are_close_to_those_of_the_float_model(bundled: BundledEncoder, fp32: Any) -> None:
    theirs = fp32.encode_passages(passages())
    for text, other in zip(TEXTS.values(), theirs, strict=True):
        ours = normalise(bundled.plain_vectors(text, "passage:")[0])
        assert float(ours @ other.vector) > 0.99, text


@pytest.mark.slow
def test_questions_lose_next_to_nothing_against_the_float_model(bundled: BundledEncoder, fp32: Any) -> None:
    for text in TEXTS.values():
        ours = normalise(bundled.plain_vectors(text, "query:")[0])
        assert float(ours @ fp32.encode_query(text, "und").vector) > 0.9998, text


@pytest.mark.slow
def test_a_sentence_transformers_model_finds_the_seeds(fp32: Any, checkpoint: Path, folder: Path) -> None:
    with Archive.create(folder, fp32, model=str(checkpoint)) as archive, archive.writing():
        assert ingest(archive, fp32, drafts()).added == 3
        assert verify(archive) == []
    with Searcher(folder, fp32) as archive:
        [first, *_] = archive.search("Where will an office of hydrogen diplomacy open?").passages
        assert first.article.id == SEEDS[1].stem
        assert first.text
    with pytest.raises(EncoderMismatch, match="reembed"):
        Searcher(folder, BundledEncoder(1))


@pytest.mark.slow
def test_a_sentence_transformers_model_is_never_given_more_than_its_window(fp32: Any) -> None:
    fits = ("wind " * fp32.window).strip()
    assert len(fp32.token_ends(fits)) == fp32.window < 512
    [short, long] = fp32.encode_passages([Passage(fits, "", "en"), Passage(fits, "context " * 500, "en")])
    assert np.linalg.norm(short.vector) == pytest.approx(1, abs=1e-5)
    assert not np.array_equal(short.vector, long.vector)
    assert short.codes.shape == (0, 48)
    with pytest.raises(EncoderError, match=f"window of {fp32.window}"):
        fp32.encode_passages([Passage(f"{fits} wind", "", "en")])


@pytest.mark.slow
def test_questions_in_one_call_have_the_vectors_they_have_alone(fp32: Any) -> None:
    questions = list(TEXTS.values())[:4]
    together = fp32.encode_queries(questions, ["und"] * 4)
    for question, query in zip(questions, together, strict=True):
        alone = fp32.encode_query(question, "und")
        assert float(alone.vector @ query.vector) > 0.9999
        assert query.tokens.shape == (0, fp32.dimension)
