; Weights of f32: the RTL's array has none, so the co-simulation is refused.
.layer "dense"
  gen g1.0, 2, 16, keep=0
  ldwf [0, g1]
.endlayer
  halt
