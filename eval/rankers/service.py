"""A running Zitat service, asked through its client: what its users get, network and queue included."""

from __future__ import annotations

from api.client import Client, ClientError, SearchOptions
from eval.rankers.archive import ranking
from eval.rankers.records import RankingFailed
from eval.runs import Ranking
from eval.sets import Query
from index.errors import BadInput


class ServiceRanker:
    """Ranks with the service at an address; `api_key` where it asks for one. BadInput where it is not ready.

    That is asked once, as the client would else wait with every single query for a service that cannot answer.
    """

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.name = service_name(url)
        self._client = Client(url, api_key)
        try:
            self._client.health()
        except ClientError as error:
            self._client.close()
            raise BadInput(f"{self.name} is not ready: {error}", "start it, or wait, and see its log") from error

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """Articles as its search lists them."""
        options = SearchOptions(count=depth, languages=languages, per_article=1)
        try:
            return ranking(self._client.search(query.text, options), depth)
        except ClientError as error:
            raise RankingFailed(str(error)) from error

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """The search that a page of it makes."""
        try:
            self._client.search(query.text, SearchOptions(languages=languages))
        except ClientError as error:
            raise RankingFailed(str(error)) from error

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def service_name(url: str) -> str:
    """What reports call the service at an address."""
    return f"Zitat at {url}"
