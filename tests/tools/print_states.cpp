// print_states [--markdown]: the state diagram of the engine as Graphviz, or its table as Markdown.
#include <cstdio>
#include <string>
#include <string_view>

#include "engine/diagram.hpp"

int main(int argc, char** argv) {
  const bool is_markdown = argc > 1 && std::string_view(argv[1]) == "--markdown";
  const std::string text = is_markdown ? sup::state_table_markdown() : sup::state_diagram_dot();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
