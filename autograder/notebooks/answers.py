"""Matches answers in code by what they define, wherever they stand and whatever mark they bear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from autograder.notebooks import halves, names
from autograder.notebooks.cells import kind
from autograder.notebooks.likeness import MAX_COMPARED, squeezed, words
from autograder.notebooks.marks import MarkMatching
from autograder.notebooks.matching import How, Match
from autograder.notebooks.stubs import is_untouched, told_names


class AnswerMatching(MarkMatching):
    """What the code of answers tells about a submission, beside their marks."""

    def by_names(self) -> None:
        """Take the student's own cells that define what an open question asks for, the last for each name.

        Those that stand where the question stands come before others.
        """
        asking = [index for index in self.unanswered() if self.asked[index]]
        if not asking:
            return
        asked = frozenset[str]().union(*(self.asked[index] for index in asking))
        definers: dict[str, list[int]] = defaultdict(list)
        for number in self.own():
            for name in self.defined_of(number, asked):
                definers[name].append(number)
        for index in asking:
            lower, upper = self.gap(index)
            chosen = set()
            for name in self.asked[index]:
                free = [number for number in definers[name] if number not in self.taken]
                filled = [number for number in free if not self.untouched(number, index)]
                if filled or index in self.matches:
                    free = filled
                near = [number for number in free if lower < number < upper]
                chosen.update((near or free)[-1:])
            found = sorted(chosen)
            if found:
                in_place = lower < found[0] and found[-1] < upper
                copies = self.matches[index].copies if index in self.matches else 1
                self.accept(index, Match(found, How.NAMES, copies=copies, in_place=in_place))

    def halves_of_answers(self) -> None:
        """Add the cells next to an answer that are Python only together with it: halves that have no mark."""
        for index, match in self.matches.items():
            if self.asked[index] and match.text is None and (match.was_split or len(match.given) == 1):
                self._add_halves(index, match)

    def _add_halves(self, index: int, match: Match) -> None:
        for step in (1, -1):
            while (number := self._half(index, match, step)) is not None:
                match.given = sorted([*match.given, number])
                match.was_split = True
                self.taken.add(number)

    def _half(self, index: int, match: Match, step: int) -> int | None:
        """Return the cell below (1) or above (-1) an answer that is a part of it, if there is one."""
        number = self._next_own(match.given[-1 if step > 0 else 0], step)
        if number is None:
            return None
        text = "\n".join(self.given[each].source for each in match.given)
        other = self.given[number].source
        is_rest = step > 0 and not self._names_in(text, index) and bool(self._names_in(other, index))
        is_half = is_rest or halves.belong_together(*((text, other) if step > 0 else (other, text)))
        return number if is_half else None

    def _names_in(self, text: str, index: int) -> frozenset[str]:
        """Return what a text seems to define of that which a question asks for."""
        return names.names_by_line(text) & self.asked[index]

    def _next_own(self, number: int, step: int) -> int | None:
        """Return the next cell that holds anything, where it is code of the student's own."""
        number += step
        while 0 <= number < len(self.given) and not self.given[number].source.strip():
            number += step
        is_own = 0 <= number < len(self.given) and number not in self.taken
        return number if is_own and self.given[number].cell_type == "code" else None

    def answers_elsewhere(self) -> None:
        """Take what an open question asks for out of other questions' cells, their older copies, or edited cells."""
        astray = self._astray()
        for index in (*self.unanswered(), *astray):
            asked = self.asked[index]
            for other in sorted(self.matches, reverse=True) if asked else ():
                match = self.matches[other]
                holding = [number for number in (*match.earlier, *match.given) if self.defined_of(number, asked)]
                if other == index or not holding or asked & self.asked[other]:
                    continue
                text = self._taken_out(holding[-1], index, other)
                if text and not is_untouched(text, self.released[index].source):
                    blank = self.matches.get(index, Match([], How.ELSEWHERE))
                    if index in astray:
                        blank.earlier, blank.given = sorted([*blank.earlier, *blank.given]), []
                    blank.how, blank.text, blank.source = How.ELSEWHERE, text, holding[-1]
                    self.matches[index] = blank
                    break

    def named_elsewhere(self) -> None:
        """Take the student's own cells for answers that are astray; what bore the mark runs before them."""
        for index in self._astray():
            holding = [number for number in self.own() if self.defined_of(number, self.asked[index])]
            filled = [number for number in holding if not self.untouched(number, index)]
            if filled:
                lower, upper = self.gap(index)
                astray = self.matches[index]
                earlier = sorted([*astray.earlier, *astray.given])
                in_place = lower < filled[-1] < upper
                self.accept(index, Match(filled[-1:], How.NAMES, earlier, copies=astray.copies, in_place=in_place))
                self._add_halves(index, self.matches[index])

    def _astray(self) -> list[int]:
        """Return the questions whose marked cells hold something, but define nothing of what the question asks for.

        Where its stub does not tell what that is, they define what another one asks for.
        """
        return [
            index
            for index, match in self.matches.items()
            if self.asked[index] and match.given and match.text is None and self._is_astray(index, match.given)
        ]

    def _is_astray(self, index: int, given: Sequence[int]) -> bool:
        asked = self.asked[index]
        if any(self.untouched(number, index) or self.defined_of(number, asked) for number in given):
            return False
        return bool(told_names(self.released[index].source)) or all(self._is_strange(number, asked) for number in given)

    def _taken_out(self, number: int, index: int, other: int) -> str:
        """Return the part of a cell that answers a question: up to where another question's answer begins.

        Of a locked cell that was edited it is all that the release does not have.
        """
        asked, others = self.asked[index], self.asked_by_any - self.asked[index]
        if kind(self.released[other]).is_locked:
            original = {squeezed(chunk.text) for chunk in names.chunks(self.released[other].source)}
            added = [chunk for chunk in names.chunks(self.given[number].source) if squeezed(chunk.text) not in original]
            return "\n".join(chunk.text for chunk in added if not chunk.names & others).strip("\n")
        parts: list[str] = []
        above: list[names.Chunk] = []  # not taken, since the last that was
        for chunk in names.chunks(self.given[number].source):
            if chunk.names & asked:
                start = names.start_of_needed(above, chunk, self.asked_by_any)
                parts.extend(each.text for each in above[start:])
            elif above or not parts or chunk.names & others:
                above.append(chunk)
                continue
            above.clear()
            parts.append(chunk.text)
        return "\n".join(parts).strip("\n")

    def older_versions(self) -> None:
        """Let the student's own cells that answer a question too, and stood above its answer, run before it."""
        index_of = {name: index for index, asked in enumerate(self.asked) for name in asked}
        open_to_more = [
            (index, min(match.given), [name for name in self.asked[index] if index_of[name] == index])
            for index, match in self.matches.items()
            if match.given and match.text is None and self.asked[index]
        ]
        anchors = {number: index for index, match in self.matches.items() if match.in_place for number in match.given}
        last = -1
        for number in range(len(self.given)):
            last = anchors.get(number, last)
            if number in self.taken or self.given[number].cell_type != "code":
                continue
            wanted = [name for index, first, asked in open_to_more if index < last and number < first for name in asked]
            answered = self.defined_of(number, frozenset(wanted))
            if answered:
                self.matches[min(index_of[name] for name in answered)].earlier.append(number)
                self.taken.add(number)

    def company_of_versions(self) -> None:
        """Let the student's own cells right below an older version of an answer run with it: not after the answer."""
        standing = [match for match in self.matches.values() if match.in_place]
        older = {number: match for match in standing for number in match.earlier}
        given = {number for match in standing for number in match.given}
        version: Match | None = None
        for number in range(len(self.given)):
            if number in older or number in given:
                version = older.get(number)
            elif version is not None and number not in self.taken and number < min(version.given, default=number + 1):
                version.earlier = sorted([*version.earlier, number])
                self.taken.add(number)

    def bases_of_answers(self) -> None:
        """Let what an answer is built on run right before it, as it stood: a cell that is put back may come between."""
        standing = {number for match in self.matches.values() for number in (*match.given, *match.earlier)}
        for index, match in self.matches.items():
            if self.asked[index] and match.given and match.text is None:
                start = self._start_of_base(match, standing)
                base = [number for number in range(start, min(match.given)) if number not in self.taken]
                match.earlier = sorted([*match.earlier, *base])
                self.taken.update(base)

    def _start_of_base(self, match: Match, standing: set[int]) -> int:
        """Return the first of the student's own cells above an answer that define what it uses, or what those use."""
        used = {word for number in match.given for word in words(self.given[number].source)}
        start = min(match.given)
        for number in range(start - 1, max(-1, start - 1 - MAX_COMPARED), -1):
            if number in standing:
                break
            if number not in self.taken and self.given[number].cell_type == "code" and self.defined(number) & used:
                used |= set(words(self.given[number].source))
                start = number
        return start
