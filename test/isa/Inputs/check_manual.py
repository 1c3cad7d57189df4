"""Checks a generated manual: check_manual.py MACHINE MANUAL.md MANUAL.html DIRECTORY

Every assembly example assembles to the word that stands below it; the page has the same examples, is well-formed,
needs no other file, and each link leads somewhere.
"""

import html.parser
import pathlib
import re
import struct
import subprocess
import sys


def text_words(program):
    """The bytes of an ELF file's section .text."""
    data = program.read_bytes()
    table, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    sections = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    start = sections[names][4]
    for name, _, _, _, offset, length in sections:
        if data[start + name:].startswith(b".text\0"):
            return data[offset:offset + length]
    raise SystemExit(f"{program}: no .text")


def assemble(machine, source, directory):
    text, program = directory / "example.s", directory / "example.bin"
    text.write_text(source + "\n")
    subprocess.run(["npuas", text, "-o", program, "--machine", machine], check=True)
    return text_words(program)


class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "img", "br", "hr"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.examples, self.bad = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append((tag, attributes.get("class")))
        if tag == "ul" and self.open[-2:-1] and self.open[-2][0] not in ("nav", "li"):
            self.bad.append(f"a list in {self.open[-2]}")
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        if "src" in attributes or tag in ("script", "link"):
            self.bad.append(f"needs more than itself: {tag} {attributes}")
        if ("pre", "npuasm") in self.open and tag == "code":
            self.examples.append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.bad.append(f"{self.getpos()}: unexpected </{tag}>")

    def handle_data(self, data):
        if ("pre", "npuasm") in self.open:
            self.examples[-1] += data


machine, markdown_file, html_file, directory = sys.argv[1:]
directory = pathlib.Path(directory)
directory.mkdir(parents=True, exist_ok=True)
markdown = pathlib.Path(markdown_file).read_text()

examples = re.findall(r"```npuasm\n(.*?)\n```", markdown, re.DOTALL)
with_words = re.findall(r"```npuasm\n([^`]*)\n```\n\nEncoded: `0x([0-9a-f]+)`", markdown)
for example in examples:
    assemble(machine, example, directory)
for example, word in with_words:
    assembled = assemble(machine, example, directory)[::-1].hex()
    assert assembled == word, f"{example}: {assembled}, the manual says {word}"
instructions = re.findall(r'^### <a id="instruction-', markdown, re.MULTILINE)
assert len(instructions) == len(with_words) > 0, (len(instructions), len(with_words))

page = Page()
page.feed(pathlib.Path(html_file).read_text())
assert not page.open and not page.bad, (page.open, page.bad)
assert page.examples == examples, "page and Markdown have different examples"
assert len(set(page.ids)) == len(page.ids), "an id stands twice"
assert all(link[1:] in page.ids for link in page.links), page.links
anchors = re.findall(r'<a id="([^"]*)">', markdown)
assert anchors == page.ids, "page and Markdown have different headings"
assert set(re.findall(r"\]\(#([^)]*)\)", markdown)) <= set(anchors)
print(f"{len(with_words)} instructions, {len(examples)} examples, {len(page.links)} links")
