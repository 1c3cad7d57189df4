#include "strided_copy.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>

namespace npuforge::graph {
namespace {

using Dims = llvm::SmallVector<CopyDim>;

/// So many rows and columns of a transpose are in the first cache together.
constexpr int64_t kTile = 32;

/// From the largest step in the target to the smallest; neighbours that go on in each other are one
/// dimension.
Dims simplified(llvm::ArrayRef<CopyDim> all) {
  Dims dims;
  for (const CopyDim& dim : all)
    if (dim.extent != 1)
      dims.push_back(dim);
  llvm::sort(dims, [](const CopyDim& a, const CopyDim& b) {
    return std::pair(a.to, a.from) > std::pair(b.to, b.from);
  });
  Dims merged;
  for (const CopyDim& dim : dims) {
    if (!merged.empty() && merged.back().from == dim.from * dim.extent &&
        merged.back().to == dim.to * dim.extent)
      merged.back() = {merged.back().extent * dim.extent, dim.from, dim.to};
    else
      merged.push_back(dim);
  }
  return merged;
}

void forEach(llvm::ArrayRef<CopyDim> dims, int64_t from, int64_t to,
             llvm::function_ref<void(int64_t, int64_t)> visit) {
  if (dims.empty())
    return visit(from, to);
  for (int64_t i = 0; i < dims[0].extent; ++i)
    forEach(dims.drop_front(), from + i * dims[0].from, to + i * dims[0].to, visit);
}

template <size_t Bytes>
void copyPlane(const CopyDim& rows, const CopyDim& columns, const char* source, char* target) {
  for (int64_t top = 0; top < rows.extent; top += kTile)
    for (int64_t left = 0; left < columns.extent; left += kTile)
      for (int64_t i = top; i < std::min(top + kTile, rows.extent); ++i)
        for (int64_t j = left; j < std::min(left + kTile, columns.extent); ++j)
          std::memcpy(target + (i * rows.to + j * columns.to) * static_cast<int64_t>(Bytes),
                      source + (i * rows.from + j * columns.from) * static_cast<int64_t>(Bytes),
                      Bytes);
}

template <size_t Bytes>
void copy(Dims dims, const char* source, char* target) {
  constexpr int64_t size = Bytes;
  dims.insert(dims.begin(), 2, CopyDim{1, 0, 0}); // there are two at least
  const CopyDim last = dims.pop_back_val();
  if (last.from == 1 && last.to == 1)
    return forEach(dims, 0, 0, [&](int64_t from, int64_t to) {
      std::memcpy(target + to * size, source + from * size, last.extent * Bytes);
    });
  // The rows of a plane are what lies together in the source.
  auto rows = llvm::min_element(dims, [](const CopyDim& a, const CopyDim& b) {
    return std::pair(a.extent == 1, a.from) < std::pair(b.extent == 1, b.from);
  });
  const CopyDim row = *rows;
  dims.erase(rows);
  forEach(dims, 0, 0, [&](int64_t from, int64_t to) {
    copyPlane<Bytes>(row, last, source + from * size, target + to * size);
  });
}

} // namespace

void copyStrided(llvm::ArrayRef<CopyDim> dims, size_t element_bytes, const char* source,
                 char* target) {
  if (llvm::any_of(dims, [](const CopyDim& dim) { return dim.extent == 0; }))
    return;
  auto copier = element_bytes == 1   ? copy<1>
                : element_bytes == 2 ? copy<2>
                : element_bytes == 4 ? copy<4>
                                     : copy<8>;
  copier(simplified(dims), source, target);
}

} // namespace npuforge::graph
