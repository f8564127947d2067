// Numbers for things with long names: shapes, writers and collections of one storage.
//
// A number is given once, in order of first appearance in this storage's log, kept in checkpoints
// and never reused. It is local: nothing hashed or sent contains it. Readers look up without locks;
// one thread adds (the engine's commit lock).
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <string>
#include <unordered_map>
#include <vector>

#include "gs/core/id/mint.h"
#include "gs/core/record/shape.h"
#include "gs/platform/mutex.h"

namespace gs::state {

// A vector that grows without moving its elements; at() is safe beside one push_back(). Each block
// is twice as large as the one before, so that an empty one is small and quickly made.
template <typename T>
class StableVector {
 public:
  static constexpr std::size_t kBlockMin = 256;
  static constexpr std::size_t kBlocks = 15;
  static constexpr std::size_t kSizeMax = kBlockMin << (kBlocks - 1);  // 4 Mi elements

  StableVector() = default;
  ~StableVector() {
    for (auto& block : blocks_) delete[] block.load(std::memory_order_relaxed);
  }
  StableVector(const StableVector&) = delete;
  StableVector& operator=(const StableVector&) = delete;

  std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }
  const T& at(std::size_t index) const noexcept {
    const std::size_t block = block_of(index);
    return blocks_[block].load(std::memory_order_acquire)[index - begin_of(block)];
  }
  void clear() noexcept { size_.store(0, std::memory_order_release); }
  std::size_t push_back(T value) {
    const std::size_t index = size_.load(std::memory_order_relaxed);
    const std::size_t number = block_of(index);
    auto& block = blocks_[number];
    if (block.load(std::memory_order_relaxed) == nullptr)
      block.store(new T[kBlockMin << number], std::memory_order_release);
    block.load(std::memory_order_relaxed)[index - begin_of(number)] = std::move(value);
    size_.store(index + 1, std::memory_order_release);
    return index;
  }

 private:
  static std::size_t block_of(std::size_t index) noexcept {
    return static_cast<std::size_t>(std::bit_width((index / kBlockMin + 1) >> 1));
  }
  static std::size_t begin_of(std::size_t block) noexcept {
    return kBlockMin * ((std::size_t{1} << block) - 1);
  }

  std::array<std::atomic<T*>, kBlocks> blocks_{};
  std::atomic<std::size_t> size_{0};
};

inline constexpr std::uint32_t kUnknown = 0xffffffff;
// Of each kind. A storage with more shapes has data in its field names.
inline constexpr std::size_t kNumbersMax = StableVector<Digest>::kSizeMax;

struct ShapeRow {
  record::ShapePtr shape;
  std::uint32_t collection = 0;  // number
};

class Tables {
 public:
  explicit Tables(std::size_t numbers_max = kNumbersMax) : numbers_max_(numbers_max) {}

  // Adding returns the existing number when there is one, and kUnknown when all numbers are given.
  // Adding a shape adds its collection.
  std::uint32_t add_shape(record::ShapePtr shape);
  std::uint32_t add_writer(const id::Writer& writer);
  std::uint32_t add_collection(const record::CollectionId& id, std::string_view name);

  // Whether the log is known to define a shape: then a change need not define it again. One that
  // merely came of an update is not, nor one that only a checkpoint told of. Writer thread only.
  bool is_defined(std::uint32_t shape) const noexcept {
    return shape < defined_.size() && defined_[shape];
  }
  void define(std::uint32_t shape);
  // For a state of other changes, which may define others.
  void forget_definitions() noexcept { defined_.clear(); }

  // Forgets everything; no reader may be there. For an open that starts again without a checkpoint.
  void clear();

  // kUnknown when there is none. Writer thread only.
  std::uint32_t find_shape(const Digest& digest) const;
  std::uint32_t find_writer(const id::Writer& writer) const;
  // From any thread.
  std::uint32_t find_collection(const record::CollectionId& id) const;

  const ShapeRow& shape(std::uint32_t number) const noexcept { return shapes_.at(number); }
  const id::Writer& writer(std::uint32_t number) const noexcept { return writers_.at(number); }
  struct Collection {
    record::CollectionId id;
    std::string name;
  };
  const Collection& collection(std::uint32_t number) const noexcept {
    return collections_.at(number);
  }
  std::size_t shape_count() const noexcept { return shapes_.size(); }
  std::size_t writer_count() const noexcept { return writers_.size(); }
  std::size_t collection_count() const noexcept { return collections_.size(); }
  std::size_t numbers_max() const noexcept { return numbers_max_; }
  // Whether so many more can be added.
  bool has_room(std::size_t shapes, std::size_t collections) const noexcept {
    return shapes <= numbers_max_ - shapes_.size() &&
           collections <= numbers_max_ - collections_.size();
  }
  // What those are told who could not add.
  Error full(const char* what) const;

 private:
  struct IdHash {
    std::size_t operator()(const Id& id) const noexcept;
  };
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept;
  };
  const std::size_t numbers_max_;
  StableVector<ShapeRow> shapes_;
  StableVector<id::Writer> writers_;
  StableVector<Collection> collections_;
  std::unordered_map<Digest, std::uint32_t, DigestHash> shape_numbers_;
  std::vector<bool> defined_;  // by number of the shape
  std::unordered_map<Digest, std::uint32_t, DigestHash> writer_numbers_;
  mutable platform::Mutex collections_mutex_;
  std::unordered_map<Id, std::uint32_t, IdHash> collection_numbers_;
};

}  // namespace gs::state
