"""The requests of one trial: an SDK makes the first one, and the others repeat it with another body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

    from bioblue_tui.models.transport import Transport


class Poster:
    """Posts to one address of an API.

    The SDK makes the first request: address, key, headers, time-outs. That takes it longer than all the rest of a step,
    and only the body differs the next time. A response without success is given back to the SDK as if it had asked: it
    follows an address that has moved, and raises its own errors.

    Args:
        client: The SDK's client.
        path: The address, below the client's.
        transport: What the client sends through; None where only the SDK can send, as through a proxy.
    """

    def __init__(self, client: Any, path: str, transport: Transport | None) -> None:
        self._client, self._path, self._transport = client, path, transport
        self._known = False

    async def post(self, body: bytes) -> httpx2.Response:
        """Post a JSON text and return the answer, not yet read; the caller must close it.

        Raises:
            Exception: An error of the SDK or of httpx2, when there is no answer.
        """
        if self._known and self._transport is not None:
            response = await self._transport.again(body)
            if response.is_success:
                return response
            self._transport.give_back(response)
        return await self._ask_sdk(body)

    async def _ask_sdk(self, body: bytes) -> httpx2.Response:
        import httpx2

        self._known = False
        response: httpx2.Response = await self._client.post(
            self._path, cast_to=httpx2.Response, content=body, stream=True
        )
        # Where the SDK was redirected, the next request may be redirected elsewhere, so the SDK must make it.
        self._known = not response.history
        return response
