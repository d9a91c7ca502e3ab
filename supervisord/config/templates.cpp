// Templates: found, checked, and put under the services that use them.
#include <algorithm>

#include "config/layers.hpp"

namespace sup {
namespace {

constexpr std::size_t kMaxArgumentBytes = 4096;
constexpr std::string_view kKnownEverywhere[] = {"service", "instance", "instances"};

std::string shown(std::string_view name) { return "'" + printable(name, 80) + "'"; }

template <class Names>
std::string suggestion(std::string_view word, const Names& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest(word, known);
  return near ? fmt::format("did you mean {}?", shown(*near)) : "";
}

std::vector<std::string_view> names_of(const ParameterList& parameters) {
  std::vector<std::string_view> out;
  for (const ParameterSpec& parameter : parameters.list) out.push_back(parameter.name);
  return out;
}

const Entry* argument_of(const TemplateUse& use, std::string_view name) {
  const auto found = std::ranges::find(use.arguments, name, &Entry::key);
  return found == use.arguments.end() ? nullptr : &*found;
}

// Calls visit(word) for each {word} that may be a placeholder.
template <class Visit>
void each_braced(std::string_view text, Visit visit) {
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find_first_of("{}", open + 1);
    const bool is_own = open > 0 && (text[open - 1] == '$' || text[open - 1] == '{');
    if (close != text.npos && text[close] == '}' && !is_own) visit(text.substr(open + 1, close - open - 1));
  }
}

}  // namespace

bool Templates::add(const std::string& name, std::uint32_t file, Span key, Value table, Span* first) {
  const auto [place, is_new] = templates_.try_emplace(name);
  *first = place->second.key;
  if (!is_new) return false;
  key.source = source_of(file, Layer::template_);
  Decoder decoder(files_[file], fmt::format("[template.{}]", toml_key(name)), report_);
  TemplateKeys keys = take_template_keys(decoder, std::get<ValueTable>(table.data));
  place->second = Template{key, std::move(table), std::move(keys)};
  return true;
}

void Templates::check() {
  std::vector<std::string_view> path;
  for (const auto& [name, found] : templates_) (void)check_one(name, path);
}

// Depth first; what is on the path uses itself.
bool Templates::check_one(const std::string& name, std::vector<std::string_view>& path) {
  Template& it = templates_.find(name)->second;
  if (it.state != State::unknown) return it.state == State::good;
  it.state = State::on_path;
  path.push_back(name);
  bool good = true;
  for (const TemplateUse& use : it.keys.use.list) {
    Template* other = resolve(use);
    if (other == nullptr)
      good = false;
    else if (other->state == State::on_path)
      good = report_cycle(use, path);
    else if (path.size() >= kMaxTemplatesOfService)
      good = false, report_.error(file_at(use.place), use.place,
                                  fmt::format("more than {} templates use each other", kMaxTemplatesOfService));
    else
      good = check_one(use.name, path) && good;
  }
  std::vector<std::string_view> known = names_of(it.keys.parameters);
  if (!known.empty()) good = check_placeholders(it.table, known) && good;
  path.pop_back();
  it.state = good ? State::good : State::broken;
  return good;
}

bool Templates::report_cycle(const TemplateUse& use, const std::vector<std::string_view>& path) {
  const auto from = std::ranges::find(path, std::string_view(use.name));
  std::string way;
  for (auto name = from; name != path.end(); ++name) way += std::string(*name) + " -> ";
  report_.error(file_at(use.place), use.place,
                fmt::format("use: template {} uses itself: {}{}", shown(use.name), way, use.name));
  return false;
}

// What looks like a parameter and is none. Other words in braces are the programs' own.
bool Templates::check_placeholders(const Value& value, const std::vector<std::string_view>& known) {
  bool good = true;
  if (const auto* array = value.get_if<ValueArray>())
    for (const Value& element : *array) good = check_placeholders(element, known) && good;
  if (const auto* table = value.get_if<ValueTable>())
    for (const Entry& entry : table->entries) good = check_placeholders(entry.value, known) && good;
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) return good;
  each_braced(*text, [&](std::string_view word) {
    const bool is_known = std::ranges::find(known, word) != known.end() ||
                          std::ranges::find(kKnownEverywhere, word) != std::end(kKnownEverywhere);
    const auto near = is_known ? std::nullopt : nearest(word, known);
    if (!near) return;
    good = false;
    report_.error(file_at(value.span), value.span, fmt::format("'{{{}}}' is no parameter", printable(word, 80)),
                  fmt::format("did you mean {{{}}}?", *near));
  });
  return good;
}

