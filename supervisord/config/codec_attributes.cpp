// The types of codec_types.hpp that say what a process is before its program begins.
#include <algorithm>
#include <charconv>

#include "base/check.hpp"
#include "base/cpu_list.hpp"
#include "config/codec_types.hpp"

namespace sup {
namespace {

constexpr std::string_view kUnlimited = "unlimited";

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  const auto near = nearest(word, words);
  return near ? fmt::format("did you mean '{}'?", *near) : "";
}

// ---- Resource limits
// ----------------------------------------------------------------------------------------------------------

struct UnitWords {
  std::string_view expected;
  std::string_view doc;
  std::string_view pattern;  // Of one value.
};

UnitWords unit_words(LimitUnit unit) {
  switch (unit) {
    case LimitUnit::count: return {"a whole number", "integer", "[0-9]+"};
    case LimitUnit::bytes:
      return {"a size such as \"64MiB\"", "size", R"([0-9]+(\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?)"};
    case LimitUnit::seconds:
    case LimitUnit::microseconds: return {"a duration such as \"10s\"", "duration", "[0-9][0-9a-z]*"};
  }
  check_failed("every LimitUnit has words");
}

Result<std::uint64_t> whole_units(std::string_view text, Duration unit, std::string_view name) {
  const Duration duration = TRY(parse_duration(text));
  if (duration.count() % unit.count() != 0)
    return fail(Errc::invalid, fmt::format("{} is not a whole number of {}", format_duration(duration), name));
  return static_cast<std::uint64_t>(duration.count() / unit.count());
}

Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  return good ? Result<std::uint64_t>(number) : fail(Errc::invalid, "");
}

// One of the two values. Errors: invalid; without a text where "expected ..." says all.
Result<std::uint64_t> limit_value(std::string_view text, LimitUnit unit) {
  if (text == kUnlimited) return LimitPair::kUnlimited;
  switch (unit) {
    case LimitUnit::count: return parse_count(text);
    case LimitUnit::bytes: return parse_size(text);
    case LimitUnit::seconds: return whole_units(text, std::chrono::seconds{1}, "seconds");
    case LimitUnit::microseconds: return whole_units(text, std::chrono::microseconds{1}, "microseconds");
  }
  check_failed("every LimitUnit can be read");
}

std::string limit_text(std::uint64_t number, LimitUnit unit) {
  if (number == LimitPair::kUnlimited) return std::string(kUnlimited);
  switch (unit) {
    case LimitUnit::count: return std::to_string(number);
    case LimitUnit::bytes: return format_size(number);
    case LimitUnit::seconds: return format_duration(std::chrono::seconds{number});
    case LimitUnit::microseconds: return format_duration(std::chrono::microseconds{number});
  }
  check_failed("every LimitUnit can be written");
}

bool is_time(LimitUnit unit) { return unit == LimitUnit::seconds || unit == LimitUnit::microseconds; }

Result<LimitPair> parse_limit(std::string_view text, LimitUnit unit) {
  const std::size_t colon = text.find(':');
  const std::uint64_t soft = TRY(limit_value(text.substr(0, colon), unit));
  if (colon == text.npos) return LimitPair{soft, soft};
  return LimitPair{soft, TRY(limit_value(text.substr(colon + 1), unit))};
}

// A number without quotes; a time needs a unit, and thus quotes.
Result<LimitPair> limit_of_number(std::int64_t number, LimitUnit unit) {
  if (is_time(unit) || number < 0) return fail(Errc::invalid, "");
  return LimitPair{static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(number)};
}

void wrong_limit(Decoder& decoder, const Value& value, LimitUnit unit, const std::string& why) {
  const auto* number = value.get_if<std::int64_t>();
  const auto* text = value.get_if<std::string>();
  const bool wants_unit = number != nullptr && *number >= 0 && is_time(unit);
  std::string hint = wants_unit ? fmt::format("with quotes and unit: \"{}s\"", *number) : "";
  constexpr std::string_view kWords[] = {kUnlimited};
  if (text != nullptr) hint = did_you_mean(*text, kWords);
  if (!why.empty() && hint.empty()) return decoder.error(value.span, why);
  const std::string expected = fmt::format("{}, \"unlimited\" or \"soft:hard\"", unit_words(unit).expected);
  decoder.wrong_type(value, expected, std::move(hint));
}

}  // namespace

