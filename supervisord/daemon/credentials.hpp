// Credentials: secrets of a service in files of a directory that is its own, by the protocol of systemd
// (CREDENTIALS_DIRECTORY, see systemd.exec(5)): in memory, readable by the service's user and root alone, gone with the
// run. Nothing here shows a part of a secret.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spec/service_spec.hpp"

namespace sup {

inline constexpr std::string_view kCredentialsVariable = "CREDENTIALS_DIRECTORY";
// Of all credentials of a service together, as systemd has it.
inline constexpr std::size_t kMaxCredentialBytes = 1 << 20;

struct CredentialsOwner {
  std::optional<uid_t> uid;  // Nothing: supervisord's own user.
  std::optional<gid_t> gid;
};

// Where they are: in the run-time directory if that is in memory, else below /dev/shm, by what this supervisord is
// known by. Errors: invalid if neither is in memory.
[[nodiscard]] Result<std::string> credentials_place(const std::string& runtime_dir, const std::string& identity);

// Makes `directory` with all of them, whole or not at all; content if it is there, since a run has one. Its parent is
// made, and must be ours. May block, on a worker only. Errors: of a source by its name (not_found, denied, invalid,
// limit), denied if the parent is somebody else's, sys.
[[nodiscard]] Result<> provide_credentials(const std::string& directory, const NamedFiles& sources,
                                           const CredentialsOwner& owner);
// Content if there is nothing.
void remove_credentials(const std::string& directory);
// What an earlier supervisord has left, but for these directories, which somebody goes on for.
void remove_credentials_but(const std::string& place, std::span<const std::string> names);

// The text of a file without the newline at its end, for a variable. Errors: as sys::read_file(); invalid for a NUL.
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

}  // namespace sup
