// Sign, comparison, minimum and maximum. Needs fp_round.svh.
// A NaN becomes the canonical one, whatever its sign.
function automatic logic [Width-1:0] canonical(input logic [Width-1:0] value);
  canonical = is_nan(value) ? Nan : value;
endfunction
function automatic logic [Width-1:0] negate(input logic [Width-1:0] value);
  negate = is_nan(value) ? Nan : {~value[Width-1], value[Width-2:0]};
endfunction
function automatic logic [Width-1:0] absolute(input logic [Width-1:0] value);
  absolute = is_nan(value) ? Nan : {1'b0, value[Width-2:0]};
endfunction

// The encodings of numbers are ordered like signs and magnitudes; `below` also has -0 below +0, and means nothing for NaNs.
function automatic logic below(input logic [Width-1:0] a, input logic [Width-1:0] b);
  if (a[Width-1] != b[Width-1]) below = a[Width-1];
  else if (a[Width-1]) below = a[Width-2:0] > b[Width-2:0];
  else below = a[Width-2:0] < b[Width-2:0];
endfunction

// -0 equals +0; all comparisons of a NaN are false.
function automatic logic unordered(input logic [Width-1:0] a, input logic [Width-1:0] b);
  unordered = is_nan(a) || is_nan(b);
endfunction
function automatic logic less(input logic [Width-1:0] a, input logic [Width-1:0] b);
  less = below(a, b) && !(is_zero(a) && is_zero(b)) && !unordered(a, b);
endfunction
function automatic logic equal(input logic [Width-1:0] a, input logic [Width-1:0] b);
  equal = (a == b || (is_zero(a) && is_zero(b))) && !unordered(a, b);
endfunction

// IEEE 754-2019 minimum and maximum: -0 is less than +0, and any NaN gives the canonical NaN. So they are associative and commutative: a
// reduction's result does not depend on its order.
function automatic logic [Width-1:0] minimum(input logic [Width-1:0] a, input logic [Width-1:0] b);
  minimum = unordered(a, b) ? Nan : below(a, b) ? a : b;
endfunction
function automatic logic [Width-1:0] maximum(input logic [Width-1:0] a, input logic [Width-1:0] b);
  maximum = unordered(a, b) ? Nan : below(a, b) ? b : a;
endfunction
