"""Findings that an instructor has accepted in `assignment.toml`, each with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from autograder.linting.findings import RULES, Accepted, Family, Finding, found


def settle(
    findings: Iterable[Finding], reasons: Mapping[str, str], *, path: str, left_out: Collection[Family] = ()
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """Return what is still to be put right, and what is accepted; both sorted, what matters most first.

    Parameters
    ----------
    reasons
        By ``rule:where``. One that accepts nothing is a finding of its own.
    path
        The file that they stand in.
    left_out
        Families of rules that could not find anything this time.
    """
    every = sorted(findings, key=_order)
    keys = {finding.key for finding in every}
    open_ones = [finding for finding in every if finding.key not in reasons]
    accepted = [Accepted(finding=each, reason=reasons[each.key]) for each in every if each.key in reasons]
    for key in reasons:
        rule, _, where = key.partition(":")
        if rule not in RULES:
            message = f"[lint.accept] names {key!r}, but there is no rule {rule!r}: write it as `autograder lint` does"
        elif key not in keys and RULES[rule].family not in left_out:
            message = f"[lint.accept] names {key!r}, which does not occur any more: delete the line"
        else:
            continue
        open_ones.append(found("accepted-in-vain", where or key, message, path=path))
    return tuple(sorted(open_ones, key=_order)), tuple(accepted)


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    severities = list(type(finding.severity))
    return severities.index(finding.severity), finding.path, finding.line, finding.rule, finding.where
