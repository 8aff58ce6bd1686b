"""What the fields of messages and bodies mean, and their ranges: what their types cannot say, for both documents.

A name with a dot is that of one schema's field; one without, of the field in every schema.
"""

from collections.abc import Mapping

from hiwar.protocol.fields import REQUEST_ID
from hiwar.serving.limits import ServingLimits
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES

Keywords = Mapping[str, object]
"""JSON Schema keywords."""

REQUEST_ID_PATTERN = f"^{REQUEST_ID.pattern}$"
_TEXT_CHARS_MAX = ServingLimits().text_chars_max


def _says(description: str, **keywords: object) -> Keywords:
    return {"description": description, **keywords}


def _count(description: str) -> Keywords:
    return {"description": description, "minimum": 0}


FIELDS: Mapping[str, Keywords] = {
    # -- the same everywhere
    "type": _says("Which message this is."),
    "request_id": _says(
        "The request or stream: the client's own name for it, or 8 characters that the server made up.",
        pattern=REQUEST_ID_PATTERN,
    ),
    "voice": _says("A name from the catalogue, `GET /v1/voices`."),
    "language": _says('"ar" or "en"; in a request also "auto", which has it detected.'),
    **dict.fromkeys(
        ("Synthesize.format", "Start.format"),
        _says("How the audio is encoded, also as `response_format`; a header comes once per request."),
    ),
    "format": _says("How the audio is encoded; a header comes once per request."),
    "speed": _says("1.0 is the voice's own pace; what lies outside 0.5 to 2.0 is moved to the nearer end."),
    "word_timestamps": _says("Whether the times of words come too, from voices that know them."),
    "audio_ms": _count("Length of the audio that was sent so far."),
    "characters": _count("How much of the text that audio speaks."),
    "words": _says("The same in words.", minimum=0),
    "segment": _count("Counts the stream's utterances from 0."),
    "transcript": _says("What is said, as it is written."),
    "confidence": _says("How sure the recogniser is.", minimum=0, maximum=1),
    "start_ms": _count("Where it begins, from the beginning of the stream."),
    "end_ms": _count("Where it ends, from the beginning of the stream."),
    "audio_to_emit_ms": _count("From the arrival of the last audio that this rests on to its sending."),
    "word": _says("The word as it is written."),
    # -- from the client
    "SignIn.x-api-key": _says("An API key."),
    "SignIn.token": _says("A bearer token."),
    "Synthesize.text": _says("What to speak: Arabic, English or both.", minLength=1, maxLength=_TEXT_CHARS_MAX),
    "Text.text": _says("The next piece; all pieces of a request together have the limit of a whole request's text."),
    "sample_rate": _says(
        "In Hz; without it 22050, or 8000 for mulaw and alaw, which have no other.",
        enum=[*SYNTHESIS_SAMPLE_RATES, None],
    ),
    "Cancel.request_id": _says("The request to stop; without it, all of this connection.", pattern=REQUEST_ID_PATTERN),
    # -- from the server, synthesis
    "SynthesisStarted.sample_rate": _says("In Hz.", enum=[*SYNTHESIS_SAMPLE_RATES]),
    "channels": _says("Always 1.", minimum=1),
    "WordTimestamps.words": _says("In the order in which they are spoken."),
    "WordSpoken.start_ms": _count("Where it begins, from the beginning of the request's audio."),
    "WordSpoken.end_ms": _count("Where it ends, from the beginning of the request's audio."),
    "status": _says("How the request ended; failed comes behind an `error`."),
    "ttfc_ms": _count("From the arrival of something to speak to the first audio; null when there was none."),
    "queue_ms": _count("Spent waiting for an engine."),
    "text_ms": _count("Spent reading the text."),
    "model_ms": _count("Spent in the voice's model."),
    "encode_ms": _count("Spent resampling and encoding."),
    "first_text_ms": _count("The same as `text_ms`, up to the first audio."),
    "first_model_ms": _count("The same as `model_ms`, up to the first audio."),
    "first_encode_ms": _count("The same as `encode_ms`, up to the first audio."),
    "request_ids": _says("The requests that were stopped."),
    "ErrorEvent.code": _says("What kind of error; stable, to branch on."),
    "message": _says("What to change, as a sentence."),
    "retryable": _says("Whether the same may succeed later, unchanged."),
    "retry_after_ms": _count("When the same may succeed, where that is known."),
    # -- from the server, recognition
    "Ready.sample_rate": _says("In Hz, as the stream asked for."),
    "encoding": _says("How the stream's audio is read."),
    "interim_results": _says("Whether partials come."),
    "level": _says("How much is spent on it from now on."),
    "partial_interval_ms": _says("The least audio from one partial to the next; a synthesis request has none."),
    "stable": _says("The prefix of `transcript` that never changes again."),
    "Final.words": _says("When `word_timestamps` asked for them."),
    "itn": _says("The transcript with spoken numbers as digits, when `itn` asked for it."),
    "Done.audio_ms": _count("Length of the audio that was taken."),
    "segments": _count("How many finals there were."),
    # -- errors over HTTP
    "error": _says("Which of the three bodies of an error this is."),
    "detail": _says("What to change, as a sentence."),
    "HttpError.code": _says("`HTTP_` and the status.", pattern="^HTTP_[45][0-9]{2}$"),
    "reason": _says("The error's code in the table for all transports; absent for an unknown path or method."),
    "errors": _says("Every field that is wrong."),
    "field": _says("Its name, or its path; empty when it is the body itself."),
    # -- health, catalogue, explanation
    "Alive.status": _says("Always the same."),
    "Readiness.status": _says("Whether streams and requests are taken."),
    "Readiness.detail": _says("What is being done before they are, or that the server stops."),
    "voices": _says("In the operator's order."),
    "Voice.name": _says("What a request asks for."),
    "Voice.language": _says("The language that it is a voice of."),
    "languages": _says("What it can pronounce."),
    "gender": _says("As it sounds."),
    "engine": _says("Which engine speaks."),
    "engine_voice": _says("The engine's own name for it."),
    "model": _says("Which model speaks."),
    "licence": _says("The model's licence."),
    "quality": _says("An honest word for it; exact is the test voice."),
    "description": _says("What to expect."),
    "streams": _says("Whether the audio of a sentence comes while it is made, or whole."),
    "Voice.word_timestamps": _says("Whether it knows the times of words."),
    "native_rates": _says("Rates in Hz that need no resampler."),
    # -- tokens
    "expires_in": _says("In seconds: how long the token opens streams. What it has opened goes on."),
    "CreateToken.services": _says("What it opens; within what the key may use, which is all when this is left out."),
    "CreateToken.voices": _says("The voices it speaks with; within those of the key, which is all when left out."),
    "Token.token": _says("The token: `?token=` of a WebSocket, its first frame, a bearer header, gRPC metadata."),
    "expires_at": _says("When it ends, in UTC."),
    "Token.services": _says("What it opens."),
    "Token.voices": _says("The voices it speaks with; null is all."),
    # -- speech and transcriptions
    "CreateSpeech.input": _says(
        "What to speak: Arabic, English or both.",
        minLength=1,
        maxLength=ServingLimits().speech_request().text_chars_max,
    ),
    "response_format": _says("How the audio is encoded; the whole of it is one file."),
    "CreateSpeech.format": _says("The same as `response_format`, which it goes before."),
    "stream_format": _says("The audio as it is, or in server-sent events: `speech.audio.delta`, `speech.audio.done`."),
    "SpeechAudioDelta.audio": _says("In base64."),
    "usage": _says("How much was spoken."),
    "input_tokens": _count("Characters of the text."),
    "output_tokens": _count("Always 0."),
    "total_tokens": _count("The same as `input_tokens`."),
    "CreateTranscription.language": _says("A language that is named is not detected, which is faster."),
    "CreateTranscription.response_format": _says("The form of the transcript; verbose_json has times."),
    "timestamp_granularities": _says("What verbose_json has times of; also as `timestamp_granularities[]`."),
    "stream": _says("Whether the text comes as server-sent events, an utterance at a time."),
    "digits": _says("How numbers are written: spelled, 0-9, or ٠-٩ where the transcript is Arabic."),
    "CreateTranscription.itn": _says("Whether phrases of numbers, dates and amounts become digits too."),
    "Transcription.text": _says("All that was heard."),
    "VerboseTranscription.text": _says("All that was heard."),
    "TranscriptTextDone.text": _says("All that was heard."),
    "delta": _says("The next of the text."),
    "task": _says("Always the same."),
    "VerboseTranscription.language": _says("The language of most of the speech."),
    "duration": _says("Length of the recording in seconds.", minimum=0),
    "VerboseTranscription.segments": _says("The utterances, when they were asked for."),
    "VerboseTranscription.words": _says("The words, when they were asked for."),
    "id": _count("Counts the utterances from 0."),
    "TranscribedSegment.start": _says("In seconds.", minimum=0),
    "TranscribedSegment.end": _says("In seconds.", minimum=0),
    "TranscribedSegment.text": _says("What was said."),
    "avg_logprob": _says("The logarithm of `confidence`.", maximum=0),
    **dict.fromkeys(
        ("seek", "TranscribedSegment.tokens", "temperature", "compression_ratio", "no_speech_prob"),
        _says("Says nothing; some clients require it."),
    ),
    "TranscribedWord.start": _says("In seconds.", minimum=0),
    "TranscribedWord.end": _says("In seconds.", minimum=0),
    # -- bindings and explanations
    "BindVoice.voice": _says("What is to speak, as `hiwar voices available` names it."),
    "ExplainText.text": _says("The text to read.", minLength=1, maxLength=_TEXT_CHARS_MAX),
    "TextExplanation.segments": _says("In the order in which they are spoken."),
    "start": _count("Where it begins in the text that was sent, in characters."),
    "end": _count("Where it ends in the text that was sent, in characters."),
    "SegmentReading.text": _says("The segment after clean-up."),
    "tokens": _says("What it is read as, piece by piece; empty for a voice that reads letters."),
    "written": _says("The token as it stands in the text."),
    "kind": _says("What it is: a word, a number, an amount, a date."),
    "spoken": _says("The words that say it."),
    "marked": _says("Arabic words with all vowel marks; empty for English."),
    "phones": _says("Arabic sounds; empty for English."),
    "phonemes": _says("What the voice's model is given."),
}
