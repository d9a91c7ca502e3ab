#include "sys/oracle.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sup::sys {
namespace {

std::atomic<std::size_t> hanging{0};

}  // namespace

struct Oracle::Room {
  std::mutex mutex;
  std::condition_variable changed;
  Question question;
  std::optional<std::string> answer;
  bool is_left = false;  // Whoever asked is gone for good: the room is the thread's now.

  // Whether the room is left.
  bool serve_one();
};

bool Oracle::Room::serve_one() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return is_left || question; });
  if (is_left) return true;
  Question asked = std::exchange(question, nullptr);
  lock.unlock();
  std::string given = asked();
  asked = nullptr;
  lock.lock();
  answer = std::move(given);
  changed.notify_all();
  return is_left;
}

Oracle::Oracle(Duration patience) : patience_(patience) {}

Oracle::~Oracle() { leave(); }

void Oracle::leave() {
  if (room_ == nullptr) return;
  Room& room = *room_.release();
  const std::scoped_lock lock(room.mutex);
  room.is_left = true;
  room.changed.notify_all();
  ++hanging;  // Until the thread has noticed.
}

bool Oracle::make_room() {
  auto room = std::make_unique<Room>();
  try {
    std::thread([raw = room.get()] {
      while (!raw->serve_one()) {
      }
      delete raw;
      --hanging;
    }).detach();
  } catch (const std::system_error&) {  // No process is left to be had.
    return false;
  }
  room_ = std::move(room);
  return true;
}

std::optional<std::string> Oracle::ask(Question question) {
  if (room_ == nullptr && hanging >= kMostHanging) return std::nullopt;
  if (room_ == nullptr && !make_room()) return question();  // Not to know is worse than to take the risk.
  Room& room = *room_;
  std::unique_lock lock(room.mutex);
  room.answer.reset();
  room.question = std::move(question);
  room.changed.notify_all();
  if (room.changed.wait_for(lock, patience_, [&] { return room.answer.has_value(); }))
    return std::exchange(room.answer, std::nullopt);
  lock.unlock();
  leave();
  return std::nullopt;
}

}  // namespace sup::sys
