"""What turns say, each saying read once: chat repeats itself, and what a turn says depends on nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.distinct import numbered


@dataclass(frozen=True, slots=True)
class Utterances:
    """Texts as they are read: those of an utterance together, in the order of its messages; numbers from 0 on.

    Turns of one message with the same text and marks are one utterance; any other turn is one of its own, and so
    is what stands in no turn. Arrays by text: ``text_no`` (place among the normal texts), ``utterance``,
    ``is_list``, ``is_template``. ``of_message``: its text. ``of_turn``: its utterance; the last one, of no text,
    for turns of which there is no message.
    """

    text_no: np.ndarray
    utterance: np.ndarray
    is_list: np.ndarray
    is_template: np.ndarray
    of_message: np.ndarray
    of_turn: np.ndarray
    n: int

    @classmethod
    def of(cls, messages: pl.DataFrame) -> Utterances:
        """The utterances of messages (text_no, turn, is_list, is_template; sorted by time)."""
        turn = messages["turn"].fill_null(-1).to_numpy()
        text_no, is_list, is_template = (
            messages[name].to_numpy() for name in ("text_no", "is_list", "is_template")
        )
        n_messages = np.bincount(turn + 1)[1:]
        is_alone = (turn < 0) | (np.append(n_messages, 1)[turn] == 1)
        alone, others = np.flatnonzero(is_alone), np.flatnonzero(~is_alone)
        distinct, place = numbered((text_no[alone] * 2 + is_list[alone]) * 2 + is_template[alone])
        n_alone = len(distinct)
        example = np.empty(n_alone, dtype=np.int64)
        example[place] = alone
        of_message = np.empty(len(turn), dtype=np.int64)
        of_message[alone] = place
        # others without a turn divide no turn: the messages of each follow one another here
        of_message[others] = n_alone + np.arange(len(others))
        at = np.append(example, others)
        is_new = np.append(True, turn[others[1:]] != turn[others[:-1]])[: len(others)]
        utterance = np.append(np.arange(n_alone), n_alone - 1 + np.cumsum(is_new))
        n = n_alone + int(is_new.sum()) + 1
        of_turn = np.full(len(n_messages), n - 1)
        said = np.flatnonzero(turn >= 0)
        of_turn[turn[said]] = utterance[of_message[said]]
        return cls(text_no[at], utterance, is_list[at], is_template[at], of_message, of_turn, n)

    def total(self, by_text: np.ndarray, is_chosen: np.ndarray) -> np.ndarray:
        """By utterance, the sum over its chosen texts."""
        at = np.flatnonzero(is_chosen & (by_text > 0))
        return np.bincount(self.utterance[at], by_text[at], minlength=self.n).astype(np.int64)
