; lines of inputs and outputs
.input
.input x
.input x, type=f32, shape=1x0, layout=plain, address=0
.input x, type=f32, shape=1by2, layout=plain, address=0
.input x, type=f32, shape=4, layout=plain, address=nowhere
.input x, type=f32, shape=4, layout=plain, addres=0
.input x, type=f32, type=f32
.input x, type=f32, shape=4, layout=plain, address=0, scale=big
.input x, type=f32, shape=4, layout=plain, address=0, zero_point=300
.output y, type=f32 shape=4
  halt
