J
ssssssssss