"""Colours lines of assembly by a generated TextMate grammar, as an editor does (the match that begins first, then the
pattern that stands first), and compares with what they are: check_highlight.py DIRECTORY MACHINE"""

import json
import pathlib
import re
import sys

directory, machine = pathlib.Path(sys.argv[1]), sys.argv[2]
package = json.loads((directory / "package.json").read_text())
contributes = package["contributes"]
grammar = json.loads((directory / contributes["grammars"][0]["path"]).read_text())
assert contributes["grammars"][0]["scopeName"] == grammar["scopeName"]
json.loads((directory / contributes["languages"][0]["configuration"]).read_text())
assert re.match(contributes["languages"][0]["firstLine"], f"  .machine {machine}")


def compile_all(patterns):
    """(scope, expression, patterns inside or None) of each."""
    return [(p.get("name") or p["beginCaptures"]["0"]["name"],
             re.compile(p["match"] if "match" in p else f'(?:{p["begin"]}).*?(?:{p["end"]})'),
             compile_all(p["patterns"]) if "beginCaptures" in p else None) for p in patterns]


def colour(line, patterns):
    at, found = 0, []
    while True:
        matches = [(m.start(), i, m) for i, (_, p, _) in enumerate(patterns) if (m := p.search(line, at)) and m.group()]
        if not matches:
            return found
        _, i, match = min(matches, key=lambda m: m[:2])
        scope, _, inside = patterns[i]
        if inside:
            begin, _, rest = match.group().partition("(")
            found += [(begin, scope.removesuffix(".npuasm"))] + colour(rest, inside)
        else:
            found.append((match.group(), scope.removesuffix(".npuasm")))
        at = match.end()


patterns = compile_all(grammar["patterns"])


def check(line, *expected):
    assert colour(line, patterns) == list(expected), f"{line}: {colour(line, patterns)}"


sequencer, matrix = "keyword.control.mnemonic.sequencer", "keyword.operator.word.mnemonic.matrix"
register, generator = "variable.language.register", "variable.parameter.generator"
number, named, label = "constant.numeric", "variable.parameter.named", "entity.name.function"
check(f'.machine {machine} ; "not a string"', (".machine", "keyword.other.directive"),
      ('; "not a string"', "comment.line"))
check("start: addi r1, r0, weights + 0x40", ("start", label), ("addi", sequencer), ("r1", register), ("r0", register),
      ("0x40", number))
check("    mm [r4+16,g3], [r2,g1], fill=-3, next=1 wait(load) post(vector,store)", ("mm", matrix), ("r4", register),
      ("16", number), ("g3", generator), ("r2", register), ("g1", generator), ("fill", named), ("3", number),
      ("next", named), ("1", number), ("wait", "keyword.other.token"), ("load", "support.constant.unit"),
      ("post", "keyword.other.token"), ("vector", "support.constant.unit"), ("store", "support.constant.unit"))
check("addix muli2 x.add add$ r1x")
check("add: gen g1.0, 4, keep=0", ("add", label), ("gen", sequencer), ("g1.0", generator), ("4", number),
      ("keep", named), ("0", number))
check("mm2: sub r32, g99, l15", ("mm2", label), ("sub", sequencer), ("r32", "invalid.illegal"),
      ("g99", "invalid.illegal"), ("l15", "variable.other.lane"))
check('.layer "a # b"', (".layer", "keyword.other.directive"), ('"a # b"', "string.quoted.double"))
print(f"{len(patterns)} patterns")
