// --format: a line per record, as the user writes it, made of the fields that --json prints.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sup::ctl {

class FieldTemplate {
 public:
  // "{name} {pid}": text, and fields in braces; a field of a field by a dot ("{daemon.pid}"). "{{" and "}}" are braces;
  // \t,
  // \n and \\ are what they are in C. The error is a sentence without "ctl:", perhaps with the field that was meant.
  [[nodiscard]] static std::expected<FieldTemplate, std::string> parse(std::string_view text,
                                                                       std::span<const std::string_view> fields);

  // One line for each object in the list of this name, else one for the object itself. What a record does not say is
  // "-"; a list of words is joined by commas. Control characters are shown as \xNN.
  [[nodiscard]] std::string lines(std::string_view json, std::string_view list) const;

 private:
  struct Piece {
    std::string text;                // In front of the field.
    std::vector<std::string> field;  // Its parts; none: the end of the template.
  };
  std::vector<Piece> pieces_;
};

}  // namespace sup::ctl
