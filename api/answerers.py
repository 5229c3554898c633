"""The answerer that a command works with: over an open archive, with a language model where one is named."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval import Answerer, Searcher
    from retrieval.answering.generative import LanguageModel


def answerer_over(searcher: Searcher, llm: LanguageModel | None = None) -> Answerer:
    """Answers by quoting, or in the words of the language model."""
    from retrieval import Answerer

    if llm is None:
        return Answerer(searcher)
    from retrieval.answering.generative import Writer

    return Answerer(searcher, writer=Writer(llm))


def llm_of(args: argparse.Namespace) -> LanguageModel | None:
    """The language model that the command line names; raises BadInput for one that cannot be meant."""
    from index.errors import BadInput

    if not args.llm_base_url and not args.llm_model:
        return None
    if not args.llm_base_url or not args.llm_model:
        raise BadInput("one of --llm-base-url and --llm-model is missing", "give both, or neither")
    from retrieval.answering.generative import LanguageModel, key_from

    return LanguageModel.patient(args.llm_base_url, args.llm_model, key_from(), seconds=args.llm_timeout)
