"""A graph of `steps` steps that all use the same two matrices of `channels` rows and columns, as a recurrent network does."""
import random
import sys


def recurrent(steps, channels):
    rng = random.Random(1)
    shape, words = f"tensor<1x{channels}x1x1xi8>", f"tensor<1x{channels}x1x1xi32>"
    numbers, matrix = f"tensor<{channels}xi32>", f"tensor<{channels}x{channels}x1x1xi8>"
    print("module {")
    print(f'func.func @main(%x0: {shape} {{graph.name = "x", graph.type = "i8", graph.shape = [1, {channels}, 1, 1]}})')
    print(f'    -> ({shape} {{graph.name = "y", graph.type = "i8", graph.shape = [1, {channels}, 1, 1]}}) {{')
    print(f"  %m = graph.constant dense<1073741824> : {numbers}\n  %s = graph.constant dense<38> : {numbers}")
    print(f"  %b = graph.constant dense<100> : {numbers}")
    for index in range(2):
        print(f'  %w{index} = graph.constant dense<"0x{rng.randbytes(channels * channels).hex()}"> : {matrix}')
    for step in range(2 * steps):
        print(f"  %a{step} = graph.qconv %x{step}, %w{step % 2}, %b {{strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, "
              f"dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64}} : ({shape}, {matrix}, {numbers}) -> {words} "
              f'loc("step{step}")')
        print(f"  %x{step + 1} = graph.requant %a{step}, %m, %s {{zero_point = 0 : i64, low = -128 : i64, high = 127 : i64}} : "
              f'({words}, {numbers}, {numbers}) -> {shape} loc("step{step}")')
    print(f"  return %x{2 * steps} : {shape}\n}}\n}}")


recurrent(int(sys.argv[1]), int(sys.argv[2]))
