; lines that read well but mean nothing
.input a, type=f64, shape=4, layout=plain, address=0, qtype=i8
.input b, type=f32, shape=4, layout=plain, address=0
.input c, type=i8, shape=4, layout=rows, address=0
.input d, type=i8, shape=4, layout=blocked, address=0
.input e, type=i8, shape=4, layout=plain, address=0, bytes=3
.input f, type=i8, shape=4, layout=plain, address=0x0fffffff
.input g, type=i8, shape=4, layout=plain, address=0
.input g, type=i8, shape=4, layout=plain, address=0
.input h, type=f32, shape=4, layout=plain, address=0, qtype=f32, scale=2
.input i, type=i8, shape=4, layout=plain, address=0, qtype=f32
.input j, type=f32, shape=4, layout=plain, address=0x0ffffff8, qtype=f32
  halt
