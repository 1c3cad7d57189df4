// RUN: not npu-opt %s -npu-lower=machine=edge16 2>&1 | FileCheck %s
// The instruction is the one whose rows have the elements' type.

// CHECK: error: edge16 preloads no f32
tile.layer "layer" {
  %b = tile.buffer "scratchpad" at 0 size 4096 "b"
  %w = tile.stream %b[0] count [4] stride [16] low [] high []
  tile.preload %w
  tile.preload %w {element = "f32"}
}
