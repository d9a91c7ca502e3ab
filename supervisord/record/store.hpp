// Store: records in a memory file, which a next life of the program reads.
//
// A record has a key and some bytes. What is put takes effect with commit(), all of it together: whoever is killed at
// any moment leaves what the last commit had. A record that was damaged is missing, and no other.
//
// How it is done: the file is a header and blocks behind it, each with room for one version of one record, the number
// of the turn in which it was written, and a checksum. A new version never overwrites the one in force, but goes to the
// record's other block; commit() is one store of the turn's number in the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "sys/memory_file.hpp"

namespace sup::record {

struct Key {
  std::uint32_t kind = 0;  // Not 0.
  std::uint64_t id = 0;
  friend bool operator==(const Key&, const Key&) = default;
};
struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept { return std::hash<std::uint64_t>{}((key.id << 8) ^ key.kind); }
};

class Store {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{256} << 20;
  static constexpr std::size_t kMostRecordBytes = std::size_t{2} << 20;

  // An empty one. Errors: sys.
  static Result<Store> create();
  // One that another life has left. Errors: invalid if it is none, or of a layout that this program does not know.
  static Result<Store> open(UniqueFd file);
  // What is in force in one that somebody else goes on to write: a copy, so that nothing of his is changed. Errors as
  // open().
  static Result<Store> open_copy(UniqueFd file);

  // Until commit(), who is killed has not done it. What is as it was costs a comparison. Errors: limit, sys; the record
  // is as it was then.
  [[nodiscard]] Result<> put(Key key, std::string_view bytes);
  // Content if there is none. Errors as put().
  [[nodiscard]] Result<> erase(Key key);
  void commit();

  // What is in force, with what was put since the last commit; empty: there is none.
  [[nodiscard]] std::string_view find(Key key) const;
  // Each record; what is seen is valid until the next put().
  void for_each(const std::function<void(const Key&, std::string_view)>& visit) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // How many blocks of the file were none, when it was opened: records that were damaged.
  [[nodiscard]] std::size_t damaged() const { return damaged_; }
  // For whoever keeps it.
  [[nodiscard]] const UniqueFd& file() const { return memory_.file(); }

 private:
  struct Header;
  struct Block;
  using Place = std::uint32_t;  // Of a block, in units; 0: none.
  struct Entry {
    Place current = 0;  // In force; 0: it is new.
    Place spare = 0;    // Its other block, with nothing in it that counts.
    Place next = 0;     // Written in this turn; 0: nothing.
    bool is_erased = false;
  };

  explicit Store(sys::MemoryFile memory) : memory_(std::move(memory)) {}
  [[nodiscard]] Header& header() const;
  [[nodiscard]] Block& block(Place place) const;
  [[nodiscard]] std::string_view content(Place place) const;
  [[nodiscard]] static std::uint32_t checksum_of(const Block& block);
  Result<Place> allocate(std::size_t bytes);
  Result<Place> place_for(Entry& entry, std::size_t bytes);
  void write(Place place, Key key, std::string_view bytes, bool is_erased) const;
  Result<> write_next(Key key, Entry& entry, std::string_view bytes, bool is_erased);
  void release(Place place);
  void settle(Key key, Entry& entry);
  void index();
  void take_in(Place place);

  sys::MemoryFile memory_;
  std::unordered_map<Key, Entry, KeyHash> entries_;
  std::vector<std::vector<Place>> free_;  // By class of size.
  std::vector<Key> touched_;              // In this turn.
  std::uint64_t turn_ = 1;                // What is being written.
  std::size_t damaged_ = 0;
};

}  // namespace sup::record
