"""Options that several commands share. Their environment variables are read by the settings, not here."""

from pathlib import Path

import click

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of everything the server keeps. [env: HIWAR_DATA_DIR]",
)
models_dir_option = click.option(
    "--models-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the models. [env: HIWAR_MODELS_DIR]",
)
config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings file (TOML). [env: HIWAR_CONFIG]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
