; Sums of constants without a value yet: 2^40 paths through them
.machine tile4
.text
.org a0
  halt
.equ a0, a1+a1
.equ a1, a2+a2
.equ a2, a3+a3
.equ a3, a4+a4
.equ a4, a5+a5
.equ a5, a6+a6
.equ a6, a7+a7
.equ a7, a8+a8
.equ a8, a9+a9
.equ a9, a10+a10
.equ a10, a11+a11
.equ a11, a12+a12
.equ a12, a13+a13
.equ a13, a14+a14
.equ a14, a15+a15
.equ a15, a16+a16
.equ a16, a17+a17
.equ a17, a18+a18
.equ a18, a19+a19
.equ a19, a20+a20
.equ a20, a21+a21
.equ a21, a22+a22
.equ a22, a23+a23
.equ a23, a24+a24
.equ a24, a25+a25
.equ a25, a26+a26
.equ a26, a27+a27
.equ a27, a28+a28
.equ a28, a29+a29
.equ a29, a30+a30
.equ a30, a31+a31
.equ a31, a32+a32
.equ a32, a33+a33
.equ a33, a34+a34
.equ a34, a35+a35
.equ a35, a36+a36
.equ a36, a37+a37
.equ a37, a38+a38
.equ a38, a39+a39
.equ a39, a40+a40
.equ a40, d
.data
d: .byte 1
