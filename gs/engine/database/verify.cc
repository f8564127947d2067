// Verification: every byte of the log against its checksums, digests, links, signatures and
// commitments, and the state against the log. Never changes anything.

#include "gs/engine/database/verify_memory.h"

#include "gs/base/endian.h"
#include "gs/engine/database/digest.h"
#include "gs/engine/database/named_blobs.h"
#include "gs/engine/database/rebuild.h"
#include "gs/engine/database/standing.h"
#include "gs/engine/database/verify_files.h"

namespace gs::engine {

using graph::Kind;

namespace {

std::string place(log::Location at) {
  return "segment " + std::to_string(log::segment_of(at)) + " offset " +
         std::to_string(log::offset_of(at));
}

// The sections of one verification and what they remember from change to change.
class Verifier {
 public:
  enum Section {
    frames,
    digests,
    links,
    signatures,
    commitments,
    payloads,
    ids,
    mark,
    keys,
    manifest,
    state,
    blobs,
    head,
    base  // of a shallow storage only
  };

  // `cut`: changes whose contents were dropped.
  Verifier(const Digest& storage, std::uint64_t cut, VerifyMemory& memory, VerifyReport& report)
      : storage_(storage), cut_(cut), memory_(memory), report_(report) {
    for (const char* name : {"frames", "digests", "links", "signatures", "commitments", "payloads",
                             "ids", "mark", "keys", "manifest", "state", "blobs", "head"}) {
      report_.sections.emplace_back().name = name;
    }
    if (cut_ != 0) report_.sections.emplace_back().name = "base";
  }

  void fail(Section section, const std::string& detail) {
    VerifySection& each = report_.sections[section];
    if (!each.ok) return;  // the first failure of a section is its report
    each.ok = false;
    each.detail = detail;
    report_.ok = false;
  }
  void found(Section section, const FileCheck& check) {
    passed(section, check.checked);
    if (!check.failure.empty()) {
      fail(section, check.failure);
    } else {
      report_.sections[section].detail = check.note;
    }
  }
  // What lies in the damage or behind it nobody has looked at; nor can the newest changes be known.
  void cut_off_by_damage() {
    for (const Section section : {digests, links, signatures, commitments, payloads, ids, head}) {
      not_all(section);
    }
  }
  void not_all(Section section) { report_.sections[section].complete = false; }
  void passed(Section section, std::uint64_t by = 1) { report_.sections[section].checked += by; }

  // `number`: of the change in the log.
  void check(log::Location at, std::uint64_t number, Bytes bytes) {
    auto parsed = graph::ChangeView::parse(bytes);
    if (!parsed.ok()) {
      fail(digests, place(at) + ": " + std::string(parsed.error().message()));
      return;
    }
    const graph::ChangeView& change = parsed.value();
    const std::string name = place(at) + " change " + change.digest().text();
    passed(digests);
    check_links(change, name);
    if (Error error = change.verify_signature()) {
      fail(signatures, name + ": " + std::string(error.message()));
    } else {
      passed(signatures);
    }
    if (Error error = change.verify_commitments()) {
      fail(commitments, name + ": " + std::string(error.message()));
    } else {
      passed(commitments, change.operation_count());
    }
    check_operations(change, name, number < cut_);
    ++report_.changes;
    report_.operations += change.operation_count();
    report_.bytes += bytes.size();
  }

  // Every erased operation needs an erase operation that names it.
  void finish() {
    if (memory_.erased.empty()) return;
    const auto& [change, operation] = memory_.erased.begin()->first;
    fail(payloads, "change " + change.text() + " operation " + std::to_string(operation) +
                       " is erased, and no erase operation says so");
  }

  bool knows(const Digest& change) const { return memory_.known.count(change) != 0; }

 private:
  void check_links(const graph::ChangeView& change, const std::string& name) {
    const bool genesis = change.storage().is_zero();
    if (genesis ? change.digest() != storage_ : change.storage() != storage_) {
      fail(links, name + " belongs to another storage");
    }
    const VerifyMemory::Place place{load_u64(change.chain().bytes.data()), change.sequence()};
    const auto before = memory_.known.find(change.prev());
    const bool follows = place.sequence == 0 ? change.prev().is_zero()
                                             : before != memory_.known.end() &&
                                                   before->second.chain == place.chain &&
                                                   before->second.sequence + 1 == place.sequence;
    if (!follows) fail(links, name + " does not follow its writer's previous change");
    for (std::uint32_t i = 0; i < change.parent_count(); ++i) {
      if (!knows(change.parent(i)))
        fail(links, name + " names an unknown parent " + change.parent(i).text());
    }
    if (change.parent_count() == 0 && !genesis) fail(links, name + " has no parent");
    memory_.known.emplace(change.digest(), place);
    passed(links);
  }

