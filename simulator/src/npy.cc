// NumPy's .npy files, versions 1 to 3: a magic, a header that is a Python dictionary, the elements.
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/isa/file.h"
#include "npuforge/simulator/loader.h"

namespace npuforge::simulator {
namespace {

struct TypeName {
  const char* type;
  const char* descr; ///< little-endian; one byte: '|'
  size_t bytes;
};
// NumPy itself has no bf16; who adds it writes raw pairs of bytes.
constexpr std::array<TypeName, 13> kTypes{{{"f32", "<f4", 4},
                                           {"f64", "<f8", 8},
                                           {"f16", "<f2", 2},
                                           {"bf16", "|V2", 2},
                                           {"bool", "|b1", 1},
                                           {"i8", "|i1", 1},
                                           {"u8", "|u1", 1},
                                           {"i16", "<i2", 2},
                                           {"u16", "<u2", 2},
                                           {"i32", "<i4", 4},
                                           {"u32", "<u4", 4},
                                           {"i64", "<i8", 8},
                                           {"u64", "<u8", 8}}};
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr int64_t kMaxElements = int64_t{1} << 40;

/// The dictionary of a header: quoted keys, values that are strings, booleans or tuples of
/// integers.
class Header {
public:
  explicit Header(std::string_view text) : rest_(text) {}

  std::string descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<int64_t>> shape;

  /// Returns what is wrong, or null.
  const char* parse() {
    if (!take('{'))
      return "its header is no dictionary";
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':'))
        return "its header has no key where one is due";
      if (const char* wrong = value(key))
        return wrong;
      if (!take(',') && !peek('}'))
        return "its header lacks a comma";
    }
    return descr.empty() || !fortran_order || !shape
               ? "its header lacks descr, fortran_order or shape"
               : nullptr;
  }

private:
  void skip() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())))
      rest_.remove_prefix(1);
  }
  bool peek(char c) {
    skip();
    return !rest_.empty() && rest_.front() == c;
  }
  bool take(char c) {
    if (!peek(c))
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    skip();
    if (!rest_.starts_with(text))
      return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool string(std::string& text) {
    for (char quote : {'\'', '"'}) {
      if (!take(quote))
        continue;
      size_t end = rest_.find(quote);
      if (end == rest_.npos)
        return false;
      text = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      return true;
    }
    return false;
  }
  bool tuple(std::vector<int64_t>& extents) {
    if (!take('('))
      return false;
    while (!take(')')) {
      skip();
      int64_t extent = 0;
      auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc() || extent < 0 || extents.size() == 32)
        return false;
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      extents.push_back(extent);
      if (!take(',') && !peek(')'))
        return false;
    }
    return true;
  }
  const char* value(const std::string& key) {
    if (key == "descr")
      return string(descr) ? nullptr : "its descr is no plain type";
    if (key == "fortran_order") {
      bool yes = word("True");
      if (!yes && !word("False"))
        return "its fortran_order is neither True nor False";
      fortran_order = yes;
      return nullptr;
    }
    if (key == "shape") {
      shape.emplace();
      return tuple(*shape) ? nullptr : "its shape is no tuple of extents";
    }
    return "its header has a key that is not known";
  }

  std::string_view rest_;
};

[[noreturn]] void reject(const std::filesystem::path& file, const std::string& reason) {
  throw TensorError(fmt::format("{}: {}", file.string(), reason));
}

/// Offset of the elements, after the checks of magic, version and header length.
size_t data_offset(std::string_view bytes, const std::filesystem::path& file,
                   std::string_view& header) {
  if (bytes.size() < 10 || bytes.substr(0, kMagic.size()) != kMagic)
    reject(file, "is no .npy file");
  int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    reject(file, fmt::format("is a .npy file of version {}; 1 to 3 are read", version));
  size_t at = version == 1 ? 10 : 12;
  if (bytes.size() < at)
    reject(file, "ends within its header");
  size_t length = 0;
  for (size_t i = at; i-- > 8;)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > bytes.size() - at)
    reject(file, "ends within its header");
  header = bytes.substr(at, length);
  return at + length;
}

const TypeName& type_of(const std::string& descr, const std::filesystem::path& file) {
  for (const TypeName& type : kTypes)
    if (descr == type.descr || ((type.bytes == 1 || descr.ends_with("V2")) && descr.size() == 3 &&
                                descr.substr(1) == type.descr + 1))
      return type;
  reject(file,
         fmt::format(
             "has elements of type '{}'; f2, f4, f8, b1, i1, i2, i4, i8, u1, u2, u4, u8 and V2 "
             "(bf16), little-endian, are read",
             descr));
}

} // namespace

Tensor read_npy(const std::filesystem::path& file) {
  std::vector<std::byte> content;
  try {
    content = isa::read_file(file);
  } catch (const isa::FileError& error) {
    throw TensorError(error.what());
  }
  std::string_view bytes(reinterpret_cast<const char*>(content.data()), content.size()), text;
  size_t at = data_offset(bytes, file, text);
  Header header(text);
  if (const char* wrong = header.parse())
    reject(file, wrong);
  if (*header.fortran_order)
    reject(file, "is in Fortran order; row-major arrays are read");
  const TypeName& type = type_of(header.descr, file);
  int64_t count = 1;
  for (int64_t extent : *header.shape) {
    if (extent != 0 && count > kMaxElements / extent)
      reject(file, "has too many elements");
    count *= extent;
  }
  size_t wanted = static_cast<size_t>(count) * type.bytes;
  if (content.size() - at != wanted)
    reject(file, fmt::format("has {} bytes of elements; its shape ({}) says {}",
                             content.size() - at, fmt::join(*header.shape, ", "), wanted));
  return {
      type.type, *header.shape, {content.begin() + static_cast<std::ptrdiff_t>(at), content.end()}};
}

void write_npy(const Tensor& tensor, const std::filesystem::path& file) {
  const TypeName* type = nullptr;
  for (const TypeName& known : kTypes)
    if (tensor.type == known.type)
      type = &known;
  if (!type)
    reject(file, fmt::format("cannot be written: there are no elements of type '{}'", tensor.type));
  std::string shape;
  for (int64_t extent : tensor.shape)
    shape += fmt::format("{}, ", extent);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type->descr, shape);
  constexpr size_t kPrefix = 10, kAlign = 64;
  header.append(kAlign - (kPrefix + header.size() + 1) % kAlign, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
            static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  try {
    isa::write_file(file, bytes);
  } catch (const isa::FileError& error) {
    throw TensorError(error.what());
  }
}

} // namespace npuforge::simulator
