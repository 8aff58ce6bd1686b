"""Whatever is heard: what was once written as stable stays, up to and into the final."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from hiwar.pipelines.writing import Writing
from hiwar.vocabulary import DIGIT_STYLES, LANGUAGES, DigitStyle, RecognitionConfig, Transcript, Word

NUMBERS = ["25", "٢٥", "25،", "$25", "3.5", "10:30", "و25", "50%", "2020-2024", "GPT-4", "1,250", "0551234567"]
WORDS = st.sampled_from([*NUMBERS, "مَرْحَبًا", "ٱلله", "ﷺ", "کیف؟", "hello,", "\u200f", "\u064e"]) | st.text(
    max_size=6
).filter(lambda text: len(text.split()) == 1 and text == text.strip())


@dataclass(frozen=True)
class Heard:
    transcripts: tuple[Transcript, ...]
    style: DigitStyle


@st.composite
def growing(draw: st.DrawFn) -> Heard:
    """Transcripts of one segment whose stable words only grow; what follows them, and the language, may change."""
    stable: list[str] = []
    transcripts: list[Transcript] = []
    count = draw(st.integers(1, 5))
    for number in range(count):
        stable += draw(st.lists(WORDS, max_size=4))
        is_final = number == count - 1
        text = [*stable, *([] if is_final else draw(st.lists(WORDS, max_size=4)))]
        timed = tuple(Word(word, at, at + 1, 0.5) for at, word in enumerate(text)) if is_final else ()
        language = draw(st.sampled_from(LANGUAGES))
        transcripts.append(Transcript(0, " ".join(text), " ".join(stable), 0.5, language, 0, 9, is_final, timed))
    return Heard(tuple(transcripts), draw(st.sampled_from(DIGIT_STYLES)))


@given(growing())
def test_what_was_written_as_stable_stays(heard: Heard) -> None:
    writing = Writing(RecognitionConfig("r", digits=heard.style))
    stable: list[str] = []
    for transcript in heard.transcripts:
        written = writing.of(transcript)
        words = written.text.split()
        assert written.text == " ".join(words)
        assert written.stable.split() == words[: len(written.stable.split())]
        assert written.text.startswith(written.stable)
        assert written.stable.split()[: len(stable)] == stable
        stable = written.stable.split()
        if transcript.is_final:
            assert written.stable == written.text


@given(growing())
def test_writing_again_changes_nothing_and_times_stay(heard: Heard) -> None:
    final = heard.transcripts[-1]
    written = Writing(RecognitionConfig("r", digits=heard.style)).of(final)
    assert Writing(RecognitionConfig("r", digits=heard.style)).of(written) == written
    assert " ".join(word.text for word in written.words) == written.text
    timed = {(word.start_ms, word.end_ms, word.confidence) for word in final.words}
    assert {(word.start_ms, word.end_ms, word.confidence) for word in written.words} <= timed
    assert len(written.words) <= len(final.words)
