// Templates and formats under any bytes. A template that is taken gives one line for each line, with the line in it;
// JSON is what a parser reads, valid UTF-8, and says exactly the bytes. The input is a template up to the first NUL,
// then lines.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "base/text.hpp"
#include "log/formatter.hpp"
#include "spec/log_template.hpp"
#include "wire/base64.hpp"

namespace {

using Slot = sup::log::Layout::Slot;

std::string formatted(sup::log::Layout layout, std::string_view bytes) {
  sup::log::Formatter formatter(std::move(layout));
  formatter.begin({});
  const auto lines = static_cast<std::uint32_t>(std::count(bytes.begin(), bytes.end(), '\n') + 1);
  sup::log::Block block{bytes, lines};
  std::string out;
  while (!block.bytes.empty()) formatter.append_lines(out, block, out.size() + 1);
  return out;
}

std::string as_text(std::string_view text, std::string_view bytes) {
  const auto pieces = sup::parse_template(text);
  if (!pieces) return {};
  sup::log::Layout layout;
  for (const sup::LogPiece& piece : *pieces)
    layout.parts.push_back({piece.slot == sup::LogSlot::line ? Slot::line : Slot::text, piece.text});
  return formatted(std::move(layout), bytes);
}

// The lines that the objects say.
std::string from_json(std::string_view out) {
  std::string lines;
  while (!out.empty()) {
    const std::string_view line = out.substr(0, out.find('\n'));
    out.remove_prefix(line.size() + 1);
    CHECK(sup::is_utf8(line));
    const auto object = nlohmann::json::parse(line);
    const auto exact = object.find("line_base64");
    lines += exact == object.end() ? object["line"].get<std::string>()
                                   : *sup::wire::base64_decode(exact->get<std::string>());
    lines += '\n';
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string_view bytes = input.substr(std::min(text.size() + 1, size));
  std::string lines(bytes);
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  const std::string out = as_text(text, bytes);
  CHECK(out.empty() || std::count(out.begin(), out.end(), '\n') == std::count(lines.begin(), lines.end(), '\n'));
  const sup::log::Layout json{.parts = {{Slot::text, "{"}, {Slot::line}, {Slot::text, "}"}},
                              .style = sup::log::LineStyle::json};
  CHECK(from_json(formatted(json, bytes)) == lines);
  sup::log::Layout stripped = json;
  stripped.strips_ansi = true;
  (void)formatted(std::move(stripped), bytes);
  return 0;
}
