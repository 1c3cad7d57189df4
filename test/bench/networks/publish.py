"""Where the tables of a measurement go."""
import json


def publish(into, name, text, rows):
    """Writes `text` as NAME.md and what it shows as NAME.json to the folder `into`, each whole or not at all."""
    into.mkdir(parents=True, exist_ok=True)
    for suffix, content in ((".md", text), (".json", json.dumps(rows, indent=2) + "\n")):
        partial = into / f"{name}{suffix}.partial"
        partial.write_text(content)
        partial.replace(into / f"{name}{suffix}")