  void check_operations(const graph::ChangeView& change, const std::string& name,
                        bool is_below_cut) {
    auto cursor = change.operations();
    graph::OperationView operation;
    while (cursor.next(operation)) {
      if (operation.erased() && is_below_cut) {
        ++report_.dropped;
        continue;
      }
      if (operation.erased()) {
        ++report_.erased;
        memory_.erased[{change.digest(), cursor.index()}] = {
            graph::describe_erasure(change, cursor, operation, {}), change.id(operation.id_index)};
        continue;
      }
      const auto where = [&] { return name + " operation " + std::to_string(cursor.index()); };
      const record::Shape* shape = nullptr;
      if (operation.shape != graph::kNoShape &&
          operation.kind != static_cast<std::uint8_t>(Kind::shape)) {
        const auto known = memory_.shapes.find(change.shape(operation.shape));
        if (known == memory_.shapes.end()) {
          fail(payloads, where() + " uses a shape that no change before it defines");
          continue;
        }
        shape = known->second.get();
      }
      if (Error error = graph::validate_payload(operation, shape)) {
        fail(payloads, where() + ": " + std::string(error.message()));
        continue;
      }
      passed(payloads);
      if (operation.kind == static_cast<std::uint8_t>(Kind::shape))
        learn_shape(change, operation, where());
      if (operation.kind == static_cast<std::uint8_t>(Kind::erase)) {
        check_erasure(change.id(operation.id_index), operation.payload, where());
      }
      const bool is_record = operation.kind == static_cast<std::uint8_t>(Kind::insert) ||
                             operation.kind == static_cast<std::uint8_t>(Kind::set);
      if (is_record && shape != nullptr) check_id(change, operation, *shape, where());
    }
  }

  // The signed erase operation must say exactly what is left of the operation that it names.
  void check_erasure(const Id& id, Bytes payload, const std::string& where) {
    const auto erase = graph::parse_erase(payload);
    if (!erase.ok()) return;  // reported as a payload already
    const auto found = memory_.erased.find({erase->change, erase->operation});
    if (found == memory_.erased.end()) return;  // its segment was not written again yet
    const graph::Erase& left = found->second.left;
    const bool same = found->second.id == id && left.kind == erase->kind &&
                      left.flags == erase->flags && left.shape == erase->shape &&
                      left.id_index == erase->id_index && left.leaf == erase->leaf &&
                      left.hlc_delta == erase->hlc_delta;
    if (!same) fail(payloads, where + " does not describe what is left of the erased operation");
    memory_.erased.erase(found);
  }

  void learn_shape(const graph::ChangeView& change, const graph::OperationView& operation,
                   const std::string& where) {
    auto shape = record::Shape::decode(operation.payload);
    if (!shape.ok() || shape.value()->digest() != change.shape(operation.shape)) {
      fail(payloads, where + " defines another shape than it names");
      return;
    }
    memory_.shapes[shape.value()->digest()] = shape.value();
  }

  void check_id(const graph::ChangeView& change, const graph::OperationView& operation,
                const record::Shape& shape, const std::string& where) {
    const Id id = change.id(operation.id_index);
    const Error error = operation.kind == static_cast<std::uint8_t>(Kind::set)
                            ? graph::verify_set_id(operation.payload, shape, id)
                            : graph::verify_insert_id(operation.payload, shape, id, change.chain());
    if (error) {
      fail(ids, where + ": " + std::string(error.message()));
    } else {
      passed(ids);
    }
  }

