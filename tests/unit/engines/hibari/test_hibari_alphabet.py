"""Phoneme strings as the model takes them: ids, lengths, places of words; signs between two that it knows."""

from typing import Any

import pytest

pytest.importorskip("hibari")
onnx = pytest.importorskip("onnx")

import numpy as np  # noqa: E402

from hiwar.engines.hibari import arabic_sounds, graphs  # noqa: E402
from hiwar.engines.hibari.alphabet import BLENDS, LENGTHS, spelling, vocabulary  # noqa: E402
from hiwar.engines.onnx_graphs import MissingTensorError  # noqa: E402
from hiwar.engines.reading.phonemizer import WordSpan  # noqa: E402

IDS = {"a": 1, "b": 2, " ": 3, "ː": 9}


def test_each_sign_has_its_id_between_two_silences() -> None:
    assert spelling("ab a", (), IDS).ids == (0, 1, 2, 3, 1, 0)


def test_a_mark_multiplies_the_length_of_the_sign_before_it_and_is_none_itself() -> None:
    spelled = spelling("abːːb̆", (), IDS)
    assert spelled.ids == (0, 1, 2, 2, 0)
    assert spelled.lengths == (1.0, 1.0, LENGTHS["ː"] ** 2, LENGTHS["̆"], 1.0)


def test_a_mark_that_a_cut_left_without_its_sign_is_passed_over() -> None:
    assert spelling("ːa", (), IDS).lengths == (1.0, 1.0, 1.0)


def test_words_are_counted_in_phonemes() -> None:
    words = (WordSpan(0, 4, 0, 3), WordSpan(5, 8, 4, 7))
    spelled = spelling("aːb aːb", words, IDS)
    assert [(word.first, word.last) for word in spelled.words] == [(0, 2), (3, 5)]
    assert [(word.start, word.end) for word in spelled.words] == [(0, 4), (5, 8)]


def test_every_sound_of_the_table_can_be_spelled() -> None:
    for sound in arabic_sounds.SOUNDS.values():
        spelling(sound, (), vocabulary())


def test_blends_are_of_signs_that_are_no_blends_and_whole() -> None:
    for parts in BLENDS.values():
        assert BLENDS.keys().isdisjoint(parts)
        assert sum(parts.values()) == pytest.approx(1)


def embeddings(*names: str) -> Any:
    rows = np.random.default_rng(1).standard_normal((max(vocabulary().values()) + 1, 4)).astype(np.float32)
    tables = [onnx.numpy_helper.from_array(rows, name) for name in names]
    return onnx.helper.make_model(onnx.helper.make_graph([], "signs", [], [], tables))


def test_a_blend_is_the_weighted_mean_of_what_the_model_makes_of_its_parts() -> None:
    model = embeddings("m.text.emb.weight", "pn.text.emb.weight")
    before = onnx.numpy_helper.to_array(model.graph.initializer[0]).copy()
    graphs.blend(model)
    ids = vocabulary()
    for table in model.graph.initializer:
        after = onnx.numpy_helper.to_array(table)
        for sign, parts in BLENDS.items():
            mean = sum(weight * before[ids[part]] for part, weight in parts.items())
            np.testing.assert_allclose(after[ids[sign]], mean, atol=1e-6)
        kept = [number for sign, number in ids.items() if sign not in BLENDS]
        np.testing.assert_array_equal(after[kept], before[kept])


def test_a_model_without_these_tables_is_of_another_structure() -> None:
    with pytest.raises(MissingTensorError):
        graphs.blend(embeddings("m.text.emb.weight"))
