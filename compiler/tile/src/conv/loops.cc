// The loops of a convolution over bands and blocks, and what is loaded in which task of them.
#include "conv/conv.h"

namespace npuforge::tile {

void ConvCode::bandsOutside() {
  if (resident) {
    takeShared();
    e.await("weights", "load");
  }
  const int64_t together = std::max<int64_t>(plan.together, 1);
  e.loop(f.loads, [&](Value load) {
    if (parts == 1)
      e.await("matrix", "load");
    Value first = e.mul(load, together);
    Value count = f.bands % together == 0 ? e.constant(together)
                                          : e.min(e.sub(e.constant(f.bands), first), together);
    e.loop(count, [&](Value turn) { tasksOf(load, turn); });
    e.signal("matrix", "load");
  });
  if (defers())
    finishLast();
  if (resident)
    e.signal("weights", "load");
}

/// Of band `turn` of those whose input came with this load.
void ConvCode::tasksOf(Value load, Value turn) {
  const bool late = plan.unfold || blocks > 1;
  Value index = e.add(e.mul(load, std::max<int64_t>(plan.together, 1)), turn);
  Band b = band(index, load);
  if (plan.together > 0)
    b.slot = e.add(b.slot, e.mul(e.sub(b.first, loaded(load).first), f.step_h * f.pitch));
  e.loop(blocks, [&](Value block) {
    Value counter = e.add(e.mul(index, blocks), block);
    // Outside of all that is done for it, so that it is counted once.
    std::optional<Task> before;
    if (defers()) {
      before = taskBefore(index, block, counter);
      e.when(e.min(counter, 1), [&] { beginFinish(*before); });
    }
    loadNextTask(index, block, counter);
    // The next load comes behind the weights of the next task, which are needed sooner, and where
    // there is more than one task a band behind this task: it fills the queue and would keep the
    // sequencer from it.
    if (!late)
      loadNext(load, turn, block);
    if (!defers())
      takeParams(counter);
    task({b, block, counter}, before ? &*before : nullptr);
    signalOverlap(defers() ? e.sub(counter, e.constant(1)) : counter);
    if (late)
      loadNext(load, turn, block);
  });
}

void ConvCode::loadNext(Value load, Value turn, Value block) {
  if (f.loads == 1)
    return;
  Value more = e.min(e.sub(e.constant(f.loads - 1), load), 1), next = e.add(load, 1);
  if (plan.unfold)
    return e.when(more, [&] { unfoldShare(band(next, next), block); });
  Value first = e.max(e.sub(more, block), 0); // in the first task
  if (plan.together > 0)
    return e.when(first, [&] { loadShare(loaded(next), turn); });
  if (spreads) {
    Value past = e.max(e.add(block, 1 - parts), 0);
    e.when(first, [&] { s.awaitCredit(e, "load", "matrix"); });
    e.when(e.max(e.sub(more, past), 0), [&] { loadPart(loaded(next), block); });
  } else {
    e.when(first, [&] { loadInput(loaded(next)); });
  }
}

void ConvCode::loadNextTask(Value index, Value block, Value counter) {
  if (units.each > 0)
    return loadNextParams(block);
  if (one_group && !resident)
    takeShared();
  auto load = [&] {
    // Behind the last block comes the first one of the next band.
    auto [next, carry] = e.wrap(e.add(block, 1), blocks);
    if (one_group && takesTurns())
      loadBlock(next, e.add(counter, 1));
    loadParams(e.add(index, carry), next, e.add(counter, 1));
  };
  if (one_group)
    s.onwards(e, counter, tasks(), load);
  else // the last chunk of weights is what begins the next layer
    e.when(e.sub(e.constant(tasks() - 1), counter), load);
}

void ConvCode::blocksOutside() {
  e.loop(blocks, [&](Value block) {
    takeShared();
    e.when(e.sub(e.constant(blocks - 1), block),
           [&] { loadBlock(e.add(block, 1), e.add(block, 1)); });
    e.await("weights", "load");
    e.loop(f.bands, [&](Value index) {
      Value counter = e.add(e.mul(block, f.bands), index);
      s.onwards(e, counter, tasks(), [&] {
        auto [next, carry] = e.wrap(e.add(index, 1), f.bands);
        loadParams(next, e.add(block, carry), e.add(counter, 1));
        loadInput(band(next, e.add(counter, 1)));
      });
      takeParams(counter);
      e.await("matrix", "load");
      task({band(index, counter), block, counter}, nullptr);
      e.signal("matrix", "load");
    });
    e.signal("weights", "load");
  });
}

} // namespace npuforge::tile
