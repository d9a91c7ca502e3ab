// The settings of external things: one row each.
#pragma once

#include <tuple>

#include "spec/external_spec.hpp"
#include "spec/fields.hpp"
#include "spec/probe_fields.hpp"

namespace sup {

template <>
struct Fields<ExternalSpec> {
  using Base = ProbeSpec;
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr std::int64_t kDay = 24 * 3600 * 1'000 * kMillisecond;
  static constexpr auto kRows = std::tuple_cat(
      std::make_tuple(Field{"description", &ExternalSpec::description, OnChange::live, "\"database of the company\"",
                            "One line for people, shown by `ctl status -v` and `ctl show`."}),
      probe_rows<ExternalSpec>(OnChange::live),
      std::make_tuple(Field{"interval", &ExternalSpec::interval, OnChange::live, "\"5s\"",
                            "How long after one probe the next begins. While it is not there, at most a second.",
                            Range{100 * kMillisecond, kDay}},
                      Field{"timeout", &ExternalSpec::timeout, OnChange::live, "\"2s\"",
                            "A probe that takes longer has failed.", Range{10 * kMillisecond, kDay}},
                      Field{"failures", &ExternalSpec::failures, OnChange::live, "3",
                            "After so many failures in a row it is lost.", Range{1, kMaxProbeCount}},
                      Field{"successes", &ExternalSpec::successes, OnChange::live, "1",
                            "After so many successes in a row it is there.", Range{1, kMaxProbeCount}},
                      Field{"on-lost", &ExternalSpec::on_lost, OnChange::live, "\"stop\"",
                            "What happens to the services that require it when it is lost."}));
};
static_assert(kEveryMemberHasARow<ExternalSpec>, "every member of ExternalSpec needs a row");

}  // namespace sup
