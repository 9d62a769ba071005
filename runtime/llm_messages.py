"""What goes to a model server and comes back, and who watches: apart from the transport, whose library loads slowly."""

from typing import Literal, Protocol

from cases.frozen import Frozen


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Usage(Frozen):
    """What an answer cost, whatever it was worth: the model that answered, tokens, and seconds."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class LlmAnswer(Usage):
    """A model's answer: JSON that was checked against the shape asked for, and what it cost."""

    json_text: str


class Watch(Protocol):
    """Whoever accounts for a call. What `leaving` raises stops the call before any byte leaves."""

    def leaving(self) -> None:
        """Called before each attempt."""
        ...

    def answered(self, usage: Usage) -> None:
        """Called once the server has answered, before the answer is judged."""
        ...


class Unwatched:
    """A call that nobody accounts for."""

    def leaving(self) -> None:
        """Lets every attempt go."""

    def answered(self, usage: Usage) -> None:
        """Keeps nothing."""