bool decode_limit(Decoder& decoder, const Value& value, LimitUnit unit, LimitPair& out) {
  Result<LimitPair> limit = fail(Errc::invalid, "");
  if (const auto* number = value.get_if<std::int64_t>())
    limit = limit_of_number(*number, unit);
  else if (const auto* text = value.get_if<std::string>())
    limit = parse_limit(*text, unit);
  if (!limit)
    wrong_limit(decoder, value, unit, limit.error().what);
  else if (limit->soft > limit->hard)
    decoder.error(value.span, fmt::format("the soft limit {} is above the hard limit {}", limit_text(limit->soft, unit),
                                          limit_text(limit->hard, unit)));
  if (!limit || limit->soft > limit->hard) return false;
  out = *limit;
  return true;
}

Value encode_limit(LimitPair limit, LimitUnit unit) {
  const bool is_number = unit == LimitUnit::count && limit.soft == limit.hard &&
                         limit.soft <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (is_number) return make_value(static_cast<std::int64_t>(limit.soft));
  std::string text = limit_text(limit.soft, unit);
  if (limit.soft != limit.hard) text += ":" + limit_text(limit.hard, unit);
  return make_value(std::move(text));
}

TypeDoc limit_type(LimitUnit unit) {
  const UnitWords words = unit_words(unit);
  const std::string one = fmt::format("({}|unlimited)", words.pattern);
  ValueTable text = schema_of_pattern(fmt::format("^{0}(:{0})?$", one));
  TypeDoc doc{fmt::format("{}, `\"unlimited\"` or `\"soft:hard\"`", words.doc), {}};
  if (is_time(unit)) {
    doc.schema = std::move(text);
    return doc;
  }
  ValueTable number = schema_of_type("integer");
  number.add("minimum", make_value(std::int64_t{0}));
  doc.schema = schema_any_of({std::move(number), std::move(text)});
  return doc;
}

// ---- Scheduling
// ---------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kPolicy = "policy";
constexpr std::string_view kPriority = "priority";
constexpr Range kPriorities{1, kMaxRealtimePriority};

bool decode_sched_table(Decoder& decoder, const ValueTable& table, SchedSpec& out) {
  bool good = true;
  for (const Entry& entry : table.entries) {
    const Decoder::Scope scope(decoder, entry.key);
    if (entry.key == kPolicy) {
      good &= Codec<SchedPolicy>::decode(decoder, entry.value, out.policy);
    } else if (entry.key == kPriority) {
      good &= Codec<std::uint8_t>::decode(decoder, entry.value, out.priority) &&
              satisfies(decoder, entry.value, out.priority, kPriorities);
    }
  }
  constexpr std::string_view kKeys[] = {kPolicy, kPriority};
  for (const Entry& entry : table.entries) {
    if (std::find(std::begin(kKeys), std::end(kKeys), entry.key) != std::end(kKeys)) continue;
    decoder.unknown_key(entry, nearest(entry.key, kKeys).value_or(""));
    good = false;
  }
  return good;
}

}  // namespace

bool Codec<SchedSpec>::decode(Decoder& decoder, const Value& value, SchedSpec& out) {
  out = SchedSpec{};
  const auto* table = value.get_if<ValueTable>();
  const bool good = table != nullptr ? decode_sched_table(decoder, *table, out)
                                     : Codec<SchedPolicy>::decode(decoder, value, out.policy);
  if (!good) return false;
  const std::string_view policy = enum_name(out.policy);
  if (table != nullptr && table->find(kPolicy) == nullptr) {
    decoder.error(value.span, "the policy is missing", "write for example { policy = \"fifo\", priority = 10 }");
    return false;
  }
  if (is_realtime(out.policy) == (out.priority != 0)) return true;
  if (out.priority == 0)
    decoder.error(value.span, fmt::format("\"{}\" needs a priority from 1 to {}", policy, kMaxRealtimePriority),
                  fmt::format("write {{ policy = \"{}\", priority = 10 }}", policy));
  else
    decoder.error(table->find(kPriority)->value.span, fmt::format("\"{}\" has no priority", policy),
                  "leave it out; `nice` ranks among the others");
  return false;
}

Value Codec<SchedSpec>::encode(SchedSpec sched, Detail detail) {
  Value policy = Codec<SchedPolicy>::encode(sched.policy, detail);
  if (!is_realtime(sched.policy)) return policy;
  ValueTable table;
  table.add(kPolicy, std::move(policy));
  table.add(kPriority, make_value(std::int64_t{sched.priority}));
  return make_value(std::move(table));
}

