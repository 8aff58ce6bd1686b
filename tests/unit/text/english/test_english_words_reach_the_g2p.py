"""What the verbalization says is left alone by the normalisation of the package that makes phonemes of it."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.english.verbalization import spoken
from hiwar.text.tokens import Mark, Silent, Word

pytestmark = pytest.mark.models

TEXTS = (
    "$25.50, -€1,234.56, £0.99, SAR 1.5 million, KWD 1.250, 50¢, 25 USD, ¥500",
    "2026-11-22 at 17:45, 9:00, 5:30 PM, Nov 22, 2026, 22nd of May, Nov 22-25, Mon-Fri, 1 Ramadan 1447 AH",
    "in 1999, the 1990s, 2020-2024, +966 50 123 4567, (555) 123-4567, code 482913, 4111 1111 1111 1111",
    "10-15, 5-10 km, 5%-10%, 1/2, 2 3/4, ½, 8/10, 24/7, -3.5%, 1st, 100th, Henry VIII, World War II",
    "120 km/h, 30°C, 5'10\", 60 m², 50 Mbps, 1 lb, 10 ft, 5 min, SV1023, GPT-4, A380, v2.0.1, 192.168.1.1",
    "info@hiwar.sa, https://hiwar.com/a_b?c=1, report.pdf, #Vision2030, @user_name, ATMs, the UK's, U.S.A. now",
    "Dr. Smith, Main St. is, St. Paul, No. 5, e.g. this, vs. that, etc. and, Inc. is, AT&T, 2+2=4, 5*3, a ~ b, #5",
)


@pytest.mark.parametrize("text", TEXTS)
def test_words_pass_unchanged(text: str) -> None:
    normalize = pytest.importorskip("hibari.g2p.normalize").normalize
    tokens = classify(text, "en")
    for index, token in enumerate(tokens):
        said = spoken(tokens, index)
        if not isinstance(token.content, Word | Mark | Silent):
            assert normalize(said) == said
