"""Each call takes the next of the tokens in AUKIO_TOKENS."""

import itertools
import os

import schemathesis

tokens = itertools.cycle(os.environ["AUKIO_TOKENS"].split())


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers["Authorization"] = f"Bearer {next(tokens)}"
