// A Text as bytes, and back: docs/FORMAT.md, "Text snapshot".
//
//   offset  size  field
//        0     4  "gstx"
//        4     4  version 1
//        8     4  text bytes t
//       12     4  writers w
//       16     4  graph bytes g
//       20     4  head bytes h
//       24     4  position bytes p
//       28     4  inserted bytes i
//       32     t  the text
//        .   32w  the writers, each once
//        .     g  runs of the graph: varints writer, seq, count, parents n, then n times the
//                 distance from the run's first event back to the parent, descending
//        .     h  column of heads of all edits, in the order of this replica
//        .     p  column of positions
//        .     i  all text ever inserted, in that order
//        .        zeros to a multiple of 8
#include <algorithm>
#include <cstring>

#include "gs/base/endian.h"
#include "gs/core/crdt/text/text.h"
#include "gs/core/crdt/text/varint.h"
#include "gs/core/record/utf8.h"

namespace gs::crdt {
namespace {

constexpr std::uint32_t kMagic = 0x78747367;  // "gstx"
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kHeaderBytes = 32;

// The parts of a snapshot, borrowed from its bytes.
struct Parts {
  Bytes text{};
  Bytes writers{};
  Bytes graph{};
  Bytes heads{};
  Bytes positions{};
  Bytes inserted{};
};

Error broken_snapshot(const char* what) {
  return Error(Code::damaged, std::string("text snapshot: ") + what);
}

bool take(Bytes& in, std::uint64_t bytes, Bytes& part) noexcept {
  if (bytes > in.size()) return false;
  part = in.first(static_cast<std::size_t>(bytes));
  in = in.subspan(static_cast<std::size_t>(bytes));
  return true;
}

Result<Parts> split(Bytes snapshot) {
  if (snapshot.size() < kHeaderBytes || load_u32(snapshot.data()) != kMagic) {
    return broken_snapshot("it is none");
  }
  const std::uint8_t* const at = snapshot.data();
  if (load_u32(at + 4) != kFormat) return Error(Code::newer_format, "a text snapshot of later");
  Parts parts;
  Bytes rest = snapshot.subspan(kHeaderBytes);
  const bool whole = take(rest, load_u32(at + 8), parts.text) &&
                     take(rest, std::uint64_t{32} * load_u32(at + 12), parts.writers) &&
                     take(rest, load_u32(at + 16), parts.graph) &&
                     take(rest, load_u32(at + 20), parts.heads) &&
                     take(rest, load_u32(at + 24), parts.positions) &&
                     take(rest, load_u32(at + 28), parts.inserted);
  if (!whole || snapshot.size() % 8 != 0 || rest.size() >= 8)
    return broken_snapshot("its parts do not fit");
  for (const std::uint8_t byte : rest) {
    if (byte != 0) return broken_snapshot("padding is not zero");
  }
  if (parts.text.size() > kTextBytesMax || parts.inserted.size() > kTextBytesMax) {
    return broken_snapshot("it is too large");
  }
  return parts;
}

Buffer encode_graph(const EventGraph& graph) {
  Buffer out;
  for (Place place = 0; place < graph.size();) {
    const EventGraph::Piece run = graph.piece(place);
    Place one = 0;
    const VersionView parents = graph.parents(place, one);
    append_varint(out, run.first.writer);
    append_varint(out, run.first.seq);
    append_varint(out, run.places.end - place);
    append_varint(out, static_cast<std::uint32_t>(parents.size()));
    for (const Place parent : parents) append_varint(out, place - parent);
    place = run.places.end;
  }
  return out;
}

Error decode_run(Bytes& in, std::size_t writers, Version& parents, EventGraph& graph) {
  EventId first;
  std::uint32_t count = 0;
  std::uint32_t parent_count = 0;
  if (!take_varint(in, first.writer) || !take_varint(in, first.seq) || !take_varint(in, count) ||
      !take_varint(in, parent_count)) {
    return broken_snapshot("a run of the graph is cut off");
  }
  const Place place = graph.size();
  if (first.writer >= writers || count == 0 || count > kEventsMax - place ||
      parent_count > kParentsMax || first.seq > kSeqMax || count > kSeqMax - first.seq) {
    return broken_snapshot("a number in the graph is too large");
  }
  parents.clear();
  for (std::uint32_t i = 0; i < parent_count; ++i) {
    std::uint32_t back = 0;
    if (!take_varint(in, back) || back == 0 || back > place)
      return broken_snapshot("a parent is none");
    if (i > 0 && place - back <= parents.back()) return broken_snapshot("parents are not in order");
    parents.push_back(place - back);
  }
  if (graph.knows_any(first, count)) return broken_snapshot("an edit is there twice");
  graph.add(first, count, parents);
  return {};
}

}  // namespace

Result<Buffer> Text::save() {
  if (!packed_.empty()) return packed_;
  EditsWriter columns;
  const EditLog& log = history_.log();
  for (Place place = 0; place < log.size();) {
    const LogPiece piece = log.piece(place, log.size());
    if (piece.run.edit == Edit::touch) {
      return Error(Code::invalid, "a text with marks has no form of a snapshot");
    }
    columns.add(piece.run);
    place += piece.run.count;
  }
  columns.finish();
  const std::string text = rope_.text();
  const Buffer graph = encode_graph(history_.graph());
  Buffer out(kHeaderBytes);
  const std::size_t sizes[] = {text.size(),
                               history_.writers().size(),
                               graph.size(),
                               columns.heads().size(),
                               columns.positions().size(),
                               inserted_.bytes()};
  store_u32(out.data(), kMagic);
  store_u32(out.data() + 4, kFormat);
  for (std::size_t i = 0; i < 6; ++i) {
    store_u32(out.data() + 8 + 4 * i, static_cast<std::uint32_t>(sizes[i]));
  }
  const auto append = [&](Bytes part) { out.insert(out.end(), part.begin(), part.end()); };
  append(as_bytes(text));
  for (const Writer& writer : history_.writers()) append(writer.bytes);
  append(graph);
  append(columns.heads());
  append(columns.positions());
  append(as_bytes(inserted_.all()));
  out.resize(align_up(out.size(), std::size_t{8}));
  return out;
}

Result<Text> Text::load(Bytes snapshot) {
  GS_TRY(const Parts parts, split(snapshot));
  if (!record::valid_utf8(parts.text)) return broken_snapshot("its text is not UTF-8");
  Text text;
  for (Bytes rest = parts.writers; !rest.empty(); rest = rest.subspan(32)) {
    Writer writer;
    std::memcpy(writer.bytes.data(), rest.data(), writer.bytes.size());
    const std::size_t before = text.history_.writers().size();
    if (text.writer_number(writer) != before) return broken_snapshot("a writer is there twice");
  }
  text.rope_.assign(as_text(parts.text));
  text.packed_.assign(snapshot.begin(), snapshot.end());
  return text;
}

// Makes of the packed history one that can be added to; the snapshot is let go of.
Error Text::unpack() {
  if (packed_.empty()) return {};
  GS_TRY(const Parts parts, split(packed_));
  EventGraph graph;
  Version parents;
  for (Bytes rest = parts.graph; !rest.empty();) {
    GS_TRY_OK(decode_run(rest, history_.writers().size(), parents, graph));
  }
  EditLog log;
  EditsReader reader(parts.heads, parts.positions);
  for (EditRun run; reader.next(run);) {
    if (run.count > graph.size() - log.size())
      return broken_snapshot("more edits than its graph has");
    log.append(run);
  }
  if (!reader.complete() || log.size() != graph.size())
    return broken_snapshot("edits and graph differ");
  if (!record::valid_utf8(parts.inserted)) return broken_snapshot("what was inserted is not UTF-8");
  const std::string_view inserted = as_text(parts.inserted);
  const std::uint32_t points = measure(inserted).points;
  if (points != log.inserted()) return broken_snapshot("edits and what was inserted differ");
  history_.restore(std::move(graph), std::move(log), rope_.size().points);
  inserted_.append(inserted, points);
  packed_ = Buffer();
  return {};
}

}  // namespace gs::crdt
