"""The board's pages: plain HTML on the report's style, useful without JavaScript."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from grader.core.comparison import RunComparison
from grader.hosting.settings import BoardSettings
from grader.hosting.store import GRADED, NAME_CHARS, Submission
from grader.leaderboard import heat, site
from grader.leaderboard.entries import day
from grader.leaderboard.records import LeaderboardFile
from grader.reports.html import page
from grader.reports.html.page import safe

CHANGES_SHOWN = 200


@cache
def style() -> str:
    """All style of a page."""
    return page.asset("base.css") + site.asset("leaderboard.css") + asset("board.css")


@cache
def script() -> str:
    """All script of a page."""
    return site.asset("leaderboard.js") + asset("news.js")


def asset(name: str) -> str:
    """A file beside this one."""
    return files("grader.hosting").joinpath(name).read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The content policy: what stands in the page itself, forms and news of this site."""
    own = page.policy(style(), script(), connect="'self'", forms="'self'")
    return f"{own}; frame-ancestors 'none'; img-src 'self' data:"


def whole(settings: BoardSettings, title: str, body: str, *, account: str, csrf: str) -> str:
    """A page."""
    links = [("/", "Board"), ("/submit", "Submit"), ("/mine", "My submissions")]
    items = "".join(f'<li><a href="{place}">{name}</a></li>' for place, name in links)
    if account:
        items += f"<li>{safe(account)} {action('/logout', 'Log out', csrf)}</li>"
    else:
        items += '<li><a href="/login">Log in</a></li>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{safe(title)} · {safe(settings.title)}</title><style>{style()}</style>"
        "</head><body>"
        '<a class="skip" href="#content">Skip to the content</a><header class="top"><div>'
        f'<p class="brand">{safe(settings.title)}</p><h1>{safe(title)}</h1></div>'
        f'<nav class="site" aria-label="Site"><ul>{items}</ul></nav></header>'
        f'<main id="content" tabindex="-1"><div class="live" data-live>{body}</div></main>'
        f"<script>{script()}</script></body></html>"
    )


def action(place: str, name: str, csrf: str) -> str:
    """A button that does one thing."""
    return (
        f'<form method="post" action="{safe(place, None)}">'
        f'<input type="hidden" name="csrf" value="{safe(csrf)}">'
        f"<button>{safe(name)}</button></form>"
    )


def card(title: str, body: str) -> str:
    """A part of a page."""
    return f'<section class="card"><h2>{safe(title)}</h2>{body}</section>'


def board(made: LeaderboardFile, published: Sequence[Submission]) -> str:
    """The board, and what to compare."""
    parts = "".join(site.board_section(made, place) for place in range(len(made.boards)))
    blocks = "".join(heat.data(each, place) for place, each in enumerate(made.boards))
    boards = f'<div id="boards">{parts}</div>{blocks}'
    return boards + choices(published) if parts else card("No entry yet", "<p>Be the first.</p>")


def choices(published: Sequence[Submission]) -> str:
    """A form that leads to a comparison."""
    boxes = "".join(
        f'<label><span><input type="checkbox" name="id" value="{each.id}"> {safe(each.name)}'
        f" ({safe(each.account)}, {day(each.made_at)})</span></label>"
        for each in published
    )
    form = f'<form class="plain" action="/compare">{boxes}<button>Compare</button></form>'
    return card("Compare two or more", form)


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are HTML."""
    titles = "".join(f'<th scope="col">{safe(each)}</th>' for each in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{safe(name)}" tabindex="0">'
        f'<table class="plain"><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def mine(found: Sequence[Submission], csrf: str) -> str:
    """An account's own submissions."""
    rows = [
        (
            f'<a href="/entries/{each.id}">{safe(each.name)}</a>',
            day(each.made_at),
            safe(f"{each.state}{f': {each.why}' if each.why else ''}"),
            score(each),
            place_of(each),
            turn(each, csrf),
        )
        for each in found
    ]
    head = ("Name", "Day", "State", "Score", "Board", "Turn")
    body = table("My submissions", head, rows) if rows else "<p>Nothing yet.</p>"
    return card("What I submitted", body)


def turn(each: Submission, csrf: str) -> str:
    """The button that puts an entry on the board, or takes it off."""
    if each.state != GRADED or not csrf:
        return ""
    is_there = each.published_at and not each.withdrawn_at
    verb = "withdraw" if is_there else "publish"
    return action(f"/entries/{each.id}/{verb}", verb.capitalize(), csrf)


