"""The answerer that a command works with: over an open archive, with a language model where one is named."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.service.settings import Llm
    from retrieval import Answerer, Searcher


def answerer_over(searcher: Searcher, llm: Llm | None = None) -> Answerer:
    """Answers by quoting, or in the words of the language model."""
    from retrieval import Answerer

    if llm is None:
        return Answerer(searcher)
    from retrieval.answering.generative import LanguageModel, Writer

    key = os.environ.get(llm.key_variable, "").strip() or None
    return Answerer(searcher, writer=Writer(LanguageModel(llm.base_url, llm.model, key)))


def llm_of(args: argparse.Namespace) -> Llm | None:
    """The language model that the command line names."""
    from api.service.settings import Llm
    from index.errors import BadInput

    if not args.llm_base_url and not args.llm_model:
        return None
    if not args.llm_base_url or not args.llm_model:
        raise BadInput("one of --llm-base-url and --llm-model is missing", "give both, or neither")
    return Llm(args.llm_base_url, args.llm_model)
