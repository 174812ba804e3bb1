"""Matches cells by nbgrader's marks: lost ones, doubled ones, and those that stand on the wrong cell."""

from __future__ import annotations

from collections import defaultdict

from autograder.notebooks import halves, names
from autograder.notebooks.cells import grade_id, kind
from autograder.notebooks.likeness import squeezed
from autograder.notebooks.matching import How, Match, Matching
from autograder.notebooks.stubs import told_names

_MAX_COPIES = 30  # of a cell that are read


class MarkMatching(Matching):
    """What marks tell about a submission."""

    def by_grade_id(self) -> None:
        """Take the cells that bear the mark of a released cell; of several answers the last one that is filled in."""
        marked: dict[str, list[int]] = defaultdict(list)
        for number, cell in enumerate(self.given):
            name = grade_id(cell)
            if name is not None:
                marked[name].append(number)
        for index, cell in enumerate(self.released):
            marked_so = marked.get(grade_id(cell) or "", [])
            found = [number for number in marked_so if not self.is_another(number, index)]
            if found:
                chosen = self._answer(index, found) if kind(cell).is_answer else self._locked(index, found)
                self.accept(index, chosen)

    def _locked(self, index: int, found: list[int]) -> Match:
        """Return the match for a locked cell: the last of its copies, those that are as released before others."""
        text = self.released[index].source.split()
        same = [number for number in found if self.given[number].source.split() == text]
        self.taken.update(same)
        return Match((same or found)[-1:], How.GRADE_ID, copies=len(found))

    def _answer(self, index: int, found: list[int]) -> Match:
        """Return the match for an answer whose mark some cells bear."""
        filled = [number for number in found if not self.untouched(number, index)]
        self.taken.update(set(found) - set(filled))
        if len(filled) < 2 or len(filled) > _MAX_COPIES:
            self.taken.update(found)
            return Match((filled or found)[-1:], How.GRADE_ID, copies=len(found))
        asked = self.asked[index]
        defining = [number for number in filled if self.defined(number) & asked]
        texts = [self.given[number].source for number in filled]
        is_code = self.released[index].cell_type == "code"
        if (
            self._are_neighbours(filled)
            and halves.are_parts(texts, map(self.defined, filled), is_code=is_code)
            and not (defining and is_code and any(self._is_strange(number, asked) for number in filled))
        ):
            return Match(filled, How.GRADE_ID, copies=len(found), was_split=True)
        mine = [number for number in filled if not self._is_strange(number, asked)] or filled
        winner = (defining or mine)[-1]
        text = self.given[winner].source
        older = [number for number in mine if number < winner]
        earlier = [number for number in older if self.given[number].source != text]
        self.taken.update(older)
        return Match([winner], How.GRADE_ID, earlier=earlier, copies=len(found) - len(filled) + len(mine))

    def _is_strange(self, number: int, asked: frozenset[str]) -> bool:
        """Return whether a copy of a cell has the answer to another question: it will be found by what it defines."""
        if asked and self.given[number].cell_type != "code":
            return not self.defined_of(number, asked)
        defined = self.defined_of(number, self.asked_by_any)
        return bool(defined & (self.asked_by_any - asked)) and not defined & asked

    def _are_neighbours(self, parts: list[int]) -> bool:
        between = (squeezed(cell.source) for cell in self.given[parts[0] : parts[-1] + 1])
        return sum(bool(text) and text not in self.stubs for text in between) == len(parts)

    def exchanged_marks(self) -> None:
        """Give an answer to the question whose names it defines, where that one has no answer and its own gets none."""
        defined = {
            index: names.names_by_line(self.given[match.given[0]].source)
            for index, match in self.matches.items()
            if len(match.given) == 1 and kind(self.released[index]).is_answer
        }
        lacking = set(self.unanswered()) | {index for index, mine in defined.items() if not mine & self.asked[index]}
        foreign = {
            index: self.matches[index].given[0]
            for index in lacking & set(defined)
            if self._tells_names(index) and not self.untouched(self.matches[index].given[0], index)
        }
        moved = {}
        for index in sorted(index for index in lacking if self.asked[index]):
            holders = [other for other in foreign if other != index and defined[other] & self.asked[index]]
            if holders:
                moved[index] = foreign.pop(holders[-1])
        for index in [each for each, match in self.matches.items() if set(match.given) & set(moved.values())]:
            self.taken.difference_update(self.matches.pop(index).given)
        for index, number in moved.items():
            if index in self.matches and not self.untouched(self.matches[index].given[0], index):
                self.taken.difference_update(self.matches[index].given)
            lower, upper = self.gap(index)
            self.accept(index, Match([number], How.ELSEWHERE, in_place=lower < number < upper))

    def _tells_names(self, index: int) -> bool:
        """Return whether a cell of code with the mark of a question has to define names that its stub tells."""
        cell = self.released[index]
        number = self.matches[index].given[0]
        return self.given[number].cell_type == "code" and (cell.cell_type != "code" or bool(told_names(cell.source)))
