#include "program_json.h"

#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "elf_names.h"

namespace npuforge::assembler {
namespace {

using nlohmann::json;

// --- reading: each step says what it wanted ---

json parse(std::string_view text, std::string_view section) {
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    throw ProgramError(fmt::format("section {} is not JSON", section));
  }
  return value;
}

const json& member(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) {
    throw ProgramError(fmt::format("'{}' is missing", key));
  }
  return object.at(key);
}

std::string string_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_string()) {
    throw ProgramError(fmt::format("'{}' is not a string", key));
  }
  return value.get<std::string>();
}

template <typename T>
T integer(const json& value, const char* key) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (std::in_range<T>(number)) {
      return static_cast<T>(number);
    }
  } else if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    if (std::in_range<T>(number)) {
      return static_cast<T>(number);
    }
  }
  throw ProgramError(fmt::format("'{}' is not an integer from {} to {}", key,
                                 std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

template <typename T>
T integer_member(const json& object, const char* key) {
  return integer<T>(member(object, key), key);
}

const json& array_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_array()) {
    throw ProgramError(fmt::format("'{}' is not a list", key));
  }
  return value;
}

/// Empty where it is missing.
json optional_array(const json& object, const char* key) {
  return object.contains(key) ? array_member(object, key) : json::array();
}

bool boolean_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_boolean()) {
    throw ProgramError(fmt::format("'{}' is not true or false", key));
  }
  return value.get<bool>();
}

// --- ports ---

json port_json(const Port& port) {
  json object = {{"name", port.name},
                 {"type", port.type},
                 {"shape", port.shape},
                 {"layout", port.layout},
                 {"address", port.address},
                 {"bytes", port.bytes},
                 {"quantisation",
                  {{"scale", port.quantisation.scale},
                   {"zero_point", port.quantisation.zero_point},
                   {"type", port.quantisation.type}}}};
  if (port.bounded) {
    object["bounded"] = {{"dim", port.bounded->dim}, {"extent", port.bounded->extent}};
  }
  return object;
}

Port read_port(const json& object) {
  Port port;
  port.name = string_member(object, "name");
  port.type = string_member(object, "type");
  for (const json& extent : array_member(object, "shape")) {
    port.shape.push_back(integer<int64_t>(extent, "shape"));
  }
  port.layout = string_member(object, "layout");
  port.address = integer_member<uint64_t>(object, "address");
  port.bytes = integer_member<uint64_t>(object, "bytes");
  const json& quantisation = member(object, "quantisation");
  const json& scale = member(quantisation, "scale");
  if (!scale.is_number()) {
    throw ProgramError("'scale' is not a number");
  }
  port.quantisation = {scale.get<double>(), integer_member<int>(quantisation, "zero_point"),
                       string_member(quantisation, "type")};
  if (object.contains("bounded")) {
    const json& bounded = object.at("bounded");
    port.bounded =
        BoundedDim{integer_member<int64_t>(bounded, "dim"), string_member(bounded, "extent")};
  }
  return port;
}

template <typename Action>
void in_section(std::string_view section, Action&& action) {
  try {
    action();
  } catch (const ProgramError& error) {
    throw ProgramError(fmt::format("section {}: {}", section, error.what()));
  }
}

} // namespace

std::string machine_json(const Program& program) {
  const json value = {{"format", kFormatVersion},
                      {"machine", program.machine_name},
                      {"spec_hash", program.spec_hash}};
  return value.dump(2) + "\n";
}

std::string io_json(const Program& program) {
  json value = {{"inputs", json::array()}, {"outputs", json::array()}};
  for (const Port& port : program.inputs) {
    value["inputs"].push_back(port_json(port));
  }
  for (const Port& port : program.outputs) {
    value["outputs"].push_back(port_json(port));
  }
  for (const ResourceBound& bound : program.bounds) {
    value["bounds"].push_back({{"resource", bound.resource}, {"cycles", bound.cycles}});
  }
  for (const Stop& stop : program.stops) {
    value["stops"].push_back({{"at", stop.at}, {"reason", stop.reason}, {"resumes", stop.resumes}});
  }
  return value.dump(2) + "\n";
}

std::string layers_json(const Program& program) {
  json value = json::array();
  for (const LayerRange& range : program.layers) {
    value.push_back({{"layer", range.layer}, {"first", range.first}, {"last", range.last}});
  }
  return value.dump(2) + "\n";
}

void read_machine_json(std::string_view text, Program& program) {
  const json value = parse(text, kMachineSection);
  in_section(kMachineSection, [&] {
    if (const int format = integer_member<int>(value, "format"); format != kFormatVersion) {
      throw ProgramError(
          fmt::format("format {} is not known here, only {}", format, kFormatVersion));
    }
    program.machine_name = string_member(value, "machine");
    program.spec_hash = string_member(value, "spec_hash");
  });
}

void read_io_json(std::string_view text, Program& program) {
  const json value = parse(text, kIoSection);
  in_section(kIoSection, [&] {
    for (const json& port : array_member(value, "inputs")) {
      program.inputs.push_back(read_port(port));
    }
    for (const json& port : array_member(value, "outputs")) {
      program.outputs.push_back(read_port(port));
    }
    for (const json& bound : optional_array(value, "bounds")) {
      program.bounds.push_back(
          {string_member(bound, "resource"), integer_member<uint64_t>(bound, "cycles")});
    }
    for (const json& stop : optional_array(value, "stops")) {
      program.stops.push_back({integer_member<uint32_t>(stop, "at"), string_member(stop, "reason"),
                               boolean_member(stop, "resumes")});
    }
  });
}

void read_layers_json(std::string_view text, Program& program) {
  const json value = parse(text, kLayersSection);
  in_section(kLayersSection, [&] {
    if (!value.is_array()) {
      throw ProgramError("it is not a list");
    }
    for (const json& range : value) {
      program.layers.push_back({string_member(range, "layer"),
                                integer_member<uint32_t>(range, "first"),
                                integer_member<uint32_t>(range, "last")});
    }
  });
}

} // namespace npuforge::assembler
