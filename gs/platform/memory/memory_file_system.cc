#include "gs/platform/memory/memory_file_system.h"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "gs/base/endian.h"
#include "gs/platform/memory/content.h"
#include "gs/platform/mutex.h"
#include "gs/platform/path.h"

namespace gs::platform {

struct MemoryFileSystem::Node {
  // Counted over all memory file systems of the process, so that a copy in another one differs.
  static std::uint64_t next_id() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  const std::uint64_t id = next_id();
  Mutex mutex;  // reads and maps come from many threads
  Content content;
};

struct MemoryFileSystem::Tree {
  Mutex mutex;
  // Paths are unique spellings (path.h), so one sorted map is the whole tree; null: a directory.
  std::map<std::string, std::shared_ptr<Node>, std::less<>> entries;
  std::set<std::string, std::less<>> locked;

  bool is_directory(std::string_view path) const {
    if (path.empty()) return true;
    const auto found = entries.find(path);
    return found != entries.end() && !found->second;
  }
  Error check_parent(std::string_view path) const;
  Result<std::shared_ptr<Node>> file(std::string_view path) const;
  // Puts an empty new file at `path`, in place of what was there.
  std::shared_ptr<Node> put(std::string_view path);
};

namespace {

Error fail(Code code, std::string_view path, std::string_view what) {
  return Error(code, "memory:/" + std::string(path) + ": " + std::string(what));
}

}  // namespace

Error MemoryFileSystem::Tree::check_parent(std::string_view path) const {
  if (is_directory(parent_path(path))) return {};
  return fail(Code::not_found, path, "no such directory; make_directory() first");
}

Result<std::shared_ptr<MemoryFileSystem::Node>> MemoryFileSystem::Tree::file(
    std::string_view path) const {
  const auto found = entries.find(path);
  if (found == entries.end()) return fail(Code::not_found, path, "no such file");
  if (!found->second) return fail(Code::invalid, path, "is a directory, not a file");
  return found->second;
}

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::Tree::put(std::string_view path) {
  auto node = std::make_shared<Node>();
  entries.insert_or_assign(std::string(path), node);
  return node;
}

class MemoryFileSystem::MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<Node> node, std::string path, bool writable)
      : node_(std::move(node)), path_(std::move(path)), writable_(writable) {}

  Error write(std::uint64_t offset, Bytes bytes) override {
    if (!writable_) return refuse_write();
    const std::lock_guard lock(node_->mutex);
    return node_->content.write(offset, bytes).in(path_);
  }

  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
    const std::lock_guard lock(node_->mutex);
    return node_->content.read(offset, out);
  }

  Error sync() override { return {}; }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(node_->mutex);
    return node_->content.size();
  }

  Error resize(std::uint64_t bytes) override {
    if (!writable_) return refuse_write();
    const std::lock_guard lock(node_->mutex);
    return node_->content.resize(bytes).in(path_);
  }

  Error allocate(std::uint64_t bytes) override {
    if (!writable_) return refuse_write();
    const std::lock_guard lock(node_->mutex);
    if (bytes <= node_->content.size()) return {};
    return node_->content.resize(bytes).in(path_);
  }

  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) override {
    const std::lock_guard lock(node_->mutex);
    return node_->content.map(bytes);
  }

 private:
  Error refuse_write() const { return fail(Code::read_only, path_, "was opened for reading"); }

  std::shared_ptr<Node> node_;
  std::string path_;
  bool writable_;
};

class MemoryFileSystem::MemoryLock final : public FileLock {
 public:
  MemoryLock(std::shared_ptr<Tree> tree, std::string path)
      : tree_(std::move(tree)), path_(std::move(path)) {}
  ~MemoryLock() override {
    const std::lock_guard lock(tree_->mutex);
    tree_->locked.erase(path_);
  }

 private:
  std::shared_ptr<Tree> tree_;
  std::string path_;
};

MemoryFileSystem::MemoryFileSystem() : tree_(std::make_shared<Tree>()) {}
MemoryFileSystem::~MemoryFileSystem() = default;

Result<std::unique_ptr<File>> MemoryFileSystem::open(std::string_view path, OpenMode mode) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  auto found = tree_->file(path);
  if (found.ok() && mode == OpenMode::create) return fail(Code::exists, path, "exists already");
  std::shared_ptr<Node> node;
  if (found.ok()) {
    node = std::move(found).value();
  } else {
    const bool creates = mode == OpenMode::create || mode == OpenMode::open_or_create;
    if (found.code() == Code::invalid && mode == OpenMode::create) {
      return fail(Code::exists, path, "exists already, as a directory");
    }
    if (found.code() != Code::not_found || !creates) return std::move(found).error();
    GS_TRY_OK(tree_->check_parent(path));
    node = tree_->put(path);
  }
  return std::unique_ptr<File>(
      std::make_unique<MemoryFile>(std::move(node), std::string(path), mode != OpenMode::read));
}

