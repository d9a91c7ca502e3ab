// The bounds of the log thread: everything that a service, a reader or a disk could make it hold.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"

namespace sup::log {

inline constexpr std::size_t kRingBytes = 64 * 1024;        // Memory of one service's last lines.
inline constexpr std::size_t kLineMax = 64 * 1024;          // Longer lines are split.
inline constexpr std::size_t kReadBytes = 256 * 1024;       // Read from one pipe at once,
inline constexpr int kReadsPerTurn = 4;                     // and so often before the others have their turn.
inline constexpr std::size_t kPipeBytes = 64 * 1024;        // What a pipe holds that the kernel has just made,
inline constexpr std::size_t kFlowPipeBytes = 1024 * 1024;  // and what it is given when output flows through it.
inline constexpr std::size_t kFollowerBytes = 256 * 1024;   // What one reader may leave unread before it misses lines.
inline constexpr std::size_t kMaxFollowers = 256;           // Readers at the same time.
inline constexpr std::size_t kScreenLines = 24;             // What who attaches sees of what was before:
inline constexpr std::size_t kScreenBytes = 8 * 1024;       // at most so many lines and bytes.
inline constexpr std::size_t kLastWords = 20;               // Lines that are told of a run that has failed,
inline constexpr std::size_t kLastWordBytes = 400;          // and how much of each.
inline constexpr std::size_t kPendingBytes = 256 * 1024;    // What one stalled destination may leave unwritten.
inline constexpr std::size_t kThrottledReadBytes = 4 * 1024;  // Read at once from who may write only so much.
inline constexpr Duration kDropPatience =
    std::chrono::seconds{1};                                // Until drops are announced without a line after them.
inline constexpr std::size_t kFormattedBytes = 64 * 1024;   // Formatted at once, and a line more.
inline constexpr std::size_t kOwnReserveBytes = 64 * 1024;  // Room in a stalled destination for own lines only.
inline constexpr std::size_t kOwnQueueBytes = 256 * 1024;   // supervisord's own lines on their way to the log thread.
inline constexpr std::size_t kMaxQueuedAttaches =
    8 * 1024;  // Pipes on their way to a log thread that waits for a disk.
inline constexpr std::size_t kMaxNotices = 256;
inline constexpr Duration kNoticeInterval =
    std::chrono::minutes{1};  // Between two messages about one broken destination.
inline constexpr Duration kFileCheckInterval =
    std::chrono::milliseconds{500};  // Between two looks whether the name of a file that is written still leads to it.
inline constexpr Duration kMessageRetry = std::chrono::seconds{1};  // Between two attempts to reach a syslog server.
inline constexpr Duration kBlockedRetry = std::chrono::seconds{1};  // Between two attempts to write to a full disk.
inline constexpr std::size_t kRememberedFiles = 4 * 1024;  // Files that nobody writes to, and how much was written.
inline constexpr Duration kClockPatience =
    std::chrono::hours{1};  // A clock that was set while the thread slept is noticed so late.
inline constexpr Duration kOverdueRetry = std::chrono::seconds{1};   // For a file that is old and not rotated yet.
inline constexpr Duration kRotationRetry = std::chrono::seconds{5};  // After a file that could not be renamed.
inline constexpr std::size_t kLedgerKeyBytes = 128;                  // Of the key of a source.
inline constexpr Duration kStopGrace = std::chrono::seconds{2};      // For the thread to end.

}  // namespace sup::log
