"""`make fuzz`: every target again and again, each for its part of `--minutes`."""

import time

import pytest
from hypothesis import settings

# Chosen on the command line, and read by `support.fuzzing`, which must not be imported before.
settings.register_profile("fuzz", database=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=0.0, help="how long to fuzz, all targets together")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    minutes = pyfuncitem.config.getoption("--minutes", 0.0)
    if not minutes or not hasattr(pyfuncitem.obj, "hypothesis"):
        return None
    until_s = time.monotonic() + 60 * minutes / max(1, len(pyfuncitem.session.items))
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    while time.monotonic() < until_s:
        pyfuncitem.obj(**given)
    return True
