// The most frequent merges by a shorter way: an update that gives other values of the same size to
// fields of a record, whether or not somebody else wrote them at the same time. Its image is the
// one that MergedRecord makes, byte by byte; here it is a copy of the record with these values,
// their stamps, and what they hide.
//
// First begin(), then replace() or merge(), then encode(). Pure. Borrows what these were given
// until the next begin().
#pragma once

#include <span>
#include <vector>

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

class QuickUpdate {
 public:
  // Whether the update is of that kind, as far as records tell: what the fields' rules are is for
  // the caller to know. False, here and below: MergedRecord has to do it.
  bool begin(const Stored& stored, const record::RecordView& delta);

  // The update has seen all that is there: what it replaces, as MergedRecord::see says, takes the
  // place of what is in `out`.
  bool replace(const LocalStamp& stamp, std::vector<Seen>& out);
  // It has seen what it says.
  bool merge(const Write& write, const WriterOrder& order);

  bool encode(Buffer& image, std::size_t& record_at) const;

 private:
  // A value of a field, as some write gave it.
  struct Given {
    LocalStamp stamp;
    Bytes content;
  };
  struct Place {
    std::uint32_t written = 0;  // the field in the update
    std::uint32_t field = 0;    // in the record
    bool has_exception = false;
    bool is_changed = false;  // something else is shown than was
    Given shown;
    std::vector<Given> hidden;  // ascending by stamp
  };

  Place& add_place();
  bool add(std::uint32_t written);
  bool add_hidden();
  bool change(Place& place, const Given& shown);
  bool merge(Place& place, const Write& write, std::span<const Seen> seen,
             const WriterOrder& order);
  std::span<const Place> places() const noexcept { return {places_.data(), count_}; }
  std::uint32_t hidden_before() const noexcept;
  template <typename TakeOther, typename Take>
  void each_hidden(const TakeOther& take_other, const Take& take) const;
  void put_exceptions(std::uint8_t* image) const;
  void put_record(std::uint8_t* to) const;
  std::uint8_t* put_hidden(std::uint8_t* to, const Place& place, const Given& given) const;

  Stored stored_;
  record::RecordView delta_;
  record::RecordView record_;
  std::span<const StampException> exceptions_;
  std::vector<Place> places_;  // the first count_ of them, ascending by `field`; kept for its room
  std::size_t count_ = 0;
  std::vector<Given> unseen_;  // of one field
};

}  // namespace gs::merge
