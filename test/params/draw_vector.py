"""Draws instructions of the vector unit: element types, memories and meanings at random, with the timing that follows from them."""
import re

BYTES = {"i8": 1, "u8": 1, "i16": 2, "f16": 2, "bf16": 2, "i32": 4, "u32": 4, "f32": 4}
FLOATS = ("f16", "bf16", "f32")
PASSES = "ceil_div(array.cols, vector.lanes)"


def draw_type(rng, space):
    types = list(BYTES) if space == "scratchpad" else ["i32", "u32", "f32"]
    return rng.choice(types)


def stream(rng, access, field=None):
    space = rng.choice(["scratchpad", "scratchpad", "accumulator"])
    drawn = {"kind": "stream", "space": space, "access": access, "type": draw_type(rng, space)}
    return {**drawn, "field": field} if field else drawn


def timing(operands, rows):
    """The closed form; `rows` is the stream whose rows the unit walks."""
    streams = {name: o for name, o in operands.items() if o["kind"] == "stream"}
    beats = max(BYTES[o["type"]] if o["space"] == "scratchpad" else 1 for o in streams.values())
    pace = PASSES if beats == 1 else f"max({beats}, {PASSES})"
    uses = []
    for name, operand in streams.items():
        start = "0" if operand["access"] == "read" else f"vector.pipeline - 1 + {pace}"
        uses.append({"stream": name, "port": operand["access"], "start": start, "cycles": f"{pace} * {rows}.steps"})
    return {"occupancy": f"{pace} * {rows}.steps", "latency": f"vector.pipeline - 1 + {pace} * ({rows}.steps + 1)", "uses": uses}


def wide(name, kind):
    """The bits of an operand as a number of 64 bits."""
    if kind in FLOATS:
        return f"i64(as_{'i32' if kind == 'f32' else 'i16'}({name}))"
    return f"i64({name})"


def narrowed(text, kind):
    """A number of 64 bits as the low bits of the type."""
    if kind in FLOATS:
        return f"as_{kind}({'i32' if kind == 'f32' else 'i16'}({text}))"
    return f"{kind}({text})"


def used(operands, semantics):
    """The operands that something uses; streams are used by being there."""
    named = " ".join(str(v) for v in semantics.values()) + " " + " ".join(o.get("fill", "") for o in operands.values())
    return {name: o for name, o in operands.items() if o["kind"] == "stream" or re.search(rf"\b{name}\b", named)}


def instruction(form, syntax, operands, semantics, rows):
    operands = used(operands, semantics)
    syntax += "".join(f", {name}={{{name}}}" for name, o in operands.items() if o["kind"] != "stream")
    return {"unit": "vector", "format": form, "opcode": "0", "syntax": syntax, "operands": operands, "semantics": semantics,
            "timing": timing(operands, rows), "prose": "Drawn at random."}


def draw_map(rng):
    a, dst = stream(rng, "read"), stream(rng, "write")
    b = stream(rng, "read") if rng.random() < 0.6 else None
    if rng.random() < 0.4:
        a["fill"] = "zero_b"
    lanes = {name: {"kind": "lane", "access": "read", "type": rng.choice(["i32", "u32", "f32"])}
             for name in ("zero_a", "mult_a", "zero_b")}
    second = (lambda f: f("b", b["type"])) if b else (lambda f: f("zero_b", lanes["zero_b"]["type"]))
    if rng.random() < 0.5:
        number = lambda name, kind: f"f32({name})"
        text = rng.choice(["fma({a}, {m}, {b})", "({a} - {z}) * {m} + {b}", "max(min({a}, {b}), {z})", "select({a} < {b}, {z} - {a}, {b} * {m})"])
        text = text.format(a=number("a", a["type"]), m="f32(mult_a)", z="f32(zero_a)", b=second(number))
        result = text if dst["type"] == "f32" else f"{dst['type']}({text})"
    else:
        text = rng.choice(["({a} - {z}) * {m} + {b}", "min({a}, {b}) ^ {z}", "select({a} < {b}, {z}, {m}) + {a}", "round_shift({a} * {m}, 5) - ({b} & {z})"])
        text = text.format(a=wide("a", a["type"]), m=wide("mult_a", lanes["mult_a"]["type"]), z=wide("zero_a", lanes["zero_a"]["type"]), b=second(wide))
        result = narrowed(text, dst["type"])
    operands = {"a": a, **({"b": b} if b else {}), "dst": dst, **lanes}
    syntax = "{dst}, {a}" + (", {b}" if b else "")
    return instruction("map2", syntax, operands, {"action": "map", "result": result}, "a")


def draw_reduce(rng):
    src, dst = stream(rng, "read"), stream(rng, "write")
    weight = stream(rng, "read") if rng.random() < 0.5 else None
    if rng.random() < 0.4:
        src["fill"] = "fill"
    state = rng.choice(["i32", "i64", "f32"])
    as_state = (lambda name, kind: f"f32({name})") if state == "f32" else (lambda name, kind: f"{state}({wide(name, kind)})")
    factor = as_state("weight", weight["type"]) if weight else as_state("mult", "i32")
    step = rng.choice(["state + {x} * {f}", "max(state, {x}) + {f}"] if state != "f32" else ["fma({x}, {f}, state)", "max(state, {x} * {f})"])
    if state == "f32":
        result = "state" if dst["type"] == "f32" else f"{dst['type']}(state)"
    else:
        result = narrowed("i64(state)" if state == "i32" else "state", dst["type"])
    operands = {"src": src, **({"weight": weight} if weight else {}), "dst": dst, "levels": {"kind": "immediate"},
                **{name: {"kind": "lane", "access": "read"} for name in ("fill", "bias", "mult")}}
    semantics = {"action": "reduce", "levels": "levels", "state": state, "init": as_state("bias", "i32"),
                 "step": step.format(x=as_state("src", src["type"]), f=factor), "result": result}
    syntax = "{dst}, {src}" + (", {weight}" if weight else "")
    return instruction("reduce", syntax, operands, semantics, "src")


def draw(rng, count):
    """`count` instructions by name."""
    return {f"drawn{i}": (draw_map if rng.random() < 0.65 else draw_reduce)(rng) for i in range(count)}