Error MemoryFileSystem::remove(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  const auto found = tree_->entries.find(path);
  if (found == tree_->entries.end()) return fail(Code::not_found, path, "no such file");
  if (!found->second) {
    const std::string inside = std::string(path) + "/";
    const auto next = tree_->entries.lower_bound(inside);
    if (next != tree_->entries.end() && next->first.starts_with(inside)) {
      return fail(Code::invalid, path, "is a directory that is not empty");
    }
  }
  tree_->entries.erase(found);
  return {};
}

Result<std::vector<std::string>> MemoryFileSystem::list(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  const std::lock_guard lock(tree_->mutex);
  if (!tree_->is_directory(directory)) return fail(Code::not_found, directory, "no such directory");
  const std::string prefix = directory.empty() ? std::string() : std::string(directory) + "/";
  std::vector<std::string> names;
  for (auto at = tree_->entries.lower_bound(prefix);
       at != tree_->entries.end() && at->first.starts_with(prefix); ++at) {
    std::string name = at->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(std::move(name));
  }
  return names;
}

Answer MemoryFileSystem::exists(std::string_view path) {
  GS_TRY_OK(check_directory_path(path));
  const std::lock_guard lock(tree_->mutex);
  return path.empty() || tree_->entries.find(path) != tree_->entries.end();
}

Error MemoryFileSystem::make_directory(std::string_view path, bool) {
  GS_TRY_OK(check_directory_path(path));
  const std::lock_guard lock(tree_->mutex);
  for (std::size_t end = 0; end < path.size();) {
    const std::size_t slash = path.find('/', end);
    const std::string_view part = path.substr(0, slash);
    const auto [at, added] = tree_->entries.emplace(part, nullptr);
    if (!added && at->second) return fail(Code::exists, part, "is a file, not a directory");
    end = part.size() + 1;
  }
  return {};
}

Error MemoryFileSystem::sync_directory(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  const std::lock_guard lock(tree_->mutex);
  if (tree_->is_directory(directory)) return {};
  return fail(Code::not_found, directory, "no such directory");
}

Error MemoryFileSystem::write_whole(std::string_view path, Bytes bytes, bool) {
  GS_TRY_OK(check_whole_path(path));
  const std::lock_guard lock(tree_->mutex);
  GS_TRY_OK(tree_->check_parent(path));
  if (tree_->is_directory(path)) return fail(Code::invalid, path, "is a directory, not a file");
  auto node = std::make_shared<Node>();
  GS_TRY_OK(node->content.write(0, bytes).in(path));
  tree_->entries.insert_or_assign(std::string(path), std::move(node));
  return {};
}

Result<Buffer> MemoryFileSystem::read_whole(std::string_view path, std::uint64_t bytes_max) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  GS_TRY(const std::shared_ptr<Node> node, tree_->file(path));
  const std::lock_guard node_lock(node->mutex);
  const Bytes bytes = node->content.bytes();
  if (bytes.size() > bytes_max) {
    return fail(Code::too_large, path, "has more than " + std::to_string(bytes_max) + " bytes");
  }
  return Buffer(bytes.begin(), bytes.end());
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  GS_TRY_OK(tree_->check_parent(path));
  if (tree_->is_directory(path)) return fail(Code::invalid, path, "is a directory, not a file");
  if (!tree_->locked.emplace(path).second) {
    return fail(Code::locked, path,
                "in use by process 1 on memory, which is this process; close the other handle");
  }
  constexpr std::string_view kOwner = "1 memory\n";
  GS_TRY_OK(tree_->put(path)->content.write(0, as_bytes(kOwner)));
  return std::unique_ptr<FileLock>(std::make_unique<MemoryLock>(tree_, std::string(path)));
}

Result<bool> MemoryFileSystem::is_locked(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  return tree_->locked.find(path) != tree_->locked.end();
}

Result<Buffer> MemoryFileSystem::identity(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(tree_->mutex);
  GS_TRY(const std::shared_ptr<Node> node, tree_->file(path));
  Buffer mark(8);
  store_u64(mark.data(), node->id);
  return mark;
}

std::string MemoryFileSystem::display(std::string_view path) const {
  return "memory:/" + std::string(path);
}

}  // namespace gs::platform
