// Users and groups by name or number. NSS may ask a server: never on the loop thread, never between fork and exec.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sup::sys {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;     // The primary group.
  std::string name;  // Empty for a number without an entry.
  std::string home;  // "/" for a number without an entry.
  std::string shell;
};

struct Group {
  gid_t gid = 0;
  std::string name;  // Empty for a number without an entry.
};

// A name is tried first, so a user called "1000" can be had. A number without an entry is a valid account whose group
// has the same number. Empty: no such name. Errors: sys, when the account database could not be asked.
[[nodiscard]] Result<std::optional<Account>> find_user(std::string_view name_or_number);
[[nodiscard]] Result<std::optional<Account>> find_user_by_id(uid_t uid);
[[nodiscard]] Result<std::optional<Group>> find_group(std::string_view name_or_number);

// The groups of an account with its primary one, as initgroups(3) would set them; only the primary one for an account
// without a name. Errors: limit beyond kGroupsMax.
[[nodiscard]] Result<std::vector<gid_t>> supplementary_groups(const Account& account);
// The supplementary groups of this process.
[[nodiscard]] Result<std::vector<gid_t>> own_groups();
inline constexpr int kGroupsMax = 65536;  // NGROUPS_MAX of Linux.

}  // namespace sup::sys