TypeDoc Codec<SchedSpec>::type() {
  ValueTable priority = schema_of_type("integer"), properties, table = schema_of_type("object");
  add_check(priority, kPriorities);
  properties.add(kPolicy, make_value(Codec<SchedPolicy>::type().schema));
  properties.add(kPriority, make_value(std::move(priority)));
  table.add("properties", make_value(std::move(properties)));
  table.add("required", make_value(ValueArray{make_value(std::string(kPolicy))}));
  table.add("additionalProperties", make_value(false));
  const TypeDoc word = Codec<SchedPolicy>::type();
  return {word.text + ", or table", schema_any_of({word.schema, std::move(table)})};
}

bool Codec<IoPriority>::decode(Decoder& decoder, const Value& value, IoPriority& out) {
  constexpr std::string_view kExpected = "\"idle\", \"best-effort:N\" or \"realtime:N\" with N from 0 to 7";
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) {
    decoder.wrong_type(value, kExpected);
    return false;
  }
  const std::size_t colon = text->find(':');
  const auto io_class = enum_from_name<IoClass>(text->substr(0, colon));
  const std::string_view level = colon == text->npos ? "" : std::string_view(*text).substr(colon + 1);
  const bool has_level = colon != text->npos;
  const bool is_level = level.size() == 1 && level[0] >= '0' && level[0] <= '0' + IoPriority::kLowest;
  if (!io_class || (has_level && (!is_level || *io_class == IoClass::idle))) {
    const auto words = Codec<IoClass>::words();
    decoder.wrong_type(value, kExpected, io_class ? "" : did_you_mean(text->substr(0, colon), words));
    return false;
  }
  out.io_class = *io_class;
  out.level = has_level ? static_cast<std::uint8_t>(level[0] - '0') : IoPriority::kDefault;
  return true;
}

Value Codec<IoPriority>::encode(IoPriority priority, Detail) {
  const std::string word(enum_name(priority.io_class));
  return make_value(priority.io_class == IoClass::idle ? word : fmt::format("{}:{}", word, priority.level));
}

TypeDoc Codec<IoPriority>::type() {
  return {"`\"idle\"`, `\"best-effort:N\"` or `\"realtime:N\"`",
          schema_of_pattern("^(idle|(best-effort|realtime)(:[0-7])?)$")};
}

namespace {

// A CPU or a range of them.
bool add_cpus(Decoder& decoder, const Value& value, std::vector<std::uint16_t>& out) {
  const auto* number = value.get_if<std::int64_t>();
  const auto* text = value.get_if<std::string>();
  if (number == nullptr && (text == nullptr || text->empty())) {
    decoder.wrong_type(value, "CPUs such as \"0-3,5\" or [0, 1]");
    return false;
  }
  const auto cpus = parse_cpu_list(number != nullptr ? std::to_string(*number) : *text);
  if (!cpus)
    decoder.error(value.span, cpus.error().what);
  else
    out.insert(out.end(), cpus->begin(), cpus->end());
  return cpus.has_value();
}

}  // namespace

bool Codec<CpuAffinity>::decode(Decoder& decoder, const Value& value, CpuAffinity& out) {
  out = CpuAffinity{};
  const auto* array = value.get_if<ValueArray>();
  bool good = true;
  if (array == nullptr)
    good = add_cpus(decoder, value, out.cpus);
  else
    for (const Value& element : *array) good &= add_cpus(decoder, element, out.cpus);
  if (good && out.cpus.empty()) {
    decoder.error(value.span, "no CPU is named", "leave the key out to allow all");
    return false;
  }
  normalise_cpus(out.cpus);
  out.cpus.shrink_to_fit();
  return good;
}

Value Codec<CpuAffinity>::encode(const CpuAffinity& affinity, Detail) {
  return make_value(format_cpu_list(affinity.cpus));
}

TypeDoc Codec<CpuAffinity>::type() {
  const ValueTable text = schema_of_pattern("^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$");
  ValueTable number = schema_of_type("integer");
  add_check(number, Range{0, kMaxCpu});
  ValueTable list = schema_of_type("array");
  list.add("items", make_value(schema_any_of({std::move(number), text})));
  list.add("minItems", make_value(std::int64_t{1}));
  return {"string, or list of integers and strings", schema_any_of({text, std::move(list)})};
}

// ---- Capabilities
// -------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kAllWord = "all";
constexpr std::string_view kNoneWord = "none";

