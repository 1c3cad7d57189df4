#include "onnx_mutate.h"

#include <array>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "npuforge_onnx.pb.h"

namespace npuforge::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class ModelMutator {
public:
  explicit ModelMutator(unsigned seed) : random_(seed) {}

  size_t below(size_t n) { return n == 0 ? 0 : random_() % n; }

  void mutate(Message& model) {
    for (size_t i = 1 + below(4); i-- > 0;) {
      places_.clear(); // what was collected before may be gone
      collect(model);
      if (places_.empty())
        return;
      Place place = places_[below(places_.size())];
      change(*place.message, place.field);
    }
  }

private:
  struct Place {
    Message* message;
    const FieldDescriptor* field;
  };

  /// All fields that are set, some that are not, and the strings in use.
  void collect(Message& message) {
    const Reflection& reflection = *message.GetReflection();
    const auto& descriptor = *message.GetDescriptor();
    for (int f = 0; f < descriptor.field_count(); ++f) {
      const FieldDescriptor* field = descriptor.field(f);
      bool is_set = field->is_repeated() ? reflection.FieldSize(message, field) > 0
                                         : reflection.HasField(message, field);
      if (is_set || below(8) == 0)
        places_.push_back({&message, field});
      if (!is_set)
        continue;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
        names_.push_back(string_of(message, field));
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
        continue;
      if (!field->is_repeated())
        collect(*reflection.MutableMessage(&message, field));
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i)
        collect(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }

  std::string string_of(const Message& message, const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    if (!field->is_repeated())
      return reflection.GetString(message, field);
    int size = reflection.FieldSize(message, field);
    return reflection.GetRepeatedString(message, field, static_cast<int>(below(size)));
  }

  void change(Message& message, const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    if (field->is_repeated())
      change_list(message, field);
    else if (below(8) == 0)
      reflection.ClearField(&message, field);
    else
      set(message, field, -1);
  }

  /// Removes, doubles, swaps, adds or changes elements.
  void change_list(Message& message, const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    int size = reflection.FieldSize(message, field);
    size_t action = size == 0 ? 0 : below(6);
    if (action == 0)
      return add(message, field, size ? static_cast<int>(below(size)) : -1);
    int i = static_cast<int>(below(size)), j = static_cast<int>(below(size));
    if (action == 1 || action == 2)
      reflection.SwapElements(&message, field, i, j);
    if (action == 2)
      reflection.RemoveLast(&message, field);
    if (action > 2 && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      set(message, field, i);
  }

  void add(Message& message, const FieldDescriptor* field, int copy_of) {
    const Reflection& reflection = *message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message* added = reflection.AddMessage(&message, field);
      if (copy_of >= 0)
        added->CopyFrom(reflection.GetRepeatedMessage(message, field, copy_of));
      return;
    }
    set(message, field, -2);
  }

  int64_t integer() {
    static constexpr std::array<int64_t, 20> kCorners = {
        0,  1,   2,   3,     4,       5,         7,         8,    -1,        -2,
        16, 127, 255, 65536, 1 << 20, 1LL << 31, 1LL << 40, -128, INT64_MIN, INT64_MAX};
    return below(4) ? kCorners[below(kCorners.size())] : static_cast<int64_t>(random_());
  }

  double real() {
    static constexpr std::array<double, 9> kCorners = {0,
                                                       1,
                                                       -1,
                                                       0.5,
                                                       1e-40,
                                                       1e38,
                                                       std::numeric_limits<double>::infinity(),
                                                       1e300,
                                                       std::numeric_limits<double>::quiet_NaN()};
    return kCorners[below(kCorners.size())];
  }

  /// Another string of the model, an operator, or this one cut short.
  std::string string(std::string old) {
    static const std::array<const char*, 20> kKnown = {"",
                                                       "Conv",
                                                       "Add",
                                                       "Relu",
                                                       "Clip",
                                                       "MaxPool",
                                                       "Gemm",
                                                       "MatMul",
                                                       "Reshape",
                                                       "Flatten",
                                                       "Transpose",
                                                       "AveragePool",
                                                       "perm",
                                                       "axis",
                                                       "Constant",
                                                       "SAME_UPPER",
                                                       "GlobalAveragePool",
                                                       "strides",
                                                       "auto_pad",
                                                       "QuantizeLinear"};
    switch (below(4)) {
    case 0:
      return kKnown[below(kKnown.size())];
    case 1:
      if (!old.empty())
        old[below(old.size())] = static_cast<char>(random_());
      return old;
    case 2:
      return old.substr(0, below(old.size() + 1));
    default:
      return names_.empty() ? old : names_[below(names_.size())];
    }
  }

  /// index -1: the single value; -2: a new one of a list; otherwise that of a list.
  template <class Set, class SetRepeated, class Add, class Value>
  void put(Message& message, const FieldDescriptor* field, int index, Set set,
           SetRepeated set_repeated, Add add, const Value& value) {
    const Reflection& reflection = *message.GetReflection();
    if (index == -1)
      (reflection.*set)(&message, field, value);
    else if (index == -2)
      (reflection.*add)(&message, field, value);
    else
      (reflection.*set_repeated)(&message, field, index, value);
  }

  void set(Message& message, const FieldDescriptor* field, int index) {
    const Reflection& reflection = *message.GetReflection();
    using R = Reflection;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(message, field, index, &R::SetInt32, &R::SetRepeatedInt32, &R::AddInt32,
                 static_cast<int32_t>(integer()));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(message, field, index, &R::SetInt64, &R::SetRepeatedInt64, &R::AddInt64,
                 integer());
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(message, field, index, &R::SetUInt64, &R::SetRepeatedUInt64, &R::AddUInt64,
                 static_cast<uint64_t>(integer()));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(message, field, index, &R::SetFloat, &R::SetRepeatedFloat, &R::AddFloat,
                 static_cast<float>(real()));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(message, field, index, &R::SetDouble, &R::SetRepeatedDouble, &R::AddDouble,
                 real());
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string old = index == -1  ? reflection.GetString(message, field)
                        : index >= 0 ? reflection.GetRepeatedString(message, field, index)
                                     : std::string();
      std::string text = string(std::move(old));
      if (index == -1)
        reflection.SetString(&message, field, text);
      else if (index == -2)
        reflection.AddString(&message, field, text);
      else
        reflection.SetRepeatedString(&message, field, index, text);
      return;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      if (index == -1) {
        const auto& values = *field->enum_type();
        reflection.SetEnum(&message, field,
                           values.value(static_cast<int>(below(values.value_count()))));
      }
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (index == -1)
        reflection.MutableMessage(&message, field); // there, but empty
      return;
    default:
      return;
    }
  }

  std::mt19937_64 random_;
  std::vector<Place> places_;
  std::vector<std::string> names_;
};

} // namespace

size_t mutate_model(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  ModelMutator mutator(seed);
  google::protobuf::SetLogHandler(nullptr);
  onnx_proto::ModelProto model;
  bool parsed = model.ParseFromArray(data, static_cast<int>(size));
  if (!parsed || mutator.below(16) == 0) {
    if (size > 0)
      data[mutator.below(size)] = static_cast<uint8_t>(mutator.below(256));
    return size;
  }
  mutator.mutate(model);
  std::string bytes = model.SerializeAsString();
  if (bytes.size() > max_size)
    return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace npuforge::fuzz