  Digest storage_;
  const std::uint64_t cut_;
  VerifyMemory& memory_;
  VerifyReport& report_;
};

// Says for every damaged place where it is, and which change is missing there as far as that is
// known: one that an intact change behind it follows, and that is nowhere before it. Reads the log
// again, which only happens when something is wrong.
Result<std::vector<std::string>> name_damage(const log::Log& log,
                                             const std::vector<log::Damage>& damage) {
  std::vector<Digest> before(damage.size());
  std::vector<Digest> missing(damage.size());
  std::unordered_set<Digest, VerifyMemory::DigestHash> seen;
  const auto at_of = [&](std::size_t i) {
    return log::location(damage[i].segment, static_cast<std::uint32_t>(damage[i].offset));
  };
  std::vector<log::Damage> again;
  GS_TRY_OK(log.verify(
      [&](log::Location at, std::uint64_t, Bytes bytes) -> Error {
        const auto change = graph::ChangeView::parse(bytes);
        if (!change.ok()) return {};
        seen.insert(change->digest());
        std::size_t last = damage.size();  // place before this change
        for (std::size_t i = 0; i < damage.size(); ++i) {
          if (at < at_of(i)) {
            before[i] = change->digest();
          } else if (last == damage.size() || at_of(last) < at_of(i)) {
            last = i;
          }
        }
        const auto follow = [&](const Digest& change_before) {
          if (last == damage.size() || !missing[last].is_zero()) return;
          if (seen.count(change_before) == 0) missing[last] = change_before;
        };
        follow(change->prev());  // zeros, which name nothing, in the first of a writer
        for (std::uint32_t i = 0; i < change->parent_count(); ++i) follow(change->parent(i));
        return {};
      },
      again));
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < damage.size(); ++i) {
    std::string line = place(at_of(i)) + ": " + damage[i].what;
    if (!missing[i].is_zero()) {
      line += "; change " + missing[i].text() + " is missing";
    } else if (!before[i].is_zero() && damage[i].offset != 0) {  // at 0 no change is lost yet
      line += "; the last change before it is " + before[i].text();
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Error check_small_files(platform::FileSystem& files, Verifier& verifier) {
  GS_TRY(const FileCheck mark, check_mark_file(files));
  verifier.found(Verifier::mark, mark);
  GS_TRY(const FileCheck keys, check_key_files(files));
  verifier.found(Verifier::keys, keys);
  GS_TRY(const FileCheck manifest, check_manifest_file(files));
  verifier.found(Verifier::manifest, manifest);
  return {};
}

// False when one is damaged. `dropped`: a run that open() made again from the log, in memory, and
// whose file is as it was.
bool check_runs(const state::Version& version, const Error& dropped, Verifier& verifier) {
  bool sound = true;
  if (dropped) verifier.fail(Verifier::state, std::string(without_step(dropped.message())));
  for (const auto& run : version.runs) {
    if (Error error = run->check()) {
      sound = false;
      verifier.fail(Verifier::state, "run " + std::to_string(run->number()) + ": " +
                                         std::string(without_step(error.message())));
    } else {
      verifier.passed(Verifier::state);
    }
  }
  return sound;
}

// What cannot be compared, as records are damaged, is not.
void check_indexes(const Moment& moment, const state::Tables& tables, Verifier& verifier) {
  for (const IndexView::One& one : moment.indexes->all) {
    if (!one.is_whole) continue;
    if (Error error = check_index(one, tables, moment.version, moment.at)) {
      verifier.fail(Verifier::state, std::string(without_step(error.message())));
    } else {
      verifier.passed(Verifier::state);
    }
  }
}

// Every blob that is there, and every one that a record names.
Error check_blobs(const Moment& moment, const state::Tables& tables, const blob::BlobStore& blobs,
                  bool trusted, Verifier& verifier) {
  BlobDamage damage;
  GS_TRY_OK(blobs.each([&](const std::string& path) -> Error {
    GS_TRY(const bool sound, blobs.matches_name(path));
    if (sound) {
      verifier.passed(Verifier::blobs);
    } else {
      damage.add_changed(path);
    }
    return {};
  }));
  if (trusted) {
    GS_TRY_OK(check_named_blobs(moment, tables, blobs, damage));
  } else {
    verifier.not_all(Verifier::blobs);  // records that cannot be trusted may name anything
  }
  if (damage.found()) verifier.fail(Verifier::blobs, damage.text());
  return {};
}

}  // namespace

Result<VerifyReport> Database::verify(const VerifyOptions& options) {
  std::lock_guard erase_lock(erase_mutex_);  // what is read must not move
  std::lock_guard verify_lock(verify_mutex_);
  if (failed_) {
    return Error(Code::failed,
                 "an earlier write failed, so the state in memory is ahead of the log. Open the "
                 "storage again, then verify");
  }
  // One moment for the log and the state: both are taken before the first byte is read.
  GS_TRY(const Settled settled, settle());
  VerifyReport report;
  report.frontier = settled.frontier;
  const bool incremental = options.incremental && verified_ != nullptr &&
                           verified_->generation_sum == settled.log.generation_sum;
  if (!incremental) verified_ = std::make_unique<VerifyMemory>();
  const Base* const base = settled.base.get();
  const std::uint64_t cut = base == nullptr ? 0 : base->changes();
  Verifier verifier(storage_, cut, *verified_, report);
  std::optional<Rebuild> rebuild;
  if (options.full && !incremental)
    rebuild.emplace(settled.moment.version->log, env_, options_.memory_bytes);
  Error rebuild_error;
  std::optional<Ancestors> in_state;  // none: all changes are
  if (rebuild) {
    auto changes = changes_of_state(settled);
    if (changes.ok()) in_state = std::move(*changes);
    if (!changes.ok()) rebuild.reset();  // as the log is damaged, which is found below
  }
  if (rebuild && base != nullptr) rebuild_error = rebuild->begin(*base, *env_.files);
  graph::ChangeNumber number = 0;

  std::vector<log::Damage> damage;
  const auto visit = [&](log::Location at, std::uint64_t sequence, Bytes change) -> Error {
    if (at >= settled.log.end) return {};
    verifier.passed(Verifier::frames);
    verifier.check(at, sequence, change);
    // Only what was found valid may be applied: that trusts the operations.
    const bool is_in_state = !in_state || in_state->have(number++);
    if (rebuild && !rebuild_error && report.ok && sequence >= cut) {
      rebuild_error = rebuild->apply(at, change, is_in_state);
    }
    return {};
  };
  if (incremental) {
    GS_TRY_OK(log_->walk(settled.log, verified_->to, 0, visit, log::Log::Compare::heads));
  } else {
    GS_TRY_OK(log_->verify(visit, damage, options.progress));
  }
  // It could not be done; nothing is wrong with the storage.
  if (rebuild_error.code() == Code::io || rebuild_error.code() == Code::no_space) {
    return std::move(rebuild_error).in("the state cannot be built a second time");
  }
  verified_->to = settled.log.end;
  verified_->generation_sum = settled.log.generation_sum;
  verifier.finish();
  if (!damage.empty()) {
    GS_TRY(report.damage, name_damage(*log_, damage));
    verifier.cut_off_by_damage();
  }
  for (const std::string& each : report.damage) verifier.fail(Verifier::frames, each);

  if (base != nullptr) {
    Error wrong = base->check(*env_.files);
    if (!wrong && report.ok) wrong = check_dropped();
    if (wrong.code() == Code::io) return wrong;
    if (wrong.code() == Code::not_found && read_only_) {
      return Error(Code::conflict, "another process made the base anew meanwhile. Verify again");
    }
    if (wrong) {
      verifier.fail(Verifier::base, std::string(without_step(wrong.message())));
    } else {
      verifier.passed(Verifier::base, base->statement().records);
    }
  }
  const bool log_is_sound = report.ok;
  GS_TRY_OK(check_small_files(*env_.files, verifier));
  const bool sound = check_runs(*settled.moment.version, dropped_state_, verifier) && log_is_sound;
  if (sound) check_indexes(settled.moment, tables_, verifier);
  if (rebuild && !sound) verifier.not_all(Verifier::state);
  if (rebuild && sound) {
    if (rebuild_error) {
      verifier.fail(Verifier::state, std::string(rebuild_error.message()));
    } else {
      if (in_state) {
        GS_TRY(auto references, Standing(*this).references_if_twins(settled));
        if (references) rebuild->use_references(*std::move(references));
      }
      GS_TRY(const Digest expected, rebuild->digest());
      GS_TRY(const Digest actual, state_digest_at(settled, tables_));
      if (expected != actual) {
        verifier.fail(Verifier::state, "the state digest is " + actual.text() +
                                           ", the log leads to " + expected.text());
      } else {
        verifier.passed(Verifier::state);
      }
    }
  }
  GS_TRY_OK(check_blobs(settled.moment, tables_, *blobs_, sound, verifier));
  for (const Digest& head : settled.frontier) {
    if (!verifier.knows(head))
      verifier.fail(Verifier::head, "the head " + head.text() + " is not in the log");
  }
  if (options.head) {
    if (verifier.knows(*options.head)) {
      verifier.passed(Verifier::head);
    } else {
      verifier.fail(Verifier::head, "the change " + options.head->text() +
                                        " is not in the log: its end was cut off, or the head "
                                        "belongs to another storage, or it "
                                        "is mistyped");
    }
  }
  if (!report.ok) verified_.reset();  // damage is looked at again, whole
  return report;
}

}  // namespace gs::engine
