// Options of a source and the tables that say what becomes of them. A format is a table of rows, one for each option
// that its manual knows: what maps it, or why it is not mapped. An option without a row is reported as unknown, so
// nothing is dropped silently.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/model.hpp"

namespace sup::imports {

// One option as it stands in the source.
struct Option {
  std::string name;
  std::string value;
  Place place;
};

// What became of one option.
struct Verdict {
  Fate fate = Fate::not_mapped;
  Weight weight = Weight::minor;
  std::string text;
};

// It is now this setting of ours, or these.
[[nodiscard]] inline Verdict mapped(std::string settings) { return {Fate::mapped, Weight::minor, std::move(settings)}; }
// There is nothing to set: `why` says how it is with us.
[[nodiscard]] inline Verdict same(std::string why) { return {Fate::same, Weight::minor, std::move(why)}; }
[[nodiscard]] inline Verdict lost(std::string why) { return {Fate::not_mapped, Weight::minor, std::move(why)}; }
[[nodiscard]] inline Verdict lost_essential(std::string why) {
  return {Fate::not_mapped, Weight::essential, std::move(why)};
}

// What several occurrences of an option mean.
enum class Repeats : std::uint8_t {
  last,  // The last one counts.
  list,  // They add up; an empty one takes back those before it.
  each,  // They add up, and an empty one has a meaning of its own.
};

template <class Draft>
struct Row {
  std::string_view name;
  // Null: it is not mapped, for `reason`.
  Verdict (*map)(Draft&, const Option&) = nullptr;
  std::string_view reason = {};
  Fate fate = Fate::not_mapped;  // Of a row without `map`.
  Weight weight = Weight::minor;
  Repeats repeats = Repeats::last;
};

// A row of what is lost, or is so without a setting.
template <class Draft>
constexpr Row<Draft> lost_row(std::string_view name, std::string_view reason, Weight weight = Weight::minor) {
  return {.name = name, .reason = reason, .weight = weight};
}
template <class Draft>
constexpr Row<Draft> same_row(std::string_view name, std::string_view reason) {
  return {.name = name, .reason = reason, .fate = Fate::same};
}

// The place of the later option that takes back or replaces the one at `index`; null if there is none.
[[nodiscard]] const Option* overruling(std::span<const Option> options, std::size_t index, Repeats repeats);

// The note of an option. `context` is what stands before its name, such as "[program:web] ".
[[nodiscard]] Note note_of(std::string_view service, std::string_view context, const Option& option, Verdict verdict);

// Maps all options by the rows, in order, and notes what became of each.
template <class Draft>
void apply(std::span<const Row<Draft>> rows, std::span<const Option> options, Draft& draft, std::string_view service,
           std::string_view context, std::vector<Note>& notes) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& option = options[i];
    const Row<Draft>* row = nullptr;
    for (const Row<Draft>& candidate : rows)
      if (candidate.name == option.name) row = &candidate;
    Verdict verdict;
    if (row == nullptr)
      verdict = lost("this option is not known");
    else if (const Option* later = overruling(options, i, row->repeats))
      verdict = same("overruled at " + place_text(later->place));
    else if (row->repeats == Repeats::list && option.value.empty())
      verdict = same("it takes back what stands before it");
    else if (row->map != nullptr)
      verdict = row->map(draft, option);
    else
      verdict = {row->fate, row->weight, std::string(row->reason)};
    notes.push_back(note_of(service, context, option, std::move(verdict)));
  }
}

}  // namespace sup::imports
