"""Speaks the samples of the listening page with the voices of a server, and writes the page.

Run: python docs/listening/make.py (starts a server of its own where none runs on this machine)
"""

import asyncio
import html
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from hiwar.cli.server_choice import Server, chosen_server
from hiwar.client import AsyncClient

FOLDER = Path(__file__).parent
SAMPLE_RATE = 24000


@dataclass(frozen=True, slots=True)
class Sample:
    """A text spoken by a voice; `file` without its ending."""

    file: str
    voice: str
    text: str
    shows: str


SAMPLES = (
    Sample("yara", "Yara", "مرحبا بكم في حوار، كيف يمكنني مساعدتكم اليوم؟", "Yara, Arabic"),
    Sample("nouf", "Nouf", "شكرا لاتصالكم. سيجيبكم أحد موظفينا بعد قليل.", "Nouf, Arabic"),
    Sample("atheer", "Atheer", "للتحدث مع قسم المبيعات اضغط 1، وللعودة إلى القائمة اضغط صفر.", "Atheer, Arabic"),
    Sample("money", "Yara", "رصيدك 1,250.75 ريالا حتى 22/11/2026 الساعة 5:30 م.", "money, date and time"),
    Sample("code", "Nouf", "رمز التحقق 4839، ورقم الهاتف 0501234567.", "codes and telephone numbers"),
    Sample(
        "counted",
        "Atheer",
        "لديك 3 رسائل و11 مكالمة، والاجتماع في الطابق 5.",
        "numbers that agree with what they count",
    ),
    Sample("mixed", "Yara", "افتح تطبيق WhatsApp على iPhone 15 ثم اختر Settings.", "English inside Arabic, one voice"),
    Sample("yara-en", "Yara_en", "Hello, and welcome. How can I help you today?", "Yara_en, English"),
    Sample("balance", "Yara_en", "Your balance is $1,250.75 as of Nov 22, 2026 at 5:30 PM.", "the same in English"),
    Sample("yara-speaks-english", "Yara", "Please hold the line, someone will be with you soon.", "Yara, English"),
)

_PAGE = """<!doctype html>
<!-- Written by docs/listening/make.py: change that, and run it again. -->
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hiwar: listen</title>
<style>
body {{ font: 17px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }}
article {{ border-top: 1px solid #d8dde5; padding: 1rem 0; }}
h2 {{ font-size: 1rem; margin: 0; color: #51607a; font-weight: 600; }}
p {{ margin: .3rem 0 .6rem; }}
audio {{ width: 100%; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181f; color: #e6eaf0; }} h2 {{ color: #9fb0cc; }}
article {{ border-color: #2b3340; }} }}
</style>
<h1>Listen · استمع</h1>
<p>The embedded voices as they come, on one core of a small machine. How they are made, and what they lack, is written
<a href="../explanation/voices-and-models.md">here</a>; how the texts are read,
<a href="../explanation/text.md">here</a>.</p>
{articles}
</html>
"""
_ARTICLE = """<article>
<h2>{shows}</h2>
<p lang="{language}" dir="auto">{text}</p>
<audio controls preload="none" src="{file}.ogg"></audio>
</article>"""


def page() -> str:
    """The page that plays all samples."""
    articles = (
        _ARTICLE.format(
            shows=html.escape(f"{sample.voice}: {sample.shows}" if sample.voice not in sample.shows else sample.shows),
            language="ar" if sample.text[0] >= "\u0600" else "en",
            text=html.escape(sample.text),
            file=sample.file,
        )
        for sample in SAMPLES
    )
    return _PAGE.format(articles="\n".join(articles))


async def _speak(server: Server) -> None:
    client = AsyncClient(server.url, server.api_key)
    for sample in SAMPLES:
        speech = client.speak(sample.text, voice=sample.voice, sample_rate=SAMPLE_RATE)
        audio = b"".join([chunk async for chunk in speech])
        target = FOLDER / f"{sample.file}.ogg"
        soundfile.write(target, np.frombuffer(audio, "<i2"), SAMPLE_RATE, format="OGG", subtype="OPUS")
        sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")


async def _main() -> None:
    (FOLDER / "index.html").write_text(page(), encoding="utf-8")
    async with chosen_server(None, None, None, None) as server:
        await _speak(server)


if __name__ == "__main__":
    asyncio.run(_main())
