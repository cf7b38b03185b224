"""A transition table and the one way to read it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from marketplace.kernel.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class Lifecycle(Generic[State]):
    """The drawn transitions of one kind of thing: ``{state: {action: next state}}``."""

    def __init__(self, thing: str, table: Mapping[State, Mapping[str, State]]) -> None:
        """Keep the table; states that are missing from it are final."""
        self.thing = thing
        self.table = table

    def apply(self, state: State, action: str) -> State:
        """Return the state that follows, or raise Conflict ``state`` naming what is possible now."""
        following = self.table.get(state, {}).get(action)
        if following is None:
            raise Conflict("state", thing=self.thing, state=str(state), action=action, possible=self.actions(state))
        return following

    def actions(self, state: State) -> list[str]:
        """List the actions that are possible in this state, in the order of the table."""
        return list(self.table.get(state, {}))

    def allows(self, state: State, action: str) -> bool:
        """Tell whether the action is drawn for this state."""
        return action in self.table.get(state, {})