Templates::Template* Templates::resolve(const TemplateUse& use) {
  const auto found = templates_.find(use.name);
  if (found != templates_.end()) return check_arguments(use, found->second.keys) ? &found->second : nullptr;
  std::vector<std::string_view> names;
  for (const auto& [name, it] : templates_) names.push_back(name);
  std::string hint = suggestion(use.name, names);
  if (hint.empty()) hint = fmt::format("a template is a table [template.{}]", toml_key(use.name));
  report_.error(file_at(use.place), use.place, fmt::format("use: there is no template {}", shown(use.name)),
                std::move(hint));
  return nullptr;
}

bool Templates::check_arguments(const TemplateUse& use, const TemplateKeys& keys) {
  bool good = true;
  const std::vector<std::string_view> names = names_of(keys.parameters);
  for (const Entry& argument : use.arguments) {
    if (std::ranges::find(names, argument.key) != names.end()) continue;
    good = false;
    std::string hint = suggestion(argument.key, names);
    if (hint.empty())
      hint = names.empty() ? "it has none" : fmt::format("its parameters are {}", fmt::join(names, ", "));
    report_.error(file_at(argument.key_span), argument.key_span,
                  fmt::format("use: template {} has no parameter {}", shown(use.name), shown(argument.key)), hint);
  }
  for (const ParameterSpec& parameter : keys.parameters.list) {
    if (parameter.has_default || argument_of(use, parameter.name) != nullptr) continue;
    good = false;
    report_.error(
        file_at(use.place), use.place,
        fmt::format("use: template {} needs the parameter {}", shown(use.name), shown(parameter.name)),
        fmt::format("use = {{ template = {}, {} = \"...\" }}", inline_toml(make_value(use.name)), parameter.name));
  }
  return good;
}

bool Templates::put_under(ValueTable& table, const TemplateUses& uses, const std::string& service) {
  bool good = true;
  std::size_t budget = kMaxTemplatesOfService;
  for (auto use = uses.list.rbegin(); use != uses.list.rend(); ++use) {
    const Template* found = resolve(*use);
    good = found != nullptr && found->state == State::good && expand(table, *use, service, budget) && good;
  }
  return good;
}

// The template was resolved, and is good.
bool Templates::expand(ValueTable& table, const TemplateUse& use, const std::string& service, std::size_t& budget) {
  const auto refuse = [&](const std::string& why) {
    report_.error(file_at(use.place), use.place, why);
    return false;
  };
  if (budget-- == 0) {
    budget = 0;
    return refuse(fmt::format("use: more than {} templates make this service", kMaxTemplatesOfService));
  }
  const Template& it = templates_.find(use.name)->second;
  Arguments arguments{{"service", make_value(service)}};
  for (const ParameterSpec& parameter : it.keys.parameters.list) {
    const Entry* given = argument_of(use, parameter.name);
    const Value& value = given != nullptr ? given->value : parameter.fallback;
    if (const auto* text = value.get_if<std::string>(); text != nullptr && text->size() > kMaxArgumentBytes)
      return refuse(fmt::format("use: {}: a parameter has at most {} bytes", parameter.name, kMaxArgumentBytes));
    arguments.insert_or_assign(parameter.name, value);
  }
  Value own = it.table;
  if (!fill_in(own, arguments)) return refuse("use: with its parameters filled in, its texts would be too large");
  sup::put_under(table, std::get<ValueTable>(own.data));
  for (auto below = it.keys.use.list.rbegin(); below != it.keys.use.list.rend(); ++below) {
    TemplateUse inner = *below;
    for (Entry& argument : inner.arguments)
      if (!fill_in(argument.value, arguments)) return refuse("use: a parameter would be too large");
    if (!expand(table, inner, service, budget)) return false;
  }
  return true;
}

}  // namespace sup
