// The check of a change's payloads together: shapes defined inside it, and its writer table.
#include <string>

#include "gs/core/graph/operation.h"

namespace gs::graph {
namespace {

class Validator {
 public:
  Validator(const ChangeView& change, const ShapeOf& shape_of)
      : change_(change), shape_of_(shape_of), defined_(change.shape_count()) {}

  Error run() {
    auto cursor = change_.operations();
    for (OperationView operation; cursor.next(operation);) {
      if (Error error = check(operation)) {
        return std::move(error).in("change " + change_.digest().text() + ", operation " +
                                   std::to_string(cursor.index()));
      }
    }
    if (!change_.explicit_salts() && next_writer_ != change_.writer_count()) {
      return Error(Code::invalid,
                   "change " + change_.digest().text() + ": a writer of the table is not used");
    }
    return {};
  }

 private:
  // An expectation is about what stands before its transaction, so nothing of it may come first:
  // whoever applies the operations in order has decided before it changes anything.
  Error check_order(const OperationView& operation) {
    const auto kind = static_cast<Kind>(operation.kind);
    if (kind == Kind::expect && acts_) {
      return Error(Code::invalid, "an expectation stands behind what depends on it");
    }
    acts_ = !operation.last_of_transaction() && (acts_ || !comes_first(operation.kind));
    return {};
  }

  Error check(const OperationView& operation) {
    GS_TRY_OK(check_order(operation));
    if (operation.kind == static_cast<std::uint8_t>(Kind::shape)) return define(operation);
    const record::Shape* shape = nullptr;
    if (operation.shape != kNoShape) {
      shape = defined_[operation.shape] ? defined_[operation.shape].get()
                                        : shape_of_(change_.shape(operation.shape));
    }
    GS_TRY_OK(validate_payload(operation, shape));
    if (operation.erased()) return {};
    const auto kind = static_cast<Kind>(operation.kind);
    if (kind == Kind::insert) {
      return verify_insert_id(operation.payload, *shape, change_.id(operation.id_index),
                              change_.chain());
    }
    if (kind == Kind::set) {
      GS_TRY_OK(verify_set_id(operation.payload, *shape, change_.id(operation.id_index)));
    }
    if (kind != Kind::set && kind != Kind::update && kind != Kind::remove) return {};
    Bytes rest;
    GS_TRY(const OverwrittenView overwritten, parse_overwritten(operation.payload, rest));
    GS_TRY_OK(use_writer(overwritten.writer));
    for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
      GS_TRY_OK(use_writer(overwritten.exception(i).writer));
    }
    return {};
  }

  Error define(const OperationView& operation) {
    GS_TRY_OK(validate_payload(operation, nullptr));
    GS_TRY(record::ShapePtr shape, record::Shape::decode(operation.payload));
    if (defined_[operation.shape]) return Error(Code::invalid, "it defines a shape again");
    if (shape->digest() != change_.shape(operation.shape)) {
      return Error(Code::invalid, "its definition is not that of the shape in the table");
    }
    defined_[operation.shape] = std::move(shape);
    return {};
  }

  Error use_writer(std::uint16_t index) {
    if (index == kThisWriter || index == kNoWriter) return {};
    if (index >= change_.writer_count())
      return Error(Code::invalid, "its writer is not in the table");
    if (change_.explicit_salts()) return {};
    if (index > next_writer_) return Error(Code::invalid, "its writer is not next in order of use");
    if (index == next_writer_) ++next_writer_;
    return {};
  }

  const ChangeView& change_;
  const ShapeOf& shape_of_;
  std::vector<record::ShapePtr> defined_;
  std::uint32_t next_writer_ = 0;
  bool acts_ = false;  // the transaction has an operation that does something
};

}  // namespace

Error validate_change(const ChangeView& change, const ShapeOf& shape_of) {
  return Validator(change, shape_of).run();
}

}  // namespace gs::graph
