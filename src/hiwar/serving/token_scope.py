"""What a token is good for that is in the name of an API key: as much as the key, or less."""

from dataclasses import dataclass, replace

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.keys import Principal, Service


@dataclass(frozen=True, slots=True)
class TokenScope:
    """The services and voices of a token; None is all that its key may use at the time."""

    services: tuple[Service, ...] | None = None
    voices: tuple[str, ...] | None = None

    def narrowed(self, principal: Principal) -> Principal:
        """The holder of the key, with no more than the token allows."""
        services, voices = principal.services, principal.voices
        if self.services is not None:
            services = tuple(service for service in services if service in self.services)
        if self.voices is not None:
            voices = tuple(voice for voice in self.voices if voices is None or voice in voices)
        return replace(principal, services=services, voices=voices)

    def must_be_within(self, principal: Principal) -> None:
        """Raise HiwarError forbidden when there is something in it that the key may not use."""
        allowed = self.narrowed(principal)
        if not set(self.services or ()).issubset(allowed.services):
            message = f"This API key may use {' and '.join(principal.services)} alone; ask for a token within that."
            raise HiwarError(ErrorCode.FORBIDDEN, message)
        if not set(self.voices or ()).issubset(allowed.voices or ()):
            message = "This API key may not use all of these voices; ask for a token with voices that it may use."
            raise HiwarError(ErrorCode.FORBIDDEN, message)
