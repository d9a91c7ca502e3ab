#include "sys/accounts.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "base/text.hpp"
#include "sys/errors.hpp"

namespace sup::sys {

namespace {

constexpr std::size_t kEntryBufferMax = std::size_t{16} << 20;  // A group with very many members.

// Calls one of the get*_r functions with a buffer that grows as long as it says ERANGE. Empty: no such entry.
template <class Entry, class Found, class Lookup>
Result<std::optional<Found>> look_up(const std::string& what, Found (*convert)(const Entry&), const Lookup& lookup) {
  std::vector<char> buffer(1024);
  for (;;) {
    Entry entry{};
    Entry* found = nullptr;
    const int error_number = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error_number == 0 && found != nullptr) return std::optional{convert(entry)};
    switch (error_number) {
      case EINTR: continue;
      case ERANGE:
        if (buffer.size() >= kEntryBufferMax) return fail(Errc::limit, what + ": the entry is too large");
        buffer.resize(buffer.size() * 4);
        continue;
      // "Not found" has many spellings, see getpwnam_r(3).
      case 0:
      case ENOENT:
      case ESRCH:
      case EBADF:
      case EPERM: return std::optional<Found>{};
      default: return fail_call(error_number, what);
    }
  }
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

Account account_of(const passwd& entry) {
  return {entry.pw_uid, entry.pw_gid, text_or_empty(entry.pw_name), text_or_empty(entry.pw_dir),
          text_or_empty(entry.pw_shell)};
}

Group group_of(const group& entry) { return {entry.gr_gid, text_or_empty(entry.gr_name)}; }

// An id as a number; -1 means "leave as it is" to the kernel, so it is none.
std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id == UINT32_MAX) return std::nullopt;
  return id;
}

}  // namespace

Result<std::optional<Account>> find_user(std::string_view name_or_number) {
  const std::string name{name_or_number};
  auto account = TRY((look_up<passwd, Account>(fmt::format("cannot look up user '{}'", printable(name)), account_of,
                                               [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
                                                 return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
                                               })));
  if (account) return account;
  const std::optional<std::uint32_t> uid = parse_id(name_or_number);
  if (!uid) return std::optional<Account>{};
  return find_user_by_id(*uid);
}

Result<std::optional<Account>> find_user_by_id(uid_t uid) {
  auto account = TRY((look_up<passwd, Account>(fmt::format("cannot look up user {}", uid), account_of,
                                               [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
                                                 return ::getpwuid_r(uid, entry, buffer, size, found);
                                               })));
  if (account) return account;
  return std::optional{Account{uid, uid, "", "/", ""}};
}

Result<std::optional<Group>> find_group(std::string_view name_or_number) {
  const std::string name{name_or_number};
  auto found_group = TRY((look_up<group, Group>(fmt::format("cannot look up group '{}'", printable(name)), group_of,
                                                [&](group* entry, char* buffer, std::size_t size, group** found) {
                                                  return ::getgrnam_r(name.c_str(), entry, buffer, size, found);
                                                })));
  if (found_group) return found_group;
  const std::optional<std::uint32_t> gid = parse_id(name_or_number);
  if (!gid) return std::optional<Group>{};
  found_group = TRY((look_up<group, Group>(fmt::format("cannot look up group {}", *gid), group_of,
                                           [&](group* entry, char* buffer, std::size_t size, group** found) {
                                             return ::getgrgid_r(*gid, entry, buffer, size, found);
                                           })));
  if (found_group) return found_group;
  return std::optional{Group{*gid, ""}};
}

Result<std::vector<gid_t>> supplementary_groups(const Account& account) {
  if (account.name.empty()) return std::vector<gid_t>{account.gid};
  std::vector<gid_t> groups(64);
  for (;;) {
    int count = static_cast<int>(groups.size());
    const bool fits = ::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) >= 0;
    if (!fits && count > kGroupsMax)
      return fail(Errc::limit, fmt::format("cannot list groups of user '{}': more than {}", account.name, kGroupsMax));
    // Some libc (musl before 1.2.3) leave `count` as it was when the room was too small.
    const bool grows = !fits && static_cast<std::size_t>(count) <= groups.size();
    groups.resize(grows ? groups.size() * 2 : static_cast<std::size_t>(count));
    if (fits) return groups;
    if (groups.size() > std::size_t{kGroupsMax})
      return fail(Errc::limit, fmt::format("cannot list groups of user '{}': more than {}", account.name, kGroupsMax));
  }
}

Result<std::vector<gid_t>> own_groups() {
  const int count = ::getgroups(0, nullptr);
  if (count < 0) return fail_errno(errno, "cannot list the groups of this process");
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgroups(count, groups.data()) < 0) return fail_errno(errno, "cannot list the groups of this process");
  return groups;
}

}  // namespace sup::sys
