// RUN: npu-opt %s -split-input-file -verify-diagnostics

tile.layer "outside" {
  %b = tile.buffer "scratchpad" at 0 size 64 "b"
  // expected-error @below {{reaches row start 64 of 'b', whose size is 64}}
  %s = tile.stream %b[0] count [5] stride [16] low [] high []
  tile.preload %s
}

// -----

tile.layer "levels" {
  %b = tile.buffer "scratchpad" at 0 size 64 "b"
  // expected-error @below {{needs one stride for each count}}
  %s = tile.stream %b[0] count [2, 2] stride [16] low [] high []
}

// -----

tile.layer "space" {
  // expected-error @below {{has the unknown space 'registers'}}
  %b = tile.buffer "registers" at 0 size 64 "b"
}
