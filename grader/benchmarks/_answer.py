"""From all that a model wrote to what it answered: without its thoughts and its control tokens.

Thoughts are marked by tags, as DeepSeek-R1, Qwen3 and GLM (`<think>`), Magistral (`[THINK]`), Kimi
(`◁think▷`), Command A (`<|START_THINKING|>`) and Seed-OSS (`<seed:think>`) write them, or by a
channel (gpt-oss's harmony). Their chat templates put the opening tag into the prompt, so that an
answer may hold the closing one alone; a thought that never ends has no answer behind it.

Control tokens are those of the chat templates: what begins a turn, what ends it. What follows the
end of the answer's turn is not the answer. Nothing is taken out of a string literal.
"""

import re
from typing import NamedTuple

from grader.benchmarks._strings import strings

FAMILY = r"think|thinking|thought|thoughts|reasoning|reflection|scratchpad|seed:think|antthinking"
THOUGHT = re.compile(
    rf"<(?P<a>/?)(?:{FAMILY})[ \t]*>|\[(?P<b>/?)THINK\]|◁(?P<c>/?)think▷"
    r"|<\|(?P<d>START|END|begin_of|end_of)_?(?:THINKING|thought)\|>",
    re.IGNORECASE,
)
CHANNEL = re.compile(
    r"<\|channel\|>[ \t]*(\w+)(?:[^<\n]*(?:<\|constrain\|>[^<\n]*)?<\|message\|>)?"
)
BARE_CHANNELS = re.compile(r"\Aanalysis.*assistantfinal(?P<answer>.*)\Z", re.DOTALL)
"""Harmony whose tokens were left out while the text was decoded."""
TOKEN = re.compile(
    r"<\|(?:im_start|start_header_id|header_start|start_of_role|start)\|>[ \t]*(?P<role>\w*)[ \t]*"
    r"(?:<\|(?:end_header_id|header_end|end_of_role|im_sep|message)\|>)?\n?"
    r"|<start_of_turn>[ \t]*(?P<model>\w*)\n?"
    r"|\[\|(?P<korean>\w+)\|\]"
    r"|(?P<inst>\[/?INST\])[ \t]*"
    r"|<[|\uff5c](?P<name>[^\s|\uff5c<>][^|\uff5c<>\n]{0,40})[|\uff5c]>"
    r"|<(?P<plain>/?s|bos|eos|eod|pad|unk|EOT|MID|PRE|SUF|end_of_turn|end_of_sentence|end_of_text"
    r"|eoa|eoh|eop|sop|fim_\w+|file_sep|seed:[be]os|extra_id_\d+)>"
    r"|^[ \t]*(?P<done>\[(?:DONE|END|EOS)\])[ \t]*$",
    re.MULTILINE,
)
ASSISTANT = frozenset({
    "assistant", "model", "bot", "chatbot", "chatbot_token", "ai", "gpt", "[/inst]", "fim_middle",
    "start_response", "begin_of_solution", "mid", "fim▁end", "fim_end",
})  # fmt: skip
OTHERS = frozenset({
    "user", "system", "tool", "human", "observation", "user_token", "system_token", "[inst]",
    "developer", "fim_prefix", "fim_suffix", "pre", "suf", "fim▁begin", "fim▁hole", "ipython",
    "environment",
})  # fmt: skip
ENDS = frozenset({
    "im_end", "eot_id", "eot", "eom_id", "eom", "end", "endoftext", "end_of_text", "endofturn",
    "end_of_turn", "end_of_turn_token", "return", "call", "end▁of▁sentence", "end_of_sentence",
    "eos", "eod", "/s", "eoa", "eop", "file_sep", "seed:eos", "end_response", "end_of_solution",
    "[done]", "[end]", "[eos]", "endofprompt", "fim_pad", "eos_token", "endofresponse",
})  # fmt: skip
BLANKS = "\u00a0\u202f\u2007\u3000"
UNSEEN = re.compile(rf"[\u200b-\u200f\u2060\ufeff{BLANKS}]")
LANGUAGES = frozenset({"python", "python3", "py"})


class ChatTurn(NamedTuple):
    """Who speaks, and what was said."""

    role: str
    """`assistant`, `other`, or empty where nothing tells."""
    text: str