bool add_capability(Decoder& decoder, const Value& value, CapabilitySet& out) {
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) {
    decoder.wrong_type(value, "the name of a capability such as \"net-bind-service\"");
    return false;
  }
  const bool is_word = *text == kAllWord || *text == kNoneWord;
  const auto number = is_word ? Result<int>(0) : parse_capability(*text);
  const std::string problem = is_word            ? fmt::format("\"{}\" stands alone", *text)
                              : !number          ? number.error().what
                              : out.has(*number) ? fmt::format("{} is there twice", capability_name(*number))
                                                 : "";
  if (!problem.empty()) {
    decoder.error(value.span, problem, is_word ? fmt::format("write \"{}\" without brackets", *text) : "");
    return false;
  }
  out.bits |= std::uint64_t{1} << *number;
  return true;
}

}  // namespace

bool Codec<CapabilitySet>::decode(Decoder& decoder, const Value& value, CapabilitySet& out) {
  out = CapabilitySet{};
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && (*text == kAllWord || *text == kNoneWord)) {
    out.bits = *text == kAllWord ? CapabilitySet::kAll : 0;
    return true;
  }
  const auto* array = value.get_if<ValueArray>();
  if (array == nullptr) {
    const bool is_name = text != nullptr && parse_capability(*text);
    decoder.wrong_type(value, "\"all\", \"none\" or a list of capabilities",
                       is_name ? "put it into brackets: [" + inline_toml(value) + "]" : "");
    return false;
  }
  bool good = true;
  for (const Value& element : *array) good &= add_capability(decoder, element, out);
  return good;
}

Value Codec<CapabilitySet>::encode(CapabilitySet set, Detail) {
  if (set.bits == CapabilitySet::kAll) return make_value(std::string(kAllWord));
  if (set.bits == 0) return make_value(std::string(kNoneWord));
  ValueArray names;
  for (int number = 0; number <= kLastCapability; ++number)
    if (set.has(number)) names.push_back(make_value(capability_name(number)));
  return make_value(std::move(names));
}

TypeDoc Codec<CapabilitySet>::type() {
  ValueTable list = schema_of_type("array");
  list.add("items", make_value(schema_of_pattern("^[A-Za-z][A-Za-z_-]*$")));
  list.add("uniqueItems", make_value(true));
  return {"`\"all\"`, `\"none\"` or list of capabilities",
          schema_any_of({schema_of_words({kAllWord, kNoneWord}), std::move(list)})};
}

// ---- stdin
// --------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kNullWord = "null";
constexpr std::string_view kFile = "file";

}  // namespace

bool Codec<StdinSpec>::decode(Decoder& decoder, const Value& value, StdinSpec& out) {
  out = StdinSpec{};
  const auto* text = value.get_if<std::string>();
  if (text != nullptr && *text == kNullWord) return true;
  const auto* table = value.get_if<ValueTable>();
  if (table == nullptr || table->entries.empty()) {
    const bool is_path = text != nullptr && text->starts_with('/');
    decoder.wrong_type(value, "\"null\" or { file = \"/path\" }",
                       is_path ? fmt::format("write {{ file = {} }}", inline_toml(value)) : "");
    return false;
  }
  const Entry* file = table->find(kFile);
  for (const Entry& entry : table->entries)
    if (&entry != file) decoder.unknown_key(entry, file == nullptr ? kFile : "");
  if (file == nullptr || table->entries.size() != 1) return false;
  const Decoder::Scope scope(decoder, kFile);
  return Codec<std::string>::decode(decoder, file->value, out.file) &&
         satisfies(decoder, file->value, out.file, AbsolutePath{});
}

Value Codec<StdinSpec>::encode(const StdinSpec& spec, Detail) {
  if (spec.file.empty()) return make_value(std::string(kNullWord));
  ValueTable table;
  table.add(kFile, make_value(spec.file));
  return make_value(std::move(table));
}

TypeDoc Codec<StdinSpec>::type() {
  ValueTable path = schema_of_type("string"), properties, table = schema_of_type("object");
  add_check(path, AbsolutePath{});
  properties.add(kFile, make_value(std::move(path)));
  table.add("properties", make_value(std::move(properties)));
  table.add("required", make_value(ValueArray{make_value(std::string(kFile))}));
  table.add("additionalProperties", make_value(false));
  return {"`\"null\"`, or table", schema_any_of({schema_of_words({kNullWord}), std::move(table)})};
}

}  // namespace sup
