// The operators over words. To add one: a row here, its plan and code in a file of its own.
#include "words/chain.h"

namespace npuforge::tile {

namespace {
const WordsKind* const kKinds[] = {
    &kWordsEpilogue, // before maps, of which epilogues and the ends of chains are some
    &kWordsChain,    &kWordsMap,    &kWordsMove,    &kWordsReduce,
    &kWordsWindows, // before products, of which depthwise convolutions are some
    &kWordsProduct,  &kWordsGather, &kWordsScatter, &kWordsBlocks,
};
} // namespace

const WordsKind* wordsKind(mlir::Operation& op) {
  for (const WordsKind* kind : kKinds)
    if (kind->handles(op))
      return kind;
  return nullptr;
}

} // namespace npuforge::tile