def place_of(each: Submission) -> str:
    """Whether it is on the board."""
    if each.withdrawn_at:
        return "withdrawn"
    return "published" if each.published_at else "private"


def entry(
    found: Submission, told: Mapping[str, str], earlier: Sequence[Submission],
    before: Mapping[str, str], *, links: str,
) -> str:  # fmt: skip
    """One submission: figures, tasks, history, what changed."""
    facts = {
        "Account": found.account, "Day": day(found.made_at), "State": found.state,
        "Score": score(found), "Board": place_of(found), "SHA-256 of the samples": found.sha256,
    }  # fmt: skip
    listed = "".join(
        f"<div><dt>{key}</dt><dd>{safe(value)}</dd></div>" for key, value in facts.items()
    )
    parts = [card("Figures", f'<dl class="facts">{listed}</dl>{links}')]
    if earlier:
        rows = [
            (f'<a href="/entries/{each.id}">{safe(each.name)}</a>', day(each.made_at), score(each))
            for each in earlier
        ]
        parts.append(
            card("Earlier entries", table("Earlier entries", ("Name", "Day", "Score"), rows))
        )
    if before:
        parts.append(card("Changed against the entry before", changes(before, told)))
    if told:
        rows = [(safe(task), safe(verdict)) for task, verdict in told.items()]
        parts.append(card("Tasks", table("Tasks", ("Sample", "Verdict"), rows)))
    return "".join(parts)


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Samples with another verdict now."""
    both = [key for key in new if key in old and old[key] != new[key]]
    rows = [(safe(key), safe(old[key]), safe(new[key])) for key in both[:CHANGES_SHOWN]]
    return table("Changes", ("Sample", "Before", "Now"), rows) if rows else "<p>Nothing.</p>"


def compared(
    names: Mapping[str, str], made: RunComparison, told: Sequence[tuple[str, Mapping[str, str]]]
) -> str:
    """Two or more entries side by side; `names` by those in the comparison."""
    sides = [
        (safe(names[each.name]), f"{each.score:.4f}", interval(each.low, each.high))
        for each in made.sides
    ]
    parts = [card("Scores", table("Scores", ("Entry", "Score", "95 % interval"), sides))]
    pairs = [
        (
            f"{safe(names[each.a])} against {safe(names[each.b])}",
            f"{each.difference:+.4f}",
            f"{each.p_holm:.4f}",
            safe(each.decision.value),
        )
        for each in made.pairs
    ]
    parts.append(card("Paired tests", table("Pairs", ("Pair", "Difference", "p", "Says"), pairs)))
    for (one, old), (other, new) in pairwise(told):
        gained = [key for key in new if new[key] == "passed" != old.get(key, "passed")]
        lost = [key for key in old if old[key] == "passed" != new.get(key, "passed")]
        words = f"<p>Gained: {safe(', '.join(gained) or 'none', 5000)}</p>"
        words += f"<p>Lost: {safe(', '.join(lost) or 'none', 5000)}</p>"
        parts.append(card(f"From {one} to {other}", words))
    return "".join(parts)


def submit(csrf: str, words: str) -> str:
    """The form."""
    return card(
        "New submission",
        f'<p>{safe(words)}</p><form class="plain" method="post" action="/submit"'
        f' enctype="multipart/form-data"><input type="hidden" name="csrf" value="{safe(csrf)}">'
        f'<label>Name of the entry <input name="name" required maxlength="{NAME_CHARS}"'
        ' autocomplete="off"></label>'
        '<label>Cost in USD, if told <input name="usd" inputmode="decimal"></label>'
        '<label>Samples, .jsonl or .jsonl.gz <input type="file" name="samples" required></label>'
        "<button>Submit</button></form>",
    )


def login() -> str:
    """The form that takes a token; there is no session yet that could be forged."""
    return card(
        "Log in",
        '<form class="plain" method="post" action="/login"><label>Token'
        ' <input name="token" type="password" required autocomplete="current-password"></label>'
        "<button>Log in</button></form>",
    )


def score(each: Submission) -> str:
    """A score, and what it is of."""
    if each.score is None:
        return ""
    return f"{100 * each.score:.2f} % ({each.passed} of {each.samples} passed)"


def interval(low: float | None, high: float | None) -> str:
    """An interval, where there is one."""
    return "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
