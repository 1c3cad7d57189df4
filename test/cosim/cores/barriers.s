; Forty barriers by one event, the work between them of different length on each core.
.machine duo4
.text
  coreid r1
  muli r2, r1, 3
  loop 40, end
  loop r2, work
  addi r3, r3, 1
  addi r4, r4, 1
work:
  ssignal 3, 1
  lawait 1, 2 post(sequencer)
  sync wait(load)
end:
  halt
