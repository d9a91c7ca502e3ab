// External things in a configuration: what is read, and what is refused with its place.
#include <string>

#include "config/load.hpp"
#include "config/shape.hpp"

#include "catch.hpp"

using namespace sup;

namespace {

std::string refusal(const std::string& text) {
  const Loaded loaded = load_text(text, "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.size() == 1);
  const Diagnostic& found = loaded.diagnostics[0];
  return std::to_string(found.span.line) + ":" + std::to_string(found.span.column) + ": " + found.message;
}

}  // namespace

TEST_CASE("an external thing is asked as its table says, and is shown as it was written", "[external]") {
  const std::string table = "[external.db]\ntcp = \"10.0.0.5:5432\"\nfailures = 5\non-lost = \"stop\"\n";
  const Loaded loaded = load_text(table + "[service.web]\ncommand = \"x\"\nrequires = [\"db\"]\n", "f.toml");
  INFO(render_all(loaded));
  REQUIRE(loaded.diagnostics.empty());
  const NamedService& db = loaded.set.services.at(0);
  REQUIRE(db.spec.type == ServiceType::external);
  REQUIRE(db.spec.health->tcp == "10.0.0.5:5432");
  REQUIRE(db.spec.health->failures == 5);
  REQUIRE(db.spec.health->interval == std::chrono::seconds{5});
  REQUIRE(db.external->on_lost == OnLost::stop);
  REQUIRE(to_toml(db) == table);
}

TEST_CASE("external things are refused with their place", "[external]") {
  const std::string service = "[service.web]\ncommand = \"x\"\n";
  const std::string db = "[external.db]\ntcp = \":1\"\n";
  REQUIRE(refusal("[external.db]\ninterval = \"1s\"\n") ==
          "1:11: external 'db': nothing says how to ask whether it is there");
  REQUIRE(refusal(db + "file = \"/x\"\n") == "1:11: 'db': tcp and file are both given; only one can be asked");
  REQUIRE(refusal("[external.db]\ntcp = \"db:5432\"\n") == "2:7: tcp: 'db' is not an address");
  REQUIRE(refusal(db + "requires = []\n") == "3:1: unknown key 'requires' in [external.db]");
  REQUIRE(refusal(service + "[external.web]\ntcp = \":1\"\n") ==
          "3:11: external 'web' is defined twice, first at f.toml:1");
  REQUIRE(refusal(service + "type = \"external\"\n") == "3:8: type: only what [external.NAME] defines is external");
  REQUIRE(refusal(service + "conflicts = [\"db\"]\n" + db) ==
          "3:14: conflicts: 'db' is external: it cannot be stopped");
  REQUIRE(refusal(service + "after = [{ service = \"db\", until = \"completed\" }]\n" + db) ==
          "3:10: after: 'db' never completes: it is external");
  REQUIRE(refusal(service + "restart.on-give-up = { start = \"db\" }\n" + db)
              .ends_with("'db' is external: it cannot be started"));
  REQUIRE(refusal("[externals.db]\ntcp = \":1\"\n") == "1:2: unknown table 'externals'");
}
