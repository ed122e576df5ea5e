"""A suite's table."""

from grader.core.conditions import mark_words, special
from grader.leaderboard.records import SuiteBoard, SuiteStanding
from grader.leaderboard.table import AXIS, DASH, flag, interval, rank, share
from grader.reports._words import counted
from grader.reports.html.page import safe


def suite_section(made: SuiteBoard) -> str:
    """The table with what it rests on."""
    names = tuple(made.weights)
    titles = [
        ("Rank", "rank"),
        ("Name", "name"),
        ("Score", "number score"),
        ("95 % interval", "ci"),
    ]
    titles += [(heading(made, name), "number") for name in names]
    head = "".join(
        f'<th scope="col" role="columnheader" class="{kind}">{safe(title, 80)}'
        f"{AXIS if kind == 'ci' else ''}</th>"
        for title, kind in titles
    )
    rows = "".join(suite_row(each, made) for each in made.standings)
    note = f"{counted(len(made.standings), 'name')}; {made.method}{asked(made)}."
    title = safe(made.title)
    return (
        f'<section class="card board" aria-labelledby="suite"><h2 id="suite">{title}</h2>'
        f'<div class="wide" role="region" aria-label="{title}: names" tabindex="0">'
        f'<table class="entries" role="table" aria-label="{title}: names">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>'
        f'<p class="note">{safe(note, 900)}</p></section>'
    )


def asked(made: SuiteBoard) -> str:
    """What was asked that is not usual, by part."""
    found = {part: special(conditions) for part, conditions in made.conditions.items()}
    return "".join(
        f"; {part} under {', '.join(f'{name} {value}' for name, value in unusual.items())}"
        for part, unusual in found.items()
        if unusual
    )


def suite_row(each: SuiteStanding, made: SuiteBoard) -> str:
    """One name."""
    flags = [each.why] if each.why else []
    flags += [f"{part}: {mark_words(one)}" for part, marks in each.marks.items() for one in marks]
    place = rank(each) if each.rank_best else str(each.rank or DASH)
    parts = "".join(
        f'<td role="cell" class="number" data-label="{safe(heading(made, name), 80)}">'
        f"{share(each.parts.get(name))}</td>"
        for name in made.weights
    )
    return (
        f'<tr role="row" data-name="{safe(each.name.lower(), None)}">'
        f'<td role="cell" class="rank" data-label="Rank">{place}</td>'
        f'<th scope="row" role="rowheader" class="name">{safe(each.name, 80)}'
        f"{''.join(map(flag, flags))}</th>"
        f'<td role="cell" class="number score" data-label="Score">{share(each.score)}</td>'
        f'<td role="cell" class="ci" data-label="95 % interval on 0 {DASH} 100">'
        f"{interval(each)}</td>{parts}</tr>"
    )


def heading(made: SuiteBoard, name: str) -> str:
    """A part's name with its weight."""
    weight = made.weights[name]
    return f"{name} (weight {weight:g})" if weight else f"{name} (diagnostic)"