def answer(text: str) -> str:
    """What the model answered; `text` itself where it holds nothing but the answer."""
    said = _seen(_spoken(_without_thoughts(_final_channel(text))))
    label, _, rest = said.lstrip().partition("\n")
    if label.strip().lower() in LANGUAGES and rest.strip():
        return rest
    return said


def has_thoughts(text: str) -> bool:
    """Whether anything in a text may be a thought's mark, or a channel's."""
    return "<|channel|>" in text or THOUGHT.search(text) is not None


def without_thoughts(text: str) -> str:
    """What follows the thoughts; empty where one never ends. Control tokens stay."""
    return _without_thoughts(_final_channel(text))


def _seen(text: str) -> str:
    """`text` without characters that nobody sees, but for those inside literals."""
    if UNSEEN.search(text) is None:
        return text
    inside = strings(text)

    def plain(found: re.Match[str]) -> str:
        if inside.holds(found.start()):
            return found[0]
        return " " if found[0] in BLANKS else ""

    return UNSEEN.sub(plain, text)


def _final_channel(text: str) -> str:
    """What harmony's channel `final` says; empty where only other channels speak."""
    bare = BARE_CHANNELS.match(text)
    if bare:
        return bare["answer"]
    if "<|channel|>" not in text:
        return text
    inside = strings(text)
    found = [mark for mark in CHANNEL.finditer(text) if not inside.holds(mark.start())]
    if not found:
        return text
    last = found[-1]
    return text[last.end() :] if last[1] == "final" else ""


def _without_thoughts(text: str) -> str:
    tags = _tags(text)
    if not tags:
        return text
    inside = strings(text)
    kept, start, is_open = "", 0, False
    for tag in tags:
        closes = _closes(tag)
        if is_open:
            start, is_open = (tag.end(), False) if closes else (start, True)
        elif inside.holds(tag.start()) and not (closes and _is_alone(text, tag)):
            continue
        elif closes:  # its opening tag stood in the prompt
            kept, start = "", tag.end()
        else:
            kept, is_open = kept + text[start : tag.start()], True
    if not is_open:
        return kept + text[start:]
    return kept if kept.strip() else ""


def _is_alone(text: str, tag: re.Match[str]) -> bool:
    """Whether nothing else stands on the tag's line."""
    line = text[text.rfind("\n", 0, tag.start()) + 1 : _end_of_line(text, tag.end())]
    return line.strip() == tag[0]


def _tags(text: str) -> list[re.Match[str]]:
    """Tags that are not merely spoken of: none in quotes or backticks."""
    return [
        tag
        for tag in THOUGHT.finditer(text)
        if text[tag.start() - 1 : tag.start()] not in {"`", "'", '"'}
        or text[tag.end() : tag.end() + 1] not in {"`", "'", '"'}
    ]


def _closes(tag: re.Match[str]) -> bool:
    return any(tag[name] == "/" for name in "abc") or (tag["d"] or "").lower().startswith("end")


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _spoken(text: str) -> str:
    """The first turn of the assistant that says anything."""
    if TOKEN.search(text) is None:
        return text
    turns = _turns(text)
    for number, turn in enumerate(turns):
        if not turn.text.strip() or turn.role == "other":
            continue
        follows = turns[number + 1].role if number + 1 < len(turns) else ""
        if not turn.role and follows == "assistant":  # a prompt without a mark of its own
            continue
        return turn.text
    return ""


def _turns(text: str) -> list[ChatTurn]:
    inside = strings(text)
    turns: list[ChatTurn] = []
    role, said, start = "", "", 0
    for token in TOKEN.finditer(text):
        if inside.holds(token.start()):
            continue
        said += text[start : token.start()]
        start = token.end()
        names = (token[name] for name in ("role", "model", "korean", "inst", "name", "plain"))
        name = next((each for each in names if each is not None), token["done"] or "").lower()
        begins = token["role"] is not None or token["model"] is not None
        if begins or name in ASSISTANT or name in OTHERS:
            turns.append(ChatTurn(role, said))
            role, said = ("assistant" if name in ASSISTANT else "other"), ""
        elif name in ENDS:
            turns.append(ChatTurn(role or ("assistant" if said.strip() else ""), said))
            role, said = "", ""
    return [*turns, ChatTurn(role, said + text[start:])]
