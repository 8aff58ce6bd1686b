"""How often each diacritizer that can be had is wrong, on sentences with known vowels, and how long it takes.

Run: python benchmarks/quality/diacritics.py [--show hiwar]

`diacritized.tsv` holds a half, a kind and a sentence in each line; the halves alternate. The product's lexicon was
written with the errors of the development half in view; the held-out half is only reported.

Each diacritizer gets the sentences without marks, hamzas kept. Compared are vowels, doubling and nunation of each
letter, alefs left out; sukun and no mark are the same, and so are a small alef and fatha. In per cent:
DER: letters with a wrong mark, or changed. WER: words with such a letter. Each is told with the words' last letters,
which carry the case, and (stem) without. said: words that sound otherwise once `text.arabic.phonemes` has read them,
where most cases are not heard. changed: letters that are not those that were written, in all. ms: a text of 150
characters, on one thread.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import import_module
from pathlib import Path

os.environ["TT_ORT_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read by text2tashkeel and by onnxruntime

import text2tashkeel

from hiwar.engines.reading.loading import load_diacritizer
from hiwar.text.arabic.letters import DAGGER_ALEF, FATHA, FATHATAN, MARKS, SUKUN, VOWEL_OF_MARK
from hiwar.text.arabic.lexicon import mark_known_words
from hiwar.text.arabic.phonemes import pronounce

SENTENCES = Path(__file__).with_name("diacritized.tsv")
TIMED_CHARACTERS = 150
TIMED_RUNS = 40
PACKAGE_MODELS = ("rawi-v2-int8", "rawi-v3-int8", "rawi-ensemble", "bilstm-int8")

Diacritize = Callable[[str], str]
Letter = tuple[str, frozenset[str]]
Word = list[Letter]


@dataclass(slots=True)
class Errors:
    """Counts over the sentences of one half."""

    letters: int = 0
    wrong: int = 0
    stem_letters: int = 0
    stem_wrong: int = 0
    words: int = 0
    wrong_words: int = 0
    wrong_stems: int = 0
    said_otherwise: int = 0
    changed: int = 0

    def add(self, expected: Word, found: Word) -> None:
        """Count a word."""
        self.changed += sum(one != other for (one, _), (other, _) in zip(expected, found, strict=False))
        self.changed += abs(len(expected) - len(found))
        padded = [*found, *[("", frozenset[str]())] * len(expected)]
        wrong = [letter != other for letter, other in zip(expected, padded, strict=False)]
        compared = [index for index, (base, _) in enumerate(expected) if base not in "اى"]
        stem = [index for index in compared if index != _ending(expected)]
        self.letters += len(compared)
        self.wrong += sum(wrong[index] for index in compared)
        self.stem_letters += len(stem)
        self.stem_wrong += sum(wrong[index] for index in stem)
        self.words += 1
        self.wrong_words += any(wrong[index] for index in compared)
        self.wrong_stems += any(wrong[index] for index in stem)

    def row(self) -> str:
        shares = (
            (self.wrong, self.letters), (self.stem_wrong, self.stem_letters), (self.wrong_words, self.words),
            (self.wrong_stems, self.words), (self.said_otherwise, self.words),
        )  # fmt: skip
        return "".join(f"{100 * part / whole:8.1f}" for part, whole in shares) + f"{self.changed:9}"


def _ending(word: Word) -> int:
    """The index of the letter that carries the case: the last, or the one before the alef of a nunation."""
    nunated = len(word) > 1 and word[-1][0] in "اى" and FATHATAN in word[-2][1]
    return len(word) - (2 if nunated else 1)


def words(text: str) -> list[Word]:
    """The words' letters with what is compared of their marks."""
    found: list[Word] = []
    for written in text.split():
        word: Word = []
        for character in written:
            if character in MARKS and word:
                word[-1] = (word[-1][0], word[-1][1] | {character})
            elif character.isalpha():
                word.append((character, frozenset()))
        found.append(_comparable(word))
    return [word for word in found if word]


def _comparable(word: Word) -> Word:
    letters: Word = []
    for base, written in word:
        marks = written - {DAGGER_ALEF}
        if marks != written and not marks & VOWEL_OF_MARK.keys():
            marks |= {FATHA}
        if base in "اى" and FATHATAN in marks and letters:  # some write it on the alef, some before it
            letters[-1] = (letters[-1][0], letters[-1][1] - {FATHA} | {FATHATAN})
        letters.append((base, marks - {SUKUN}))
    return letters


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


def measure(diacritize: Diacritize, sentences: Sequence[str]) -> tuple[Errors, list[tuple[str, str]]]:
    """The errors, and the words (or rows of them) that are said otherwise than they should be."""
    errors = Errors()
    shown: list[tuple[str, str]] = []
    for sentence in sentences:
        marked = diacritize(bare(sentence))
        for expected, found in zip(words(sentence), words(marked), strict=True):
            errors.add(expected, found)
        for wanted, got in differences(sentence, marked):
            errors.said_otherwise += len(wanted.split())
            shown.append((wanted, got))
    return errors, shown


def differences(sentence: str, marked: str) -> Iterator[tuple[str, str]]:
    """What is said otherwise: phones of the words that were wanted, and those in their place."""
    wanted, got = [["".join(word.phones) for word in pronounce(text)] for text in (sentence, marked)]
    for kind, first, last, start, stop in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        if kind != "equal":
            yield " ".join(wanted[first:last]), " ".join(got[start:stop])


def milliseconds(diacritize: Diacritize, text: str) -> float:
    """The median time for the text; the first run is not counted."""
    times: list[float] = []
    for _ in range(TIMED_RUNS + 1):
        started_s = time.perf_counter()
        diacritize(text)
        times.append(1000 * (time.perf_counter() - started_s))
    return statistics.median(times[1:])


def diacritizers() -> dict[str, Diacritize]:
    """All that is installed, by name; the last one is the product's."""
    found: dict[str, Diacritize] = {name: text2tashkeel.Diacritizer(name) for name in PACKAGE_MODELS}
    with suppress(ImportError):  # not a dependency: measured where it is installed
        found["libtashkeel"] = import_module("dengjen_tashkeel_py").tashkeel
    ours = load_diacritizer()
    found["hiwar, no lexicon"] = ours
    found["hiwar"] = lambda text: ours(mark_known_words(text))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Error rates of diacritizers.")
    parser.add_argument("--show", metavar="NAME", help="print what this one says otherwise in the development half")
    chosen = parser.parse_args()
    rows = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    timed = bare(" ".join(text for _, _, text in rows))[:TIMED_CHARACTERS]
    found = diacritizers()
    print(f"{platform.processor() or platform.machine()}, 1 thread; per cent\n")
    for half in ("development", "held-out"):
        sentences = [text for name, _, text in rows if name == half]
        print(f"{half} ({len(sentences)} sentences)")
        print(f"{'':20}{'DER':>8}{'stem':>8}{'WER':>8}{'stem':>8}{'said':>8}{'changed':>9}{'ms':>7}")
        for name, diacritize in found.items():
            errors, shown = measure(diacritize, sentences)
            print(f"{name:20}{errors.row()}{milliseconds(diacritize, timed):7.1f}")
            if chosen.show == name and half == "development":
                print("".join(f"    {wanted}  |  {got}\n" for wanted, got in shown), end="")
        print()


if __name__ == "__main__":
    main()
