// The interface description: valid varlink, complete, and the same as the committed document.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "wire/interface.hpp"

#include "catch.hpp"

using namespace sup::wire;

namespace {

// A checker for varlink's interface definition language (https://varlink.org/Interface-Definition): the grammar, unique
// names, and that every type which is used exists.
class IdlChecker {
 public:
  explicit IdlChecker(std::string text) : text_(std::move(text)) {}

  void check() {
    expect_word("interface");
    name("-.");
    while (peek() != '\0') member();
    for (const std::string& used : used_) {
      INFO(used);
      REQUIRE(types.contains(used));
    }
  }

  std::set<std::string> types;
  std::set<std::string> methods;
  std::set<std::string> errors;

 private:
  void skip() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '#')) {
      if (text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        ++at_;
    }
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(std::string_view token) {
    skip();
    if (!std::string_view(text_).substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    INFO("expected " << token << " at: " << text_.substr(at_, 60));
    REQUIRE(take(token));
  }
  void expect_word(std::string_view word) {
    expect(word);
    REQUIRE(std::isspace(static_cast<unsigned char>(text_[at_])) != 0);
  }
  std::string name(std::string_view extra) {
    skip();
    std::string out;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  extra.find(text_[at_]) != std::string_view::npos))
      out += text_[at_++];
    INFO("a name at: " << text_.substr(at_, 60));
    REQUIRE_FALSE(out.empty());
    REQUIRE(std::isalpha(static_cast<unsigned char>(out.front())) != 0);
    return out;
  }
  std::string type_name_here() {
    std::string out = name("");
    REQUIRE(std::isupper(static_cast<unsigned char>(out.front())) != 0);
    return out;
  }
  void member() {
    if (take("type ")) {
      REQUIRE(types.insert(type_name_here()).second);
      fields();
    } else if (take("method ")) {
      REQUIRE(methods.insert(type_name_here()).second);
      fields();
      expect("->");
      fields();
    } else {
      expect("error ");
      REQUIRE(errors.insert(type_name_here()).second);
      fields();
    }
  }
  // A struct, or an enum inside of one.
  void fields() {
    expect("(");
    std::set<std::string> names;
    if (take(")")) return;
    do {
      REQUIRE(names.insert(name("_")).second);
      if (take(":")) type();
    } while (take(","));
    expect(")");
  }
  void type() {
    take("?");
    while (take("[]") || take("[string]")) {
    }
    if (peek() == '(') return fields();
    const std::string word = name("");
    static const std::set<std::string> kBuiltIn = {"bool", "int", "float", "string", "object"};
    if (!kBuiltIn.contains(word)) used_.insert(word);
  }

  std::string text_;
  std::size_t at_ = 0;
  std::set<std::string> used_;
};

std::string document(const char* name) {
  const auto root = std::filesystem::path(SUP_SOURCE_DIR);
  std::ifstream file(root / "docs" / name);
  INFO(name);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the interface description is valid varlink and has every command and error", "[wire][interface]") {
  IdlChecker checker(interface_description());
  checker.check();
  std::set<std::string> methods;
  for (const CommandRow& row : commands())
    if (!row.method.empty()) methods.emplace(row.method);
  REQUIRE(checker.methods == methods);
  REQUIRE(checker.errors == std::set<std::string>{"NoSuchService", "PermissionDenied", "ShuttingDown", "LimitReached",
                                                  "Failed", "TooSlow"});
  REQUIRE(checker.types.contains("ServiceStatus"));
  REQUIRE_FALSE(checker.types.contains("StatusReply"));  // Replies are spelled out at their methods.
}

TEST_CASE("the description of org.varlink.service is valid varlink", "[wire][interface]") {
  IdlChecker checker{std::string(service_interface_description())};
  checker.check();
  REQUIRE(checker.methods == std::set<std::string>{"GetInfo", "GetInterfaceDescription"});
  REQUIRE(checker.errors.size() == 6);
}

TEST_CASE("docs/io.supervisord.varlink is the interface description", "[wire][interface]") {
  // If this fails: ctl __reference interface > docs/io.supervisord.varlink
  REQUIRE(document("io.supervisord.varlink") == interface_description());
}

TEST_CASE("docs/protocol.md has the table of methods", "[wire][interface]") {
  // If this fails: put what `ctl __reference methods` prints into docs/protocol.md.
  REQUIRE(document("protocol.md").find(methods_table()) != std::string::npos);
}
