// The most frequent merge by a shorter way: an update that gives other values of the same size to
// fields of a record of which nothing is hidden. Its image is the one that MergedRecord makes, byte
// by byte; here it is a copy of the record with these values, and their stamps.
//
// Pure. Borrows what begin() was given until the next call.
#pragma once

#include <span>
#include <vector>

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

class QuickUpdate {
 public:
  // Whether the update is of that kind, as far as records tell: what the fields' rules are is for
  // the caller to know. False: MergedRecord has to do it.
  bool begin(const Stored& stored, const record::RecordView& delta);

  // What the update replaces, as MergedRecord::see says; in place of what is in `out`.
  void see(std::vector<Seen>& out) const;
  // Whether a write replaces all that is in its fields, and has no rules.
  bool replaces(const Write& write) const;
  // False: the stamp is that of the base write.
  bool encode(const LocalStamp& stamp, Buffer& image, std::size_t& record_at) const;

 private:
  struct Place {
    std::uint32_t written = 0;  // the field in the update
    std::uint32_t field = 0;    // in the record
    LocalStamp stamp;           // of what is there
  };

  bool add(std::uint32_t written);

  Stored stored_;
  record::RecordView delta_;
  record::RecordView record_;
  std::span<const StampException> exceptions_;
  std::vector<Place> places_;  // ascending by `written`
};

}  // namespace gs::merge
